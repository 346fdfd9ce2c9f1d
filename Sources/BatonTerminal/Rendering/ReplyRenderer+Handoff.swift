import BatonAPI
import BatonDesk

/// How handoffs and briefs look.
extension ReplyRenderer {
    func brief(_ reply: BriefReply) -> [Block] {
        reply.page.map { Block.item($0) }
    }

    func handoffs(_ reply: HandoffsReply) -> [Block] {
        guard !reply.handoffs.isEmpty else {
            return [.paragraph("No handoff yet. Begin one: handoff draft --to usw --at 23:00Z", indent: 0)]
        }
        var table = Table([
            .init("handoff"), .init("standing"), .init("from"), .init("to"), .init("cases", right: true),
            .init("custody moves"), .init("note", gives: true),
        ])
        for row in reply.handoffs {
            table.add([
                row.label, row.standing, "\(row.from) \(row.by)",
                row.toPerson.map { "\(row.to) \($0)" } ?? row.to, "\(row.cases)",
                self.options.clock.short(row.custodyAt), self.note(row),
            ])
        }
        guard let older = reply.older else { return [.table(table)] }
        let more = "\(Count.words(older, "handoff")) ended before these: handoff --rows N"
        return [.table(table), .line(more)]
    }

    private func note(_ row: HandoffRow) -> String {
        if row.isOverdue { return "nobody accepted in time" }
        if row.owed > 0 { return "\(row.owed) to read back" }
        return ""
    }

    func handoff(_ reply: HandoffReply) -> [Block] {
        let row = reply.row
        let whom = row.toPerson.map { "\($0) (\(row.to))" } ?? "the watch of \(row.to)"
        let clock = self.options.clock
        let cases = Count.words(row.cases, "case")
        var blocks: [Block] = [
            .heading(
                "\(row.label) \(row.standing)\(reply.isUnstaffed ? ", unstaffed" : ""): "
                    + "\(row.by) (\(row.from)) to \(whom)"),
            .line("\(cases), custody moves \(clock.short(row.custodyAt)).\(self.expiry(row))"),
        ]
        for item in reply.items {
            let trend = item.trend.map { " \($0)" } ?? ""
            blocks.append(
                .line("\(item.ref)  \(item.severity ?? "S?")\(trend)  \(item.title)\(self.mark(item, row))"))
            if row.standing != "draft" { blocks += HandoffText.body(item, clock: clock) }
        }
        blocks += self.findings(reply)
        if !reply.risks.isEmpty {
            blocks.append(.paragraph("Risks: \(reply.risks.joined(separator: "; "))", indent: 0))
        }
        if reply.readBacks > 0 {
            let readBacks = Count.words(reply.readBacks, "read-back")
            blocks.append(.line("\(readBacks), \(reply.corrections) corrected."))
        }
        blocks += reply.signed.map { .paragraph($0, indent: 0) }
        if let record = reply.record { blocks.append(.line("Record \(record.prefix(12)).")) }
        return blocks
    }

    private func expiry(_ row: HandoffRow) -> String {
        guard row.standing == "offered", let expires = row.expiresAt else { return "" }
        return row.isOverdue
            ? " Nobody has accepted it in time: page the escalation path."
            : " If nobody accepts by \(self.options.clock.short(expires)), the escalation path is paged."
    }

    private func mark(_ item: HandoffItemView, _ row: HandoffRow) -> String {
        guard row.standing == "offered" else { return "" }
        return item.readBack == "owed" ? "  [read-back owed]" : item.readBack == "good" ? "  [read back]" : ""
    }

    private func findings(_ reply: HandoffReply) -> [Block] {
        guard reply.row.standing == "draft" || !reply.findings.isEmpty else { return [] }
        let blocking = reply.findings.filter(\.isBlocking)
        let warnings = reply.findings.filter { !$0.isBlocking }
        var blocks: [Block] = []
        if blocking.isEmpty {
            blocks.append(.line("Nothing is missing. Offer it: handoff offer"))
        } else {
            blocks.append(.line("Needs you before it can be offered:"))
            blocks += self.blocking(blocking, reply.items)
        }
        return blocks + warnings.map { .paragraph("Warning: \($0.what) \($0.remedy)", indent: 0) }
    }

    /// One paragraph a case, and one remedy for all that is only to be said.
    private func blocking(_ findings: [HandoffFindingView], _ items: [HandoffItemView]) -> [Block] {
        var blocks: [Block] = findings.filter { $0.caseID == nil }.map {
            .paragraph("\($0.what) \($0.remedy)", indent: 2)
        }
        for item in items {
            let own = findings.filter { $0.caseID == item.id }
            guard !own.isEmpty else { continue }
            let words = own.map { finding in
                let what =
                    finding.what.hasPrefix(item.ref + " ")
                    ? finding.what.dropFirst(item.ref.count + 1) : finding.what[...]
                return what.hasSuffix(".") ? String(what.dropLast()) : String(what)
            }
            blocks.append(.paragraph("\(item.ref) \(words.joined(separator: "; ")).", indent: 2))
            blocks += own.filter { !$0.remedy.contains("handoff say") }.map {
                .paragraph($0.remedy, indent: 6)
            }
        }
        if findings.contains(where: { $0.remedy.contains("handoff say") }) {
            blocks.append(
                .paragraph(
                    "Say it: handoff say CASE --situation \"…\" --if \"if … then …\" --pending none",
                    indent: 0))
        }
        return blocks
    }

    func handoffStep(_ reply: HandoffStepReply) -> [Block] {
        (reply.said + reply.hints).map { .paragraph($0, indent: 0) }
    }

    func handoffPage(_ report: HandoffPageReport) -> [Block] {
        if let file = report.file { return [.line("\(report.page.label) written to \(file).")] }
        return report.page.text.split(separator: "\n", omittingEmptySubsequences: false).map {
            .line(String($0))
        }
    }
}

/// One case of a handoff, as text.
enum HandoffText {
    static func body(_ item: HandoffItemView, clock: ClockText) -> [Block] {
        var lines: [String] = []
        if !item.situation.isEmpty { lines.append(item.situation) }
        let events = Count.words(item.changeCount, "event")
        lines.append(
            "Changed since you last held it: \(events)\(item.changed.isEmpty ? "" : ": ")"
                + item.changed.joined(separator: "; "))
        for action in item.actions {
            let due = action.due.map { " by \(clock.short($0))" } ?? ""
            lines.append("To do: \(action.what)\(due)\(action.isHard ? " HARD" : "")")
        }
        for pending in item.pending {
            let expected = pending.expected.map { clock.short($0) } ?? "nobody said when"
            lines.append("Pending: \(pending.partner), expected \(expected); then: \(pending.then)")
        }
        lines += item.contingencies.map { "Plan: \($0)" }
        lines += item.ruledOut.map { "Ruled out: \($0)" }
        if item.hops > 1 { lines.append("Changes hands for the \(item.hops). time within a day.") }
        if item.missing > 0 {
            let missing = Count.words(item.missing, "change")
            lines.append("\(missing) could not be read where this was written.")
        }
        return lines.map { .paragraph($0, indent: 4) }
    }
}
