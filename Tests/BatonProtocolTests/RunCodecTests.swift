import BatonEncoding
import BatonModel
import BatonProtocol
import BatonSimulator
import Testing

@Suite("RunCodec")
struct RunCodecTests {
    private static let team = SimulatedTeam()

    /// Histories of three sites over a few documents, as one site holds them.
    private static func history(_ seed: UInt64, steps: Int = 60) -> (deltas: [Delta], keys: [BareKey]) {
        var generator = HistoryGenerator(seed: seed, team: Self.team, documentCount: 4)
        let peers = Self.team.sites.map { ReplicaPeer(Self.team.context($0, seed: seed)) }
        _ = generator.run(peers, steps: steps)
        let deltas = peers[0].replica.deltasInOrder
        var random = SeededRandom(seed: seed)
        var keys: [BareKey] = []
        for delta in deltas {
            for (index, part) in delta.header.parts.enumerated() {
                let scope = delta.header.keyScope(part: index)
                guard !keys.contains(where: { $0.scope == scope && $0.id == part.key }) else { continue }
                keys.append(BareKey(scope: scope, id: part.key, bytes: random.bytes(32)))
            }
        }
        return (deltas, keys)
    }

    private static func decoded(_ bytes: [UInt8]) throws(ModelFault) -> RunCodec.Content {
        try RunCodec.decode(bytes, limits: .standard, hashing: StandInHashing())
    }

    @Test("any page of any history comes out as the exact bytes that were signed", arguments: UInt64(0)..<12)
    func roundTrip(seed: UInt64) throws {
        let (deltas, keys) = Self.history(seed)
        try #require(deltas.count > 10)
        var random = SeededRandom(seed: seed)
        for _ in 0..<12 {
            let first = random.below(deltas.count)
            var page = Array(deltas[first..<(first + 1 + random.below(deltas.count - first))])
            if random.chance(1, in: 3) { page = random.shuffled(page) }
            if random.chance(1, in: 3) {
                for index in page.indices where random.chance(1, in: 2) {
                    page[index].parts = page[index].parts.map { _ in nil }
                }
            }
            let bytes = RunCodec.encode(page, keys: keys, hashing: StandInHashing())
            let content = try Self.decoded(bytes)
            #expect(content.deltas == page, "seed \(seed)")
            #expect(content.deltas.map(\.headerBytes) == page.map(\.headerBytes))
            #expect(Set(content.keys) == Set(keys))
        }
    }

    @Test("unread ranges, an operator's signature and a stamp with a counter survive")
    func rareFields() throws {
        let (deltas, _) = Self.history(3)
        let odd = try deltas.map { delta in
            var header = delta.header
            header.unread = [DeltaRange(author: header.author, first: 1, last: 4)]
            header.authority = [UInt8](repeating: 5, count: 64)
            header.actor.onBehalfOf = OperatorID(77)
            header.stamp = HybridTime(milliseconds: header.stamp.milliseconds, counter: 9)
            return try Delta(
                headerBytes: header.encoded(), signature: delta.signature, parts: delta.parts,
                hashing: StandInHashing())
        }
        let bytes = RunCodec.encode(odd, keys: [], hashing: StandInHashing())
        #expect(try Self.decoded(bytes).deltas == odd)
    }

    @Test("a run leaves out prev, seal and names: a fifth of what whole deltas take beside their text")
    func saving() {
        let (deltas, _) = Self.history(5, steps: 200)
        let whole = deltas.reduce(0) { $0 + $1.headerBytes.count + 64 + 3 }
        let parts = deltas.reduce(0) { sum, delta in sum + delta.parts.reduce(0) { $0 + ($1?.count ?? 0) } }
        let bytes = RunCodec.encode(deltas, keys: [], hashing: StandInHashing()).count
        let signatures = deltas.count * 64
        let commitments = deltas.reduce(0) { $0 + $1.parts.count * 32 }
        #expect(bytes - parts - signatures - commitments < (whole - signatures - commitments) / 3)
    }

    @Test("no damage makes decoding trap", arguments: UInt64(0)..<8)
    func damage(seed: UInt64) {
        let (deltas, keys) = Self.history(seed, steps: 20)
        let source = RunCodec.encode(deltas, keys: keys, hashing: StandInHashing())
        var generator = ProtocolGenerator(seed: 700 + seed)
        var faults = 0
        for _ in 0..<400 {
            let input = generator.damaged(source)
            do {
                let content = try Self.decoded(input)
                // What decodes is deltas: their ids follow from their bytes alone.
                for delta in content.deltas {
                    #expect(
                        delta.id
                            == DeltaID(
                                digest: StandInHashing().digest256(delta.headerBytes, delta.signature)))
                }
            } catch {
                faults += 1
            }
        }
        #expect(faults > 0)
    }

    @Test("a run cut anywhere is malformed")
    func cuts() {
        let (deltas, keys) = Self.history(2, steps: 6)
        let source = RunCodec.encode(deltas, keys: keys, hashing: StandInHashing())
        for count in 0..<source.count {
            #expect(throws: ModelFault.self) { try Self.decoded(Array(source.prefix(count))) }
        }
    }

    @Test("a delta that goes on from one that is not in the frame must say from which")
    func start() throws {
        let (deltas, _) = Self.history(4)
        let author = try #require(deltas.first?.header.author)
        let own = deltas.filter { $0.header.author == author }
        try #require(own.count > 3)
        // A gap inside the page: the third does not go on from the first.
        let page = [own[0], own[2]]
        let bytes = RunCodec.encode(page, keys: [], hashing: StandInHashing())
        #expect(try Self.decoded(bytes).deltas == page)
        // Two deltas at one place, as a fork makes them.
        let twice = [own[0], own[1], own[1], own[2]]
        #expect(
            try Self.decoded(RunCodec.encode(twice, keys: [], hashing: StandInHashing())).deltas == twice)
    }
}
