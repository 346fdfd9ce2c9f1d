import BatonModel

/// `hold …`: what must be kept, until when, and what happens when somebody wants it destroyed.
enum HoldActs {
    static let specs = [
        ActSpec(
            "hold add", "place a hold under a rule", parameters: [Self.rule],
            options: [
                .init("until", .time, "its end; by the rule where it is left out"),
                .init("scope", .word, "subj:N; the whole case where it is left out"),
                .init("note", .text, "who asked"),
            ],
            examples: [
                "hold add us.2703f", "hold add us.2703f --scope subj:1", "hold add legal --until 2027-11-22",
            ],
            perform: Self.add),
        ActSpec(
            "hold renew", "prolong a hold as its rule allows", parameters: [Self.hold],
            options: [.init("until", .time, "its new end"), .init("note", .text, "who asked")],
            examples: ["hold renew us.2703f"], perform: Self.renew),
        ActSpec(
            "hold release", "end a hold", parameters: [Self.hold],
            options: [.init("note", .text, "why", required: true)],
            examples: ["hold release us.2703f --note \"process served\""], perform: Self.release),
        ActSpec(
            "hold destroy", "record an order to destroy",
            details: ["Where a hold stands against it access is frozen until counsel has decided."],
            parameters: [.init("order", .word, "the order's reference", required: true)],
            options: [
                .init("scope", .word, "subj:N; the whole case where it is left out"),
                .init("note", .text, "who ordered it", required: true),
            ],
            examples: ["hold destroy AFP-2026-114 --note \"AFP, liaison officer\""], perform: Self.destroy),
        ActSpec(
            "hold counsel", "record what counsel decided between a hold and an order to destroy",
            parameters: [
                .init("order", .word, "the order's reference", required: true),
                .init("answer", .choice(["keep", "destroy"]), "what counsel decided", required: true),
            ],
            options: [.init("note", .text, "who decided and why", required: true)], danger: .irreversible,
            examples: ["hold counsel AFP-2026-114 keep --note \"one year runs until 22 Nov 2027\""],
            perform: Self.counsel),
    ]

    private static let rule = ActSpec.Argument("rule", .word, "the rule, or `legal`", required: true)
    private static let hold = ActSpec.Argument("hold", .word, "the hold, as `hold` lists it", required: true)
    private static let dayMilliseconds: UInt64 = 86_400_000
    /// A hold that counsel asks for under no rule of the book.
    private static let legal = "legal"

    private static func scope(_ act: Act, _ file: CaseFile) throws(ActRefusal) -> String {
        guard let typed = act.value("scope") else { return TargetKey.wholeCase }
        return try TargetKey.stored(typed, file)
    }

    private static func add(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        let law = Self.law(act.value("rule") ?? "", scene.rules)
        let typed = law?.id ?? act.value("rule") ?? ""
        guard typed == Self.legal || law?.hold != nil else {
            let known = scene.rules.laws.filter { $0.hold != nil }.map(\.id) + [Self.legal]
            throw ActRefusal(
                .notFound, "hold.no-such-rule", "No rule `\(typed)` asks for a hold.",
                "These do: \(known.joined(separator: ", ")).")
        }
        var body = HoldBody(.add, rule: typed, scope: try Self.scope(act, file))
        if let item = file.holds.items.first(where: { $0.rule == body.rule && $0.scope == body.scope }),
            item.isHeld(now: scene.now)
        {
            throw ActRefusal(
                .refused, "hold.exists",
                "\(item.label) holds until \(TimeWords.day(item.end, now: scene.now)) already.",
                "Prolong it with `hold renew \(item.label)`.")
        }
        body.start = scene.now
        let byRule = law?.hold.map { UInt64(clamping: $0.endMilliseconds(from: Int64(clamping: scene.now))) }
        body.end = try Self.end(act, atLeast: byRule, scene)
        body.words = try act.cleanText("note") ?? ""
        var outcome = ActOutcome(
            [file.entry(CaseField.holds, body)] + file.milestone(.preserved) + file.activity)
        Self.tell(&outcome, body, law, scene)
        if file.holds.orders.contains(where: { $0.isKept == nil }) {
            outcome.hints.append("An order to destroy stands against it: counsel decides, access is frozen")
        }
        return outcome
    }

    /// By its id, or by the end of it where only one rule with a hold ends so: `2703f`.
    private static func law(_ typed: String, _ rules: RuleBook) -> LegalRule? {
        if let exact = rules.law(typed) { return exact }
        let alike = rules.laws.filter { $0.hold != nil && $0.id.hasSuffix(".\(typed)") }
        return alike.count == 1 ? alike[0] : nil
    }

    /// A typed end may be later than the rule's, never earlier. Whoever types the rule's own length means the rule's
    /// day, which may end some hours later.
    private static func end(
        _ act: Act, atLeast byRule: UInt64?, _ scene: ActScene
    ) throws(ActRefusal) -> UInt64 {
        guard let until = act.milliseconds("until") else {
            if let byRule { return byRule }
            throw ActRefusal(
                .badValue, "hold.no-end", "This hold has no end, and the book knows none.", "Give --until.")
        }
        guard until > scene.now else {
            throw ActRefusal(
                .badValue, "hold.past-end", "The end has passed already.", "Give a later --until.")
        }
        if let byRule, until < byRule, byRule - until < 86_400_000 { return byRule }
        guard until >= byRule ?? 0 else {
            throw ActRefusal(
                .refused, "hold.too-short",
                "The rule keeps it until \(TimeWords.day(byRule ?? 0, now: scene.now)), which is later.",
                "Leave --until out, or give a later day.")
        }
        return until
    }

