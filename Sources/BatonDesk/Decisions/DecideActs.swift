import BatonEncoding
import BatonModel

/// `decide …`: formal answers to a request. Each is a proposal; `approve` by a second person makes it so.
enum DecideActs {
    static let specs = [
        ActSpec(
            "decide disclose", "propose to disclose what was asked for",
            details: Self.disclosureDetails, options: Self.disclosureOptions, danger: .irreversible,
            examples: ["decide disclose --items \"last-login-ip,phone\" --basis us.2702c4"],
            perform: { act, file, scene throws(ActRefusal) in
                try Self.disclose(.disclose, act, file, scene)
            }),
        ActSpec(
            "decide partial", "propose to disclose a part of what was asked for",
            details: Self.disclosureDetails, options: Self.disclosureOptions, danger: .irreversible,
            examples: ["decide partial --items last-login-ip --basis us.2702c4 --gap GAP-SUPERVISOR"],
            perform: { act, file, scene throws(ActRefusal) in
                try Self.disclose(.partial, act, file, scene)
            }),
        ActSpec(
            "decide preserve-only", "propose to keep the data and to disclose nothing",
            options: Self.plainOptions, examples: ["decide preserve-only --why PRESERVE-ONLY"],
            perform: { act, file, scene throws(ActRefusal) in
                try Self.plain(.preserveOnly, act, file, scene)
            }),
        ActSpec(
            "decide refuse", "propose to refuse the request", options: Self.plainOptions,
            examples: ["decide refuse --why REFUSED-UNVERIFIED"],
            perform: { act, file, scene throws(ActRefusal) in try Self.plain(.refuse, act, file, scene) }),
        ActSpec(
            "decide withdraw", "take back a proposal or a decision that was not delivered",
            parameters: [Self.decision], options: [.init("note", .text, "why")],
            examples: ["decide withdraw dec:1"], perform: Self.withdraw),
        ActSpec(
            "decide delivered", "record that what was decided left the building",
            parameters: [Self.decision],
            options: [
                .init("manifest", .word, "SHA-256 of the manifest, 64 hexadecimal digits", required: true),
                .init("to", .text, "the agency, as the directory names it", required: true),
            ],
            danger: .irreversible,
            examples: [
                "decide delivered dec:1 --to harlan-so --manifest \(String(repeating: "5b", count: 32))"
            ],
            perform: Self.delivered),
    ]

    private static let decision = ActSpec.Argument("id", .word, "the decision, dec:N", required: true)

    private static let plainOptions: [ActSpec.Argument] = [
        .why("an EDR code", required: true), .init("note", .text, "in words"),
    ]

    private static let disclosureOptions: [ActSpec.Argument] = [
        .init("items", .text, "categories of records, with commas"),
        .init("contents", .text, "categories of contents, with commas"),
        .init("basis", .word, "the rule that allows it", required: true, repeats: true),
        .init("gap", .word, "a gap code for a gate that stays open", repeats: true),
        .init("foreign", .flag, "the asking agency is a foreign one"), .why("an EDR code"),
        .init("note", .text, "in words"),
    ]

    private static let disclosureDetails = [
        "Name categories, never values: a value stays in the restricted compartment.",
        "Every gate must be passed, or be a gap that its code names here; the second person agrees to both. "
            + "Where a life cannot wait, name the gaps and go on: the record says which gate was left open.",
        "A foreign agency's request needs the word of a lead.",
    ]

    private static func disclose(
        _ choice: DecisionBody.Choice, _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        var body = DecisionBody(.propose, item: ItemKey.next(after: file.decisions.keys, scene))
        body.choice = choice
        body.records = try Self.categories(act, "items")
        body.contents = try Self.categories(act, "contents")
        guard !body.records.isEmpty || !body.contents.isEmpty else {
            throw ActRefusal(
                .badValue, "decide.nothing-named", "No category was named.",
                "Name the smallest set that answers the emergency with --items or --contents.")
        }
        body.basis = try Self.basis(act, scene)
        body.gaps = try Self.gaps(act, scene)
        body.isForeign = act.has("foreign")
        body.code = try act.reason(.edr, scene) ?? ""
        body.words = try act.cleanText("note") ?? ""
        try DisclosureCheck.check(body, file, scene)
        var outcome = ActOutcome([file.entry(CaseField.decisions, body)] + file.milestone(.proposed))
        outcome.operations += file.activity
        outcome.said = [Self.apart(body)]
        if !body.gaps.isEmpty { outcome.said.append("Gaps on record: \(body.gaps.joined(separator: ", "))") }
        Self.announce(body, scene, &outcome)
        return outcome
    }

    private static func plain(
        _ choice: DecisionBody.Choice, _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        var body = DecisionBody(.propose, item: ItemKey.next(after: file.decisions.keys, scene))
        body.choice = choice
        body.code = try act.neededReason(.edr, scene)
        body.words = try act.cleanText("note") ?? ""
        var outcome = ActOutcome([file.entry(CaseField.decisions, body)] + file.milestone(.proposed))
        outcome.operations += file.activity
        Self.announce(body, scene, &outcome)
        return outcome
    }

    private static func announce(_ body: DecisionBody, _ scene: ActScene, _ outcome: inout ActOutcome) {
        let at = TimeWords.instant(scene.now, now: scene.now)
        outcome.said.append(
            "Proposed \(at): \(body.choice?.word ?? ""). A second person must approve "
                + "(not \(scene.person.name)).")
        outcome.hints.append("The second person says: approve dec:\(body.item.number)")
        outcome.awaitsSecondPerson = true
    }

