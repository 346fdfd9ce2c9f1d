import BatonAPI
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore
import Synchronization

/// A queue query whose words have been understood.
struct QueueAsk: Sendable {
    static let limitMax = 500
    static let limitUsual = 50
    static let countMax = 10_000

    var filter = QueueFilter()
    var limit = Self.limitUsual
    var offset = 0
}

extension CaseReader {
    /// Reads a page of the queue, and counts what it is a page of.
    func queue(_ ask: QueueAsk) throws(ReplicaFault) -> (rows: [CaseRow], total: Int) {
        var found: [CaseRow] = []
        for row in try self.store.queue(ask.filter, limit: ask.limit, offset: ask.offset) {
            if let row = try self.row(row.document) { found.append(row) }
        }
        return (found, try self.store.queueCount(ask.filter, upTo: QueueAsk.countMax))
    }
}

/// Counts over all cases, kept until the log grows: the prompt asks for them all the time.
final class DeskCountsCache: Sendable {
    private let known = Mutex<(deltas: Int, totals: QueueTotals)?>(nil)

    func totals(at deltas: Int, _ reader: CaseReader) throws(ReplicaFault) -> QueueTotals {
        if let known = self.known.withLock({ $0 }), known.deltas == deltas { return known.totals }
        var totals = try reader.store.queueTotals()
        // The index counts what is only to be looked at too.
        if totals.conflicts > 0 {
            totals.conflicts = try reader.conflicts(limit: 1000).count { !$0.isLook }
        }
        self.known.withLock { $0 = (deltas, totals) }
        return totals
    }
}
