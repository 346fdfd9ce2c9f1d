import BatonAPI

/// What is due over all cases.
extension ReplyRenderer {
    func holds(_ reply: HoldsReply) -> [Block] {
        let day = self.options.clock.places(reply.until)
        guard !reply.holds.isEmpty else { return [.line("No hold ends before \(day).")] }
        return self.calendar(reply.holds, heading: "hold")
            + (reply.isComplete ? [] : [.line("There are more; ask for fewer days, or --limit.")])
    }

    func clocks(_ reply: ClocksReply) -> [Block] {
        guard !reply.clocks.isEmpty else { return [.line("No clock runs in \(reply.looked) open cases.")] }
        let counted =
            "\(reply.clocks.count) clocks in \(reply.looked) open cases, \(reply.breached) breached."
        return self.calendar(reply.clocks, heading: "clock") + [.line(counted)]
            + (reply.isComplete ? [] : [.line("There are more; these cases are the most urgent ones.")])
    }

    private func calendar(_ items: [CaseItemView], heading: String) -> [Block] {
        var table = Table([
            .init("row", right: true), .init("case"), .init(heading), .init("state"), .init("due"),
            .init("what", gives: true),
        ])
        for (index, entry) in items.enumerated() {
            let words = ([entry.item.text] + entry.item.marks.map { "[\($0)]" }).filter { !$0.isEmpty }
            table.add([
                "@\(index + 1)", entry.summary.ref, entry.item.id, entry.item.state,
                entry.item.due.map { self.options.clock.full($0) } ?? "", words.joined(separator: " "),
            ])
        }
        return [.table(table)]
    }
}
