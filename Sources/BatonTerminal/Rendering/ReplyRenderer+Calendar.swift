import BatonAPI
import BatonDesk

/// What is due over all cases.
extension ReplyRenderer {
    func holds(_ reply: HoldsReply) -> [Block] {
        let day = self.options.clock.places(reply.until)
        guard !reply.holds.isEmpty else { return [.line("No hold ends before \(day).")] }
        return self.calendar(reply.holds, heading: "hold") { self.options.clock.full($0) }
            + (reply.isComplete ? [] : [.line("There are more; ask for fewer days, or --limit.")])
    }

    func clocks(_ reply: ClocksReply) -> [Block] {
        let cases = Count.words(reply.looked, "open case")
        guard !reply.clocks.isEmpty else { return [.line("No clock runs in \(cases).")] }
        let shown = Count.words(reply.clocks.count, "clock")
        let counted = "\(shown) of \(cases), the one due first first; \(reply.breached) breached in all."
        return self.calendar(reply.clocks, heading: "clock") { self.options.clock.due($0) } + [.line(counted)]
            + (reply.isComplete
                ? [] : [.line("There are more: --limit shows up to 500, of the most urgent cases.")])
    }

    private func calendar(
        _ items: [CaseItemView], heading: String, due: (Int64) -> String
    ) -> [Block] {
        var table = Table([
            .init("row", right: true), .init("case"), .init(heading), .init("state"), .init("due"),
            .init("what", gives: true),
        ])
        for (index, entry) in items.enumerated() {
            let words = ([entry.item.text] + entry.item.marks.map { "[\($0)]" }).filter { !$0.isEmpty }
            table.add([
                "@\(index + 1)", entry.summary.ref, entry.item.id, entry.item.state,
                entry.item.due.map(due) ?? "", words.joined(separator: " "),
            ])
        }
        return [.table(table)]
    }
}
