import BatonAPI

/// Everything that a site showed of its cases at one time.
struct SiteSnapshot: Sendable {
    struct Case: Sendable {
        let detail: CaseDetail
        /// Oldest first.
        let deltas: [DeltaView]
        let timeline: [TimelineView]
    }

    /// In the order of the queue.
    let cases: [Case]

    var deltaIDs: Set<String> { Set(self.cases.flatMap(\.deltas).map(\.id)) }
}

/// What each side held that the other did not, right before the link came back.
struct DividedLog: Sendable {
    let onlyAtCutSite: Set<String>
    let onlyAtOthers: Set<String>

    init(cutSite: SiteSnapshot, others: SiteSnapshot) {
        self.onlyAtCutSite = cutSite.deltaIDs.subtracting(others.deltaIDs)
        self.onlyAtOthers = others.deltaIDs.subtracting(cutSite.deltaIDs)
    }
}

/// Finds in what the nodes show who did what, what merged by itself and which closes did not see everything.
struct DemoReader {
    let divided: DividedLog
    let healed: SiteSnapshot

    // Who did what.

    var people: [DemoReport.Person] {
        var tallies: [String: Tally] = [:]
        for entry in self.healed.cases {
            for delta in entry.deltas {
                tallies[delta.written.by, default: Tally(site: delta.written.site)]
                    .count(delta, of: entry.detail.summary.id)
            }
        }
        return tallies.sorted { ($0.value.site, $0.key) < ($1.value.site, $1.key) }.map { name, tally in
            DemoReport.Person(
                name: name, site: tally.site, changes: tally.changes, cases: tally.cases.count,
                what: tally.words)
        }
    }

    private struct Tally {
        let site: String
        var changes = 0
        var cases: Set<String> = []
        private var counts: [String: Int] = [:]

        init(site: String) { self.site = site }

        mutating func count(_ delta: DeltaView, of id: String) {
            self.changes += 1
            self.cases.insert(id)
            if delta.operations.contains(where: { $0.action == "set" && $0.field == "type" }) {
                self.counts["opened", default: 0] += 1
                return
            }
            for operation in delta.operations {
                let word = operation.field == "closure" ? operation.action : operation.field
                self.counts[word, default: 0] += 1
            }
        }

        var words: String {
            self.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        }
    }

    // What merged by itself.

    var merged: [DemoReport.Merged] {
        var found: [DemoReport.Merged] = []
        var begun: [String] = []
        for entry in self.healed.cases {
            let (here, there) = self.sides(entry)
            if here.count == entry.deltas.count || there.count == entry.deltas.count {
                begun.append(entry.detail.summary.ref)
            }
            for field in Self.fields(here).filter(Self.fields(there).contains) {
                guard let what = Self.words(field, entry.detail, here, there) else { continue }
                found.append(
                    DemoReport.Merged(
                        ref: entry.detail.summary.ref, title: entry.detail.summary.title, what: what))
            }
        }
        guard !begun.isEmpty else { return found }
        let what = "begun on one side, now everywhere"
        return found + begun.sorted().map { DemoReport.Merged(ref: $0, title: "", what: what) }
    }

    private func sides(_ entry: SiteSnapshot.Case) -> (here: [DeltaView], there: [DeltaView]) {
        (
            entry.deltas.filter { self.divided.onlyAtCutSite.contains($0.id) },
            entry.deltas.filter { self.divided.onlyAtOthers.contains($0.id) }
        )
    }

    /// Fields that these deltas touch, sorted.
    private static func fields(_ deltas: [DeltaView]) -> [String] {
        Set(deltas.flatMap(\.operations).map(\.field)).sorted()
    }

    private static func words(
        _ field: String, _ detail: CaseDetail, _ here: [DeltaView], _ there: [DeltaView]
    ) -> String? {
        guard !detail.conflicts.contains(where: { $0.field == field }) else { return nil }
        let count = Self.count(of: field, in: here) + Self.count(of: field, in: there)
        if field == "note" { return "\(count) notes from both sides, all kept" }
        if field == "tags" { return "tags joined: \(detail.summary.tags.joined(separator: ", "))" }
        if let view = detail.fields.first(where: { $0.field == field }) {
            let shown = "\(DemoText.text(view.value)) (\(view.written.by), \(view.written.site)) stands"
            let others = view.others.map {
                "\(DemoText.text($0.value)) (\($0.written.by), \($0.written.site))"
            }
            return "\(field): \(shown)"
                + (others.isEmpty ? "" : "; beside it \(others.joined(separator: ", "))")
        }
        if let milestone = detail.milestones.first(where: { $0.milestone == field }) {
            return "\(field) recorded \(count) times; the earliest is \(DemoText.who(milestone.written))"
        }
        return "\(field): \(count) entries from both sides, all kept"
    }

    private static func count(of field: String, in deltas: [DeltaView]) -> Int {
        deltas.reduce(0) { $0 + $1.operations.count { $0.field == field } }
    }

    // Closes that did not see everything.

    var unseen: [DemoReport.Unseen] {
        self.healed.cases.compactMap { entry in
            let summary = entry.detail.summary
            guard summary.unseenByClose > 0, let closure = entry.detail.closures.last else { return nil }
            let (here, there) = self.sides(entry)
            // The side that closed did not have what only the other side had.
            let closedHere = here.contains { Self.isClose($0, closure.written) }
            let updates = (closedHere ? there : here).filter { $0.operations.contains(where: \.isMaterial) }
            return DemoReport.Unseen(
                ref: summary.ref, title: summary.title, closedBy: closure.written,
                count: summary.unseenByClose,
                updates: updates.map { delta in
                    DemoReport.Update(written: delta.written, what: Self.what(delta, entry.timeline))
                })
        }
    }

    /// The words that a delta added to the timeline, else the fields that it changed.
    private static func what(_ delta: DeltaView, _ timeline: [TimelineView]) -> String {
        let words = timeline.filter { $0.id.hasPrefix(delta.id + ":") }.map { "\"\(SafeWords.of($0.text))\"" }
        guard words.isEmpty else { return "note " + words.joined(separator: ", ") }
        return delta.operations.map(\.words).joined(separator: ", ")
    }

    private static func isClose(_ delta: DeltaView, _ written: Authorship) -> Bool {
        delta.written == written && delta.operations.contains { $0.action == "close" }
    }
}
