import BatonEncoding
import BatonModel
import BatonProtocol
import BatonSimulator
import Testing

@Suite("Message")
struct MessageTests {
    private static func decoded(_ bytes: [UInt8], limits: WireLimits = .standard) throws(PeerFault) -> Message
    {
        try Message(decoding: bytes, limits: limits)
    }

    private static func fault(_ bytes: [UInt8], limits: WireLimits = .standard) -> PeerFault? {
        do {
            _ = try Self.decoded(bytes, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    private static func fault(items: [CBORValue], limits: WireLimits = .standard) -> PeerFault? {
        Self.fault(CBORValue.encode(.array(items)), limits: limits)
    }

    private static func blank(_ count: Int) -> CBORValue { .bytes([UInt8](repeating: 4, count: count)) }

    private static let names = [
        "greet", "hello", "membership", "have", "deltas", "receipt", "ping", "pong", "farewell",
        "runs", "outline", "mark", "compare", "compared", "presence",
    ]

    @Test("an outline tells lanes only to a peer that reads them, and is read with and without")
    func outlineLanes() throws {
        var generator = ProtocolGenerator(seed: 77)
        var part = generator.outline()
        while part.entries.isEmpty { part = generator.outline() }
        for index in part.entries.indices { part.entries[index].lane = UInt8(index % 4) }
        let older = part.said(in: ProtocolVersion.outlineLanes - 1)
        #expect(older.entries.allSatisfy { $0.lane == nil } && older.entries.count == part.entries.count)
        #expect(part.said(in: ProtocolVersion.outlineLanes) == part)
        for said in [older, part] {
            #expect(try Self.decoded(Message.outline(said).encoded()) == .outline(said))
        }
    }

    @Test("a long outline is said in parts that a reader takes, and together they say the same")
    func splitOutline() throws {
        var generator = ProtocolGenerator(seed: 78)
        var limits = WireLimits.standard
        limits.outlineDeltasPerPage = 4
        var whole = OutlinePart(isFirst: true, entries: [], isCut: true)
        while whole.entries.count < 9 { whole.entries += generator.outline().entries }
        whole.entries = Array(whole.entries.prefix(9))
        let refused = Self.fault(Message.outline(whole).encoded(), limits: limits)
        #expect(refused == .malformed(.tooLarge("outline.entries", limit: 4)))
        let parts = whole.split(entriesMax: 4)
        #expect(parts.map(\.entries.count) == [4, 4, 1])
        #expect(parts.flatMap(\.entries) == whole.entries)
        #expect(parts.map(\.isFirst) == [true, false, false])
        #expect(parts.map(\.isCut) == [false, false, true])
        for part in parts {
            #expect(try Self.decoded(Message.outline(part).encoded(), limits: limits) == .outline(part))
        }
        whole.entries = []
        #expect(whole.split(entriesMax: 4) == [whole])
    }

    @Test(
        "generated messages of each kind survive encoding and framing",
        arguments: 0..<ProtocolGenerator.kindCount)
    func roundTrip(kind: Int) throws {
        var generator = ProtocolGenerator(seed: UInt64(kind))
        for _ in 0..<60 {
            let message = try generator.message(kind: kind)
            #expect(message.name == Self.names[kind])
            let encoded = message.encoded()
            let code = kind == Self.names.count - 1 ? [0x18, 64] : [UInt8(kind + 1)]
            #expect(encoded.dropFirst().prefix(code.count) == code[...], "the type is frozen")
            #expect(try Self.decoded(encoded) == message)
            var decoder = FrameDecoder(bytesMax: WireLimits.standard.frameBytesMax)
            decoder.feed(message.framed())
            #expect(try decoder.next() == encoded)
        }
    }

    @Test("short messages are the bytes kept here")
    func golden() throws {
        let digest = try #require(Digest256([UInt8](repeating: 0xab, count: 32)))
        let greeting = Greeting(
            nonce: (0..<16).map { UInt8($0) }, versionOldest: 1, versionNewest: 24, purpose: .bulk)
        let kept: [(Message, String)] = [
            (.greet(greeting), "850150000102030405060708090a0b0c0d0e0f01181801"), (.membership([]), "820380"),
            (.have(HavePart(HaveSet())), "830480f5"), (.mark(7), "820c07"),
            (.runs(RunChunk(bytes: [1, 2], remaining: 3)), "830a03420102"),
            (.outline(OutlinePart(isFirst: true, entries: [], isCut: false)), "840bf5828080f4"),
            (.deltas(DeltaChunk(keys: [], deltas: [], remaining: 0)), "8405808000"),
            (.ping(256, digest), "83071901005820" + String(repeating: "ab", count: 32)), (.pong(0), "820800"),
            (.farewell("peer.silent"), "82096b706565722e73696c656e74"),
        ]
        for (message, text) in kept { #expect(hexadecimal(message.encoded()) == text) }
    }

    @Test(
        "no damage makes decoding trap: it is a fault of the peer or a message that encodes alike",
        arguments: 0..<ProtocolGenerator.kindCount)
    func fuzz(kind: Int) throws {
        var generator = ProtocolGenerator(seed: 2_000 + UInt64(kind))
        for _ in 0..<60 {
            let source = try generator.message(kind: kind).encoded()
            for _ in 0..<40 {
                let input = generator.damaged(source)
                do throws(PeerFault) {
                    let message = try Self.decoded(input)
                    if message.encoded() != input {
                        Issue.record("\(hexadecimal(input)) is a second encoding")
                    }
                } catch {
                    guard case .malformed = error else {
                        Issue.record("\(hexadecimal(input)) gave \(error)")
                        continue
                    }
                }
            }
        }
    }

    @Test(
        "a message cut at any byte, or followed by one, is malformed",
        arguments: 0..<ProtocolGenerator.kindCount)
    func cuts(kind: Int) throws {
        var generator = ProtocolGenerator(seed: 90 + UInt64(kind))
        let whole = try generator.message(kind: kind).encoded()
        for count in 0..<whole.count { #expect(Self.fault(Array(whole.prefix(count))) != nil) }
        #expect(Self.fault(whole + [0]) == .malformed(.encoding(.trailingBytes(at: whole.count))))
    }

    @Test(
        "a type of the future is a fault that says so; a known one with too many or too few values is malformed"
    )
    func types() {
        #expect(Self.fault(items: [.unsigned(15), .null]) == .malformed(.unsupported("message.type")))
        #expect(Self.fault(items: [.unsigned(0), .null]) == .malformed(.unsupported("message.type")))
        #expect(
            Self.fault(items: [.unsigned(8), .unsigned(1), .unsigned(1)]) == .malformed(.malformed("message"))
        )
        #expect(Self.fault(items: [.unsigned(8)]) == .malformed(.malformed("message")))
        #expect(Self.fault(items: [.unsigned(7), .unsigned(1)]) == .malformed(.malformed("message")))
        #expect(
            Self.fault(items: [CBORValue](repeating: .unsigned(1), count: 6))
                == .malformed(.tooLarge("message", limit: 5)))
        #expect(Self.fault([0xa0]) != nil)
        #expect(Self.fault([]) == .malformed(.encoding(.truncated(at: 0))))
    }

    @Test("nonces, digests and signatures of another length are malformed")
    func lengths() throws {
        var generator = ProtocolGenerator(seed: 4)
        let hello = CBORValue.bytes(generator.hello().encoded())
        let receipt = CBORValue.bytes(generator.receipt().encoded())
        for count in [15, 17] {
            #expect(
                Self.fault(items: [.unsigned(1), Self.blank(count), .unsigned(2), .unsigned(2), .unsigned(0)])
                    != nil)
        }
        for count in [31, 33] {
            #expect(Self.fault(items: [.unsigned(7), .unsigned(1), Self.blank(count)]) != nil)
        }
        for count in [0, 63, 65] {
            #expect(
                Self.fault(items: [.unsigned(2), hello, Self.blank(count)])
                    == .malformed(.malformed("hello.signature")))
            #expect(
                Self.fault(items: [.unsigned(6), receipt, Self.blank(count)])
                    == .malformed(.malformed("receipt.signature")))
        }
        #expect(Self.fault(items: [.unsigned(2), hello, Self.blank(64)]) == nil)
        #expect(Self.fault(items: [.unsigned(6), receipt, Self.blank(64)]) == nil)
    }

