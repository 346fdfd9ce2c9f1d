import BatonAPI
import BatonDesk

/// Commands that read.
enum LookHandlers {
    /// As long as a search may be: it travels in the head of a request.
    private static let searchBytesMax = 1024

    @Sendable
    static func queue(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let view = command.argument("view").flatMap(QueueQuery.View.init(rawValue:)) ?? .team
        let offset = command.option("offset").flatMap { Int($0) } ?? 0
        let filter = try Self.filters(command)
        let query = QueueQuery(
            view, type: filter["type"], severity: filter["sev"], tag: filter["tag"],
            limit: Self.limit(desk, command), offset: offset == 0 ? nil : offset)
        let reply = try await desk.ask { client throws(APIFault) in try await client.queue(query) }
        desk.freeze(reply.cases)
        return Reply(.queue, .queue(reply, view: view.rawValue, offset: offset))
    }

    /// Options and `type:EDR` words alike, by name.
    private static func filters(_ command: Command) throws(CommandIssue) -> [String: String] {
        var found: [String: String] = [:]
        for name in ["type", "sev", "tag"] { found[name] = command.option(name) }
        for word in command.arguments["filter"] ?? [] {
            guard word.contains(":") else {
                throw CommandIssue(
                    .tooManyArguments, "`\(SafeText.line(word))` is one word too many for `queue`.",
                    "Usage: queue [VIEW] [type:EDR] [sev:S0] [tag:press]; for words: find")
            }
            let sides = word.split(separator: ":", maxSplits: 1).map(String.init)
            guard sides.count == 2, ["type", "sev", "tag"].contains(sides[0].lowercased()) else {
                throw CommandIssue(
                    .badValue, "`\(SafeText.line(word))` is not a filter of a list.",
                    "A list takes type:EDR, sev:S0 and tag:press; for more, and for words: find")
            }
            let name = sides[0].lowercased()
            let value = name == "tag" ? sides[1] : sides[1].uppercased()
            guard name != "type" || CaseType(word: value) != nil,
                name != "sev" || ["S0", "S1", "S2", "S3", "S4"].contains(value)
            else {
                throw CommandIssue(
                    .badValue, "`\(SafeText.line(word))` is not a filter of a list.",
                    "Types are \(CaseType.allCases.map(\.word).joined(separator: ", ")); severities S0 to S4."
                )
            }
            found[name] = value
        }
        return found
    }

    @Sendable
    static func find(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let words = command.argument("words") ?? ""
        guard words.utf8.count <= Self.searchBytesMax else {
            throw CommandIssue(
                .tooLong, "The search has more than \(Self.searchBytesMax) bytes.", "Search for a few words.")
        }
        let limit = Self.limit(desk, command)
        let reply = try await desk.ask { client throws(APIFault) in try await client.find(words, limit: limit)
        }
        desk.freeze(reply.hits.map(\.summary))
        return Reply(.find, .found(reply, words: words))
    }

    @Sendable
    static func use(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        if command.argument("case") == "-" {
            desk.current = nil
        } else if command.reference != nil {
            let reference = try desk.reference(of: command)
            let reply = try await desk.ask { client throws(APIFault) in try await client.show(reference) }
            desk.current = reply.detail.summary
            desk.remember(reply.detail.summary.ref)
        }
        return Reply(.use, .current(CurrentReport(current: desk.current)))
    }

    @Sendable
    static func show(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let section = command.argument("section").map { ShowSection(rawValue: $0) } ?? .all
        guard let section else {
            let reply = try await ActHandlers.show(&desk, command, section: command.argument("section") ?? "")
            return Reply(.show, reply.body)
        }
        let reference = try desk.reference(of: command)
        let reply = try await desk.ask { client throws(APIFault) in try await client.show(reference) }
        desk.remember(reply.detail.summary.ref)
        guard section == .all else { return Reply(.show, .detail(reply, section: section)) }
        let notes = await Self.alike(desk, reply.detail.summary.id)
        return Reply(.show, .detail(reply, section: section), notes: notes)
    }

    /// A line for each of the cases most like one; none where the node cannot say, since nobody asked for them.
    static func alike(_ desk: Desk, _ id: String) async -> [String] {
        let reply = try? await desk.client.similar(id, limit: 3)
        return (reply?.cases ?? []).map { hit in
            let shared = hit.shared.map { $0.count > 32 ? $0.prefix(31) + "…" : $0 }.joined(separator: ", ")
            return "Like it: \(hit.summary.ref) (\(shared)) \(hit.summary.status), \(hit.summary.title)"
        }
    }

    @Sendable
    static func suggest(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let reference = try desk.reference(of: command)
        let limit = Self.limit(desk, command)
        let reply = try await desk.ask { client throws(APIFault) in
            try await client.similar(reference, limit: min(limit, 100))
        }
        desk.freeze(reply.cases.map(\.summary))
        return Reply(.linkSuggest, .similar(reply))
    }

    @Sendable
    static func holdDue(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let typed = command.argument("within")
        let within = typed.flatMap { TimeExpression.span($0) }
        guard typed == nil || within != nil else {
            throw CommandIssue(
                .badValue, "`\(SafeText.line(typed ?? ""))` is not a length of time.",
                "Write hours or days: hold due 30d")
        }
        let limit = Self.limit(desk, command)
        let reply = try await desk.ask { client throws(APIFault) in
            try await client.holds(within: within, limit: limit)
        }
        desk.freeze(reply.holds.map(\.summary))
        return Reply(.holdDue, .holds(reply))
    }

    @Sendable
    static func clocks(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let limit = Self.limit(desk, command)
        let reply = try await desk.ask { client throws(APIFault) in try await client.clocks(limit: limit) }
        desk.freeze(reply.clocks.map(\.summary))
        let isBreached = command.has("check") && reply.breached > 0
        return Reply(.slaAll, .clocks(reply), exit: isBreached ? .breached : .done)
    }

    @Sendable
    static func log(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let what = command.argument("what") ?? "notes"
        if what == "verify" { return try await Self.verify(desk) }
        let reference = try desk.reference(of: command)
        let since = command.option("since").flatMap { TimeExpression.span($0) }.map {
            desk.options.now() - $0
        }
        if what == "deltas" {
            let reply = try await desk.ask { client throws(APIFault) in try await client.log(reference) }
            let kept = reply.deltas.filter { $0.written.at >= since ?? .min }
            return Reply(.log, .deltas(LogReply(asOf: reply.asOf, ref: reply.ref, deltas: kept)))
        }
        let limit = Self.limit(desk, command)
        let reply = try await desk.ask { client throws(APIFault) in
            try await client.timeline(reference, limit: limit)
        }
        guard let since else { return Reply(.log, .timeline(reply)) }
        let kept = reply.entries.filter { ($0.originallyAt ?? $0.written.at) >= since }
        let before = kept.count < reply.entries.count ? nil : reply.before
        return Reply(
            .log, .timeline(TimelineReply(asOf: reply.asOf, ref: reply.ref, entries: kept, before: before)))
    }

    private static func verify(_ desk: Desk) async throws(CommandIssue) -> Reply {
        let reply = try await desk.ask { client throws(APIFault) in try await client.verify() }
        return Reply(.log, .verified(reply), exit: reply.isSound ? .done : .integrity)
    }

    private static func limit(_ desk: Desk, _ command: Command) -> Int {
        command.option("limit").flatMap { Int($0) } ?? desk.options.rowLimit
    }
}
