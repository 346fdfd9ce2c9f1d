import BatonAPI
import BatonDesk

/// Runs acts and shows the case file.
enum ActHandlers {
    static func show(
        _ desk: inout Desk, _ command: Command, section: String
    ) async throws(CommandIssue) -> Reply {
        let reference = try desk.reference(of: command)
        let reply = try await desk.ask { client throws(APIFault) in
            try await client.file(reference, section: section)
        }
        desk.remember(reply.summary.ref)
        return Reply(command.name, .file(reply))
    }

    static func act(
        _ desk: inout Desk, _ command: Command, _ spec: ActSpec
    ) async throws(CommandIssue) -> Reply {
        let command = try command.naming(ActCommands.caseOption)
        if let section = Self.sectionInstead(command, spec) {
            return try await Self.show(&desk, command, section: section)
        }
        var call = ActCall(
            act: spec.name, arguments: try await Self.arguments(command, spec, desk))
        await desk.announce(Self.planned(spec), in: try desk.reference(of: command))
        let before = try await desk.target(of: command)
        call.confirm = command.option("confirm")
        let reply: ActReply
        do throws(CommandIssue) { reply = try await Self.send(call, before.summary.id, desk) } catch {
            guard error.code == ActArguments.confirmNeeded, call.confirm == nil else { throw error }
            call.confirm = try await Self.confirmation(desk, spec.name, ref: before.summary.ref)
            reply = try await Self.send(call, before.summary.id, desk)
        }
        let after = reply.change.detail
        desk.note(after.summary, before: before.summary.changes)
        let instead =
            spec.danger == .reversible
            ? "Its own words take it back where that can be: help \(spec.name.split(separator: " ")[0])"
            : "It reached outside; record what you do about it."
        desk.keepUndo(spec.name, .impossible(instead: instead), after.summary)
        var answer = Reply(
            command.name, .acted(ActReport(reply, changes: Self.changes(before, after))),
            exit: reply.awaitsSecondPerson ? .secondPersonAwaited : .done)
        if spec.name == "triage" { answer.notes = await LookHandlers.alike(desk, after.summary.id) }
        return answer
    }

    @Sendable
    static func confirmDecision(
        _ desk: inout Desk, _ command: Command
    ) async throws(CommandIssue) -> Reply {
        guard let spec = ActTable.spec("approve") else {
            preconditionFailure("the table of acts has no approve")
        }
        let target = try await desk.target(of: command)
        let file = try await desk.ask { client throws(APIFault) in
            try await client.file(target.summary.id, section: "decisions")
        }
        let waiting = file.sections.flatMap(\.items).filter { $0.state == "proposed" }.map(\.id)
        guard waiting.count == 1 else {
            throw CommandIssue(
                .badValue,
                waiting.isEmpty
                    ? "No decision of \(target.summary.ref) waits for a second person."
                    : "\(waiting.count) decisions wait: \(waiting.joined(separator: ", ")).",
                waiting.isEmpty ? "See what there is: decide" : "Say which: approve \(waiting[0])")
        }
        let call = Command(
            name: CommandName(rawValue: "approve"), reference: .handle(target.summary.ref),
            arguments: ["id": waiting], options: command.options, completedFrom: nil)
        let reply = try await Self.act(&desk, call, spec)
        return Reply(command.name, reply.body, exit: reply.exit, notes: reply.notes)
    }

    /// `edit severity` that lowers is a triage: it takes a reason, and from S0 a second person.
    static func lower(
        _ desk: inout Desk, _ before: CaseDetail, to severity: String, why: String
    ) async throws(CommandIssue) -> Reply {
        let call = ActCall(act: "triage", arguments: ["sev": [severity], "why": [why]])
        let reply = try await Self.send(call, before.summary.id, desk)
        desk.note(reply.change.detail.summary, before: before.summary.changes)
        let back = ChangeRequest(
            operations: [
                ChangeOperation(.set, field: "severity", value: before.summary.severity.map { .text($0) })
            ],
            note: "undo: severity")
        let way: UndoStep.Way =
            reply.awaitsSecondPerson
            ? .impossible(instead: "It waits for a second person: decide withdraw") : .change(back)
        desk.keepUndo("edit severity", way, reply.change.detail.summary)
        return Reply(
            .edit, .acted(ActReport(reply, changes: Self.changes(before, reply.change.detail))),
            exit: reply.awaitsSecondPerson ? .secondPersonAwaited : .done)
    }

    /// What the peers are told before an act that cannot be taken back is done; nil for the others.
    private static func planned(_ spec: ActSpec) -> String? {
        let word = spec.name.split(separator: " ").first.map(String.init) ?? spec.name
        switch word {
        case "contain", "close", "take", "depose": return word
        case "decide": return spec.name == "decide disclose" ? "disclose" : word
        default:
            guard spec.danger == .irreversible else { return nil }
            return word == "hold" ? "release" : "act"
        }
    }

