import BatonEncoding
import BatonModel
import Testing

@Suite("Header refusals")
struct HeaderRefusalTests {
    /// The header's pairs as raw bytes, so that they can be put together wrongly.
    private static func pairs(of header: Header) throws -> [(key: UInt64, bytes: [UInt8])] {
        let encoded = header.encoded()
        var reader = CBORReader(encoded)
        return try (0..<reader.mapHeader()).map { _ in
            let start = reader.position
            let key = try reader.unsigned()
            _ = try reader.skip()
            return (key, Array(encoded[start..<reader.position]))
        }
    }

    private static func joined(_ pairs: [(key: UInt64, bytes: [UInt8])]) -> [UInt8] {
        var writer = CBORWriter()
        writer.mapHeader(pairs.count)
        for pair in pairs { writer.raw(pair.bytes) }
        return writer.bytes
    }

    private static func isRefused(_ bytes: [UInt8]) -> Bool { (try? Header(decoding: bytes)) == nil }

    private static func fault(_ bytes: [UInt8]) -> ModelFault? {
        do {
            _ = try Header(decoding: bytes)
            return nil
        } catch {
            return error
        }
    }

    /// Puts another value under a key of the full header; everything else stays canonical.
    private static func changed(_ key: UInt64, to value: CBORValue) throws -> [UInt8] {
        let whole = try #require(try CBORValue.decode(ModelSamples.fullHeader().encoded()).mapValue)
        return CBORValue.encode(
            .map(whole.map { $0.key == .unsigned(key) ? CBORPair(key: $0.key, value: value) : $0 }))
    }

    private static func author(_ site: String, counter: UInt64 = 1, nonceBytes: Int = 8) -> CBORValue {
        .array([.text(site), .unsigned(counter), .bytes([UInt8](repeating: 9, count: nonceBytes))])
    }

