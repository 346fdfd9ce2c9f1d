import BatonModel

/// `review start`, `review answer`, `review action`, `review done`.
enum ReviewActs {
    static let specs = [
        ActSpec(
            "review start", "begin the review of a case",
            details: ["What the log knows is filled in by itself; people answer the rest."],
            examples: ["review start"], perform: Self.start),
        ActSpec(
            "review answer", "answer a question of the review",
            parameters: [
                .init("field", .word, "the question, block.field", required: true),
                .init("words", .text, "the answer: systems, not people", required: true),
            ],
            examples: ["review answer judgement.well \"the call-back found it\""], perform: Self.answer),
        ActSpec(
            "review action", "add an action with an owner, a day and a test that proves it",
            parameters: [.init("words", .text, "what is to be done", required: true)],
            options: [
                .init("owner", .person, "who", required: true),
                .init("due", .time, "until when", required: true),
                .init("proof", .text, "the test that proves it", required: true),
            ],
            examples: [
                "review action \"add the night desk's number\" --owner kim --due +14d --proof \"dir:217 rings\""
            ],
            perform: Self.action),
        ActSpec(
            "review done", "record that an action is done and what proves it",
            parameters: [.init("action", .word, "the action, action:N", required: true)],
            options: [.init("proof", .text, "what proves it", required: true)],
            examples: ["review done action:1 --proof \"rang it on 2 December\""], perform: Self.done),
    ]

    private static func begun(_ file: CaseFile) throws(ActRefusal) {
        guard file.review.start != nil else {
            throw ActRefusal(
                .refused, "review.not-begun", "There is no review of this case yet.",
                "Begin with `review start`.")
        }
    }

    private static func start(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal)
        -> ActOutcome
    {
        guard file.review.start == nil else {
            throw ActRefusal(
                .refused, "review.begun", "The review of this case has begun already.", "`review` shows it.")
        }
        let open = scene.rules.questions(after: file.review).map(\.name)
        return ActOutcome(
            [file.entry(CaseField.review, ReviewBody(.start))], said: ["The review has begun."],
            hints: open.isEmpty ? [] : ["To answer: \(open.joined(separator: ", "))"])
    }

    private static func answer(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        try Self.begun(file)
        let name = act.value("field") ?? ""
        let form = scene.rules.forms.first { $0.purpose == .review }
        let known = (form?.blocks ?? []).flatMap { block in block.fields.map { "\(block.key).\($0.key)" } }
        guard known.contains(name) else {
            throw ActRefusal(
                .notFound, "review.no-such-field", "The review does not ask for `\(name)`.",
                known.isEmpty
                    ? "The rule book has no review form; see config/sops."
                    : "It asks for: \(known.joined(separator: ", ")).")
        }
        var body = ReviewBody(.answer)
        body.field = name
        body.words = try act.neededText("words", bytesMax: LedgerMap.longTextBytesMax)
        let missing = scene.rules.questions(after: file.review).map(\.name).filter { $0 != name }
        return ActOutcome(
            [file.entry(CaseField.review, body)], said: ["\(name) answered."],
            hints: missing.isEmpty
                ? ["every question is answered"] : ["To answer: \(missing.joined(separator: ", "))"])
    }

    private static func action(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        try Self.begun(file)
        let name = act.value("owner") ?? ""
        guard let owner = scene.person(named: name) else {
            throw ActRefusal(
                .notFound, "review.no-such-person", "The membership knows no `\(name)`.",
                "Give the desk name of an operator.")
        }
        let key = ItemKey.next(after: file.review.actions.map(\.key), scene)
        var body = ReviewBody(.action)
        body.item = key
        body.words = try act.neededText("words")
        body.owner = owner.id
        body.due = act.milliseconds("due")
        body.proof = try act.neededText("proof")
        guard (body.due ?? 0) > scene.now else {
            throw ActRefusal(.badValue, "review.past-due", "That day has passed.", "Give a later --due.")
        }
        return ActOutcome(
            [file.entry(CaseField.review, body)],
            said: [
                "action:\(key.number) for \(owner.name), due \(TimeWords.day(body.due ?? 0, now: scene.now))."
            ])
    }

    private static func done(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        let review = file.review
        let key = try review.labels.key(act.value("action") ?? "")
        guard let action = review.actions.first(where: { $0.key == key }) else {
            preconditionFailure("a label of the review names none of its actions")
        }
        guard action.done == nil else {
            throw ActRefusal(
                .refused, "review.done-already", "\(action.label) is done already.", "Nothing need be done.")
        }
        var body = ReviewBody(.actionDone)
        body.item = key
        body.proof = try act.neededText("proof")
        return ActOutcome([file.entry(CaseField.review, body)], said: ["\(action.label) is done."])
    }
}
