import BatonAPI
import BatonDesk

extension ReplyRenderer {
    func queue(_ reply: QueueReply, view: String, offset: Int) -> [Block] {
        guard !reply.cases.isEmpty else {
            let which = offset > 0 ? "No case after row \(offset)" : "No case"
            return [.line("\(which) in \(view).")]
        }
        var table = Self.caseTable(extra: nil)
        for (index, summary) in reply.cases.enumerated() {
            table.add(self.cells(summary, row: index + 1, extra: nil))
        }
        let last = offset + reply.cases.count
        guard reply.total > last || offset > 0 else { return [.table(table)] }
        let more = reply.total > last ? "  More: queue \(view) --offset \(last)" : ""
        return [.table(table), .line("\(offset + 1) to \(last) of \(reply.total).\(more)")]
    }

    func found(_ reply: FindReply, words: String) -> [Block] {
        guard !reply.hits.isEmpty else {
            return [
                .line("Nothing found for \(words)."),
                .line("This site's replica was searched: words from their beginning, global text only."),
            ]
        }
        var table = Self.caseTable(extra: "match")
        for (index, hit) in reply.hits.enumerated() {
            table.add(self.cells(hit.summary, row: index + 1, extra: hit.excerpt ?? ""))
        }
        let more = "More may fit than one search looks at: add a word or a filter."
        return [.table(table)] + (reply.isComplete ? [] : [.line(more)])
    }

    func similar(_ reply: SimilarReply) -> [Block] {
        guard !reply.cases.isEmpty else {
            return [.line("No other case here has an agency, a reference or a digest of \(reply.ref).")]
        }
        var table = Self.caseTable(extra: "both have")
        for (index, hit) in reply.cases.enumerated() {
            table.add(
                self.cells(
                    hit.summary, row: index + 1, extra: hit.shared.map(Self.short).joined(separator: ", ")))
        }
        return [.table(table)]
    }

    /// A digest says enough by its beginning.
    private static func short(_ key: String) -> String { key.count > 32 ? key.prefix(31) + "…" : key }

    private static func caseTable(extra: String?) -> Table {
        let columns: [Table.Column] = [
            .init("row", right: true), .init("case"), .init("sev"), .init("status"), .init("due"),
            .init("owner"),
            .init("title", gives: true),
        ]
        return Table(columns + (extra.map { [Table.Column($0)] } ?? []))
    }

    private func cells(_ summary: CaseRow, row: Int, extra: String?) -> [String] {
        let next = summary.isClosed ? nil : summary.nextDueAt ?? summary.dueAt
        let due = next.map(self.options.clock.due) ?? ""
        let title = (Self.badges(summary).map { "[\($0)]" } + [summary.title]).joined(separator: " ")
        return [
            "@\(row)", summary.ref, summary.severity ?? "S?", summary.status, due, summary.owner ?? "nobody",
            title,
        ] + (extra.map { [$0] } ?? [])
    }

    /// What a reader must know before trusting the row.
    private static func badges(_ summary: CaseRow) -> [String] {
        var badges: [String] = []
        if summary.conflicts > 0 { badges.append("settle \(summary.conflicts)") }
        if summary.isProvisional { badges.append("provisional") }
        if summary.waiting > 0 { badges.append("incomplete") }
        if summary.unseenByClose > 0 { badges.append("closed unseen") }
        if summary.unread > 0 { badges.append("unread \(summary.unread)") }
        return badges
    }

    func detail(_ detail: CaseDetail, section: ShowSection) -> [Block] {
        let summary = detail.summary
        var blocks: [Block] = [
            .heading("\(summary.ref)  \(summary.title)"),
            .line(
                "\(summary.severity ?? "S?")  \(summary.status)  owner \(self.owner(summary))\(self.dueSuffix(summary))"
            ),
        ]
        blocks += Self.warnings(summary).map { .paragraph($0, indent: 0) }
        if section == .all || section == .facts {
            blocks += self.facts(detail)
            blocks += detail.partlySuperseded.map { .paragraph(self.torn($0), indent: 0) }
        }
        if section == .all || section == .milestones { blocks += self.milestones(detail) }
        if section == .all || section == .conflicts, !detail.conflicts.isEmpty {
            blocks += [.blank, .heading("To settle")]
            blocks += detail.conflicts.flatMap { self.versions($0) }
        }
        if section == .all {
            let safe = detail.safeAt.isEmpty ? "this site only" : detail.safeAt.joined(separator: ", ")
            blocks.append(.blank)
            blocks.append(
                .line(
                    "\(Count.words(summary.changes, "change")), stored at \(safe); "
                        + "\(Count.words(detail.timelineCount, "note")): log \(summary.ref)"
                ))
        }
        return blocks
    }

    /// "Partly superseded: what kim wrote on 22 Nov 02:14Z holds for severity, not for situation."
    private func torn(_ change: PartlySupersededView) -> String {
        "Partly superseded: what \(change.written.who) wrote at \(self.options.clock.short(change.written.at))"
            + " holds for \(change.inForce.joined(separator: ", ")), not for"
            + " \(change.lost.joined(separator: ", "))."
    }

