package import BatonAPI

/// Turns answers into text. Pure: the time and the width are options.
package struct ReplyRenderer: Sendable {
    package let options: RenderOptions

    package init(_ options: RenderOptions) { self.options = options }

    package func text(_ reply: Reply) -> String {
        switch self.options.format {
        case .json: return JSONReply.text(reply, perRow: false)
        case .jsonl: return JSONReply.text(reply, perRow: true)
        case .plain: return BlockRenderer(self.options).text(self.blocks(reply))
        case .text:
            let notes = reply.notes.map { Block.item($0) }
            let stamp = reply.asOf.flatMap(self.staleness).map { [Block.line($0)] } ?? []
            let ahead = reply.asOf.map(self.intents) ?? []
            return BlockRenderer(self.options).text(self.blocks(reply) + notes + ahead + stamp)
        }
    }

    /// `[api.no-such-case] No case EDR-7K3QM9 here. Try: queue all`
    ///
    /// - Parameter line: What a person has typed, to show the place in it; nil where nobody sees it.
    package func text(_ issue: CommandIssue, command: CommandName?, line: String? = nil) -> String {
        switch self.options.format {
        case .json, .jsonl: return JSONReply.problem(issue, command: command)
        case .text, .plain:
            let place = self.place(of: issue, in: line)
            var blocks = place.shown.map { Block.line($0) }
            blocks.append(
                .paragraph("[\(issue.code)] \(issue.message)\(place.said) \(issue.hint)", indent: 0))
            blocks += issue.candidates.map { .line("  \($0.ref)  \($0.title ?? "")") }
            return BlockRenderer(self.options).text(blocks)
        }
    }

    /// Where in the line it is: two lines to be seen, or words to be heard. The first word needs neither.
    private func place(of issue: CommandIssue, in line: String?) -> (shown: [String], said: String) {
        guard let line, let column = issue.column, column > 1, column <= line.count else { return ([], "") }
        guard self.options.isAccessible || self.options.format == .plain else {
            let lines = LineExcerpt.lines(of: line, column: column, columns: self.options.columns)
            return (lines, "")
        }
        return ([], " It is at character \(column) of the line.")
    }

    /// `as of syd 03:12Z; usw last heard 02:34Z; use catching-up, last heard 03:12Z, 9099 changes of 2 cases to
    /// come, 14 of this case`; nil while every peer is in touch and nothing is to come.
    package func staleness(_ asOf: Freshness) -> String? {
        let silent = asOf.peers.filter { !$0.isInTouch || $0.toCome != nil || $0.caseBehind != nil }
        guard !silent.isEmpty else { return nil }
        let clock = self.options.clock
        let parts = silent.map { peer -> String in
            let heard = peer.lastHeardAt.map { "last heard \(clock.short($0))" } ?? "not heard yet"
            let said = peer.state == "down" ? "\(peer.site) \(heard)" : "\(peer.site) \(peer.state), \(heard)"
            return said + Self.coming(peer)
        }
        return (["as of \(asOf.site) \(clock.short(asOf.at))"] + parts).joined(separator: "; ")
    }

    /// `, 9099 changes of 2 cases to come, 14 of this case`; empty where nothing is to come.
    private static func coming(_ peer: Freshness.Peer) -> String {
        var words = ""
        if let changes = peer.toCome {
            let what = changes == 1 ? "1 change" : "\(changes) changes"
            let cases = peer.casesIncomplete.map { $0 == 1 ? " of 1 case" : " of \($0) cases" } ?? ""
            words = ", \(what)\(cases) to come"
        }
        if let behind = peer.caseBehind { words += ", \(behind) of this case" }
        return words
    }

    func blocks(_ reply: Reply) -> [Block] {
        switch reply.body {
        case .queue(let value, let view, let offset): self.queue(value, view: view, offset: offset)
        case .found(let value, let words): self.found(value, words: words)
        case .similar(let value): self.similar(value)
        case .holds(let value): self.holds(value)
        case .clocks(let value): self.clocks(value)
        case .detail(let value, let section): self.detail(value.detail, section: section)
        case .timeline(let value): self.timeline(value)
        case .deltas(let value): self.deltas(value)
        case .verified(let value): self.verified(value)
        case .conflicts(let value): self.conflicts(value)
        case .conflict(let page): self.conflict(page)
        case .sync(let value): self.sync(value) + self.desks(value.asOf)
        case .compared(let value): self.compared(value)
        case .explained(let value): self.explained(value)
        case .status(let value): self.status(value) + self.desks(value.asOf)
        case .roster(let value, let view): self.roster(value, view: view)
        case .stats(let value): self.stats(value)
        case .rest(let value, let said): self.rest(value, said: said)
        case .restTeam(let value): self.restTeam(value)
        case .exported(let report): self.exported(report)
        case .changed(let report): self.changed(report)
        case .acted(let report): self.acted(report)
        case .file(let reply): self.file(reply)
        case .handoffs(let reply): self.handoffs(reply)
        case .handoff(let reply): self.handoff(reply)
        case .handoffStep(let reply): self.handoffStep(reply)
        case .handoffPage(let report): self.handoffPage(report)
        case .brief(let reply): self.brief(reply)
        case .current(let report): self.current(report)
        case .help(let page): HelpText.blocks(page)
        case .settings(let report): self.settings(report)
        case .why(let report): self.why(report)
        case .quit: []
        }
    }

    private func current(_ report: CurrentReport) -> [Block] {
        guard let summary = report.current else { return [.line("No case is current.")] }
        return [.heading("\(summary.ref)  \(summary.title)")]
    }

    private func settings(_ report: SettingsReport) -> [Block] {
        var table = Table([.init("setting"), .init("value"), .init("meaning", gives: true)])
        for entry in report.settings { table.add([entry.name, entry.value, entry.help]) }
        return [.table(table)]
    }

    private func why(_ report: WhyReport) -> [Block] {
        guard let problem = report.problem else { return [.line("Nothing was refused in this session.")] }
        var fields = [
            BlockField("code", problem.code), BlockField("what", problem.message),
            BlockField("what to do", problem.hint), BlockField("exit code", "\(problem.exit)"),
        ]
        for reason in problem.because ?? [] { fields.append(BlockField("because", reason)) }
        if let meaning = report.meaning { fields.append(BlockField("in general", meaning)) }
        return [.fields(fields)]
    }
}

extension Freshness {
    /// True while some peer's news may be missing here.
    package var isStale: Bool { self.peers.contains { !$0.isInTouch } }
}

extension Freshness.Peer {
    /// A peer that still catches up may hold news that is not here.
    package var isInTouch: Bool { self.state == "live" }
}

extension Authorship {
    /// `kim usw`, or `kim for alee usw`.
    package var who: String { "\(self.by)\(self.onBehalfOf.map { " for \($0)" } ?? "") \(self.site)" }
}
