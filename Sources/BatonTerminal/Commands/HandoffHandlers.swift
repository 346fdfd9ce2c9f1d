package import BatonAPI

/// Runs the watch handoff and the brief.
enum HandoffHandlers {
    @Sendable
    static func brief(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let since = command.option("since").flatMap { TimeExpression.span($0) }.map {
            desk.options.now() - $0
        }
        let rows = command.option("rows").flatMap { Int($0) } ?? 20
        let reference = command.reference == nil ? nil : try desk.reference(of: command)
        let reply = try await desk.ask { client throws(APIFault) in
            try await client.brief(reference, since: since, rows: rows)
        }
        return Reply(command.name, .brief(reply))
    }

    @Sendable
    static func list(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let rows = command.option("rows").flatMap { Int($0) }
        let reply = try await desk.ask { client throws(APIFault) in try await client.handoffs(rows: rows) }
        return Reply(command.name, .handoffs(reply))
    }

    @Sendable
    static func status(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        guard let typed = command.argument("handoff") else { return try await Self.list(&desk, command) }
        let reply = try await desk.ask { client throws(APIFault) in
            try await client.handoff(typed, purpose: "status")
        }
        return Reply(command.name, .handoff(reply))
    }

    @Sendable
    static func page(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let typed = command.argument("handoff") ?? "-"
        let page = try await desk.ask { client throws(APIFault) in try await client.handoffPage(typed) }
        var report = HandoffPageReport(page: page, file: nil)
        if let path = command.option("html") {
            try FreshFile.write(page.html, to: path)
            report = HandoffPageReport(page: page, file: path)
        }
        return Reply(command.name, .handoffPage(report))
    }

    // The leaver.

    @Sendable
    static func draft(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        var terms: [String: [String]] = [:]
        if let to = command.option("to") { terms["to"] = [to.lowercased()] }
        if let at = command.option("at") { terms["at"] = ["\(try Self.ahead(at, now: desk.options.now()))"] }
        var reply = try await Self.opened(desk, terms)
        for (option, step) in [("case", "include"), ("keep", "keep")] {
            for typed in command.options[option] ?? [] {
                let reference = try desk.reference(typed)
                reply = try await Self.send(
                    desk, reply.row.id, HandoffCall(step: step, arguments: ["case": [reference]])
                ).handoff
            }
        }
        if let finding = reply.findings.first(where: { $0.laterAt != nil }), let later = finding.laterAt {
            reply = try await Self.offerDelay(desk, reply, finding, later)
        }
        for item in reply.items { desk.remember(item.ref) }
        return Reply(command.name, .handoff(reply))
    }

    /// The draft that there is, or a new one where somebody said to whom.
    private static func opened(
        _ desk: Desk, _ terms: [String: [String]]
    ) async throws(CommandIssue) -> HandoffReply {
        let found: HandoffReply
        do throws(CommandIssue) {
            found = try await desk.ask { client throws(APIFault) in
                try await client.handoff("-", purpose: "draft")
            }
        } catch {
            guard error.code == APIFaultKind.noSuchHandoff.code else { throw error }
            guard terms["to"] != nil else {
                throw CommandIssue(
                    .missingArgument, "No draft is open, and `handoff draft` does not say to whom.",
                    "Write: handoff draft --to usw --at 23:00Z")
            }
            return try await desk.change { client, key throws(APIFault) in
                try await client.openHandoff(terms, key: key)
            }.handoff
        }
        guard !terms.isEmpty else { return found }
        return try await Self.send(desk, found.row.id, HandoffCall(step: "terms", arguments: terms)).handoff
    }

    /// Custody moves in the future: a clock time that has passed today means tomorrow's.
    static func ahead(_ text: String, now: Int64) throws(CommandIssue) -> Int64 {
        guard let typed = TimeExpression(text) else {
            throw CommandIssue.badTime(
                "`\(SafeText.line(text))` is not a time that the desk takes.", text)
        }
        let time = typed.resolved(now: now)
        guard case .clock = typed, time < now - 60_000 else { return time }
        return time + 86_400_000
    }

