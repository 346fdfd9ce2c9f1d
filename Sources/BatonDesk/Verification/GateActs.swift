import BatonModel

/// `verify …`: the checks of a requester.
enum GateActs {
    static let specs = [
        ActSpec(
            "verify", "record what one check of the requester came to",
            details: [
                "A call-back counts only on a number from our own directory, given as dir:N.",
                "A matching domain is needed and is never enough: real mailboxes are taken over.",
            ],
            parameters: [
                .init("gate", .word, "the gate: V3, or its word, callback", required: true),
                .init("subject", .text, "what was checked, such as the domain"),
            ],
            options: [
                .init(
                    "result", .choice(GateBody.Result.allCases.map(\.word)), "what it came to", required: true
                ),
                .init("spoke", .text, "office and rank that was spoken to"),
                .init("name", .text, "the supervisor's office and rank"),
                .init("number", .word, "where the number came from, dir:217"),
                .init("note", .text, "in words"),
            ],
            examples: [
                "verify domain sheriff.harlan.example --result ok",
                "verify callback --number dir:217 --spoke \"duty lieutenant\" --result ok",
                "verify supervisor --name \"shift captain\" --result ok",
            ], perform: Self.verify),
        ActSpec(
            "verify emergency", "record the emergency in the statute's terms",
            options: GateBody.Question.allCases.map { .init($0.word, .text, $0.text, required: true) },
            examples: [
                "verify emergency --whose \"adult, identified by agency\" --danger \"stated plan tonight\" "
                    + "--why-now \"within 6 h\" --data \"last location signal\" "
                    + "--why-not-process \"judge unreachable before then\""
            ], perform: Self.emergency),
        ActSpec(
            "verify gap", "name a gate that cannot be met in time",
            details: [
                "A second person agrees with `approve gap:N`; then a disclosure may go on with the gap on record."
            ],
            parameters: [.init("gate", .word, "the gate", required: true)],
            options: [
                .why("the gate's gap code", required: true),
                .init("note", .text, "what was tried", required: true),
            ],
            examples: [
                "verify gap supervisor --why GAP-SUPERVISOR --note \"rang twice, night desk has none\""
            ],
            perform: Self.gap),
        ActSpec(
            "verify fraud", "say that the request itself may be false",
            details: ["While it stands nothing is disclosed. Another person than who raised it clears it."],
            parameters: [
                .init(
                    "word", .choice(GateBody.Suspicion.allCases.map(\.word)), "how sure we are",
                    required: true)
            ],
            options: [.why("an EDR code"), .init("note", .text, "what looks wrong", required: true)],
            examples: ["verify fraud suspected --why FRAUD-SUSPECTED --note \"seal of another county\""],
            perform: Self.fraud),
    ]

    private static func gate(_ act: Act, _ scene: ActScene) throws(ActRefusal) -> VerificationGate {
        let typed = act.value("gate") ?? ""
        if let gate = scene.rules.gate(typed.lowercased()) { return gate }
        let known = scene.rules.gates.map { "\($0.id) \($0.word)" }.joined(separator: ", ")
        throw ActRefusal(
            .notFound, "verify.no-such-gate", "There is no gate `\(typed)`.",
            known.isEmpty ? "The rule book has none; see config/rules." : "The gates are: \(known).")
    }

    private static func verify(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let gate = try Self.gate(act, scene)
        try Self.allow(gate)
        var body = GateBody(.result, gate: gate.id)
        body.result = act.value("result").flatMap { GateBody.Result(word: $0) }
        body.subject = try act.cleanText("subject") ?? ""
        let name = try act.cleanText("name")
        body.spoke = try act.cleanText("spoke") ?? name ?? ""
        body.number = (act.value("number") ?? "").lowercased()
        body.words = try act.cleanText("note") ?? ""
        try Self.checkNumber(body, gate)
        var outcome = ActOutcome([file.entry(CaseField.verification, body)])
        outcome.operations += Self.milestones(gate, body, file, scene) + file.activity
        let at = TimeWords.instant(scene.now, now: scene.now)
        let details = [body.subject, body.number.isEmpty ? "" : "number from our directory, \(body.number)"]
            .filter { !$0.isEmpty }.joined(separator: ", ")
        outcome.said.append(
            "\(gate.id) \(gate.word) \(body.result?.word ?? "") \(at)\(details.isEmpty ? "" : " (\(details))")"
        )
        if gate.id == GateID.domain, body.result == .ok {
            outcome.said.append("Note: a matching domain alone never satisfies disclosure.")
        }
        if body.result == .failed {
            outcome.hints.append(
                "verify fraud suspected, if it looks false; decide preserve-only keeps the data")
        }
        outcome.hints += Self.next(file, scene, passed: body.result == .ok ? gate.id : "")
        return outcome
    }

    private static func allow(_ gate: VerificationGate) throws(ActRefusal) {
        switch gate.id {
        case GateID.emergency:
            throw ActRefusal(
                .badValue, "verify.needs-statement", "The emergency is stated, not ticked off.",
                "Use `verify emergency` with its five answers.")
        case GateID.twoPeople:
            throw ActRefusal(
                .refused, "verify.kept-by-desk", "\(gate.id) is kept by the desk itself.",
                "Propose with `decide`; another person says `approve`.")
        default: return
        }
    }

