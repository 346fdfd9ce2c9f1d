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
    ///
    /// - Parameter dues: What is known of the open cases, by document: their clocks put them in order too.
    /// - Complexity: O(n log n) of the open cases; O(page) where closed ones are asked for.
    func queue(
        _ ask: QueueAsk, _ dues: CaseDues
    ) throws(ReplicaFault) -> (rows: [CaseRow], total: Int) {
        var found: [CaseRow] = []
        if ask.filter.includesClosed || ask.filter.onlyClosed {
            for row in try self.store.queue(ask.filter, limit: ask.limit, offset: ask.offset) {
                if let row = try self.row(row.document) { found.append(row) }
            }
            return (found, try self.store.queueCount(ask.filter, upTo: QueueAsk.countMax))
        }
        let places = dues.inOrder(try self.store.queuePlaces(ask.filter))
        for place in places.dropFirst(ask.offset).prefix(ask.limit) {
            guard var row = try self.row(place.document) else { continue }
            row.nextDueAt = dues.first(place.document) ?? row.dueAt
            found.append(row)
        }
        return (found, min(places.count, QueueAsk.countMax))
    }
}

extension CaseReader {
    /// Works out what has changed as far as nobody notices; has the rest worked out meanwhile.
    func dues(_ author: Author, _ board: HandoffBoard) throws(ReplicaFault) -> CaseDues {
        let reader = HandoffReader(reader: self, author: author, board: board)
        let (known, pending) = try reader.known(reading: OperatorService.readAtOnce)
        if pending > 0 { board.askForMore() }
        return CaseDues(known)
    }
}

extension CaseReader {
    /// A row of a list that no known clocks go with: they are worked out for as many as nobody notices.
    func row(_ id: DocumentID, _ rules: RuleBook, reading count: inout Int) throws(ReplicaFault) -> CaseRow? {
        guard var row = try self.row(id) else { return nil }
        guard !row.isClosed, count > 0, let file = try self.file(id) else { return row }
        count -= 1
        let dues = file.clocks(rules).filter { $0.stop == nil }.compactMap(\.dueMilliseconds)
        row.nextDueAt = (dues + [row.dueAt].compactMap(\.self)).min()
        return row
    }

    /// Cases of one answer whose clocks are worked out for it.
    static let clocksRead = 50
}

/// When the clocks and deadlines of open cases run out, as far as it is known.
struct CaseDues: Sendable {
    private var byCase: [DocumentID: Int64] = [:]
    /// Milliseconds since 1970; what is past too.
    private var all: [Int64] = []

    init(_ known: [HandoffBoard.KnownCase]) {
        self.byCase.reserveCapacity(known.count)
        for one in known {
            self.byCase[one.version.document] = one.dues.first
            self.all += one.dues
        }
    }

    /// The one that runs out first, or has run out longest ago.
    func first(_ document: DocumentID) -> Int64? { self.byCase[document] }

    /// The next one that runs out.
    func next(after now: Int64) -> Int64? { self.all.lazy.filter { $0 >= now }.min() }

    /// Cases of which something has run out.
    func lateCount(_ now: Int64) -> Int { self.byCase.count { $0.value < now } }

    /// By lane, by what runs out first, by severity, then the one that has waited longest.
    func inOrder(_ places: [QueuePlace]) -> [QueuePlace] {
        let keyed = places.map { (due: self.byCase[$0.document] ?? $0.dueOrder, place: $0) }
        return keyed.sorted {
            ($0.place.lane, $0.due, $0.place.severityOrder, $0.place.firstStamp, $0.place.document)
                < ($1.place.lane, $1.due, $1.place.severityOrder, $1.place.firstStamp, $1.place.document)
        }.map(\.place)
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