    private static func offerDelay(
        _ desk: Desk, _ reply: HandoffReply, _ finding: HandoffFindingView, _ later: Int64
    ) async throws(CommandIssue) -> HandoffReply {
        let issue = CommandIssue(.answerNeeded, finding.what, finding.remedy)
        let clock = desk.options.render.clock
        do throws(CommandIssue) {
            try await desk.confirm(
                "Warning: \(finding.what) Move it to \(clock.short(later))?", otherwise: issue)
        } catch { return reply }
        return try await Self.send(
            desk, reply.row.id, HandoffCall(step: "terms", arguments: ["at": ["\(later)"]])
        ).handoff
    }

    @Sendable
    static func say(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        var arguments = command.options.filter {
            ["situation", "trend", "if", "ruled-out", "pending", "people"].contains($0.key)
        }
        if arguments.contains(where: { $0.key != "people" }) {
            arguments["case"] = [try desk.reference(of: command)]
        }
        return try await Self.reply(&desk, command, "-", HandoffCall(step: "say", arguments: arguments))
    }

    @Sendable
    static func offer(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let arguments: [String: [String]] = command.has("unstaffed") ? ["unstaffed": []] : [:]
        return try await Self.reply(&desk, command, "-", HandoffCall(step: "offer", arguments: arguments))
    }

    /// `decline`, `withdraw` and `acknowledge`.
    @Sendable
    static func end(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        var arguments: [String: [String]] = [:]
        if let why = command.option("why") { arguments["why"] = [why] }
        let step = command.name.form.map(String.init) ?? ""
        return try await Self.reply(
            &desk, command, command.argument("handoff") ?? "-", HandoffCall(step: step, arguments: arguments))
    }

    @Sendable
    static func addendum(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        var arguments = ["words": [command.argument("words") ?? ""]]
        if let typed = command.option("case") { arguments["case"] = [try desk.reference(typed)] }
        return try await Self.reply(
            &desk, command, command.option("handoff") ?? "-",
            HandoffCall(step: "addendum", arguments: arguments))
    }

    // The receiver.

    @Sendable
    static func readBack(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let arguments = [
            "case": [try desk.reference(of: command)], "words": [command.argument("words") ?? ""],
        ]
        var call = HandoffCall(step: "readback", arguments: arguments)
        if command.has("telephone") { call.arguments["telephone"] = [] }
        if let gap = command.option("gap") { call.arguments["gap"] = [gap] }
        var reply = try await Self.reply(&desk, command, command.option("handoff") ?? "-", call)
        if case .handoffStep(let step) = reply.body, step.isGood == false { reply.exit = .humanMustChoose }
        return reply
    }

    @Sendable
    static func action(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        var arguments = [
            "case": [try desk.reference(of: command)], "words": [command.argument("words") ?? ""],
        ]
        if let owner = command.option("owner") { arguments["owner"] = [owner.lowercased()] }
        if let due = command.option("due") {
            arguments["due"] = ["\(try Self.ahead(due, now: desk.options.now()))"]
        }
        return try await Self.reply(
            &desk, command, command.option("handoff") ?? "-",
            HandoffCall(step: "action", arguments: arguments))
    }

    @Sendable
    static func accept(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let typed = command.argument("handoff") ?? "-"
        let handoff = try await desk.ask { client throws(APIFault) in
            try await client.handoff(typed, purpose: "accept")
        }
        for item in handoff.items { desk.remember(item.ref) }
        desk.board?.hold(true)
        defer { desk.board?.hold(false) }
        let walk = AcceptWalk(desk: desk, handoff: handoff)
        let told = try await walk.run()
        if !command.has("all") { try await walk.takeRest(told) }
        return try await Self.reply(
            &desk, command, handoff.row.id, HandoffCall(step: "accept", arguments: ["all": []]))
    }

    // All.

    static func send(
        _ desk: Desk, _ reference: String, _ call: HandoffCall
    ) async throws(CommandIssue) -> HandoffStepReply {
        try await desk.change { client, key throws(APIFault) in
            try await client.step(reference, call, key: key)
        }
    }

    private static func reply(
        _ desk: inout Desk, _ command: Command, _ reference: String, _ call: HandoffCall
    ) async throws(CommandIssue) -> Reply {
        let reply = try await Self.send(desk, reference, call)
        return Reply(command.name, .handoffStep(reply))
    }
}

/// A page, and where it was written.
package struct HandoffPageReport: Codable, Sendable, Equatable {
    package let page: HandoffPageReply
    /// Absent where it is shown instead.
    package let file: String?
}
