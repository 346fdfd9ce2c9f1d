import BatonEngine
import BatonModel
import BatonSimulator
import Testing

/// Replicas that reconcile by their have-sets alone, over links that lose deltas, with a cloned disk among
/// them.
@Suite("Reconciling forked logs")
struct ForkExchangeTests {
    private static let team = SimulatedTeam()

    private static func forkedPeers(_ seed: UInt64) -> (peers: [ReplicaPeer], random: SeededRandom) {
        var generator = HistoryGenerator(seed: seed, team: Self.team, documentCount: 2)
        var peers = Self.team.sites.map { ReplicaPeer(Self.team.context($0, seed: seed)) }
        _ = generator.run(peers, steps: 8)
        for _ in 0..<1 + Int(seed % 2) {
            peers.append(
                ReplicaPeer(peers[0].context, replica: peers[0].replica.clone(), wall: peers[0].wall + 7))
        }
        for _ in 0..<30 {
            let peer = generator.random.pick(peers)
            let document = generator.random.pick(generator.documents)
            _ = peer.author(document, generator.operations(), by: Self.team.person(at: peer.site))
        }
        return (peers, generator.random)
    }

    /// Sends what one side's have-set says that the other lacks, in order of arrival, until the link breaks.
    private static func send(
        from source: ReplicaPeer, to target: ReplicaPeer, breaking random: inout SeededRandom
    ) {
        Self.send(from: source, to: target) { random.below($0 + 1) }
    }

    private static func send(
        from source: ReplicaPeer, to target: ReplicaPeer, arriving: (Int) -> Int = { $0 }
    ) {
        let ranges = source.replica.haveSet.missing(at: target.replica.haveSet)
        let chunk = source.replica.load(ranges, bytesMax: .max, sealing: StandInSealing())
        target.apply(Array(chunk.deltas.prefix(arriving(chunk.deltas.count))), from: source)
    }

    private static func ids(_ peer: ReplicaPeer) -> Set<DeltaID> { Set(peer.replica.deltasInOrder.map(\.id)) }

    private static func settle(_ peers: [ReplicaPeer], rounds: Int) {
        for _ in 0..<rounds {
            for source in peers {
                for target in peers where target !== source { Self.send(from: source, to: target) }
            }
        }
    }

    /// What differs between the replicas; empty once they are the same.
    private static func differences(_ peers: [ReplicaPeer]) -> String {
        let everything = peers.reduce(into: Set<DeltaID>()) { $0.formUnion(Self.ids($1)) }
        let lacking = peers.map { everything.count - Self.ids($0).count }
        let waiting = peers.map(\.replica.waitingCount)
        let isOneState = Set(peers.map(\.fingerprint)).count == 1
        let isDone = isOneState && lacking.allSatisfy { $0 == 0 } && waiting.allSatisfy { $0 == 0 }
        return isDone ? "" : "lacking \(lacking), waiting \(waiting), one state: \(isOneState)"
    }

    @Test(
        "have-sets bring every branch of a fork everywhere over links that never break",
        arguments: UInt64(0)..<8)
    func wholeLinks(seed: UInt64) {
        let (peers, _) = Self.forkedPeers(seed)
        Self.settle(peers, rounds: 16)
        #expect(Self.differences(peers) == "", "seed \(seed)")
    }

    @Test(
        "have-sets bring every branch of a fork everywhere after links that broke anywhere",
        arguments: UInt64(0)..<8)
    func brokenLinks(seed: UInt64) {
        var (peers, random) = Self.forkedPeers(2_000 + seed)
        for _ in 0..<60 {
            let pair = random.shuffled(peers)
            Self.send(from: pair[0], to: pair[1], breaking: &random)
        }
        Self.settle(peers, rounds: 16)
        #expect(Self.differences(peers) == "", "seed \(seed)")
    }

    @Test("a branch of which only the end was met comes whole in few rounds, however long it is")
    func longBranch() {
        let original = ReplicaPeer(Self.team.context(Self.team.sites[0]))
        let person = Self.team.person(at: original.site)
        let document = HistoryGenerator(seed: 1, team: Self.team, documentCount: 1).documents[0]
        _ = original.author(document, note("before"), by: person)
        let clone = ReplicaPeer(
            original.context, replica: original.replica.clone(), wall: original.wall + 7)
        for number in 0..<100 {
            _ = original.author(document, note("left \(number)"), by: person)
            _ = clone.author(document, note("right \(number)"), by: person)
        }
        let reader = ReplicaPeer(Self.team.context(Self.team.sites[1]))
        Self.send(from: original, to: reader)
        Self.settle([reader, clone], rounds: 9)
        #expect(Self.differences([reader, clone]) == "")
        #expect(reader.replica.deltaCount == 201)
    }

    @Test(
        "equal have digests mean equal logs at every moment of an exchange that breaks",
        arguments: UInt64(0)..<8)
    func digests(seed: UInt64) {
        var (peers, random) = Self.forkedPeers(1_000 + seed)
        for step in 0..<80 {
            let pair = random.shuffled(peers)
            Self.send(from: pair[0], to: pair[1], breaking: &random)
            let digests = pair.prefix(2).map { $0.replica.haveSet.digest(hashing: StandInHashing()) }
            guard digests[0] == digests[1], Self.ids(pair[0]) != Self.ids(pair[1]) else { continue }
            Issue.record("seed \(seed), step \(step): equal digests for different logs")
            return
        }
    }
}
