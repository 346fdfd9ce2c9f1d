import BatonEncoding
package import BatonModel

/// One line of what changed in a case.
package struct BriefLine: Sendable, Equatable {
    /// What it is about; raw values order by what matters most.
    package enum Topic: Int, Sendable, CaseIterable, Comparable {
        case severity, decision, conflict, custody, containment, answer, clock, status, rest

        package static func < (left: Topic, right: Topic) -> Bool { left.rawValue < right.rawValue }
    }

    package let topic: Topic
    package let text: String

    package init(_ topic: Topic, _ text: String) {
        self.topic = topic
        self.text = text
    }
}

/// What changed in one case since a past: computed, never typed.
package struct BriefCase: Sendable {
    package let document: DocumentID
    package var handle: String
    package let severity: Severity?
    package let title: String
    /// Operations that are not in the past.
    package let count: Int
    /// What matters of them, most first; at most one line a topic.
    package let lines: [BriefLine]

    /// - Parameter since: What the reader had read; empty: everything is new.
    /// - Parameter news: Entries of the timeline outside of that past: the state does not hold them.
    package init(_ file: CaseFile, since: CausalVector, news: [TimelineEntry], handle: String) {
        self.document = file.document
        self.handle = handle
        self.severity = file.severity
        self.title = file.summary.title
        let changes = CaseChanges(file, since: since)
        self.count = changes.count + news.count
        var lines = changes.lines
        if !news.isEmpty { lines.append(BriefLine(.rest, Count.words(news.count, "note"))) }
        self.lines = lines.sorted { $0.topic < $1.topic }
    }

    package var isEmpty: Bool { self.count == 0 }

    /// How many of its topics are worth a line of their own.
    package var matterCount: Int { self.lines.filter { $0.topic != .rest }.count }
}

/// Counts and words for what a case's state holds outside of a past.
private struct CaseChanges {
    private let since: CausalVector
    private let file: CaseFile
    private(set) var count = 0
    private(set) var lines: [BriefLine] = []

    init(_ file: CaseFile, since: CausalVector) {
        self.file = file
        self.since = since
        self.tellFields()
        self.tellLedgers()
        self.tellMilestones()
    }

    private func isNew(_ write: Write) -> Bool { !self.since.contains(write.reference) }

    private mutating func tellFields() {
        guard let global = self.file.state[.global] else { return }
        for (field, writes) in global.registers.entries.map({ ($0.field, $0.value) }) {
            let fresh = writes.filter { self.isNew($0) }
            guard !fresh.isEmpty else { continue }
            self.count += fresh.count
            if field == CaseField.severity, let severity = self.file.severity {
                self.lines.append(BriefLine(.severity, "severity \(severity.word)"))
            }
        }
        for entry in global.sets.entries { self.count += entry.value.filter { self.isNew($0) }.count }
        let conflicts = self.file.conflicts.open.filter { record in
            record.versions.contains { !self.since.contains($0.cited.reference) }
        }
        for record in conflicts { self.lines.append(BriefLine(.conflict, "conflict: \(record.what)")) }
    }

    private mutating func tellLedgers() {
        let topics: [(field: FieldCode, topic: BriefLine.Topic, one: String, many: String)] = [
            (CaseField.decisions, .decision, "decision", "decisions"),
            (CaseField.custody, .custody, "custody move", "custody moves"),
            (CaseField.containment, .containment, "containment step", "containment steps"),
            (CaseField.contacts, .answer, "contact", "contacts"),
            (CaseField.clocks, .clock, "clock change", "clock changes"),
            (CaseField.verification, .decision, "verification", "verifications"),
            (CaseField.reports, .answer, "report step", "report steps"),
            (CaseField.holds, .rest, "hold change", "hold changes"),
            (CaseField.steps, .rest, "checklist step", "checklist steps"),
        ]
        for row in topics {
            let fresh = self.fresh(row.field)
            guard fresh > 0 else { continue }
            self.lines.append(BriefLine(row.topic, "\(fresh) \(fresh == 1 ? row.one : row.many)"))
        }
        for entry in self.file.state[.global]?.ledgers.entries ?? [] {
            self.count += entry.value.filter { self.isNew($0.write) }.count
        }
    }

    private func fresh(_ field: FieldCode) -> Int {
        self.file.entries(field).filter { self.isNew($0.write) }.count
    }

    private mutating func tellMilestones() {
        var words: [String] = []
        for entry in self.file.state[.global]?.milestones.entries ?? [] {
            // The first record of it tells; later ones say that somebody else did it too.
            let fresh = entry.value.filter { self.isNew($0) }
            self.count += fresh.count
            guard fresh.count == entry.value.count, let milestone = Milestone(field: entry.field) else {
                continue
            }
            words.append(milestone.description)
        }
        guard !words.isEmpty else { return }
        self.lines.append(BriefLine(.status, words.joined(separator: ", ")))
    }
}
