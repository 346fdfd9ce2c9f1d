import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@testable import BatonStore

@Suite("Rows written behind the fold")
struct RowLaneTests {
    private static func open(
        _ folder: TestFolder, hasThread: Bool, checkpointPages: Int = 1_000
    ) throws -> ReplicaStore {
        try ReplicaStore(
            path: folder.database,
            settings: ReplicaSettings(checkpointPages: checkpointPages, hasRowThread: hasThread),
            hashing: StandInHashing())
    }

    /// Every row that follows from deltas alone, as text.
    private static func rows(_ store: ReplicaStore) throws -> [String] {
        try textRows(
            store,
            [
                "document": "document_id || hex(id)",
                "delta": """
                arrival || ' ' || author_id || ' ' || seq || hex(id) || document_id || ' ' || fate \
                || hex(vector) || hex(header) || hex(parts)
                """,
                "timeline": """
                entry || ' ' || document_id || ' ' || arrival || ' ' || hex(coalesce(value, ''))
                """,
                "document_state": "document_id || hex(state)",
                "document_index":
                    """
                document_id || code || ' ' || lane || ' ' || title || ' ' || applied_count \
                || ' ' || uncovered_count
                """,
                "have": "author_id || hex(intervals)",
                "audit": "record || hex(chain)",
                "search_queue": "document_id",
                "waiting": "arrival || ' ' || missing_seq",
            ])
    }

    @Test("A thread that writes behind leaves the rows that one thread alone leaves", arguments: 1...3)
    func sameRows(seed: UInt64) throws {
        var history = DrawnHistory(seed: seed, steps: 700, documentCount: 9)
        if seed == 3 {
            // Against causal order, so that deltas wait and are called.
            history.deltas.reverse()
        }
        var rows: [[String]] = []
        for hasThread in [false, true] {
            let folder = try TestFolder()
            let store = try Self.open(folder, hasThread: hasThread)
            let peer = StorePeer(store, team: history.team, site: 2)
            let batch = history.batch(0..<history.deltas.count)
            try peer.apply(batch.deltas, keys: batch.keys)
            rows.append(try Self.rows(store))
            #expect(try store.integrityCheck().isEmpty)
            #expect(try store.firstBrokenAuditRecord() == nil)
        }
        // Fewer would never reach the thread.
        #expect(rows[0].count > 2 * RowBuffer.rowsMax)
        #expect(rows[0] == rows[1])
    }

    @Test(
        "Transactions that begin while the log is copied leave the rows that others leave, given up ones nothing",
        arguments: 1...3)
    func copyingBehind(seed: UInt64) throws {
        let history = DrawnHistory(seed: seed, steps: 400, documentCount: 9)
        var rows: [[String]] = []
        for hasThread in [false, true] {
            let folder = try TestFolder()
            // Each commit is copied, whatever its size.
            let store = try Self.open(folder, hasThread: hasThread, checkpointPages: 1)
            let peer = StorePeer(store, team: history.team, site: 2)
            var next = 0
            var random = SeededRandom(seed: seed)
            while next < history.deltas.count {
                let end = min(history.deltas.count, next + 1 + random.below(9))
                let batch = history.batch(next..<end)
                if random.chance(1, in: 3) {
                    let fault = fault {
                        try store.write { (transaction) throws(ReplicaFault) in
                            let session = try ReplicaSession(
                                peer.context, in: transaction, wallMilliseconds: 9_000_000)
                            try session.apply(
                                IncomingBatch(
                                    from: history.team.sites[0], deltas: batch.deltas, keys: batch.keys))
                            throw ReplicaFault(code: "test.given-up", message: "", isFatal: false)
                        }
                    }
                    #expect(fault?.code == "test.given-up")
                }
                try peer.apply(batch.deltas, keys: batch.keys)
                next = end
            }
            rows.append(try Self.rows(store))
            #expect(try store.integrityCheck().isEmpty)
            #expect(try store.firstBrokenAuditRecord() == nil)
            store.close()
            #expect(try Self.rows(try Self.open(folder, hasThread: hasThread)) == rows[rows.count - 1])
        }
        #expect(rows[0] == rows[1])
    }

    @Test("A row that fails behind the fold takes its whole transaction with it, and the next one stands")
    func failure() throws {
        let history = DrawnHistory(seed: 9, steps: 900, documentCount: 9)
        let folder = try TestFolder()
        let store = try Self.open(folder, hasThread: true)
        let peer = StorePeer(store, team: history.team, site: 2)
        let few = history.batch(0..<3)
        try peer.apply(few.deltas, keys: few.keys)
        let before = try store.counts()
        try store.writing { (writer) throws(ReplicaFault) in
            let pages = try writer.connection.integer("PRAGMA page_count") ?? 0
            try writer.connection.pragma("max_page_count = \(pages + 40)")
        }
        let all = history.batch(0..<history.deltas.count)
        let refused = fault { try peer.apply(all.deltas, keys: all.keys) }
        #expect(refused?.code == StoreCode.diskFull)
        #expect(try store.counts() == before)
        try store.writing { (writer) throws(ReplicaFault) in
            try writer.connection.pragma("max_page_count = 1073741823")
        }
        try peer.apply(all.deltas, keys: all.keys)
        #expect(try store.counts().deltas == all.deltas.count)
        #expect(try store.integrityCheck().isEmpty)
    }

    @Test("Batches that share a transaction report each for itself, and the rest waits when somebody does")
    func sharedTransaction() throws {
        let history = DrawnHistory(seed: 5, steps: 300, documentCount: 9)
        let third = history.deltas.count / 3
        let batches = [
            history.batch(0..<third), history.batch(third..<2 * third),
            history.batch(0..<third), history.batch(2 * third..<history.deltas.count),
        ]
        let alone = try TestFolder()
        let apart = StorePeer(try Self.open(alone, hasThread: false), team: history.team, site: 2)
        var expected: [ApplyReport] = []
        for batch in batches { expected.append(try apart.apply(batch.deltas, keys: batch.keys)) }
        let shared = try TestFolder()
        let store = try Self.open(shared, hasThread: true)
        let peer = StorePeer(store, team: history.team, site: 2)
        func merge(_ batches: [IncomingBatch], upTo count: Int) throws(ReplicaFault) -> [ApplyReport] {
            try store.write { (transaction) throws(ReplicaFault) in
                let session = try ReplicaSession(
                    peer.context, in: transaction, wallMilliseconds: 9_000_000)
                var asked = 1
                let reports = try session.apply(batches) {
                    asked += 1
                    return asked <= count
                }
                _ = try session.finish()
                return reports
            }
        }
        var reports = try merge(batches, upTo: 3)
        #expect(reports.count == 3)
        reports += try merge(Array(batches.dropFirst(3)), upTo: 0)
        #expect(reports.map(\.added) == expected.map(\.added))
        #expect(reports.map(\.haves) == expected.map(\.haves))
        #expect(reports.map(\.duplicateCount) == expected.map(\.duplicateCount))
        #expect(reports[2].duplicateCount == third)
        #expect(try store.stateDigest().digest == apart.store.stateDigest().digest)
        #expect(try store.logDigest() == apart.store.logDigest())
    }
}
