import BatonAPI

/// Commands that read.
enum LookHandlers {
    /// As long as a search may be: it travels in the head of a request.
    private static let searchBytesMax = 1024

    @Sendable
    static func queue(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let view = command.argument("view").flatMap(QueueQuery.View.init(rawValue:)) ?? .team
        let offset = command.option("offset").flatMap { Int($0) } ?? 0
        let query = QueueQuery(
            view, type: command.option("type"), severity: command.option("sev"), tag: command.option("tag"),
            limit: Self.limit(desk, command), offset: offset == 0 ? nil : offset)
        let reply = try await desk.ask { client throws(APIFault) in try await client.queue(query) }
        desk.freeze(reply.cases)
        return Reply(.queue, .queue(reply, view: view.rawValue, offset: offset))
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
        let reference = try desk.reference(of: command)
        let reply = try await desk.ask { client throws(APIFault) in try await client.show(reference) }
        desk.remember(reply.detail.summary.ref)
        let section = command.argument("section").flatMap(ShowSection.init(rawValue:)) ?? .all
        return Reply(.show, .detail(reply, section: section))
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
