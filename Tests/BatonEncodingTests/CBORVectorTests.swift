import Testing

@testable import BatonEncoding

/// The examples of RFC 8949, Appendix A.
@Suite("CBOR vectors of RFC 8949 Appendix A")
struct CBORVectorTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let encoded: String
        let value: CBORValue
        var testDescription: String { self.encoded }

        init(_ encoded: String, _ value: CBORValue) {
            self.encoded = encoded
            self.value = value
        }
    }

    struct Refusal: Sendable, CustomTestStringConvertible {
        let encoded: String
        let error: CBORError
        var testDescription: String { self.encoded }

        init(_ encoded: String, _ error: CBORError) {
            self.encoded = encoded
            self.error = error
        }
    }

    static let integers: [Example] = [
        Example("00", .unsigned(0)), Example("01", .unsigned(1)), Example("0a", .unsigned(10)),
        Example("17", .unsigned(23)), Example("1818", .unsigned(24)), Example("1819", .unsigned(25)),
        Example("1864", .unsigned(100)), Example("1903e8", .unsigned(1000)),
        Example("1a000f4240", .unsigned(1_000_000)),
        Example("1b000000e8d4a51000", .unsigned(1_000_000_000_000)),
        Example("1bffffffffffffffff", .unsigned(.max)), Example("3bffffffffffffffff", .negative(.max)),
        Example("20", CBORValue(-1)), Example("29", CBORValue(-10)), Example("3863", CBORValue(-100)),
        Example("3903e7", CBORValue(-1000)),
        Example("c249010000000000000000", .tagged(2, .bytes([1, 0, 0, 0, 0, 0, 0, 0, 0]))),
        Example("c349010000000000000000", .tagged(3, .bytes([1, 0, 0, 0, 0, 0, 0, 0, 0]))),
    ]

    static let floats: [Example] = [
        Example("f90000", .float(0.0)), Example("f98000", .float(-0.0)), Example("f93c00", .float(1.0)),
        Example("fb3ff199999999999a", .float(1.1)), Example("f93e00", .float(1.5)),
        Example("f97bff", .float(65504.0)), Example("fa47c35000", .float(100_000.0)),
        Example("fa7f7fffff", .float(3.4028234663852886e+38)),
        Example("fb7e37e43c8800759c", .float(1.0e+300)),
        Example("f90001", .float(5.960464477539063e-8)), Example("f90400", .float(0.00006103515625)),
        Example("f9c400", .float(-4.0)), Example("fbc010666666666666", .float(-4.1)),
        Example("f97c00", .float(.infinity)), Example("f97e00", .float(.nan)),
        Example("f9fc00", .float(-.infinity)),
    ]

    static let scalars: [Example] = [
        Example("f4", .bool(false)), Example("f5", .bool(true)), Example("f6", .null),
        Example("f7", .undefined),
        Example("f0", .simple(16)), Example("f8ff", .simple(255)),
        Example("c074323031332d30332d32315432303a30343a30305a", .tagged(0, .text("2013-03-21T20:04:00Z"))),
        Example("c11a514b67b0", .tagged(1, .unsigned(1_363_896_240))),
        Example("c1fb41d452d9ec200000", .tagged(1, .float(1_363_896_240.5))),
        Example("d74401020304", .tagged(23, .bytes([1, 2, 3, 4]))),
        Example("d818456449455446", .tagged(24, .bytes([0x64, 0x49, 0x45, 0x54, 0x46]))),
        Example(
            "d82076687474703a2f2f7777772e6578616d706c652e636f6d", .tagged(32, .text("http://www.example.com"))
        ),
        Example("40", .bytes([])), Example("4401020304", .bytes([1, 2, 3, 4])), Example("60", .text("")),
        Example("6161", .text("a")), Example("6449455446", .text("IETF")), Example("62225c", .text("\"\\")),
        Example("62c3bc", .text("\u{fc}")), Example("63e6b0b4", .text("\u{6c34}")),
        Example("64f0908591", .text("\u{10151}")),
    ]

    static let containers: [Example] = [
        Example("80", .array([])), Example("83010203", .array([.unsigned(1), .unsigned(2), .unsigned(3)])),
        Example(
            "8301820203820405",
            .array([
                .unsigned(1), .array([.unsigned(2), .unsigned(3)]), .array([.unsigned(4), .unsigned(5)]),
            ])),
        Example(
            "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
            .array((1...25).map { .unsigned($0) })),
        Example("a0", .map([])),
        Example(
            "a201020304",
            .map([
                CBORPair(key: .unsigned(1), value: .unsigned(2)),
                CBORPair(key: .unsigned(3), value: .unsigned(4)),
            ])),
        Example(
            "a26161016162820203",
            .map([
                CBORPair(key: .text("a"), value: .unsigned(1)),
                CBORPair(key: .text("b"), value: .array([.unsigned(2), .unsigned(3)])),
            ])),
        Example(
            "826161a161626163", .array([.text("a"), .map([CBORPair(key: .text("b"), value: .text("c"))])])),
        Example(
            "a56161614161626142616361436164614461656145",
            .map(["a", "b", "c", "d", "e"].map { CBORPair(key: .text($0), value: .text($0.uppercased())) })),
    ]

    /// The examples that are not deterministic. `f818` stands in older lists; RFC 8949 makes it not
    /// well-formed.
    static let refusals: [Refusal] = [
        Refusal("fa7f800000", .nonCanonical(at: 0, .longFloat)),
        Refusal("fa7fc00000", .nonCanonical(at: 0, .otherNaN)),
        Refusal("faff800000", .nonCanonical(at: 0, .longFloat)),
        Refusal("fb7ff0000000000000", .nonCanonical(at: 0, .longFloat)),
        Refusal("fb7ff8000000000000", .nonCanonical(at: 0, .otherNaN)),
        Refusal("fbfff0000000000000", .nonCanonical(at: 0, .longFloat)),
        Refusal("f818", .nonCanonical(at: 0, .longSimple)),
        Refusal("5f42010243030405ff", .nonCanonical(at: 0, .indefiniteLength)),
        Refusal("7f657374726561646d696e67ff", .nonCanonical(at: 0, .indefiniteLength)),
        Refusal("9fff", .nonCanonical(at: 0, .indefiniteLength)),
        Refusal("9f018202039f0405ffff", .nonCanonical(at: 0, .indefiniteLength)),
        Refusal("9f01820203820405ff", .nonCanonical(at: 0, .indefiniteLength)),
        Refusal("83018202039f0405ff", .nonCanonical(at: 5, .indefiniteLength)),
        Refusal("83019f0203ff820405", .nonCanonical(at: 2, .indefiniteLength)),
        Refusal(
            "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff",
            .nonCanonical(at: 0, .indefiniteLength)),
        Refusal("bf61610161629f0203ffff", .nonCanonical(at: 0, .indefiniteLength)),
        Refusal("826161bf61626163ff", .nonCanonical(at: 3, .indefiniteLength)),
        Refusal("bf6346756ef563416d7421ff", .nonCanonical(at: 0, .indefiniteLength)),
    ]

    @Test(
        "every deterministic example decodes to its value and encodes to its bytes",
        arguments: integers + floats + scalars + containers)
    func roundTrip(example: Example) throws {
        #expect(try CBORValue.decode(bytes(example.encoded)) == example.value)
        #expect(hex(CBORValue.encode(example.value)) == example.encoded)
        var reader = CBORReader(bytes(example.encoded))
        #expect(try reader.skip() == 0..<(example.encoded.utf8.count / 2))
    }

    @Test("every example that is not deterministic is refused for its reason", arguments: refusals)
    func refuse(refusal: Refusal) {
        #expect(throws: refusal.error) { try CBORValue.decode(bytes(refusal.encoded)) }
        var reader = CBORReader(bytes(refusal.encoded))
        #expect(throws: refusal.error) { try reader.skip() }
    }

    @Test("the lists hold all 82 examples of the appendix")
    func complete() {
        let accepted = Self.integers.count + Self.floats.count + Self.scalars.count + Self.containers.count
        #expect(accepted + Self.refusals.count == 82)
    }
}
