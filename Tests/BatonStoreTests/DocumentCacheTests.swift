import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@testable import BatonStore

@Suite("Documents kept from one transaction to the next")
struct DocumentCacheTests {
    private static func entry(_ number: UInt8, bytes: Int) -> DocumentCache.Entry {
        DocumentCache.Entry(
            state: DocumentState(id: caseID(number)), keys: [], unread: nil, storedBytes: bytes)
    }

    @Test("A document that is taken is kept no more, and what nobody takes for long falls out by bytes")
    func table() throws {
        let cache = DocumentCache(bytesMax: 8192)
        #expect(cache.take(caseID(1)) == nil)
        #expect(cache.put(Self.entry(1, bytes: 1000)).isEmpty)
        #expect(cache.put(Self.entry(2, bytes: 1000)).isEmpty)
        #expect(cache.take(caseID(1))?.storedBytes == 1000)
        #expect(cache.take(caseID(1)) == nil)
        #expect(cache.count == 1)
        // Half of the bytes: the tables change places, and the next such turn drops what lay in the older one.
        #expect(cache.put(Self.entry(3, bytes: 3000)).isEmpty)
        #expect(cache.take(caseID(2)) != nil, "the older table gives as well")
        let dropped = cache.put(Self.entry(4, bytes: 4000))
        #expect(dropped.map(\.key) == [caseID(3)])
        #expect(cache.count == 1)
        cache.forgetKeys(of: caseID(4))
        let last = try #require(cache.take(caseID(4)))
        #expect(last.keys == nil)
        #expect(cache.count == 0)
    }

    private static func rows(_ store: ReplicaStore) throws -> [String] {
        try textRows(
            store,
            [
                "document_state": "document_id || ' ' || hex(state)",
                "document_key": "document_id || ' ' || author_id || ' ' || generation || ' ' || hash",
                "document_index": """
                document_id || ' ' || lane || ' ' || applied_count || ' ' || void_count || ' ' || unread_count
                """,
            ])
    }

    @Test("Kept documents give the rows of a replica that reads each of them from its file", arguments: 1...4)
    func sameRows(seed: UInt64) throws {
        let history = DrawnHistory(seed: seed, steps: 260, documentCount: 7)
        var random = SeededRandom(seed: seed)
        // Every other seed against causal order, so that documents are asked for while deltas wait.
        let deltas = seed % 2 == 0 ? random.shuffled(history.deltas) : history.deltas
        let warmFolder = try TestFolder()
        let coldFolder = try TestFolder()
        let warm = try warmFolder.open()
        var place = 0
        var kept = 0
        while place < deltas.count {
            let end = min(deltas.count, place + 1 + random.below(40))
            // A third of it comes again.
            let batch = Array(deltas[max(0, place - (end - place) / 3)..<end])
            try StorePeer(warm, team: history.team, site: 2).apply(batch, keys: history.keys)
            kept += try warm.writing { (writer) throws(ReplicaFault) in writer.documents.count }
            let cold = try coldFolder.open()
            try StorePeer(cold, team: history.team, site: 2).apply(batch, keys: history.keys)
            cold.close()
            place = end
        }
        #expect(kept > 0, "nothing was kept: nothing is shown")
        let cold = try coldFolder.open()
        #expect(try Self.rows(warm) == Self.rows(cold))
        #expect(try warm.stateDigest().digest == cold.stateDigest().digest)
    }

    @Test("A transaction that is given up leaves nothing of its documents behind")
    func givenUp() throws {
        let folder = try TestFolder()
        let peer = StorePeer(try folder.open())
        let title = CBORValue.text("first")
        try peer.author(caseID(1), [operation(.set, CaseField.title, title)])
        let before = try Self.rows(peer.store)
        let refused = fault {
            try peer.store.write { (transaction) throws(ReplicaFault) in
                var state = try transaction.document(caseID(1)) ?? DocumentState(id: caseID(1))
                state.appliedCount += 17
                try transaction.save(state)
                throw ReplicaFault(code: "test.given-up", message: "given up", isFatal: false)
            }
        }
        #expect(refused?.code == "test.given-up")
        #expect(try Self.rows(peer.store) == before)
        try peer.author(caseID(1), [operation(.set, CaseField.title, .text("second"))])
        let state = try peer.store.write { (transaction) throws(ReplicaFault) in
            try transaction.document(caseID(1))
        }
        #expect(state?.appliedCount == 2)
    }

    @Test("A rebuild folds from nothing, whatever was kept before it")
    func rebuilt() throws {
        let folder = try TestFolder()
        let peer = StorePeer(try folder.open())
        try peer.author(caseID(1), [operation(.set, CaseField.title, .text("first"))])
        #expect(try peer.store.writing { (writer) throws(ReplicaFault) in writer.documents.count } == 1)
        try peer.store.resetDerived()
        let state = try peer.store.write { (transaction) throws(ReplicaFault) in
            try transaction.document(caseID(1))
        }
        #expect(state == nil)
    }
}