    @Test("every list and text of a message has its limit")
    func limits() {
        func list(_ count: Int) -> CBORValue { .array([CBORValue](repeating: .unsigned(0), count: count)) }
        var limits = WireLimits()
        limits.keysPerChunkMax = 2
        limits.deltasPerChunkMax = 3
        #expect(
            Self.fault(items: [.unsigned(5), list(3), .array([]), .unsigned(0)], limits: limits)
                == .malformed(.tooLarge("chunk.keys", limit: 2)))
        #expect(
            Self.fault(items: [.unsigned(5), .array([]), list(4), .unsigned(0)], limits: limits)
                == .malformed(.tooLarge("chunk.deltas", limit: 3)))
        #expect(
            Self.fault(items: [.unsigned(3), list(1_025)])
                == .malformed(.tooLarge("membership", limit: 1_024)))
        #expect(
            Self.fault(items: [.unsigned(9), .text(String(repeating: "a", count: 129))])
                == .malformed(.tooLarge("farewell", limit: 128)))
        #expect(Self.fault(items: [.unsigned(9), .text(String(repeating: "a", count: 128))]) == nil)
        #expect(
            Self.fault(items: [.unsigned(2), Self.blank(4_097), Self.blank(64)])
                == .malformed(.tooLarge("hello", limit: 4_096)))
        limits.frameBytesMax = 10
        #expect(Self.fault(items: [.unsigned(9), .text("more than ten")], limits: limits) != nil)
    }

    @Test("a delta on the wire has its own limits, and a part that is not there is null")
    func wireDeltas() throws {
        func delta(header: Int = 5, signature: Int = 64, parts: [CBORValue] = []) -> PeerFault? {
            Self.fault(items: [
                .unsigned(5), .array([]),
                .array([.array([Self.blank(header), Self.blank(signature), .array(parts)])]), .unsigned(0),
            ])
        }
        #expect(delta(parts: [.null, Self.blank(3)]) == nil)
        #expect(delta(header: DeltaLimits.headerBytesMax) == nil)
        #expect(
            delta(header: DeltaLimits.headerBytesMax + 1)
                == .malformed(.tooLarge("delta.header", limit: DeltaLimits.headerBytesMax)))
        #expect(delta(signature: 63) == .malformed(.malformed("delta.signature")))
        #expect(
            delta(parts: [CBORValue](repeating: .null, count: 9))
                == .malformed(.tooLarge("delta.parts", limit: 8)))
        #expect(
            delta(parts: [Self.blank(DeltaLimits.deltaBytesMax + 1)])
                == .malformed(.tooLarge("delta.part", limit: DeltaLimits.deltaBytesMax)))
        #expect(delta(parts: [.undefined]) != nil)
        #expect(delta(parts: [.bool(false)]) != nil)
    }
}