    @Test("a header without one of its keys is refused, except the two that may be absent")
    func missingKeys() throws {
        let pairs = try Self.pairs(of: ModelSamples.fullHeader())
        #expect(Self.joined(pairs) == ModelSamples.fullHeader().encoded())
        for index in pairs.indices {
            var left = pairs
            let removed = left.remove(at: index)
            #expect(
                Self.isRefused(Self.joined(left)) == ![12, 15].contains(removed.key), "key \(removed.key)")
        }
    }

    @Test("a key twice, two keys in the wrong order and a key too many are refused")
    func wrongKeys() throws {
        let pairs = try Self.pairs(of: ModelSamples.fullHeader())
        for index in pairs.indices {
            var doubled = pairs
            doubled.insert(pairs[index], at: index)
            #expect(Self.isRefused(Self.joined(doubled)), "key \(pairs[index].key) twice")
            for other in pairs.indices where other > index {
                var swapped = pairs
                swapped.swapAt(index, other)
                #expect(Self.isRefused(Self.joined(swapped)), "keys \(index) and \(other) swapped")
            }
        }
        let minimal = try Self.pairs(of: ModelSamples.minimalHeader())
        for (key, place) in [(0, 0), (18, 15), (12, 11)] as [(UInt64, Int)] {
            var longer = minimal
            longer.insert((key, [UInt8(key), 0]), at: place)
            #expect(Self.isRefused(Self.joined(longer)), "key \(key)")
        }
        let others = [minimal[0], minimal[1]]
        #expect(Self.fault(Self.joined(others)) == .malformed("header"))
        #expect(Self.isRefused([0x80]))
        #expect(Self.isRefused([]))
    }

    @Test("byte strings of another length than the field's are refused", arguments: [-1, 1])
    func wrongLengths(by difference: Int) throws {
        func blank(_ count: Int) -> CBORValue { .bytes([UInt8](repeating: 1, count: count + difference)) }
        let cases: [(UInt64, CBORValue, String)] = [
            (4, Self.author("syd", nonceBytes: 8 + difference), "author.nonce"),
            (6, blank(32), "header.prev"),
            (7, .array([.unsigned(1), blank(8)]), "header.membership"), (8, blank(16), "header.document"),
            (11, blank(16), "header.seal"), (15, blank(64), "header.authority"),
            (17, Self.part(key: 8 + difference), "part.key"),
            (17, Self.part(commitment: 32 + difference), "part.commitment"),
        ]
        for (key, value, field) in cases {
            #expect(Self.fault(try Self.changed(key, to: value)) == .malformed(field), "key \(key)")
        }
    }

    private static func part(
        _ compartment: UInt64 = 0, generation: UInt64 = 1, key: Int = 8, commitment: Int = 32,
        length: UInt64 = 1
    ) -> CBORValue {
        .array([Self.onePart(compartment, generation, key, commitment, length)])
    }

    private static func onePart(
        _ compartment: UInt64, _ generation: UInt64, _ key: Int, _ commitment: Int, _ length: UInt64
    ) -> CBORValue {
        .array([
            .unsigned(compartment), .unsigned(generation), .bytes([UInt8](repeating: 1, count: key)),
            .bytes([UInt8](repeating: 1, count: commitment)), .unsigned(length),
        ])
    }

    @Test("an author that is no author is refused")
    func wrongAuthors() throws {
        for site in ["", "s", "SYD", "1ab", "syd-1", "abcdefghi", "sy\u{e9}"] {
            #expect(Self.fault(try Self.changed(4, to: Self.author(site))) == .malformed("author.site"))
        }
        #expect(
            Self.fault(try Self.changed(4, to: Self.author("syd", counter: 1 << 32)))
                == .malformed("author.counter"))
        #expect(
            Self.fault(try Self.changed(4, to: .array([.text("syd"), .unsigned(1)]))) == .malformed("author"))
    }

    @Test("numbers out of their range are refused")
    func wrongNumbers() throws {
        let tooGreat = UInt64(Int64.max) + 1
        let cases: [(UInt64, CBORValue, String)] = [
            (5, .unsigned(0), "header.seq"), (5, .unsigned(tooGreat), "header.seq"),
            (9, .unsigned(5_000_000_000), "header.document-prev"),
            (9, .unsigned(.max), "header.document-prev"),
            (14, .array([]), "header.actor"), (14, .array([.unsigned(1 << 32)]), "header.actor"),
            (14, .array([.unsigned(1), .unsigned(1 << 32)]), "header.actor"),
            (16, .array([.unsigned(65_536)]), "header.shape"),
            (17, Self.part(256), "part.compartment"), (17, Self.part(generation: 1 << 32), "part.generation"),
            (17, Self.part(length: 65_537), "part.length"),
        ]
        for (key, value, field) in cases {
            #expect(Self.fault(try Self.changed(key, to: value)) == .malformed(field), "key \(key): \(value)")
        }
        #expect(Self.isRefused(try Self.changed(5, to: .negative(0))))
        #expect(Self.isRefused(try Self.changed(3, to: .text("1"))))
    }

    @Test("a format or suite of the future is unsupported, not malformed")
    func future() throws {
        #expect(Self.fault(try Self.changed(1, to: .unsigned(2))) == .unsupported("header.format"))
        #expect(Self.fault(try Self.changed(2, to: .unsigned(2))) == .unsupported("header.suite"))
        #expect(Self.fault(try Self.changed(2, to: .unsigned(0))) == .unsupported("header.suite"))
    }

    @Test("a context out of order or at number 0 is refused; a repeated place is how a fork is cited")
    func context() throws {
        func entries(_ list: [(String, UInt64)]) -> CBORValue {
            .array(list.map { .array([Self.author($0.0), .unsigned($0.1)]) })
        }
        for list in [[("usw", 1), ("syd", 1)], [("syd", 2), ("syd", 1)], [("syd", 0)]] as [[(String, UInt64)]]
        {
            #expect(Self.fault(try Self.changed(10, to: entries(list))) == .malformed("header.context"))
        }
        #expect(Self.fault(try Self.changed(10, to: entries([("syd", 2), ("syd", 2)]))) == nil)
    }

    @Test("unread ranges that are empty, turned, overlapping or out of order are refused")
    func unread() throws {
        func ranges(_ list: [(String, UInt64, UInt64)]) -> CBORValue {
            .array(list.map { .array([Self.author($0.0), .unsigned($0.1), .unsigned($0.2)]) })
        }
        let wrong: [[(String, UInt64, UInt64)]] = [
            [], [("syd", 0, 3)], [("syd", 4, 3)], [("syd", 1, 3), ("syd", 3, 5)],
            [("syd", 5, 6), ("syd", 1, 2)],
            [("usw", 1, 2), ("syd", 1, 2)],
        ]
        for list in wrong {
            #expect(Self.fault(try Self.changed(12, to: ranges(list))) == .malformed("header.unread"))
        }
        #expect(Self.fault(try Self.changed(12, to: ranges([("syd", 1, 3), ("syd", 4, 4)]))) == nil)
    }

    /// `docs/protocol.cddl` calls these numbers `positive`, like `seq` itself: 1 to the greatest Int64.
    @Test("places in the context and in unread ranges keep to the range that seq has")
    func referencedNumbers() throws {
        let beyond = CBORValue.unsigned(UInt64(Int64.max) + 1)
        let entry = CBORValue.array([.array([Self.author("syd"), beyond])])
        #expect(Self.fault(try Self.changed(10, to: entry)) == .malformed("header.context"))
        let range = CBORValue.array([.array([Self.author("syd"), .unsigned(1), beyond])])
        #expect(Self.fault(try Self.changed(12, to: range)) == .malformed("header.unread"))
    }

    @Test("parts must rise by compartment, each once")
    func parts() throws {
        func parts(_ codes: [UInt64]) -> CBORValue { .array(codes.map { Self.onePart($0, 1, 8, 32, 1) }) }
        for codes in [[1, 0], [0, 0], [0, 2, 1]] as [[UInt64]] {
            #expect(Self.fault(try Self.changed(17, to: parts(codes))) == .malformed("part.compartment"))
        }
        #expect(Self.fault(try Self.changed(17, to: parts([0, 1, 255]))) == nil)
    }

    @Test("every list of a header has a limit, and one at its limit is taken")
    func limits() throws {
        let entry = CBORValue.array([Self.author("syd"), .unsigned(7)])
        func ranges(_ count: Int) -> [CBORValue] {
            (0..<UInt64(count)).map {
                .array([Self.author("syd"), .unsigned($0 * 2 + 1), .unsigned($0 * 2 + 1)])
            }
        }
        let cases: [(UInt64, Int, String, (Int) -> [CBORValue])] = [
            (
                10, DeltaLimits.contextEntriesMax, "header.context",
                { [CBORValue](repeating: entry, count: $0) }
            ),
            (12, DeltaLimits.unreadRangesMax, "header.unread", ranges),
            (
                16, DeltaLimits.operationsMax, "header.shape",
                { [CBORValue](repeating: .unsigned(97), count: $0) }
            ),
            (
                17, DeltaLimits.partsMax, "header.parts",
                { (0..<UInt64($0)).map { Self.onePart($0, 1, 8, 32, 1) } }
            ),
        ]
        for (key, limit, field, list) in cases {
            #expect(
                Self.fault(try Self.changed(key, to: .array(list(limit)))) == nil, "\(field) at its limit")
            #expect(
                Self.fault(try Self.changed(key, to: .array(list(limit + 1))))
                    == .tooLarge(field, limit: limit))
        }
        #expect(Self.fault([UInt8](repeating: 0, count: 8_193)) == .tooLarge("header", limit: 8_192))
        #expect(Self.fault([UInt8](repeating: 0, count: 8_192)) != .tooLarge("header", limit: 8_192))
    }
}