    private static func send(_ call: ActCall, _ id: String, _ desk: Desk) async throws(CommandIssue)
        -> ActReply
    {
        try await desk.change { client, key throws(APIFault) in
            try await client.act(id, call, key: key)
        }
    }

    /// A command that needs words and was given none asks to be shown what there is.
    private static func sectionInstead(_ command: Command, _ spec: ActSpec) -> String? {
        let isBare = command.arguments.isEmpty && !spec.options.contains { command.has($0.name) }
        guard isBare,
            spec.parameters.contains(where: \.isRequired) || spec.options.contains(where: \.isRequired)
        else { return nil }
        return ActCommands.section(of: spec.name)
    }

    /// What is needed and was left out, from the person who sits there; nil where nobody can be asked.
    private static func asked(_ argument: ActSpec.Argument, _ desk: Desk) async -> String? {
        guard desk.options.mayAsk, desk.options.render.format == .text, let input = desk.input,
            input.isInteractive
        else { return nil }
        let prompt = "\(argument.help.prefix(1).uppercased() + argument.help.dropFirst()): "
        guard case .line(let text) = await input.line(LineRequest(prompt: prompt, purpose: .text)),
            text.contains(where: { !$0.isWhitespace })
        else { return nil }
        return text
    }

    private static func arguments(
        _ command: Command, _ spec: ActSpec, _ desk: Desk
    ) async throws(CommandIssue) -> [String: [String]] {
        let now = desk.options.now()
        var arguments: [String: [String]] = [:]
        for argument in spec.parameters {
            guard let values = command.arguments[argument.name] else { continue }
            arguments[argument.name] = try Self.read(values, argument, now: now)
        }
        for argument in spec.options {
            guard let values = command.options[argument.name] else {
                guard argument.isRequired || (command.has("sbar") && argument.value == .text) else {
                    continue
                }
                if let answer = await Self.asked(argument, desk) {
                    arguments[argument.name] = try Self.read([answer], argument, now: now)
                    continue
                }
                guard argument.isRequired else { continue }
                throw CommandIssue(
                    .missingArgument, "`\(spec.name)` needs --\(argument.name): \(argument.help).",
                    "For example: \(spec.examples.first ?? spec.name)")
            }
            arguments[argument.name] =
                argument.value == .flag ? [] : try Self.read(values, argument, now: now)
        }
        return arguments
    }

    /// Times and lengths of time as the API takes them.
    private static func read(
        _ values: [String], _ argument: ActSpec.Argument, now: Int64
    ) throws(CommandIssue) -> [String] {
        var read: [String] = []
        for text in values {
            switch argument.value {
            case .time:
                guard let time = TimeExpression(text)?.resolved(now: now) else {
                    throw CommandIssue.badTime(
                        "`\(SafeText.line(text))` is not a time that the desk takes.", text)
                }
                read.append("\(time)")
            case .span:
                guard let span = TimeExpression.span(text) else {
                    throw CommandIssue(
                        .badValue, "`\(SafeText.line(text))` is not a length of time.",
                        "Write 45s, 30m, 6h or 2d.")
                }
                read.append("\(span)")
            case .person: read.append(text.lowercased())
            default: read.append(text)
            }
        }
        return read
    }

    /// Asks for the case's handle once more, after the node has said that all else is in order.
    static func confirmation(
        _ desk: Desk, _ name: String, ref: String
    ) async throws(CommandIssue) -> String {
        let issue = CommandIssue(
            .answerNeeded,
            "`\(name)` cannot be taken back, and nobody can be asked for the case's handle.",
            "Add --confirm \(ref).")
        guard desk.options.mayAsk, let input = desk.input, input.isInteractive else { throw issue }
        let answer = await input.line(
            LineRequest(prompt: "`\(name)` cannot be taken back. Type the case id: ", purpose: .text))
        guard case .line(let text) = answer, !text.allSatisfy(\.isWhitespace) else {
            throw CommandIssue(.abandoned, "No case was typed.", "Nothing was done.")
        }
        return text.filter { !$0.isWhitespace }
    }

    /// What an act moved among the things that everybody watches.
    private static func changes(_ before: CaseDetail, _ after: CaseDetail) -> [ChangeReport.FieldChange] {
        let pairs = [
            ("severity", before.summary.severity, after.summary.severity),
            ("status", before.summary.status, after.summary.status),
            ("owner", before.summary.owner, after.summary.owner),
        ]
        return pairs.filter { $0.1 != $0.2 }.map {
            ChangeReport.FieldChange(field: $0.0, before: $0.1, after: $0.2)
        }
    }
}
