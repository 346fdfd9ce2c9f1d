import BatonModel

/// `check add`, `check done`, `check skip`, `check reopen`.
enum CheckActs {
    static let specs = [
        ActSpec(
            "check add", "add a step to this one case, with somebody to do it",
            details: [
                "It holds back the closing until it is done or skipped, like every mandatory step, and stands in the "
                    + "next handoff of the case."
            ],
            parameters: [.init("words", .text, "what is to be done", required: true)],
            options: [
                .init("owner", .person, "who; you where it is left out"), .init("due", .time, "until when"),
            ],
            examples: [
                "check add \"confirm the removal to the authority\"",
                "check add \"ring the duty officer\" --owner kim --due +2h",
            ],
            perform: Self.add),
        ActSpec(
            "check done", "mark a step of the checklist as done",
            parameters: [Self.step], options: [.init("note", .text, "how it was done")],
            examples: ["check done 4", "check done 6 --note \"called back, number from the directory\""],
            perform: Self.done),
        ActSpec(
            "check skip", "leave a step of the checklist out, with a reason",
            parameters: [Self.step],
            options: [
                .why("a reason code for leaving out", required: true), .init("note", .text, "in words"),
            ],
            examples: ["check skip 6 --why OVERTAKEN"], perform: Self.skip),
        ActSpec(
            "check reopen", "put a step of the checklist back to do",
            parameters: [Self.step], options: [.init("note", .text, "why")],
            examples: ["check reopen 4"], perform: Self.reopen),
    ]

    private static let step = ActSpec.Argument(
        "step", .word, "the step's number or key", required: true)

    private static func add(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let added = try AddedStep(act, file, scene)
        return ActOutcome([file.entry(CaseField.steps, added.body)], said: ["Added: \(added.line(scene))."])
    }

    private static func item(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> StepList.Item {
        let steps = file.steps(scene.rules)
        guard !steps.items.isEmpty else {
            throw ActRefusal(
                .notFound, "check.no-checklist", "This case has no checklist yet.",
                "Triage it first: the type brings the checklist.")
        }
        let typed = act.value("step") ?? ""
        if let item = steps.item(typed) { return item }
        throw ActRefusal(
            .notFound, "check.no-such-step", "The checklist has no step `\(typed)`.",
            "Its steps are 1 to \(steps.items.count); `check` lists them.")
    }

    private static func done(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        let item = try Self.item(act, file, scene)
        guard item.state.standing != .done else {
            throw ActRefusal(
                .refused, "check.already-done", "Step \(item.number) is done already.",
                "Put it back with `check reopen \(item.number)` if it is not.")
        }
        try Self.allow(item, scene)
        var body = Self.body(.done, item)
        body.note = try act.cleanText("note") ?? ""
        let milestone = item.state.step.milestone.map { file.milestone($0.field) } ?? []
        var hints: [String] = []
        if !item.state.step.gate.isEmpty, let gate = scene.rules.gate(item.state.step.gate),
            file.verification.standing(gate.id).result != .ok
        {
            hints.append("\(gate.id) is not recorded as passed: verify \(gate.word)")
        }
        let left = file.steps(scene.rules).open.filter { $0.number != item.number }.count
        return ActOutcome(
            [file.entry(CaseField.steps, body)] + milestone + file.activity,
            said: ["Step \(item.number) done: \(item.state.step.text)"],
            hints: hints + [left == 0 ? "no mandatory step is left" : "\(left) mandatory steps are left"])
    }

    private static func skip(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        let item = try Self.item(act, file, scene)
        guard item.isOpen else {
            throw ActRefusal(
                .refused, "check.not-open", "Step \(item.number) is \(item.word) already.",
                "Put it back first with `check reopen \(item.number)`.")
        }
        try Self.allow(item, scene)
        var body = Self.body(.skip, item)
        body.code = try act.neededReason(.skip, scene)
        body.note = try act.cleanText("note") ?? ""
        return ActOutcome(
            [file.entry(CaseField.steps, body)],
            said: ["Step \(item.number) skipped (\(body.code)): \(item.state.step.text)"])
    }

    private static func reopen(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let item = try Self.item(act, file, scene)
        guard !item.isOpen else {
            throw ActRefusal(
                .refused, "check.open-already", "Step \(item.number) is still to do.", "Nothing need be done."
            )
        }
        var body = Self.body(.reopen, item)
        body.note = try act.cleanText("note") ?? ""
        return ActOutcome(
            [file.entry(CaseField.steps, body)],
            said: ["Step \(item.number) is to do again: \(item.state.step.text)"])
    }

    private static func body(_ kind: StepBody.Kind, _ item: StepList.Item) -> StepBody {
        StepBody(kind, id: item.state.id, version: item.state.version)
    }

    private static func allow(_ item: StepList.Item, _ scene: ActScene) throws(ActRefusal) {
        let roles = item.state.step.roles
        guard
            roles.isEmpty
                || roles.contains(where: { word in scene.person.roles.contains { $0.word == word } })
        else {
            throw ActRefusal(
                .refused, "check.not-yours", "Step \(item.number) is for \(roles.joined(separator: " or ")).",
                "Ask one of them; the membership lists who they are.")
        }
    }
}
