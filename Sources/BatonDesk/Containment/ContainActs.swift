import BatonModel

/// `contain …`: the three steps of an outer effect, with one executor.
enum ContainActs {
    static let specs = [
        ActSpec(
            "contain", "record that something is to be contained, and who carries it out",
            details: [
                "This is an intent. Baton carries nothing out: the executor does, and says `contain done`, and "
                    + "somebody who looked says `contain confirm`."
            ],
            parameters: Self.names,
            options: [
                .why("a containment code", required: true),
                .init("executor", .word, "the site that carries it out; this one where it is left out"),
                .init("note", .text, "in words"),
            ], danger: .external,
            examples: [
                "contain suspend subj:2 --why TTL-IMMINENT",
                "contain disable cont:1 --why SPREADING --executor usw",
            ],
            perform: Self.intend),
        Self.step("contain done", "record that it was carried out", .done, "contain done suspend subj:2"),
        Self.step(
            "contain confirm", "record that somebody looked and it is contained", .confirmed,
            "contain confirm suspend subj:2"),
        Self.step(
            "contain fail", "record that it could not be carried out", .failed,
            "contain fail suspend subj:2 --note \"tool refused\""),
        Self.step(
            "contain reverse", "record that it was undone outside", .reversed,
            "contain reverse suspend subj:2"),
        Self.step(
            "contain cancel", "take back an intent that nobody carried out", .cancelled,
            "contain cancel suspend subj:2"),
    ]

    private static let names: [ActSpec.Argument] = [
        .init("action", .word, "an action of the catalogue", required: true),
        .init("target", .word, "subj:N, or a word for a thing, such as cont:1", required: true),
    ]

    private static func step(
        _ name: String, _ help: String, _ kind: ContainmentBody.Kind, _ example: String
    ) -> ActSpec {
        ActSpec(
            name, help, parameters: Self.names, options: [.init("note", .text, "in words")],
            examples: [example],
            perform: { act, file, scene throws(ActRefusal) in try Self.record(kind, act, file, scene) })
    }

    private static func intend(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let typed = (act.value("action") ?? "").lowercased()
        guard let action = scene.rules.containment(typed) else {
            let known = scene.rules.containments.map(\.key).joined(separator: ", ")
            throw ActRefusal(
                .notFound, "contain.no-such-action", "The catalogue has no action `\(typed)`.",
                known.isEmpty ? "See config/codes." : "It has: \(known).")
        }
        let executor = try Self.executor(act, scene)
        var body = ContainmentBody(
            .intent, action: action.key, target: try TargetKey.stored(act.value("target") ?? "", file))
        if let item = file.containments.items.first(where: {
            $0.action == action.key && $0.target == body.target
        }),
            item.isOpen || item.state == .confirmed
        {
            throw ActRefusal(
                .refused, "contain.already", "\(item.label) is \(item.state.rawValue) already.",
                item.isOpen
                    ? "Go on with `contain done` or `contain cancel`." : "Reverse it first to do it again.")
        }
        body.code = try act.neededReason(.contain, scene)
        body.words = try act.cleanText("note") ?? ""
        body.executor = executor
        body.needsSecondPerson = action.needsSecondPerson(at: file.severity)
        var outcome = ActOutcome([file.entry(CaseField.containment, body)] + file.activity)
        let label = "\(action.key)/\(TargetKey.shown(body.target, file.subjects))"
        outcome.said.append("Recorded as INTENT: \(label), carried out at \(executor).")
        if !action.caution.isEmpty { outcome.hints.append(action.caution) }
        if body.needsSecondPerson {
            outcome.hints.append("A second person says: approve \(label)")
            outcome.awaitsSecondPerson = true
        } else {
            outcome.hints.append("Next: contain done \(label.replacing("/", with: " "))")
        }
        return outcome
    }

    private static func executor(_ act: Act, _ scene: ActScene) throws(ActRefusal) -> SiteID {
        guard let typed = act.value("executor") else { return scene.site }
        let sites = scene.membership.head.sites.map(\.site)
        if let site = SiteID(typed.lowercased()), sites.contains(site) { return site }
        throw ActRefusal(
            .notFound, "contain.no-such-site", "The team has no site `\(typed)`.",
            "Its sites are: \(sites.map(\.description).joined(separator: ", ")).")
    }

    private static func record(
        _ kind: ContainmentBody.Kind, _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let target = try TargetKey.stored(act.value("target") ?? "", file)
        let action = (act.value("action") ?? "").lowercased()
        guard let item = file.containments.items.first(where: { $0.action == action && $0.target == target })
        else {
            throw ActRefusal(
                .notFound, "contain.no-such", "`\(action)` of that target is not in the journal.",
                "Record the intent first with `contain`.")
        }
        try Self.allow(kind, item, scene)
        var body = ContainmentBody(kind, action: item.action, target: item.target)
        body.words = try act.cleanText("note") ?? ""
        var outcome = ActOutcome([file.entry(CaseField.containment, body)])
        if kind == .confirmed,
            !file.containments.items.contains(where: { $0.isOpen && $0.label != item.label })
        {
            outcome.operations += file.milestone(CaseField.contained)
        }
        outcome.said.append("\(item.label): \(Self.word(kind)).")
        if kind == .done {
            outcome.hints.append("Next: look, then contain confirm \(item.label.replacing("/", with: " "))")
        }
        return outcome
    }

    private static func word(_ kind: ContainmentBody.Kind) -> String {
        switch kind {
        case .intent: "intent"
        case .done: "done"
        case .confirmed: "confirmed"
        case .failed: "failed"
        case .reversed: "reversed"
        case .approved: "approved"
        case .cancelled: "cancelled"
        }
    }

    private static func allow(
        _ kind: ContainmentBody.Kind, _ item: ContainmentLedger.Item, _ scene: ActScene
    ) throws(ActRefusal) {
        let from: [ContainmentLedger.State] =
            switch kind {
            case .done, .failed: [.intent]
            case .confirmed: [.done]
            case .reversed: [.done, .confirmed]
            case .cancelled: [.intent, .awaiting]
            case .intent, .approved: []
            }
        if item.state == .awaiting, kind == .done || kind == .failed {
            throw ActRefusal(
                .secondPerson, "contain.second-person", "\(item.label) waits for a second person.",
                "They say: approve \(item.label)",
                because: ["The catalogue asks two people for \(item.action)."])
        }
        guard from.contains(item.state) else {
            throw ActRefusal(
                .refused, "contain.wrong-step", "\(item.label) is \(item.state.rawValue).",
                "The steps are intent, done, confirmed; then reversed.")
        }
        guard kind == .done || kind == .failed, !item.executors.contains(scene.site) else { return }
        let names = item.executors.map(\.description).joined(separator: ", ")
        throw ActRefusal(
            .refused, "contain.not-executor", "\(item.label) is carried out at \(names), not here.",
            "Say it there, or cancel the intent and record one for this site.",
            because: ["One executor keeps an effect from being done twice."])
    }
}