    private static func apart(_ body: DecisionBody) -> String {
        if body.contents.isEmpty { return "Records only, no contents." }
        return body.records.isEmpty
            ? "Contents only, no records."
            : "Contents (\(body.contents.joined(separator: ", "))) apart from records."
    }

    private static func categories(_ act: Act, _ name: String) throws(ActRefusal) -> [String] {
        guard let text = act.value(name) else { return [] }
        _ = try Act.clean(text, name, bytesMax: 1024)
        var found: [String] = []
        for piece in text.split(separator: ",") {
            let word = piece.split(whereSeparator: \.isWhitespace).joined(separator: "-").lowercased()
            guard !word.isEmpty, !found.contains(word) else { continue }
            guard word.utf8.count <= 64, word.contains(where: \.isLetter) else {
                throw ActRefusal(
                    .badValue, "decide.bad-category", "`\(word)` is no category.",
                    "Name what sort of data it is, such as last-login-ip, never a value.")
            }
            found.append(word)
        }
        guard found.count <= 32 else {
            throw ActRefusal(
                .badValue, "decide.bad-category", "\(found.count) categories are no smallest set.",
                "Name at most 32.")
        }
        return found
    }

    private static func basis(_ act: Act, _ scene: ActScene) throws(ActRefusal) -> [String] {
        let typed = act.arguments["basis"] ?? []
        for id in typed where scene.rules.law(id) == nil {
            let known = scene.rules.laws.filter { $0.scope.kind == .permission }.map(\.id)
            throw ActRefusal(
                .notFound, "decide.no-such-basis", "The rule book has no rule `\(id)`.",
                known.isEmpty
                    ? "See config/rules." : "These allow a disclosure: \(known.joined(separator: ", ")).")
        }
        return typed
    }

    private static func gaps(_ act: Act, _ scene: ActScene) throws(ActRefusal) -> [String] {
        let known = scene.rules.gates.map(\.gapCode).filter { !$0.isEmpty }
        var gaps: [String] = []
        for typed in act.arguments["gap"] ?? [] {
            guard known.contains(typed.uppercased()) else {
                throw ActRefusal(
                    .badValue, "decide.no-such-gap", "`\(typed)` is the gap code of no gate.",
                    "The codes are: \(known.joined(separator: ", ")).")
            }
            if !gaps.contains(typed.uppercased()) { gaps.append(typed.uppercased()) }
        }
        return gaps
    }

    private static func find(_ act: Act, _ file: CaseFile) throws(ActRefusal) -> DecisionLedger.Item {
        let ledger = file.decisions
        let key = try ledger.labels.key(act.value("id") ?? "")
        guard let item = ledger.item(key) else {
            preconditionFailure("a label of the decision ledger names none of its items")
        }
        return item
    }

    private static func withdraw(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let item = try Self.find(act, file)
        guard item.deliveries.isEmpty else {
            throw ActRefusal(
                .refused, "decide.delivered-already",
                "\(item.label) left the building; it cannot be taken back.",
                "Decide anew; both stay on record.")
        }
        guard item.state != .withdrawn else {
            throw ActRefusal(
                .refused, "decide.withdrawn-already", "\(item.label) is withdrawn already.",
                "Nothing need be done.")
        }
        var body = DecisionBody(.withdraw, item: item.key)
        body.words = try act.cleanText("note") ?? ""
        var outcome = ActOutcome(
            [file.entry(CaseField.decisions, body)], said: ["\(item.label) \(item.choice.word) is withdrawn."]
        )
        if item.approval != nil, item.choice.isAnswer {
            outcome.operations.append(file.set(CaseField.decision, .text("withdrawn")))
        }
        return outcome
    }

    private static func delivered(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let item = try Self.find(act, file)
        guard item.choice.isDisclosure, item.state == .approved else {
            throw ActRefusal(
                .refused, "decide.not-approved",
                "\(item.label) is \(item.state.rawValue): nothing may leave.",
                item.state == .conflict ? "Settle the conflict first." : "A disclosure is approved first.")
        }
        try DisclosureCheck.check(item.proposal.body, file, scene)
        guard item.deliveries.isEmpty else {
            throw ActRefusal(
                .refused, "decide.delivered-already", "\(item.label) was delivered before.",
                "Propose another disclosure if more is to go.")
        }
        var body = DecisionBody(.delivered, item: item.key)
        body.manifest = try Hexadecimal.digest(act.value("manifest") ?? "", "manifest")
        body.recipient = try act.neededText("to", bytesMax: 128)
        let due = scene.rules.gates.first { $0.isAfterwards }?.withinDays ?? 0
        let follow = scene.now + UInt64(due) * 86_400_000
        var outcome = ActOutcome(
            [file.entry(CaseField.decisions, body)] + file.milestone(.disclosed),
            said: ["\(item.label) delivered to \(body.recipient), \(item.proposal.body.categories)."])
        outcome.hints = ["Next: contact log"]
        if due > 0 { outcome.hints.append("follow-up paper due \(TimeWords.day(follow, now: scene.now))") }
        return outcome
    }
}

/// Digests as people type them.
enum Hexadecimal {
    /// 64 hexadecimal digits, `sha256:` before them or not.
    static func digest(_ typed: String, _ name: String) throws(ActRefusal) -> [UInt8] {
        let text = typed.lowercased().hasPrefix("sha256:") ? String(typed.dropFirst(7)) : typed
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text {
            guard let digit = character.hexDigitValue.map({ UInt8($0) }), character.isASCII else { break }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        guard bytes.count == 32, text.utf8.count == 64 else {
            throw ActRefusal(
                .badValue, "value.not-a-digest", "`\(name)` is no SHA-256 digest.",
                "Give its 64 hexadecimal digits, as sha256sum prints them.")
        }
        return bytes
    }
}
