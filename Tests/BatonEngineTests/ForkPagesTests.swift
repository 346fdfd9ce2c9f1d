import BatonEngine
import BatonModel
import BatonProtocol
import BatonSimulator
import Testing

/// A log with two branches, sent in pages to a site that has neither.
@Suite("A forked log in pages")
struct ForkPagesTests {
    private static let team = SimulatedTeam(["syd", "usw"])

    private static func document(_ number: UInt8, lane: UInt8) -> DocumentID {
        var suffix = [UInt8](repeating: 7, count: 15)
        suffix[14] = number << 2 | lane
        return DocumentID(kind: .escalation, suffix: suffix)
    }

    private static func write(_ peer: ReplicaPeer, _ count: Int, _ documents: [DocumentID]) {
        let text = String(repeating: "a long report ", count: 20)
        for index in 0..<count {
            _ = peer.author(
                documents[index % documents.count], note("\(index) \(text)"),
                by: Self.team.person(at: peer.site))
        }
    }

    /// A disk with both branches: one of the site's own machine, the other of a clone that was cut off.
    private static func forkedDisk(_ original: [DocumentID], _ cloned: [DocumentID]) -> MemoryReplica {
        let machine = ReplicaPeer(Self.team.context(Self.team.sites[0]))
        Self.write(machine, 3, original)
        let clone = ReplicaPeer(
            machine.context, replica: machine.replica.clone(), wall: machine.wall + 7)
        Self.write(machine, 12, original)
        Self.write(clone, 12, cloned)
        machine.apply(clone.replica.deltasInOrder, from: clone)
        return machine.replica
    }

    private static func idsAfterCatchUp(_ disk: MemoryReplica) -> Set<DeltaID> {
        var limits = WireLimits.standard
        limits.chunkBytesTarget = 1_500
        limits.urgentBytesTarget = 1_500
        limits.urgentBytesFirst = 500
        let world = World(team: Self.team, seed: 40, limits: limits)
        let (syd, usw) = (Self.team.sites[0], Self.team.sites[1])
        world.run(milliseconds: 100)
        world.crash(syd)
        world.restart(syd, incarnation: 1, replica: disk)
        world.run(milliseconds: 20_000)
        return Set(world.nodes[usw]?.replica.deltasInOrder.map(\.id) ?? [])
    }

    @Test("branches of one number that fall on two pages both come")
    func pages() {
        let documents = [Self.document(1, lane: 3), Self.document(2, lane: 3)]
        let disk = Self.forkedDisk(documents, documents)
        #expect(disk.deltaCount == 27)
        #expect(Self.idsAfterCatchUp(disk) == Set(disk.deltasInOrder.map(\.id)))
    }

    @Test("a branch that went ahead on the urgent lane does not stand for the other one")
    func lanes() {
        let disk = Self.forkedDisk([Self.document(1, lane: 0)], [Self.document(2, lane: 3)])
        #expect(Self.idsAfterCatchUp(disk) == Set(disk.deltasInOrder.map(\.id)))
    }

    @Test("what was sent is counted by id at a contested place, by place elsewhere")
    func sent() {
        let author = Self.team.context(Self.team.sites[0]).author
        func id(_ number: UInt64) -> DeltaID { DeltaID(digest: Digest256(words: 1, 2, 3, number)) }
        func place(_ seq: UInt64) -> DeltaReference { DeltaReference(author: author, seq: seq) }
        var sent = SentSet()
        for seq in UInt64(1)...4 { sent.insert(place(seq), id: id(seq), isContested: seq == 3) }
        #expect(sent.contains(place(2), id: id(99)))
        #expect(sent.contains(place(3), id: id(3)))
        #expect(!sent.contains(place(3), id: id(99)))
        #expect(!sent.contains(place(5), id: id(5)))
        let asked = DeltaRange(author: author, first: 1, last: 5)
        let expected = [3, 5].map { DeltaRange(author: author, first: $0, last: $0) }
        #expect(sent.lacking([asked]) == expected)
    }
}
