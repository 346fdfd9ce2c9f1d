import Testing

@testable import BatonEncoding

@Suite("CBOR strictness")
struct CBORStrictnessTests {
    /// Expects the tree reader and the skipping reader to give the same refusal.
    private func expectRefusal(
        _ encoded: String, _ error: CBORError, limits: CBORLimits = .standard,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(throws: error, "\(encoded)", sourceLocation: location) {
            try CBORValue.decode(bytes(encoded), limits: limits)
        }
        #expect(throws: error, "\(encoded)", sourceLocation: location) {
            var reader = CBORReader(bytes(encoded), limits: limits)
            _ = try reader.skip()
            try reader.finish()
        }
    }

    @Test("a head longer than its argument needs is refused for every type and every width")
    func longHeads() {
        for major in UInt8(0)...6 {
            for (information, largestShorter) in [
                (UInt8(24), "17"), (25, "00ff"), (26, "0000ffff"), (27, "00000000ffffffff"),
            ] {
                let head = hex([major << 5 | information]) + largestShorter
                self.expectRefusal(head, .nonCanonical(at: 0, .longHead))
                self.expectRefusal("82f6" + head, .nonCanonical(at: 2, .longHead))
            }
        }
    }

    @Test("the smallest argument of each width is accepted and the largest below it is written shorter")
    func headBoundaries() throws {
        let boundaries: [(UInt64, String)] = [
            (23, "17"), (24, "1818"), (255, "18ff"), (256, "190100"), (65_535, "19ffff"),
            (65_536, "1a00010000"),
            (4_294_967_295, "1affffffff"), (4_294_967_296, "1b0000000100000000"),
        ]
        for (value, encoded) in boundaries {
            #expect(hex(CBORValue.encode(.unsigned(value))) == encoded)
            #expect(try CBORValue.decode(bytes(encoded)) == .unsigned(value))
        }
    }

    @Test("indefinite lengths and a stray break are refused")
    func indefiniteLength() {
        for head in ["5f", "7f", "9f", "bf", "ff"] {
            self.expectRefusal(head, .nonCanonical(at: 0, .indefiniteLength))
        }
        self.expectRefusal("81ff", .nonCanonical(at: 1, .indefiniteLength))
    }

    @Test("reserved heads are refused for every type")
    func reservedHeads() {
        for major in UInt8(0)...7 {
            for information in UInt8(28)...30 {
                self.expectRefusal(hex([major << 5 | information]), .unsupported(at: 0))
            }
        }
        for head in ["1f", "3f", "df"] { self.expectRefusal(head, .unsupported(at: 0)) }
    }

    @Test("map keys out of bytewise order are refused")
    func keyOrder() {
        self.expectRefusal("a202000100", .nonCanonical(at: 3, .keyOrder))
        self.expectRefusal("a2616200616100", .nonCanonical(at: 4, .keyOrder))
        self.expectRefusal("a2200018ff00", .nonCanonical(at: 3, .keyOrder))
        // Length-first order, right for RFC 7049, is wrong here: 100 (1864) sorts before -1 (20).
        self.expectRefusal("a22000186400", .nonCanonical(at: 3, .keyOrder))
        self.expectRefusal("81a1a18000a20200010000", .nonCanonical(at: 8, .keyOrder))
    }

    @Test("repeated map keys are refused")
    func duplicateKeys() {
        self.expectRefusal("a201000101", .nonCanonical(at: 3, .duplicateKey))
        self.expectRefusal("a3010002000200", .nonCanonical(at: 5, .duplicateKey))
        self.expectRefusal("a26161006161f6", .nonCanonical(at: 4, .duplicateKey))
        self.expectRefusal("a2810000810000", .nonCanonical(at: 4, .duplicateKey))
    }

    @Test("a float wider than its value needs is refused")
    func longFloats() {
        let wide = [
            "fa00000000", "fa80000000", "fa3fc00000", "fa477fe000", "fa33800000", "fb3ff8000000000000",
            "fb0000000000000000", "fb40f86a0000000000", "fb47efffffe0000000", "fb36a0000000000000",
        ]
        for encoded in wide { self.expectRefusal(encoded, .nonCanonical(at: 0, .longFloat)) }
    }

    @Test("every not-a-number but f97e00 is refused")
    func otherNaN() {
        for encoded in ["f97e01", "f97c01", "f9fe00", "fa7fc00000", "fa7f800001", "fbfff8000000000000"] {
            self.expectRefusal(encoded, .nonCanonical(at: 0, .otherNaN))
        }
    }

    @Test("two-byte simple values below 32 are refused")
    func longSimple() {
        for value in UInt8(0)..<32 {
            self.expectRefusal("f8" + hex([value]), .nonCanonical(at: 0, .longSimple))
        }
    }

    @Test("text that is not UTF-8 is refused")
    func invalidText() {
        // Stray continuation, overlong form, surrogate, beyond U+10FFFF, cut sequence.
        for text in ["6180", "62c080", "63eda080", "64f4908080", "62e6b0"] {
            self.expectRefusal(text, .invalidText(at: 0))
            self.expectRefusal("a1" + text + "00", .invalidText(at: 1))
        }
    }

    @Test("bytes after the last item are refused")
    func trailingBytes() {
        self.expectRefusal("0000", .trailingBytes(at: 1))
        self.expectRefusal("8101f6", .trailingBytes(at: 2))
    }

    @Test("counts and lengths beyond the bytes left are refused before anything is reserved")
    func falseCounts() {
        let heads = [
            "5bffffffffffffffff", "7b7fffffffffffffff", "9bffffffffffffffff", "bbffffffffffffffff",
            "9a7fffffff", "ba7fffffff", "4200", "62e6", "830000", "a2000000",
        ]
        for head in heads { self.expectRefusal(head, .truncated(at: 0)) }
    }

    @Test("nesting is accepted to the limit and refused beyond it")
    func depth() throws {
        let limits = CBORLimits(depthMax: 4)
        for level in ["81", "d83d", "a100"] {
            let deepest = String(repeating: level, count: 4) + "00"
            #expect(throws: Never.self) { try CBORValue.decode(bytes(deepest), limits: limits) }
            self.expectRefusal(
                String(repeating: level, count: 5) + "00", .tooDeep(at: 2 * level.utf8.count), limits: limits)
        }
        let hostile = String(repeating: "81", count: 100_000) + "00"
        self.expectRefusal(hostile, .tooDeep(at: 16))
        #expect(throws: CBORError.tooDeep(at: 0)) {
            try CBORValue.decode([0x80], limits: CBORLimits(depthMax: 0))
        }
    }

    @Test("items are accepted to the limit and refused beyond it")
    func items() throws {
        let limits = CBORLimits(itemsMax: 4)
        #expect(throws: Never.self) { try CBORValue.decode(bytes("83000000"), limits: limits) }
        self.expectRefusal("8400000000", .tooLarge(at: 0, limit: 4), limits: limits)
        self.expectRefusal("828100820000", .tooLarge(at: 3, limit: 4), limits: limits)
        self.expectRefusal("a200000100", .tooLarge(at: 0, limit: 4), limits: limits)
        self.expectRefusal("d83dd83dd83dd83d00", .tooLarge(at: 8, limit: 4), limits: limits)
        var reader = CBORReader([0, 1, 2, 3, 4], limits: limits)
        for expected in UInt64(0)..<4 { #expect(try reader.unsigned() == expected) }
        #expect(throws: CBORError.tooLarge(at: 4, limit: 4)) { try reader.unsigned() }
    }

    @Test("an input over the size limit is refused by whatever reads first")
    func size() {
        let limits = CBORLimits(bytesMax: 3)
        let error = CBORError.tooLarge(at: 0, limit: 3)
        self.expectRefusal("43010203", error, limits: limits)
        #expect(throws: Never.self) { try CBORValue.decode(bytes("420102"), limits: limits) }
        var reader = CBORReader(bytes("00010203"), limits: limits)
        #expect(!reader.isAtEnd)
        #expect(!reader.isNull())
        #expect(throws: error) { try reader.peekType() }
        #expect(throws: error) { try reader.unsigned() }
        #expect(throws: error) { try reader.finish() }
    }
}
