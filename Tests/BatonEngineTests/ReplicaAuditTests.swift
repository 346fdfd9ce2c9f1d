import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

private typealias Samples = SessionSamples

@Suite("ReplicaSession audit")
struct ReplicaAuditTests {
    private static func merged(_ peer: ReplicaPeer) -> [String] {
        peer.replica.auditRecords.filter { $0.kind == .merged }.map { record in
            let range = record.range.map { "\($0.author.site) \($0.first)-\($0.last)" } ?? "none"
            return "\(range) from \(record.site?.description ?? "nobody")"
        }
    }

    @Test("a merge leaves one record for each run of one author, naming the peer that sent it")
    func runs() throws {
        let (syd, usw, use) = (Samples.peer(0), Samples.peer(1), Samples.peer(2))
        let one = (0..<5).map { Samples.author(syd, note("\($0)")) }
        let two = (0..<3).map { Samples.author(usw, note("\($0)")) }
        let keys = Samples.keys(syd, one) + Samples.keys(usw, two)
        let mixed = [one[0], two[0], one[1], one[2], two[1], two[2], one[3], one[4]]
        _ = try Samples.apply(mixed, keys: keys, to: use)
        #expect(Self.merged(use) == ["syd 1-5 from syd", "usw 1-3 from syd"])
        #expect(use.replica.auditRecords.allSatisfy { $0.atMilliseconds == use.wall && $0.actor == nil })
    }

    @Test("a gap starts another run, and what was held already is in none")
    func gaps() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let deltas = (0..<9).map { Samples.author(syd, note("\($0)")) }
        let keys = Samples.keys(syd, deltas)
        _ = try Samples.apply([deltas[0], deltas[1], deltas[3], deltas[4]], keys: keys, to: usw)
        #expect(Self.merged(usw) == ["syd 1-2 from syd", "syd 4-5 from syd"])
        _ = try Samples.apply(deltas, keys: keys, to: usw, from: Samples.team.sites[2])
        #expect(Self.merged(usw).dropFirst(2) == ["syd 3-3 from use", "syd 6-9 from use"])
        _ = try Samples.apply(deltas, keys: keys, to: usw)
        #expect(Self.merged(usw).count == 4)
    }

    @Test("a local change leaves one record with who did it and where it stands")
    func authored() {
        let syd = Samples.peer(0)
        Samples.author(syd, note("a"))
        let delta = Samples.author(syd, owner(1) + note("b"))
        let records = syd.replica.auditRecords
        #expect(records.map(\.kind) == [.authored, .authored])
        #expect(records[1].actor == OperatorID(1))
        #expect(records[1].range == DeltaRange(author: delta.header.author, first: 2, last: 2))
        #expect(records[1].site == syd.site)
        #expect(records.allSatisfy { $0.detail.isEmpty }, "no case text in the audit log")
    }

    @Test("a fork is proven once for each branch that shows it, with all ids, and is in the audit log")
    func fork() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        Samples.author(syd, owner(0))
        let clone = ReplicaPeer(syd.context, replica: syd.replica.clone(), wall: syd.wall + 5)
        let (left, right) = (Samples.author(syd, owner(1)), Samples.author(clone, owner(2)))
        let keys = Samples.keys(syd, syd.replica.deltasInOrder) + Samples.keys(clone, [right])
        let report = try Samples.apply(syd.replica.deltasInOrder + [right], keys: keys, to: usw)
        #expect(report.findings.contains(.forkProven(left.reference, [left.id, right.id])))
        let forks = usw.replica.auditRecords.filter { $0.kind == .forkProven }
        #expect(forks.map(\.range) == [DeltaRange(author: left.header.author, first: 2, last: 2)])
        #expect(forks.map(\.site) == [syd.site])
    }

    @Test("a prev that is not the id of the predecessor held proves a fork too")
    func forkByPrev() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        Samples.author(syd, owner(0))
        let clone = ReplicaPeer(syd.context, replica: syd.replica.clone(), wall: syd.wall + 5)
        let left = Samples.author(syd, owner(1))
        Samples.author(clone, owner(2))
        let beyond = Samples.author(clone, owner(3))
        let keys = Samples.keys(syd, syd.replica.deltasInOrder) + Samples.keys(clone, [beyond])
        let report = try Samples.apply(syd.replica.deltasInOrder + [beyond], keys: keys, to: usw)
        #expect(report.findings.contains(.forkProven(beyond.reference, [left.id, beyond.id])))
    }
}
