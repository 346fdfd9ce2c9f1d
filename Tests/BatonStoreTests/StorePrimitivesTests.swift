import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@testable import BatonStore

@Suite("Transactions of a replica")
struct StorePrimitivesTests {
    @Test("A throw in the middle leaves nothing", arguments: [1, 7])
    func atomicity(count: Int) throws {
        let folder = try TestFolder()
        let store = try folder.open()
        let peer = StorePeer(store)
        let stop = ReplicaFault(code: "test.stop", message: "stop", isFatal: false)
        #expect(throws: stop) {
            try store.write { (transaction) throws(ReplicaFault) in
                let session = try ReplicaSession(peer.context, in: transaction, wallMilliseconds: 5)
                for number in 1...count {
                    let draft = Draft(
                        document: caseID(UInt8(number)),
                        operations: [operation(.set, CaseField.title, .text("t"))],
                        actor: Actor(person: OperatorID(1)))
                    do throws(AuthorFault) { _ = try session.author(draft) } catch { throw stop }
                }
                _ = try session.finish()
                throw stop
            }
        }
        #expect(try store.counts() == ReplicaCounts())
        #expect(try store.haveSet() == HaveSet())
        #expect(try store.auditTail(limit: 10).isEmpty)
        // Names that the transaction made up are forgotten with it.
        let delta = try peer.author(caseID(1), [operation(.set, CaseField.title, .text("kept"))])
        #expect(try store.delta(delta.id) == delta)
        #expect(try store.summary(caseID(1))?.title == "kept")
    }

    @Test(
        "A random history in random order leaves what the reference replica has, also after reopening",
        arguments: 1...6)
    func equalsReference(seed: UInt64) throws {
        let team = SimulatedTeam()
        var generator = HistoryGenerator(seed: seed, team: team, documentCount: 4)
        let peers = team.sites.map { ReplicaPeer(team.context($0)) }
        let authored = generator.run(peers, steps: 120)
        let folder = try TestFolder()
        let store = try folder.open()
        let peer = StorePeer(store, team: team, site: 2)
        let memory = MemoryReplica()
        var shuffled = generator.random.shuffled(authored)
        while !shuffled.isEmpty {
            let part = Array(shuffled.prefix(1 + generator.random.below(20)))
            shuffled.removeFirst(part.count)
            var bare: [BareKey] = []
            for entry in part { bare += keys(for: [entry.delta], in: entry.by.replica) }
            let deltas = part.map(\.delta) + part.prefix(2).map(\.delta)
            let report = try peer.apply(deltas, keys: bare)
            let expected = try memory.write { (replica) throws(ReplicaFault) in
                let session = try ReplicaSession(peer.context, in: replica, wallMilliseconds: 9_000_000)
                try session.apply(IncomingBatch(from: team.sites[1], deltas: deltas, keys: bare))
                return try session.finish()
            }
            #expect(report == expected)
        }
        let digest = memory.digest(level: DeskFieldTable.level, hashing: StandInHashing())
        #expect(try store.stateDigest().digest == digest)
        #expect(try store.haveSet() == memory.haveSet)
        #expect(try store.log(after: 0, limit: 1000).map(\.delta) == memory.deltasInOrder)
        #expect(try store.counts().waiting == memory.waitingCount)
        store.close()
        let reopened = try folder.open()
        #expect(try reopened.stateDigest().digest == digest)
        #expect(try reopened.logDigest() == memory.haveSet.digest(hashing: StandInHashing()))
        #expect(try reopened.firstBrokenAuditRecord() == nil)
        #expect(try reopened.integrityCheck().isEmpty)
    }

    @Test("Folding the log again gives the same digest", arguments: [11, 12] as [UInt64])
    func rebuild(seed: UInt64) throws {
        let team = SimulatedTeam()
        var generator = HistoryGenerator(seed: seed, team: team, documentCount: 3)
        let peers = team.sites.map { ReplicaPeer(team.context($0)) }
        let authored = generator.run(peers, steps: 80)
        let folder = try TestFolder()
        let store = try folder.open()
        let peer = StorePeer(store, team: team, site: 2)
        for entry in authored {
            try peer.apply([entry.delta], keys: keys(for: [entry.delta], in: entry.by.replica))
        }
        let before = try store.stateDigest()
        try store.resetDerived()
        #expect(try store.isRebuilding())
        #expect(try store.stateDigest().documents == 0)
        var after: Int64 = 0
        while case let page = try store.log(after: after, limit: 7), let last = page.last {
            try peer.apply(page.map(\.delta), keys: [])
            after = last.arrival
        }
        try store.finishRebuild()
        #expect(try !store.isRebuilding())
        let again = try store.stateDigest()
        #expect(again.digest == before.digest)
        #expect(again.documents == before.documents)
    }

    @Test("Every primitive reads back its own writes, held back or not")
    func primitives() throws {
        let team = SimulatedTeam(table: DeskFieldTable.current)
        let source = ReplicaPeer(team.context(team.sites[1]))
        let first = source.author(
            caseID(1), [operation(.set, CaseField.title, .text("a"))], by: OperatorID(2))
        let second = source.author(
            caseID(1), [operation(.append, CaseField.note, .text("b"))], by: OperatorID(2))
        var bare = first
        bare.parts = [nil]
        let folder = try TestFolder()
        let store = try folder.open()
        let vector = CausalVector(entries: [first.reference])
        let scope = first.header.keyScope(part: 0)
        try store.write { (transaction) throws(ReplicaFault) in
            #expect(try transaction.logged(first.id) == nil)
            #expect(try transaction.logged(at: first.reference).isEmpty)
            try transaction.insert(bare, fate: .waiting, vector: CausalVector())
            #expect(try transaction.logged(first.id)?.fate == .waiting)
            #expect(try transaction.logged(first.id)?.hasAllParts == false)
            try transaction.setWaiting(first.id, document: caseID(1), for: second.reference)
            #expect(try transaction.waiting(for: second.reference) == [first.id])
            #expect(try transaction.waiting(in: caseID(1)) == [first.id])
            try transaction.setWaiting(first.id, document: caseID(1), for: first.reference)
            #expect(try transaction.waiting(for: second.reference).isEmpty)
            try transaction.fill(first.id, parts: first.parts)
            #expect(try transaction.delta(first.id) == first)
            #expect(try transaction.logged(first.id)?.hasAllParts == true)
            try transaction.clearWaiting(first.id)
            #expect(try transaction.waiting(in: caseID(1)).isEmpty)
            try transaction.update(first.id, fate: .applied, vector: vector)
            try transaction.insert(second, fate: .waiting, vector: CausalVector())
            try transaction.update(second.id, fate: .void, vector: vector)
            #expect(try transaction.logged(at: second.reference).map(\.fate) == [.void])
            #expect(try transaction.logged(at: first.reference).map(\.vector) == [vector])
            #expect(try transaction.key(scope, id: nil) == nil)
            let key = WrappedKey(id: KeyID(generation: 1, hash: .max), bytes: [1, 2, 3])
            try transaction.save(key, scope: scope)
            #expect(try transaction.key(scope, id: nil) == key)
            #expect(try transaction.key(scope, id: key.id) == key)
            #expect(try transaction.key(scope, id: KeyID(generation: 1, hash: 5)) == nil)
            #expect(try transaction.have(first.header.author) == nil)
            #expect(try transaction.clock() == .zero)
            try transaction.save(clock: HybridTime(packed: .max))
            #expect(try transaction.clock() == HybridTime(packed: .max))
            #expect(try transaction.outcome(ofCommand: [9]) == nil)
            try transaction.save(outcome: [first.id, second.id], ofCommand: [9])
            #expect(try transaction.outcome(ofCommand: [9]) == [first.id, second.id])
        }
        try store.write { (transaction) throws(ReplicaFault) in
            #expect(try transaction.logged(at: first.reference).map(\.fate) == [.applied])
            #expect(try transaction.logged(second.id)?.fate == .void)
            #expect(try transaction.logged(second.id)?.documentPrev == 1)
            #expect(try transaction.outcome(ofCommand: [9])?.count == 2)
        }
        #expect(try store.counts() == ReplicaCounts(deltas: 2, waiting: 0, void: 1, unread: 0, documents: 0))
    }

    @Test("Both branches of a fork are kept at one place, in order of id")
    func fork() throws {
        let team = SimulatedTeam(table: DeskFieldTable.current)
        let left = ReplicaPeer(team.context(team.sites[1], seed: 1))
        let right = ReplicaPeer(team.context(team.sites[1], seed: 2))
        let one = left.author(caseID(1), [operation(.set, CaseField.title, .text("a"))], by: OperatorID(2))
        let two = right.author(caseID(1), [operation(.set, CaseField.title, .text("b"))], by: OperatorID(2))
        let folder = try TestFolder()
        let store = try folder.open()
        let peer = StorePeer(store, team: team)
        try peer.apply([one], keys: keys(for: [one], in: left.replica))
        try peer.apply([two], keys: keys(for: [two], in: right.replica))
        let page = try store.deltas(
            in: [DeltaRange(author: one.header.author, first: 1, last: 9)], bytesMax: 1)
        #expect(Set(page.deltas.map(\.id)) == [one.id, two.id])
        #expect(page.rest.isEmpty)
        #expect(try store.wrappedKeys(of: page.deltas).count == 2)
        try store.write { (transaction) throws(ReplicaFault) in
            #expect(try transaction.logged(at: one.reference).map(\.id) == [one.id, two.id].sorted())
        }
    }

    @Test("An audit record cannot be changed or removed, and a changed chain would show")
    func audit() throws {
        let folder = try TestFolder()
        let store = try folder.open()
        try StorePeer(store).author(caseID(1), [operation(.set, CaseField.title, .text("a"))])
        let record = AuditRecord(
            kind: .administered, atMilliseconds: 7, actor: OperatorID(3), detail: "pause")
        let usw = try #require(SiteID("usw"))
        try store.setPaused(true, peer: usw, record: record)
        #expect(try store.pausedPeers() == [usw])
        #expect(try store.auditTail(limit: 1).map(\.record) == [record])
        #expect(try store.auditTail(limit: 9).map(\.number) == [1, 2])
        #expect(try store.firstBrokenAuditRecord() == nil)
        for sql in ["DELETE FROM audit", "UPDATE audit SET at_ms = 1"] {
            #expect(throws: ReplicaFault.self) {
                try store.writing { (writer) throws(ReplicaFault) in try writer.connection.run(sql) }
            }
        }
    }
}
