import BatonAPI
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// A queue query whose words have been understood.
struct QueueAsk: Sendable {
    static let limitMax = 500
    static let limitUsual = 50
    static let countMax = 10_000

    var filter = QueueFilter()
    /// Shows only closed cases.
    var onlyClosed = false
    var severity: Int64?
    var tag: String?
    var limit = Self.limitUsual
    var offset = 0
}

extension CaseReader {
    /// Reads a page of the queue. What the index cannot filter is filtered here, row by row.
    func queue(_ ask: QueueAsk) throws(ReplicaFault) -> (rows: [CaseRow], total: Int) {
        var chosen: [DocumentID] = []
        var total = 0
        var offset = 0
        let page = 500
        while total < QueueAsk.countMax {
            let rows = try self.store.queue(ask.filter, limit: page, offset: offset)
            for row in rows where try self.isWanted(row, ask) {
                total += 1
                if total > ask.offset, chosen.count < ask.limit { chosen.append(row.document) }
            }
            guard rows.count == page else { break }
            offset += page
        }
        var found: [CaseRow] = []
        for id in chosen { if let row = try self.row(id) { found.append(row) } }
        return (found, total)
    }

    private func isWanted(_ row: QueueRow, _ ask: QueueAsk) throws(ReplicaFault) -> Bool {
        if ask.onlyClosed, row.status != .closed { return false }
        if let severity = ask.severity, row.severity != severity { return false }
        guard let tag = ask.tag else { return true }
        return try self.store.summary(row.document)?.tags.contains(tag) ?? false
    }

    /// What the prompt and the status show, counted over all open cases.
    func deskCounts() throws(ReplicaFault) -> DeskCounts {
        var counts = DeskCounts()
        var offset = 0
        let page = 1000
        while true {
            let rows = try self.store.queue(QueueFilter(), limit: page, offset: offset)
            for row in rows { counts.include(row) }
            offset += page
            guard rows.count == page else { break }
        }
        counts.conflicts = try self.store.queue(
            QueueFilter(includesClosed: true, onlyConflicts: true), limit: page
        ).reduce(0) { $0 + $1.conflictCount }
        return counts
    }
}

struct DeskCounts: Sendable {
    var open = 0
    var openS0 = 0
    var conflicts = 0
    var nextDue: UInt64?

    mutating func include(_ row: QueueRow) {
        self.open += 1
        if row.severity == 0 { self.openS0 += 1 }
        guard let due = row.dueMilliseconds else { return }
        self.nextDue = min(self.nextDue ?? due, due)
    }
}
