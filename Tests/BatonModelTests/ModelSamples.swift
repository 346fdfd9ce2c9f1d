import BatonEncoding
import BatonModel
import BatonSimulator

/// Hand-made and generated values that several suites of this target share.
enum ModelSamples {
    static let hashing = StandInHashing()

    static func site(_ name: String) -> SiteID {
        guard let site = SiteID(name) else { preconditionFailure("\(name) is not a site") }
        return site
    }

    static func author(_ name: String, counter: UInt32 = 1, nonce: UInt64 = 0x0102_0304_0506_0708) -> Author {
        Author(site: Self.site(name), incarnation: Incarnation(counter: counter, nonce: nonce))
    }

    static func place(_ name: String, _ seq: UInt64) -> DeltaReference {
        DeltaReference(author: Self.author(name), seq: seq)
    }

    /// 16 bytes that rise by one from `first`.
    static func seal(from first: UInt8) -> ContextSeal {
        guard let seal = ContextSeal((0..<16).map { first &+ $0 }) else {
            preconditionFailure("16 bytes are a seal")
        }
        return seal
    }

    static func digest(from first: UInt8) -> Digest256 {
        guard let digest = Digest256((0..<32).map { first &+ $0 }) else {
            preconditionFailure("32 bytes are a digest")
        }
        return digest
    }

    static let document = DocumentID(kind: .escalation, suffix: (0..<15).map { UInt8($0 + 1) })

    /// The smallest header there is: the first delta of an incarnation, with no operation.
    static func minimalHeader() -> Header {
        Header(
            level: 1, author: Self.author("syd"), seq: 1, prev: .none,
            membership: MembershipReference(epoch: 1, hashPrefix: 0x1112_1314_1516_1718),
            document: Self.document,
            documentPrev: 0, context: Context(entries: [], seal: Self.seal(from: 0xa0)), stamp: .zero,
            actor: Actor(person: OperatorID(1)), shape: [], parts: [])
    }

    /// A header with every field in use, optional ones too.
    static func fullHeader() -> Header {
        Header(
            level: 300, author: Self.author("use1", counter: 70_000, nonce: 0xfffe_fdfc_fbfa_f9f8),
            seq: 5_000_000_000, prev: DeltaID(digest: Self.digest(from: 0x20)),
            membership: MembershipReference(epoch: 24, hashPrefix: 0x2122_2324_2526_2728),
            document: Self.document,
            documentPrev: 4_999_999_999,
            context: Context(
                entries: [Self.place("syd", 23), Self.place("usw", 65_536)], seal: Self.seal(from: 0xb0)),
            unread: [
                DeltaRange(author: Self.author("syd"), first: 3, last: 3),
                DeltaRange(author: Self.author("usw"), first: 255, last: 256),
            ],
            stamp: HybridTime(milliseconds: 1_700_000_000_000, counter: 7),
            actor: Actor(person: OperatorID(42), onBehalfOf: OperatorID(4_294_967_295)),
            authority: (0..<64).map { UInt8($0) },
            shape: [
                OperationShape(kind: .set, field: FieldCode(1), isMaterial: true),
                OperationShape(kind: .release, field: FieldCode(1_023), isMaterial: false),
            ],
            parts: [
                PartDescriptor(
                    compartment: .global, key: KeyID(generation: 1, hash: 0x3132_3334_3536_3738),
                    commitment: Self.digest(from: 0x40), length: 23),
                PartDescriptor(
                    compartment: .us, key: KeyID(generation: 256, hash: 0x5152_5354_5556_5758),
                    commitment: Self.digest(from: 0x60), length: 64),
            ])
    }
}

/// Draws values of the model from a seed.
struct ModelGenerator {
    var random: SeededRandom

    init(seed: UInt64) { self.random = SeededRandom(seed: seed) }

    /// An integer whose width is uniform, so that every length of head is drawn often.
    mutating func integer() -> UInt64 { self.random.next() >> UInt64(self.random.below(64)) }

    mutating func digest() -> Digest256 {
        Digest256(words: self.random.next(), self.random.next(), self.random.next(), self.random.next())
    }

    mutating func author() -> Author {
        let names = ["aa", "syd", "usw", "use", "b2b", "zzzzzzzz"]
        return ModelSamples.author(
            self.random.pick(names), counter: UInt32(truncatingIfNeeded: self.integer()),
            nonce: self.random.next())
    }

    mutating func seq() -> UInt64 { max(1, self.integer() >> 1) }

    mutating func reference() -> DeltaReference { DeltaReference(author: self.author(), seq: self.seq()) }

    mutating func header() -> Header {
        let seq = self.seq()
        return Header(
            level: self.integer(), author: self.author(), seq: seq, prev: DeltaID(digest: self.digest()),
            membership: MembershipReference(epoch: self.integer(), hashPrefix: self.random.next()),
            document: DocumentID(
                kind: self.random.pick(DocumentKind.allCases), suffix: self.random.bytes(15)),
            documentPrev: self.random.chance(1, in: 2) ? 0 : self.random.next() % seq,
            context: Context(
                entries: (0..<self.random.below(5)).map { _ in self.reference() }.sorted(),
                seal: ModelSamples.seal(from: UInt8(self.random.below(256)))),
            unread: self.ranges(), stamp: HybridTime(packed: self.integer()), actor: self.actor(),
            authority: self.random.chance(1, in: 3) ? self.random.bytes(64) : nil,
            shape: self.shapes(), parts: self.parts())
    }

    mutating func actor() -> Actor {
        let person = OperatorID(UInt32(truncatingIfNeeded: self.integer()))
        guard self.random.chance(1, in: 3) else { return Actor(person: person) }
        return Actor(person: person, onBehalfOf: OperatorID(UInt32(truncatingIfNeeded: self.integer())))
    }

    mutating func shapes() -> [OperationShape] {
        (0..<self.random.below(6)).compactMap { _ in OperationShape(packed: UInt64(self.random.below(65_536)))
        }
    }

    private mutating func ranges() -> [DeltaRange] {
        guard self.random.chance(1, in: 3) else { return [] }
        let author = self.author()
        var first: UInt64 = 0
        return (0..<(1 + self.random.below(3))).map { _ in
            first += 2 + UInt64(self.random.below(300))
            let last = first + UInt64(self.random.below(300))
            defer { first = last }
            return DeltaRange(author: author, first: first, last: last)
        }
    }

    private mutating func parts() -> [PartDescriptor] {
        let codes = [UInt8(0), 1, 2, 200, 255].filter { _ in self.random.chance(1, in: 2) }
        return codes.map { code in
            PartDescriptor(
                compartment: Compartment(code: code),
                key: KeyID(generation: UInt32(truncatingIfNeeded: self.integer()), hash: self.random.next()),
                commitment: self.digest(), length: self.random.below(DeltaLimits.deltaBytesMax + 1))
        }
    }

    /// Damages bytes: cut, one bit turned, a byte replaced, a piece doubled, or noise instead.
    mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var out = bytes
        switch self.random.below(6) {
        case 0: return Array(bytes.prefix(self.random.below(bytes.count)))
        case 1, 2: out[self.random.below(out.count)] ^= 1 << UInt8(self.random.below(8))
        case 3:
            out[self.random.below(out.count)] = self.random.pick([
                0x00, 0x17, 0x18, 0x1b, 0x5f, 0x9f, 0xf6, 0xff,
            ])
        case 4:
            let start = self.random.below(out.count)
            out.insert(contentsOf: bytes[start..<min(bytes.count, start + 5)], at: start)
        default: return self.random.bytes(self.random.below(300))
        }
        return out
    }
}
