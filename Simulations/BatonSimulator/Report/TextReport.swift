/// The report for a terminal, a screen reader, a mail.
package struct TextReport {
    private let story: RunStory
    private static let linesMax = 400

    package init(_ story: RunStory) { self.story = story }

    package var text: String {
        var lines = ["RUN \(self.story.scenario.name)"]
        if !self.story.scenario.story.isEmpty { lines.append(self.story.scenario.story) }
        lines.append("again: \(self.story.again)")
        lines.append("")
        if self.story.violations.isEmpty { lines.append("everything held") }
        for violation in self.story.violations {
            let at = violation.at.map { " at \(RunStory.clock($0))" } ?? ""
            lines.append("BROKEN\(at): \(violation)")
        }
        lines.append("")
        lines.append("WHAT HAPPENED (a star marks what could have caused the break)")
        lines.append(contentsOf: self.happenings)
        lines.append(contentsOf: self.batons)
        lines.append("")
        lines.append("AT THE END")
        for digest in self.story.recorder.outcome?.digests ?? [] {
            lines.append(
                "\(digest.node): \(digest.deltas) deltas, log \("\(digest.log)".prefix(12)), "
                    + "state \("\(digest.state)".prefix(12))")
        }
        lines.append("")
        lines.append("THE SCENARIO")
        for event in self.story.scenario.events.prefix(Self.linesMax) {
            lines.append("\(RunStory.clock(event.at))  \(event.words.prefix(120))")
            if let why = event.why { lines.append("    \(why)") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let holdsMax = 100

    private var batons: [String] {
        let holds = self.story.recorder.holds.filter { $0.at <= self.story.end }
        guard !holds.isEmpty else { return [] }
        let left = holds.count - min(holds.count, Self.holdsMax)
        return [
            "", "WHOSE HANDS (by what each node knew; a mark behind the number of an epoch: provisional)",
        ]
            + (left > 0 ? ["  (\(left) earlier lines are left out)"] : [])
            + holds.suffix(Self.holdsMax).map { "  \(RunStory.clock($0.at))  \($0.words)" }
    }

    private var happenings: [String] {
        struct Line {
            let at: UInt64
            let order: Int
            let isCause: Bool
            let text: String
        }
        var lines: [Line] = []
        for (index, entry) in self.story.recorder.entries.enumerated() {
            let who = entry.node.map { "\($0)" } ?? "everywhere"
            lines.append(
                Line(
                    at: entry.at, order: index, isCause: self.story.isCause(entry),
                    text: "\(who): \(entry.text)"))
        }
        for (index, message) in self.story.recorder.messages.enumerated() {
            let fate =
                message.isLost
                ? "lost" : message.arrivedAt.map { "there \(RunStory.clock($0))" } ?? "on the way"
            lines.append(
                Line(
                    at: message.sentAt, order: 1_000_000 + index,
                    isCause: self.story.causes.contains(message.number),
                    text:
                        "\(message.from) → \(message.to): \(message.kind.name), \(message.bytes) bytes, \(fate)"
                ))
        }
        lines.sort { ($0.at, $0.order) < ($1.at, $1.order) }
        // Of a long run only what could be a cause is told, and of that the end.
        let isLong = lines.count > Self.linesMax && !self.story.violations.isEmpty
        let told = (isLong ? lines.filter(\.isCause) : lines).suffix(Self.linesMax)
        let left = lines.count - told.count
        let words = told.map { "\($0.isCause ? "*" : " ") \(RunStory.clock($0.at))  \($0.text.prefix(160))" }
        return (left > 0 ? ["  (\(left) lines are left out)"] : []) + words
    }
}
