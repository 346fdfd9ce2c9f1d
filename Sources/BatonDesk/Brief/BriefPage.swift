import BatonModel

/// `brief`: what changed since a site last acknowledged, on one screen: the gravest cases first, then those with
/// more that matters. What does not fit is counted.
package struct BriefPage: Sendable {
    /// The cases that the screen has room for; their handles are the caller's to bring up to date.
    package var shown: [BriefCase]
    /// Cases with a change, shown or not.
    package let changedCount: Int
    /// Open cases that were not read yet: whether they have changed is not known.
    package let pendingCount: Int
    private let rows: Int
    private let events: Int
    private let matter: Int
    /// Cases that have changed and of which no more than that was read.
    private let unlooked: Int

    /// - Parameters:
    ///   - rows: Of the screen; at least 3.
    ///   - pending: Open cases that nothing is known of yet.
    ///   - unlooked: Cases known to have changed that are not among `cases`.
    /// - Complexity: O(n log n) of the cases that have changed.
    package init(_ cases: [BriefCase], rows: Int, pending: Int = 0, unlooked: Int = 0) {
        precondition(rows >= 3, "a brief needs three rows, got \(rows)")
        let changed = cases.indices.filter { !cases[$0].isEmpty }
        self.rows = rows
        self.pendingCount = pending
        self.unlooked = unlooked
        self.changedCount = changed.count + unlooked
        self.events = changed.reduce(0) { $0 + cases[$1].count }
        let matters = changed.map { cases[$0].matterCount }
        self.matter = matters.reduce(0, +)
        // The first line counts, the last two may say what is missing.
        let room = rows - 1 - (pending > 0 ? 1 : 0)
        let shown = self.changedCount <= room ? changed.count : min(changed.count, room - 1)
        let ranks = zip(changed, matters).map { index, matter in
            Rank(
                severity: cases[index].severity?.rawValue ?? -1, matter: -matter,
                document: cases[index].document,
                index: index)
        }
        self.shown = ranks.sorted().prefix(shown).map { cases[$0.index] }
    }

    private struct Rank: Comparable {
        let severity: Int64
        let matter: Int
        let document: DocumentID
        let index: Int

        static func < (left: Rank, right: Rank) -> Bool {
            (left.severity, left.matter, left.document) < (right.severity, right.matter, right.document)
        }
    }

    /// - Returns: At most the rows that were asked for.
    package var lines: [String] {
        guard self.changedCount > 0 || self.pendingCount > 0 else {
            return ["Nothing has changed since you last acknowledged."]
        }
        var page = [self.head] + self.shown.map { Self.line($0) }
        let left = self.changedCount - self.shown.count
        if left > 0 {
            page.append("and \(Count.words(left, "more case")): brief CASE shows one, --rows more")
        }
        if self.pendingCount > 0 {
            let pending = Count.words(self.pendingCount, "open case")
            page.append("\(pending) still being read: ask again in a moment")
        }
        return page
    }

    private var head: String {
        guard self.changedCount > 0 else { return "Nothing has changed in the cases read so far." }
        let changed = "\(Count.words(self.changedCount, "case")) changed"
        let matter = "\(self.matter) that \(self.matter == 1 ? "matters" : "matter")"
        let events = "\(Count.words(self.events, "event")), \(matter)"
        guard self.unlooked > 0 else { return "\(changed): \(events)" }
        return "\(changed); in the \(self.changedCount - self.unlooked) most urgent: \(events)"
    }

    private static func line(_ brief: BriefCase) -> String {
        let words = brief.lines.prefix(4).map(\.text).joined(separator: "; ")
        let events = Count.words(brief.count, "event")
        return "\(brief.handle) \(brief.severity?.word ?? "S?"): \(events): \(words)"
    }

    /// One case in full.
    package static func lines(of brief: BriefCase) -> [String] {
        guard !brief.isEmpty else {
            return ["\(brief.handle): nothing has changed since you last acknowledged."]
        }
        let events = Count.words(brief.count, "event")
        return ["\(brief.handle) \(brief.severity?.word ?? "S?") \(brief.title): \(events)"]
            + brief.lines.map { "  \($0.text)" }
    }
}
