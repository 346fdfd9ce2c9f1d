import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@testable import BatonStore

/// What a transaction answers from memory and from what stood before it is what the database would answer.
@Suite("What a transaction has logged itself")
struct LoggedAheadTests {
    /// The changes that no close has read, by document: as the index has them, and as the log gives them.
    private static func uncovered(
        _ store: ReplicaStore, _ documents: Set<DocumentID>
    ) throws -> (index: [Int], log: [Int]) {
        return try store.reading { (connection) throws(ReplicaFault) in
            var index: [Int] = []
            var log: [Int] = []
            for id in documents.sorted() {
                guard let row = try connection.row(of: id), let state = try connection.state(of: id, row: row)
                else { continue }
                let statement = try connection.prepare(
                    "SELECT uncovered_count FROM document_index WHERE document_id = ?")
                defer { statement.reset() }
                statement.bind(1, row)
                index.append(try statement.step() ? Int(statement.integer(0)) : -1)
                log.append(try connection.uncoveredCount(of: state, row: row, hashing: store.hashing))
            }
            return (index, log)
        }
    }

    @Test("After every transaction the index counts what no close has read as the log does", arguments: 1...6)
    func uncovered(seed: UInt64) throws {
        let history = DrawnHistory(seed: seed, steps: 500, documentCount: 12)
        let folder = try TestFolder()
        let store = try folder.open()
        let peer = StorePeer(store, team: history.team, site: 2)
        var random = SeededRandom(seed: seed)
        var next = 0
        var seen = 0
        var answered = 0
        while next < history.deltas.count {
            let batches = (0..<(1 + random.below(3))).map { _ in
                let end = min(history.deltas.count, next + random.below(20))
                defer { next = end }
                return history.batch(next..<end)
            }
            try store.write { (transaction) throws(ReplicaFault) in
                let session = try ReplicaSession(
                    peer.context, in: transaction, wallMilliseconds: 1_000_000)
                _ = try session.apply(batches) { true }
                if (transaction as? StoreTransaction)?.before != nil { answered += 1 }
                _ = try session.finish()
            }
            let (index, log) = try Self.uncovered(store, Set(history.deltas.map(\.header.document)))
            #expect(index == log)
            seen = max(seen, index.filter { $0 > 0 }.count)
        }
        #expect(seen > 0, "no case was ever closed and changed again")
        #expect(answered > 0, "every transaction asked for its own rows")
    }

    @Test("A place that this transaction has filled is found, and a fork of it too")
    func places() throws {
        let team = SimulatedTeam(table: DeskFieldTable.current)
        let other = ReplicaPeer(team.context(team.sites[1]))
        let clone = ReplicaPeer(team.context(team.sites[1]), wall: other.wall + 7)
        let person = team.person(at: other.site)
        let branches = [other, clone].map {
            $0.author(caseID(1), [operation(.append, CaseField.note, .text("by \($0.wall)"))], by: person)
        }
        let folder = try TestFolder()
        let store = try folder.open()
        let place = branches[0].reference
        try store.write { (transaction) throws(ReplicaFault) in
            #expect(try transaction.logged(at: place).isEmpty)
        }
        try store.write { (transaction) throws(ReplicaFault) in
            try transaction.insert(branches[0], fate: .applied, vector: CausalVector())
            #expect(try transaction.logged(at: place).map(\.id) == [branches[0].id])
            #expect(try transaction.logged(branches[0].id)?.fate == .applied)
            try transaction.insert(branches[1], fate: .waiting, vector: CausalVector())
            #expect(try transaction.logged(at: place).map(\.id) == branches.map(\.id).sorted())
            try transaction.update(branches[0].id, fate: .unread, vector: CausalVector())
            #expect(try transaction.logged(branches[0].id)?.fate == .unread)
        }
        try store.write { (transaction) throws(ReplicaFault) in
            #expect(try transaction.logged(at: place).map(\.id) == branches.map(\.id).sorted())
        }
    }

    @Test("What was written of a document is read back in the same transaction: its state, its keys, its row")
    func documents() throws {
        let team = SimulatedTeam(table: DeskFieldTable.current)
        let other = ReplicaPeer(team.context(team.sites[1]))
        let person = team.person(at: other.site)
        let made = (1...3).map {
            other.author(caseID(1), [operation(.append, CaseField.note, .text("\($0)"))], by: person)
        }
        let folder = try TestFolder()
        let store = try folder.open()
        let peer = StorePeer(store, team: team)
        let sealed = keys(for: made, in: other.replica)
        try peer.apply([made[0]], keys: sealed)
        try store.write { (transaction) throws(ReplicaFault) in
            // Two pieces of work that share a transaction, as operators' orders do.
            for delta in made.dropFirst() {
                let session = try ReplicaSession(
                    peer.context, in: transaction, wallMilliseconds: 1_000_000)
                try session.apply(IncomingBatch(from: other.site, deltas: [delta], keys: sealed))
                _ = try session.finish()
            }
            #expect(try transaction.document(caseID(1))?.latestSeq(of: other.context.author) == 3)
        }
        #expect(try store.counts().deltas == 3)
        #expect(try store.summary(caseID(1))?.appliedCount == 3)
    }
}
