import Testing

@testable import BatonEncoding

@Suite("CBORValue")
struct CBORValueTests {
    @Test("encoding sorts map keys bytewise at every level")
    func sorting() {
        let inner = CBORValue.map([
            CBORPair(key: .text("b"), value: .null), CBORPair(key: .text("a"), value: .null),
        ])
        let keys: [CBORValue] = [
            .bool(false), .array([CBORValue(-1)]), .text("aa"), .text("z"), .array([.unsigned(100)]),
            CBORValue(-1),
            .unsigned(100), .unsigned(10),
        ]
        let value = CBORValue.map(keys.map { CBORPair(key: $0, value: inner) })
        let item = "a26161f66162f6"
        // The example of RFC 8949 section 4.2.1, value by value.
        let sorted = ["0a", "1864", "20", "617a", "626161", "811864", "8120", "f4"]
        #expect(hex(CBORValue.encode(value)) == "a8" + sorted.map { $0 + item }.joined())
    }

    @Test("integers of either sign convert both ways")
    func integers() {
        for value in [0, 1, -1, 23, -24, .max, .min] {
            #expect(CBORValue(value).intValue == Int64(value))
        }
        #expect(CBORValue(5).unsignedValue == 5)
        #expect(CBORValue(-5).unsignedValue == nil)
        #expect(CBORValue.unsigned(.max).intValue == nil)
        #expect(CBORValue.negative(.max).intValue == nil)
        #expect(CBORValue.null.intValue == nil)
    }

    @Test("accessors return the content of their own case only")
    func accessors() {
        let pairs = [
            CBORPair(key: .text("7"), value: .null), CBORPair(key: .unsigned(7), value: .text("seven")),
        ]
        #expect(CBORValue.text("a").textValue == "a")
        #expect(CBORValue.bytes([1]).bytesValue == [1])
        #expect(CBORValue.array([.null]).arrayValue == [.null])
        #expect(CBORValue.map(pairs).mapValue == pairs)
        #expect(CBORValue.map(pairs)[7] == .text("seven"))
        #expect(CBORValue.map(pairs)[8] == nil)
        #expect(CBORValue.array([.null])[0] == nil)
        let other = CBORValue.undefined
        #expect(other.textValue == nil)
        #expect(other.bytesValue == nil)
        #expect(other.arrayValue == nil)
        #expect(other.mapValue == nil)
    }

    @Test("equality is equality of encodings")
    func equality() {
        #expect(CBORValue.float(.nan) == .float(-.nan))
        #expect(CBORValue.float(0) != .float(-0.0))
        #expect(CBORValue.float(1) != .unsigned(1))
        // One letter to the reader, two encodings: composed and decomposed e-acute.
        #expect(CBORValue.text("\u{e9}") != .text("e\u{301}"))
        #expect(CBORValue.text("1") != .bytes([0x31]))
        #expect(CBORValue.tagged(1, .null) != .tagged(2, .null))
        #expect(CBORValue.null != .undefined)
        #expect(CBORValue.unsigned(1) != .negative(1))
        #expect(Set([CBORValue.float(.nan), .float(-.nan), .float(0), .float(-0.0)]).count == 3)
    }

    @Test("a map with two equal keys is a programmer error")
    func duplicateKeys() async {
        await #expect(processExitsWith: .failure) {
            let pair = CBORPair(key: .unsigned(1), value: .null)
            _ = CBORValue.encode(.map([pair, pair]))
        }
    }

    @Test("a simple value that has a case of its own, or none, is a programmer error")
    func assignedSimple() async {
        await #expect(processExitsWith: .failure) { _ = CBORValue.encode(.simple(20)) }
        await #expect(processExitsWith: .failure) { _ = CBORValue.encode(.simple(31)) }
    }

    @Test("a depth limit beyond the stack's reach is a programmer error")
    func depthLimit() async {
        await #expect(processExitsWith: .failure) { _ = CBORLimits(depthMax: 257) }
    }
}