    private static func tell(
        _ outcome: inout ActOutcome, _ body: HoldBody, _ law: LegalRule?, _ scene: ActScene
    ) {
        let end = TimeWords.day(body.end ?? 0, now: scene.now)
        outcome.said.append("\(law?.words.title ?? "Legal hold"): held until \(end).")
        if law?.source.counselOK == false {
            outcome.hints.append("counsel has not agreed to this rule yet (~)")
        }
    }

    private static func find(_ act: Act, _ file: CaseFile) throws(ActRefusal) -> HoldLedger.Item {
        let typed = act.value("hold") ?? ""
        let items = file.holds.items
        if let item = items.first(where: { $0.label == typed }) { return item }
        let known = items.map(\.label).joined(separator: ", ")
        throw ActRefusal(
            .notFound, "hold.no-such", "This case has no hold `\(typed)`.",
            known.isEmpty ? "It has none; `hold add` places one." : "It has: \(known).")
    }

    private static func renew(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal)
        -> ActOutcome
    {
        let item = try Self.find(act, file)
        guard !item.isReleased else {
            throw ActRefusal(
                .refused, "hold.released", "\(item.label) was released.", "Place it again with `hold add`.")
        }
        let law = scene.rules.law(item.rule)
        let days = law?.hold?.renewalDays ?? 0
        guard days > 0 || act.has("until") else {
            throw ActRefusal(
                .refused, "hold.no-renewal", "The rule of \(item.label) has no renewal.",
                "Place a hold that counsel asked for: hold add legal --until DAY.")
        }
        var body = HoldBody(.renew, rule: item.rule, scope: item.scope)
        body.number = UInt64(item.renewals + 1)
        body.end = try Self.end(
            act, atLeast: days > 0 ? item.end + UInt64(days) * Self.dayMilliseconds : nil, scene)
        body.words = try act.cleanText("note") ?? ""
        var outcome = ActOutcome([file.entry(CaseField.holds, body)])
        Self.tell(&outcome, body, law, scene)
        return outcome
    }

    private static func release(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let item = try Self.find(act, file)
        guard !item.isReleased else {
            throw ActRefusal(
                .refused, "hold.released", "\(item.label) was released already.", "Nothing need be done.")
        }
        guard !item.isHeld(now: scene.now) || scene.has(.lead) else {
            throw ActRefusal(
                .refused, "hold.needs-lead",
                "\(item.label) runs until \(TimeWords.day(item.end, now: scene.now)).",
                "A lead may release it before its end.",
                because: [scene.rules.law(item.rule)?.source.citation ?? "counsel asked for it"])
        }
        var body = HoldBody(.release, rule: item.rule, scope: item.scope)
        body.words = try act.neededText("note")
        return ActOutcome([file.entry(CaseField.holds, body)], said: ["\(item.label) is released."])
    }

    private static func destroy(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let reference = try Act.clean(act.value("order") ?? "", "order", bytesMax: 64)
        guard !file.holds.orders.contains(where: { $0.reference == reference }) else {
            throw ActRefusal(
                .refused, "hold.order-exists", "The order \(reference) is on record already.",
                "Nothing need be done.")
        }
        var body = HoldBody(.destroyOrder, rule: reference, scope: try Self.scope(act, file))
        body.words = try act.neededText("note")
        let against = file.holds.items.filter { !$0.isReleased }.map(\.label)
        var outcome = ActOutcome(
            [file.entry(CaseField.holds, body)], said: ["Order \(reference) to destroy is on record."])
        if !against.isEmpty {
            outcome.said.append("It stands against \(against.joined(separator: ", ")): access is frozen.")
            outcome.hints.append("page counsel; a lead records the answer with hold counsel \(reference)")
        }
        return outcome
    }

    private static func counsel(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let reference = act.value("order") ?? ""
        guard let order = file.holds.orders.first(where: { $0.reference == reference }) else {
            throw ActRefusal(
                .notFound, "hold.no-such-order", "There is no order `\(reference)` on record.",
                "Record it first with `hold destroy`.")
        }
        guard scene.has(.lead) else {
            throw ActRefusal(
                .refused, "hold.counsel-by-lead", "Counsel's answer is recorded by a lead.",
                "Ask one to do it.")
        }
        guard order.entry.by != scene.person.id else {
            throw ActRefusal(
                .secondPerson, "hold.same-person", "You recorded the order yourself.",
                "Another lead records the answer.")
        }
        var body = HoldBody(.counsel, rule: reference, scope: order.scope)
        body.isKept = act.value("answer") == "keep"
        body.words = try act.neededText("note")
        return ActOutcome(
            [file.entry(CaseField.holds, body)],
            said: [
                body.isKept
                    ? "Counsel keeps the hold." : "Counsel follows the order: release the hold, then erase."
            ])
    }
}