    private func owner(_ summary: CaseRow) -> String {
        let epoch = summary.epoch.map { "epoch \($0)\(summary.isProvisional ? " provisional" : "")" }
        let aside = [summary.ownerSite, epoch].compactMap { $0 }.joined(separator: ", ")
        let owner = summary.owner ?? "nobody"
        return aside.isEmpty ? owner : "\(owner) (\(aside))"
    }

    private func dueSuffix(_ summary: CaseRow) -> String {
        guard let due = summary.dueAt, !summary.isClosed else { return "" }
        return "  due \(self.options.clock.due(due))"
    }

    private static func warnings(_ summary: CaseRow) -> [String] {
        var lines: [String] = []
        if summary.waiting > 0 {
            let waiting = Count.words(summary.waiting, "change", "waits", "wait")
            lines.append("Incomplete: \(waiting) for others that have not arrived.")
        }
        if summary.unseenByClose > 0 {
            let unseen = Count.words(summary.unseenByClose, "change")
            lines.append("Closed without seeing \(unseen): it stays open until someone has read all.")
        }
        if summary.unread > 0 {
            let unread = Count.words(summary.unread, "change", "is", "are")
            lines.append("\(unread) stored and cannot be read here.")
        }
        return lines
    }

    private func facts(_ detail: CaseDetail) -> [Block] {
        let open = Set(detail.conflicts.map(\.field))
        let fields = detail.fields.filter { $0.field != "title" }.map { field -> BlockField in
            let by = "  (\(field.written.who), \(self.options.clock.short(field.written.at)))"
            let mark = open.contains(field.field) ? " *" : ""
            return BlockField(
                field.field, FieldText.text(field.field, field.value, self.options.clock) + mark + by)
        }
        let listed = Set(detail.fields.map(\.field))
        var all = fields
        if !listed.contains("tags"), !detail.summary.tags.isEmpty {
            all.append(BlockField("tags", detail.summary.tags.joined(separator: ", ")))
        }
        return all.isEmpty ? [] : [.blank, .fields(all)]
    }

    private func milestones(_ detail: CaseDetail) -> [Block] {
        let clock = self.options.clock
        let reached = detail.milestones.map {
            BlockField(
                $0.milestone,
                "\(clock.short($0.written.at)) \($0.written.who)\($0.note.map { "  \($0)" } ?? "")")
        }
        let closed = detail.closures.map {
            BlockField(
                $0.action, "\(clock.short($0.written.at)) \($0.written.who)\($0.note.map { "  \($0)" } ?? "")"
            )
        }
        return reached.isEmpty && closed.isEmpty ? [] : [.blank, .fields(reached + closed)]
    }

    func changed(_ report: ChangeReport) -> [Block] {
        let summary = report.summary
        var blocks: [Block] = [.heading("\(report.action): \(summary.ref)  \(summary.title)")]
        let isNew = report.action == "Created"
        let fields = report.changes.map { change -> BlockField in
            let after = change.after ?? "nothing"
            // What was taken back is a command's name, not a value.
            let isName = change.field == "taken back"
            return BlockField(
                change.field, isNew || isName ? after : "\(change.before ?? "nothing") -> \(after)")
        }
        if !fields.isEmpty { blocks.append(.fields(fields)) }
        if report.isRepeat {
            blocks.append(.line("The node had this change already; nothing was done twice."))
        }
        blocks.append(.line(self.storage(report)))
        return blocks
    }

    /// `saved here (syd); safe elsewhere at usw; awaited from use`
    private func storage(_ report: ChangeReport) -> String {
        var parts = ["saved here (\(report.savedAt))"]
        if !report.safeAt.isEmpty {
            parts.append("safe elsewhere at \(report.safeAt.joined(separator: ", "))")
        }
        if !report.awaited.isEmpty {
            parts.append("not yet confirmed by \(report.awaited.joined(separator: ", "))")
        }
        return parts.joined(separator: "; ")
    }
}

/// Writes field values as people read them.
enum FieldText {
    static func text(_ field: String, _ value: APIValue, _ clock: ClockText) -> String {
        if let number = value.integer, Self.times.contains(field) {
            return field == "due" ? "\(clock.due(number)), \(clock.places(number))" : clock.places(number)
        }
        if field == "owner", value == .null { return "nobody" }
        return Self.plain(value)
    }

    static let times: Set<String> = ["received", "due"]

    private static func plain(_ value: APIValue) -> String {
        switch value {
        case .text(let text): text
        case .integer(let number): "\(number)"
        case .list(let list): list.map(Self.plain).joined(separator: ", ")
        case .map(let map):
            map.sorted { $0.key < $1.key }.map { "\($0.key) \(Self.plain($0.value))" }.joined(separator: ", ")
        case .null: "nothing"
        }
    }
}
