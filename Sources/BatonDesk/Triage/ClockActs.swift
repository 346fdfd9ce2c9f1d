import BatonModel

/// `sla attach`, `sla pause`, `sla resume`, `sla meet`, `sla correct`, `sla unmeet`.
enum ClockActs {
    static let specs = [
        ActSpec(
            "sla attach", "start the clock of an order or a notice that came in",
            parameters: [.init("rule", .word, "the rule, such as eu.tco", required: true)],
            options: [
                .init("order", .word, "the order's number, where there may be several"),
                .init("received", .time, "when it came in; now where it is left out"),
            ],
            examples: ["sla attach eu.tco --order 2 --received 22:52Z"], perform: Self.attach),
        ActSpec(
            "sla pause", "let a soft clock stand still while somebody else is waited for",
            parameters: [Self.clock],
            options: [
                .why("a clock code", required: true), .init("for", .text, "whom we wait for", required: true),
                .init("until", .time, "when it ends by itself"),
            ],
            examples: ["sla pause edr.decide --why WAIT-LE --for \"harlan-so, form\""], perform: Self.pause),
        ActSpec(
            "sla resume", "let a clock run again", parameters: [Self.clock],
            examples: ["sla resume edr.decide"], perform: Self.resume),
        ActSpec(
            "sla meet", "say that what a clock asks for was done", parameters: [Self.clock],
            options: [
                .init("at", .time, "when; now where it is left out"), .init("note", .text, "how"),
            ],
            examples: ["sla meet edr.update", "sla meet eu.tco/2 --at 22:40Z"], perform: Self.meet),
        ActSpec(
            "sla correct", "replace the start or the time of a clock that was entered wrongly",
            details: [
                "It replaces what its author has read; a start that is written apart stands beside it, and the "
                    + "earliest is due. Only a lead gives a hard clock more time."
            ],
            parameters: [Self.clock],
            options: [
                .init("received", .time, "when it began"), .init("within", .span, "the time that it gives"),
                .init("note", .text, "why", required: true),
            ],
            examples: ["sla correct eu.tco/2 --received 22:42Z --note \"stamped on the order\""],
            perform: Self.correct),
        ActSpec(
            "sla unmeet", "take back the word that a clock was met", parameters: [Self.clock],
            options: [.init("note", .text, "why", required: true)],
            examples: ["sla unmeet edr.update --note \"it went to another agency\""], perform: Self.unmeet),
    ]

    private static let clock = ActSpec.Argument(
        "clock", .word, "the clock, as `sla` lists it", required: true)

    private static func attach(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let id = act.value("rule") ?? ""
        guard let law = scene.rules.law(id), let rule = law.clock else {
            let known = scene.rules.laws.filter { $0.clock?.start == .attached }.map(\.id)
            throw ActRefusal(
                .notFound, "sla.no-such-rule", "No rule `\(id)` makes a clock.",
                known.isEmpty
                    ? "See config/rules." : "These are attached by hand: \(known.joined(separator: ", ")).")
        }
        let order = try act.cleanText("order", bytesMax: 64) ?? ""
        let key = ClockKey(rule: law.id, instance: order)
        guard !file.clocks(scene.rules).contains(where: { $0.key == key }) else {
            throw ActRefusal(
                .refused, "sla.runs-already", "The clock \(key.word) is there already.",
                "Give the other order its number with --order.")
        }
        let at = act.milliseconds("received") ?? scene.now
        var body = ClockBody(.start, rule: law.id, instance: order, atMilliseconds: Int64(clamping: at))
        body.withinMilliseconds = rule.withinMilliseconds
        body.isHard = rule.isHard
        body.version = scene.rules.versionsByRule[law.id] ?? 0
        let due = rule.withinMilliseconds.map { TimeWords.instant(at + UInt64(clamping: $0), now: scene.now) }
        let own = Self.acknowledgement(of: key, at: at, scene)
        return ActOutcome(
            [body, own].compactMap(\.self).map { file.entry(CaseField.clocks, $0) },
            said: ["\(law.words.title): due \(due ?? "without delay")\(rule.isHard ? ", hard" : "")"],
            hints: (law.source.counselOK ? [] : ["counsel has not agreed to this rule yet (~)"])
                + (own.map { ["tell them that we have it, then: sla meet \($0.rule)/\($0.instance)"] } ?? []))
    }

    /// The team's own clock beside an order; nil where the rule book has none.
    private static func acknowledgement(
        of order: ClockKey, at: UInt64, _ scene: ActScene
    ) -> ClockBody? {
        guard let stage = scene.rules.orderStage else { return nil }
        let key = OrderStage.key(of: order)
        var body = ClockBody(
            .start, rule: key.rule, instance: key.instance, atMilliseconds: Int64(clamping: at))
        body.withinMilliseconds = stage.withinMilliseconds
        body.version = scene.rules.versionsByRule[key.rule] ?? 0
        return body
    }

