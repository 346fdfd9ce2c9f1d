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
        return (deltas, Self.keys(of: deltas, seed))
    }

    /// A key for every name in the deltas: half of them are what their name says.
    private static func keys(of deltas: [Delta], _ seed: UInt64) -> [BareKey] {
        var random = SeededRandom(seed: seed)
        var keys: [BareKey] = []
        for delta in deltas {
            for (index, part) in delta.header.parts.enumerated() {
                let scope = delta.header.keyScope(part: index)
                guard !keys.contains(where: { $0.scope == scope && $0.id == part.key }) else { continue }
                keys.append(BareKey(scope: scope, id: part.key, bytes: random.bytes(32)))
            }
        }
        return keys
    }

    private static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        return random.bytes(count)
    }

    private static func names(_ key: BareKey, in page: [Delta]) -> Bool {
        page.contains { delta in
            delta.header.parts.indices.contains { index in
                delta.header.keyScope(part: index) == key.scope && delta.header.parts[index].key == key.id
            }
        }
    }

    /// Deltas whose key ids are the hashes of `key`: each of another generation where `rotates`.
    private static func keyed(by key: [UInt8], rotates: Bool) throws -> [Delta] {
        try Self.history(6).deltas.map { delta in
            var header = delta.header
            for index in header.parts.indices {
                let generation = rotates ? UInt32(header.seq) : 1
                header.parts[index].key = KeyID(generation: generation, of: key, hashing: StandInHashing())
            }
            return try Delta(
                headerBytes: header.encoded(), signature: delta.signature, parts: delta.parts,
                hashing: StandInHashing())
        }
    }

    @Test("a key that is what its name says brings the name along", arguments: [false, true])
    func derivedNames(rotates: Bool) throws {
        let bytes = Self.bytes(32, seed: 9)
        let deltas = try Self.keyed(by: bytes, rotates: rotates)
        var keys: [BareKey] = []
        for delta in deltas {
            for index in delta.header.parts.indices {
                let key = BareKey(
                    scope: delta.header.keyScope(part: index), id: delta.header.parts[index].key,
                    bytes: bytes)
                if !keys.contains(key) { keys.append(key) }
            }
        }
        let frame = RunCodec.encode(deltas, keys: keys, hashing: StandInHashing())
        let content = try Self.decoded(frame)
        #expect(content.deltas == deltas)
        #expect(Set(content.keys) == Set(keys))
        // A key said with its name takes eight bytes more.
        let lie = keys.map { BareKey(scope: $0.scope, id: $0.id, bytes: Self.bytes(32, seed: 10)) }
        let longer = RunCodec.encode(deltas, keys: lie, hashing: StandInHashing())
        #expect(longer.count - frame.count == 8 * keys.count)
        #expect(try Self.decoded(longer).deltas == deltas)
    }

    /// A frame with given forms and bytes over the tables of one author.
    private static func frame(forms: [[UInt64]], _ pieces: [UInt8]) -> [UInt8] {
        var writer = CBORWriter()
        writer.arrayHeader(6)
        writer.arrayHeader(1)
        writer.arrayHeader(2)
        Self.history(1).deltas[0].header.author.encode(into: &writer)
        writer.unsigned(0)
        writer.arrayHeader(1)
        writer.arrayHeader(3)
        writer.unsigned(1)
        writer.unsigned(1)
        writer.bytes([UInt8](repeating: 0, count: 8))
        writer.arrayHeader(1)
        writer.arrayHeader(1)
        writer.unsigned(1)
        writer.arrayHeader(1)
        writer.arrayHeader(0)
        writer.arrayHeader(forms.count)
        for form in forms {
            writer.arrayHeader(7)
            for number in form { writer.unsigned(number) }
            writer.arrayHeader(0)
            writer.arrayHeader(0)
        }
        writer.bytes(pieces)
        return writer.bytes
    }

    @Test(
        "numbers that are longer than they need be, endless or out of range are malformed",
        arguments: [
            [0x80], [0x80, 0x00], [0x81, 0x00], [UInt8](repeating: 0xFF, count: 40), [0x01], [0x00],
            [UInt8](repeating: 0x80, count: 9) + [0x02], [0x00, 0x00], [0x00, 0x01, 0x01],
        ] as [[UInt8]])
    func badNumbers(pieces: [UInt8]) {
        #expect(throws: ModelFault.self) { try Self.decoded(Self.frame(forms: [[5, 0, 0, 0, 0]], pieces)) }
    }

    @Test("a form that names what is not in the tables is malformed", arguments: 0..<5)
    func badForms(place: Int) {
        var form: [UInt64] = [5, 0, 0, 0, 0]
        #expect(throws: Never.self) { try Self.decoded(Self.frame(forms: [form], [])) }
        form[place] = place == 0 ? 64 : 1
        #expect(throws: ModelFault.self) { try Self.decoded(Self.frame(forms: [form], [])) }
    }

    @Test("more deltas or forms than a frame may hold are refused")
    func tooMany() throws {
        let (deltas, keys) = Self.history(1)
        let bytes = RunCodec.encode(deltas, keys: keys, hashing: StandInHashing())
        var limits = WireLimits.standard
        limits.deltasPerChunkMax = deltas.count - 1
        #expect(throws: ModelFault.self) {
            try RunCodec.decode(bytes, limits: limits, hashing: StandInHashing())
        }
        limits.deltasPerChunkMax = deltas.count
        limits.keysPerChunkMax = keys.count - 1
        #expect(throws: ModelFault.self) {
            try RunCodec.decode(bytes, limits: limits, hashing: StandInHashing())
        }
        let forms = [[UInt64]](repeating: [5, 0, 0, 0, 0], count: WireLimits.standard.deltasPerChunkMax + 1)
        #expect(throws: ModelFault.self) { try Self.decoded(Self.frame(forms: forms, [])) }
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
            #expect(Set(content.keys) == Set(keys.filter { Self.names($0, in: page) }))
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

    @Test("stamps that one commit counted up cost a byte, and a peer of before is sent them whole")
    func stampSteps() throws {
        let (deltas, _) = Self.history(3)
        let start: UInt64 = 1_770_000_000_000
        let steps: [HybridTime] = [
            HybridTime(milliseconds: start, counter: 65_535), HybridTime(milliseconds: start + 1, counter: 1),
            HybridTime(packed: .max), HybridTime(packed: 1), HybridTime(milliseconds: 0, counter: 2),
        ]
        let counted = try deltas.enumerated().map { place, delta in
            var header = delta.header
            header.stamp =
                place < steps.count ? steps[place] : HybridTime(milliseconds: start, counter: UInt16(place))
            return try Delta(
                headerBytes: header.encoded(), signature: delta.signature, parts: delta.parts,
                hashing: StandInHashing())
        }
        let newer = RunCodec.encode(counted, keys: [], hashing: StandInHashing())
        #expect(try Self.decoded(newer).deltas == counted)
        let older = RunCodec.encode(
            counted, keys: [], version: ProtocolVersion.stampSteps - 1, hashing: StandInHashing())
        #expect(try Self.decoded(older).deltas == counted)
        // Nine bytes of a number of 57 bits or more, and one or two of a step.
        #expect(older.count - newer.count >= 7 * (deltas.count - steps.count - 2))
    }

    @Test(
        "a stamp that is whole and a step, or a step from nothing, is malformed",
        arguments: [37, 33] as [UInt64])
    func badSteps(flags: UInt64) {
        let pieces: [UInt8] = [0, 1, 0] + [UInt8](repeating: 1, count: 16) + [0, 2]
        let frame = Self.frame(forms: [[flags, 0, 0, 0, 0]], pieces)
        #expect(throws: ModelFault.malformed("runs.stamp")) { try Self.decoded(frame) }
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
