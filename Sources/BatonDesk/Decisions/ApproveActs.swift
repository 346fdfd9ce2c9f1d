import BatonEncoding
import BatonModel

/// `approve ID`: every second person's word.
enum ApproveActs {
    static let specs = [
        ActSpec(
            "approve", "agree, as the second person, to what somebody proposed",
            details: [
                "Nobody approves their own proposal. On S0 and S1 who verified the requester does not decide.",
                "What waits is listed by `show awaiting`.",
            ],
            parameters: [
                .init("id", .word, "dec:N, gap:N, or a containment such as suspend/subj:1", required: true)
            ],
            options: [.init("note", .text, "in words")],
            examples: ["approve dec:1", "approve gap:1", "approve ban/subj:2"], perform: Self.approve)
    ]

    private static func approve(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let id = (act.value("id") ?? "").lowercased()
        if id.contains("/") { return try Self.containment(id, act, file, scene) }
        if id.hasPrefix("gap") { return try Self.gap(id, act, file, scene) }
        return try Self.decision(id, act, file, scene)
    }

    private static func differ(_ proposer: OperatorID, _ label: String, _ scene: ActScene) throws(ActRefusal)
    {
        guard proposer != scene.person.id || Mutant.isOn(.approvesOwn) else {
            throw ActRefusal(
                .secondPerson, "approve.same-person", "You proposed \(label) yourself.",
                "Another person approves it.",
                because: ["Two people decide; nobody is their own second person."])
        }
    }

    private static func lead(_ what: String, _ scene: ActScene) throws(ActRefusal) {
        guard scene.has(.lead) else {
            throw ActRefusal(
                .refused, "approve.needs-lead", "\(what) needs the word of a lead.",
                "Ask one; `page` reaches who is on duty.")
        }
    }

    private static func keyTwice(_ label: String, _ wayOut: String) -> ActRefusal {
        ActRefusal(
            .refused, "approve.name-twice",
            "Two proposals go by the name \(label), so nobody could tell to which you agree.", wayOut)
    }

    private static func decision(
        _ id: String, _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let ledger = file.decisions
        let key = try ledger.labels.key(id)
        guard let item = ledger.item(key) else {
            preconditionFailure("a label of the decision ledger names none of its items")
        }
        guard item.state == .proposed else {
            throw ActRefusal(
                .refused, "approve.not-waiting", "\(item.label) is \(item.state.rawValue); it does not wait.",
                "`show decisions` lists what does.")
        }
        guard !item.isKeyTwice else {
            throw Self.keyTwice(
                item.label, "`decide withdraw \(item.label)`, then propose what is meant again.")
        }
        try Self.differ(item.proposal.by, item.label, scene)
        if item.proposal.body.isForeign { try Self.lead("A disclosure to a foreign agency", scene) }
        var body = DecisionBody(.approve, item: key)
        body.words = try act.cleanText("note") ?? ""
        let entry = file.entry(CaseField.decisions, body)
        guard item.choice.isAnswer else { return try Self.lowering(item, entry, file) }
        if item.choice.isDisclosure {
            try Self.apart(item, file, scene)
            try DisclosureCheck.check(item.proposal.body, file, scene)
        }
        let at = TimeWords.instant(scene.now, now: scene.now)
        let categories = item.proposal.body.categories
        var outcome = ActOutcome(
            [entry, file.set(CaseField.decision, .text(item.proposal.body.summary))]
                + file.milestone(.confirmed) + file.milestone(.decided),
            said: ["\(item.choice.word.uppercased())\(categories.isEmpty ? "" : " (\(categories))") \(at)"])
        if item.choice == .refuse { outcome.operations += file.milestone(.refused) }
        outcome.hints =
            item.choice.isDisclosure
            ? ["Next: hold add, decide delivered \(item.label), contact log"]
            : ["Next: hold add, contact log"]
        return outcome
    }

    /// The decider is not the verifier while it is grave.
    private static func apart(
        _ item: DecisionLedger.Item, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) {
        guard file.isGrave else { return }
        let gates = file.neededGates(scene.rules, isForeign: item.proposal.body.isForeign)
        guard !file.verification.verifiers(of: gates).contains(scene.person.id) else {
            throw ActRefusal(
                .secondPerson, "approve.verifier", "You verified the requester, so you do not decide.",
                "Somebody who recorded none of the gates approves it.",
                because: ["\(GateID.twoPeople): on S0 and S1 who decides is not who verified."])
        }
    }

    private static func lowering(
        _ item: DecisionLedger.Item, _ entry: Operation, _ file: CaseFile
    ) throws(ActRefusal) -> ActOutcome {
        guard let wanted = item.proposal.body.severity, let current = file.severity, current < wanted else {
            throw ActRefusal(
                .refused, "approve.overtaken", "The severity is no graver than what \(item.label) asks for.",
                "Nothing need be done.")
        }
        return ActOutcome(
            [entry, file.set(CaseField.severity, .unsigned(UInt64(wanted.rawValue)))],
            said: ["\(current.word) -> \(wanted.word)  (\(item.proposal.body.code))"])
    }

    private static func gap(
        _ id: String, _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let ledger = file.verification
        let key = try ledger.labels.key(id)
        guard let gap = ledger.gaps.first(where: { $0.proposal.body.item == key }) else {
            preconditionFailure("a label of the verification ledger names none of its gaps")
        }
        guard gap.approval == nil else {
            throw ActRefusal(
                .refused, "approve.not-waiting", "\(gap.label) is agreed to already.", "Nothing need be done."
            )
        }
        guard !gap.isKeyTwice else { throw Self.keyTwice(gap.label, "Record the gap again: verify gap.") }
        try Self.differ(gap.proposal.by, gap.label, scene)
        var body = GateBody(.gapApproved, gate: gap.proposal.body.gate)
        body.item = key
        body.words = try act.cleanText("note") ?? ""
        return ActOutcome(
            [file.entry(CaseField.verification, body)],
            said: ["\(gap.proposal.body.gate) stays open on record (\(gap.proposal.body.code))."],
            hints: ["Next: decide"])
    }

    private static func containment(
        _ id: String, _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        guard let item = file.containments.items.first(where: { $0.label == id }) else {
            throw ActRefusal(
                .notFound, "contain.no-such", "There is no containment `\(id)` in this case.",
                "`contain` lists what there is.")
        }
        guard item.state == .awaiting, let intent = item.intents.last else {
            throw ActRefusal(
                .refused, "approve.not-waiting", "\(item.label) is \(item.state.rawValue); it does not wait.",
                "`contain` lists what does.")
        }
        try Self.differ(intent.by, item.label, scene)
        if scene.rules.containment(item.action)?.secondPerson == .withCounsel {
            try Self.lead("\(item.label)", scene)
        }
        var body = ContainmentBody(.approved, action: item.action, target: item.target)
        body.words = try act.cleanText("note") ?? ""
        return ActOutcome(
            [file.entry(CaseField.containment, body)], said: ["\(item.label) is approved."],
            hints: [
                "\(item.executors.map(\.description).joined(separator: " or ")) carries it out: "
                    + "contain done \(item.label.replacing("/", with: " "))"
            ])
    }
}