    private static func checkNumber(_ body: GateBody, _ gate: VerificationGate) throws(ActRefusal) {
        let isFromDirectory = body.number.hasPrefix("dir:") && Int(body.number.dropFirst(4)) != nil
        guard body.number.isEmpty || isFromDirectory else {
            throw ActRefusal(
                .refused, "verify.number-not-ours", "`\(body.number)` is no entry of our directory.",
                "Give the entry as dir:N, never a number that came with the request.",
                because: [gate.anchor.text])
        }
        guard gate.id == GateID.callBack, body.result == .ok else { return }
        guard isFromDirectory, !body.spoke.isEmpty else {
            throw ActRefusal(
                .refused, "verify.call-back-unproven",
                "A call-back counts with a number from our directory and somebody who answered.",
                "Add --number dir:N and --spoke; without them record --result unknown.",
                because: [gate.anchor.text])
        }
    }

    private static func emergency(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        var body = GateBody(.result, gate: GateID.emergency)
        body.result = .ok
        for question in GateBody.Question.allCases {
            body.answers[question] = try act.neededText(question.word)
        }
        var outcome = ActOutcome([file.entry(CaseField.verification, body)])
        outcome.operations += file.milestone(.emergencyStated) + file.activity
        if let gate = scene.rules.gates.first(where: { $0.id == GateID.emergency }) {
            outcome.operations += Self.milestones(gate, body, file, scene)
        }
        outcome.said.append("\(GateID.emergency) recorded.")
        outcome.hints = Self.next(file, scene, passed: GateID.emergency)
        return outcome
    }

    /// The check that completes the needed ones makes the case verified; late paper ends the last clock.
    private static func milestones(
        _ gate: VerificationGate, _ body: GateBody, _ file: CaseFile, _ scene: ActScene
    ) -> [Operation] {
        guard body.result == .ok else { return [] }
        if gate.id == GateID.afterwards { return file.milestone(.followUpReceived) }
        let left = file.openGates(scene.rules, isForeign: false).filter { $0.id != gate.id }
        return left.isEmpty ? file.milestone(.verified) : []
    }

    private static func next(_ file: CaseFile, _ scene: ActScene, passed: String) -> [String] {
        let open = file.openGates(scene.rules, isForeign: false).filter { $0.id != passed }
        guard !open.isEmpty else { return ["Next: decide"] }
        return ["Open: \(open.map { "\($0.id) \($0.word)" }.joined(separator: ", "))"]
    }

    private static func gap(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        let gate = try Self.gate(act, scene)
        guard !gate.gapCode.isEmpty else {
            throw ActRefusal(
                .refused, "verify.no-gap-allowed", "\(gate.id) \(gate.word) cannot be left open.",
                "Meet it, or decide preserve-only until it can be met.", because: [gate.rule])
        }
        let code = try act.neededReason(.edr, scene)
        guard code == gate.gapCode else {
            throw ActRefusal(
                .badValue, "verify.other-gap-code", "\(code) names another gap than that of \(gate.id).",
                "Its code is \(gate.gapCode).")
        }
        guard file.verification.standing(gate.id).result != .ok else {
            throw ActRefusal(
                .refused, "verify.passed-already", "\(gate.id) is recorded as passed.", "No gap is needed.")
        }
        var body = GateBody(.gap, gate: gate.id)
        body.code = code
        body.words = try act.neededText("note")
        let item = ItemKey.next(after: file.verification.keys, scene)
        body.item = item
        return ActOutcome(
            [file.entry(CaseField.verification, body)],
            said: ["Proposed: \(gate.id) stays open (\(code))."],
            hints: ["A second person says: approve gap:\(item.number)"], awaitsSecondPerson: true)
    }

    private static func fraud(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal)
        -> ActOutcome
    {
        var body = GateBody(.fraud)
        body.suspicion = GateBody.Suspicion.allCases.first { $0.word == act.value("word") }
        body.code = try act.reason(.edr, scene) ?? ""
        body.words = try act.neededText("note")
        if body.suspicion == .cleared {
            guard let standing = file.verification.suspicion, standing.body.suspicion != .cleared else {
                throw ActRefusal(
                    .refused, "verify.no-suspicion", "Nobody suspects this request.", "Nothing need be done.")
            }
            guard standing.by != scene.person.id else {
                throw ActRefusal(
                    .secondPerson, "verify.same-person", "You raised the suspicion yourself.",
                    "Another person clears it.")
            }
            return ActOutcome(
                [file.entry(CaseField.verification, body)], said: ["The suspicion of fraud is cleared."])
        }
        return ActOutcome(
            [file.entry(CaseField.verification, body)] + file.activity,
            said: ["Fraud \(body.suspicion?.word ?? ""): nothing is disclosed while this stands."],
            hints: [
                "decide refuse --why FRAUD-SUSPECTED, hold add, page the other sites",
                "tell the real agency, on a number from our directory",
                "new OTHER for the fraud itself, then link it",
            ])
    }
}