    private static func find(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> Clock {
        let typed = act.value("clock") ?? ""
        let clocks = file.clocks(scene.rules)
        if let clock = clocks.first(where: { $0.key == ClockKey(word: typed) }) { return clock }
        let known = clocks.map(\.key.word).joined(separator: ", ")
        throw ActRefusal(
            .notFound, "sla.no-such-clock", "This case has no clock `\(typed)`.",
            known.isEmpty ? "It has none; triage brings them." : "It has: \(known).")
    }

    private static func pause(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal)
        -> ActOutcome
    {
        let clock = try Self.find(act, file, scene)
        guard !clock.isHard else {
            throw ActRefusal(
                .refused, "sla.hard-clock", "\(clock.key.word) is a hard clock: the law gives no pause.",
                "Meet it, or record in the case why it cannot be met.",
                because: [scene.rules.law(clock.key.rule)?.source.citation ?? clock.title])
        }
        guard clock.stop == nil else { throw Self.stopped(clock) }
        var body = Self.body(.pause, clock, scene)
        body.code = try act.neededReason(.clock, scene)
        body.words = try act.neededText("for")
        body.untilMilliseconds = act.milliseconds("until").map { Int64(clamping: $0) }
        if let until = body.untilMilliseconds, until <= body.atMilliseconds {
            throw ActRefusal(
                .badValue, "sla.backwards", "The pause would end before it begins.", "Give a later --until.")
        }
        return ActOutcome(
            [file.entry(CaseField.clocks, body)],
            said: ["\(clock.key.word) stands still (\(body.code)), waiting for \(body.words)."],
            hints: body.untilMilliseconds == nil ? ["sla resume \(clock.key.word) lets it run again"] : [])
    }

    private static func resume(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let clock = try Self.find(act, file, scene)
        guard clock.still.contains(Int64(clamping: scene.now)) else {
            throw ActRefusal(
                .refused, "sla.not-paused", "\(clock.key.word) does not stand still.", "Nothing need be done."
            )
        }
        return ActOutcome(
            [file.entry(CaseField.clocks, Self.body(.resume, clock, scene))],
            said: ["\(clock.key.word) runs again."])
    }

    private static func meet(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        let clock = try Self.find(act, file, scene)
        guard clock.stop == nil else { throw Self.stopped(clock) }
        var body = Self.body(.meet, clock, scene)
        if let at = act.milliseconds("at") { body.atMilliseconds = Int64(clamping: at) }
        guard body.atMilliseconds <= Int64(clamping: scene.now) else {
            throw ActRefusal(
                .badValue, "sla.in-future", "What is still to come cannot have met a clock.",
                "Give a time that has passed with --at.")
        }
        body.words = try act.cleanText("note") ?? ""
        let isLate = clock.dueMilliseconds.map { $0 < body.atMilliseconds } ?? false
        // Who has done what an order asks for has told them that they have it.
        let own = file.clocks(scene.rules).first { $0.key == OrderStage.key(of: clock.key) && $0.stop == nil }
        var bodies = [body]
        if let own {
            var met = Self.body(.meet, own, scene)
            met.atMilliseconds = body.atMilliseconds
            bodies.append(met)
        }
        return ActOutcome(
            bodies.map { file.entry(CaseField.clocks, $0) },
            said: ["\(clock.key.word) \(isLate ? "met late" : "met")."],
            hints: clock.isRecurring ? ["it begins anew"] : [])
    }

    private static func correct(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let clock = try Self.find(act, file, scene)
        guard act.has("received") || act.has("within") else {
            throw ActRefusal(
                .badValue, "sla.nothing", "Nothing was said about \(clock.key.word).",
                "Give --received, --within or both.")
        }
        var body = Self.body(.correct, clock, scene)
        body.atMilliseconds =
            act.milliseconds("received").map { Int64(clamping: $0) } ?? clock.startedMilliseconds
        guard body.atMilliseconds <= Int64(clamping: scene.now) else {
            throw ActRefusal(
                .badValue, "sla.in-future", "A clock cannot have begun in what is still to come.",
                "Give a time that has passed with --received.")
        }
        body.withinMilliseconds =
            act.milliseconds("within").map { Int64(clamping: $0) } ?? clock.claim.withinMilliseconds
        (body.isHard, body.severity, body.version) = (clock.isHard, clock.claim.severity, clock.claim.version)
        body.words = try act.neededText("note")
        let due = body.withinMilliseconds.map { body.atMilliseconds + $0 }
        guard !clock.isHard || scene.has(.lead) || (due ?? .max) <= (clock.dueMilliseconds ?? .max) else {
            throw ActRefusal(
                .refused, "sla.needs-lead", "\(clock.key.word) is a hard clock, and this gives it more time.",
                "Ask a lead to correct it.",
                because: [scene.rules.law(clock.key.rule)?.source.citation ?? clock.title])
        }
        let until = due.map { "due \(TimeWords.instant(UInt64(clamping: $0), now: scene.now))" }
        return ActOutcome(
            [file.entry(CaseField.clocks, body)],
            said: ["\(clock.key.word) corrected: \(until ?? "without delay")."])
    }

    private static func unmeet(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let clock = try Self.find(act, file, scene)
        let meetings = file.clockFacts.ledger.entries(clock.key).filter { $0.body.kind == .meet }
        if case .milestone(let milestone, _)? = clock.stop {
            throw ActRefusal(
                .refused, "sla.by-milestone",
                "\(clock.key.word) was met by the milestone \(milestone.word), and a milestone stays.",
                "Write a note that says what is wrong.")
        }
        guard clock.isRecurring ? !meetings.isEmpty : clock.stop != nil else {
            throw ActRefusal(
                .refused, "sla.not-met", "Nobody said that \(clock.key.word) was met.",
                "Nothing need be done.")
        }
        var body = Self.body(.unmeet, clock, scene)
        body.words = try act.neededText("note")
        return ActOutcome(
            [file.entry(CaseField.clocks, body)], said: ["\(clock.key.word) runs: it was not met."])
    }

    private static func body(_ kind: ClockBody.Kind, _ clock: Clock, _ scene: ActScene) -> ClockBody {
        ClockBody(
            kind, rule: clock.key.rule, instance: clock.key.instance,
            atMilliseconds: Int64(clamping: scene.now))
    }

    private static func stopped(_ clock: Clock) -> ActRefusal {
        ActRefusal(
            .refused, "sla.stopped", "\(clock.key.word) was met already.", "`sla` shows when and by whom.")
    }
}
