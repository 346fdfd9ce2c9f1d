import BatonModel

/// `contact log`, `contact expect`, `contact answer`, `contact drop`.
enum ContactActs {
    static let specs = [
        ActSpec(
            "contact log", "record what was said to a partner, or by one",
            parameters: [
                .init("partner", .word, "agency or partner, as the directory names it", required: true),
                .init("words", .text, "what was said", required: true),
            ],
            options: [
                .init("incoming", .flag, "they said it"), .init("channel", .word, "how"),
                .init("ask", .flag, "an answer is awaited"),
                .init("expect", .span, "an answer is expected within that time"),
                .init("then", .text, "what to do when it comes, or does not"),
            ],
            examples: [
                "contact log local-police \"rang duty officer\" --expect 20m --then \"ring again, then page lead\""
            ], perform: Self.log),
        ActSpec(
            "contact expect", "say when an answer is expected and what to do then",
            parameters: [
                Self.partner, .init("at", .time, "when", required: true),
                .init("then", .text, "what to do when it comes, or does not", required: true),
            ],
            examples: ["contact expect AFP 00:30Z \"if no answer, ring duty officer\""], perform: Self.expect),
        ActSpec(
            "contact answer", "record that the awaited answer came",
            parameters: [Self.partner, .init("words", .text, "what it says", required: true)],
            examples: ["contact answer AFP \"acknowledged, officer on the way\""], perform: Self.answer),
        ActSpec(
            "contact drop", "stop waiting for an answer",
            parameters: [Self.partner, .init("words", .text, "why", required: true)],
            examples: ["contact drop con:2 \"overtaken\""], perform: Self.drop),
    ]

    private static let partner = ActSpec.Argument("partner", .word, "the partner, or con:N", required: true)

    private static func log(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        let key = ItemKey.next(after: file.contacts.items.map(\.key), scene)
        var body = ContactBody(.log, item: key)
        body.partner = try act.neededText("partner", bytesMax: 128)
        body.words = try act.neededText("words", bytesMax: LedgerMap.longTextBytesMax)
        body.isIncoming = act.has("incoming")
        body.channel = try act.cleanText("channel", bytesMax: 64) ?? ""
        body.expected = act.milliseconds("expect").map { min(scene.now + $0, HybridTime.millisecondsMax) }
        body.then = try act.cleanText("then") ?? ""
        body.isAsking = act.has("ask") || body.expected != nil
        var outcome = ActOutcome(
            [file.entry(CaseField.contacts, body)] + file.activity,
            said: ["con:\(key.number) \(body.partner): logged."])
        if let expected = body.expected {
            outcome.said.append("Answer expected \(TimeWords.instant(expected, now: scene.now)).")
        }
        if body.isAsking, body.expected == nil || body.then.isEmpty {
            outcome.hints.append(
                "contact expect con:\(key.number) TIME \"what to do\": without it the case cannot be handed on"
            )
        }
        return outcome
    }

    /// The pending contact that is meant.
    private static func find(_ act: Act, _ file: CaseFile) throws(ActRefusal) -> ContactLedger.Item {
        let ledger = file.contacts
        let typed = act.value("partner") ?? ""
        if typed.lowercased().hasPrefix("con:") {
            let key = try ledger.labels.key(typed)
            if let item = ledger.items.first(where: { $0.key == key }) { return item }
        }
        let wanted = typed.lowercased()
        let found = ledger.items.filter { $0.partner.lowercased() == wanted }
        let pending = found.filter { $0.state == .pending }
        if pending.count == 1 { return pending[0] }
        if pending.isEmpty, let last = found.last { return last }
        guard pending.isEmpty else {
            throw ActRefusal(
                .choice, "contact.ambiguous", "\(pending.count) answers of \(typed) are awaited.",
                "Say which: \(pending.map(\.label).joined(separator: ", ")).")
        }
        let known = ledger.items.map { "\($0.label) \($0.partner)" }.joined(separator: ", ")
        throw ActRefusal(
            .notFound, "contact.no-such", "Nothing was logged with `\(typed)`.",
            known.isEmpty ? "Begin with `contact log`." : "There is: \(known).")
    }

    private static func expect(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let item = try Self.find(act, file)
        guard item.state == .pending || item.state == .logged else {
            throw ActRefusal(
                .refused, "contact.settled", "\(item.label) is \(item.state.rawValue).",
                "Log a new contact with --expect.")
        }
        var body = ContactBody(.expect, item: item.key)
        body.expected = act.milliseconds("at")
        body.then = try act.neededText("then")
        guard let expected = body.expected, expected > scene.now else {
            throw ActRefusal(
                .badValue, "contact.past", "That time has passed.", "Give a time that is still to come.")
        }
        return ActOutcome(
            [file.entry(CaseField.contacts, body)],
            said: [
                "\(item.label) \(item.partner): answer expected \(TimeWords.instant(expected, now: scene.now))."
            ])
    }

    private static func answer(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let item = try Self.find(act, file)
        var body = ContactBody(.answer, item: item.key)
        body.isIncoming = true
        body.words = try act.neededText("words", bytesMax: LedgerMap.longTextBytesMax)
        return ActOutcome(
            [file.entry(CaseField.contacts, body)], said: ["\(item.label) \(item.partner): answered."],
            hints: item.then.isEmpty ? [] : ["planned: \(item.then)"])
    }

    private static func drop(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        let item = try Self.find(act, file)
        guard item.state == .pending else {
            throw ActRefusal(
                .refused, "contact.settled", "\(item.label) is \(item.state.rawValue).",
                "Nothing need be done.")
        }
        var body = ContactBody(.drop, item: item.key)
        body.words = try act.neededText("words")
        return ActOutcome(
            [file.entry(CaseField.contacts, body)],
            said: ["\(item.label) \(item.partner): no longer awaited."])
    }
}
