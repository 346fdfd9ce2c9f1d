import Testing

@testable import BatonEncoding

@Suite("CBORReader and CBORWriter")
struct CBORReaderTests {
    @Test("typed reads return what typed writes wrote")
    func typedRoundTrip() throws {
        var writer = CBORWriter()
        writer.arrayHeader(12)
        writer.unsigned(.max)
        writer.int(.min)
        writer.int(.max)
        writer.bytes([1, 2, 3])
        writer.bytes([0, 1, 2, 3, 4][1...2])
        writer.text("caf\u{e9}")
        writer.mapHeader(1)
        writer.unsigned(7)
        writer.null()
        writer.tag(4_000_000_000)
        writer.bool(true)
        writer.bool(false)
        writer.float(0.1)
        writer.raw([0x81, 0x05])
        writer.value(.text("end"))

        var reader = CBORReader(writer.bytes)
        #expect(try reader.arrayHeader() == 12)
        #expect(try reader.unsigned() == .max)
        #expect(try reader.int() == .min)
        #expect(try reader.int() == .max)
        #expect(try reader.bytes() == [1, 2, 3])
        #expect(try reader.bytesSlice() == [1, 2])
        #expect(try reader.text() == "caf\u{e9}")
        #expect(try reader.mapHeader() == 1)
        #expect(try reader.unsigned() == 7)
        #expect(reader.isNull())
        try reader.null()
        #expect(try reader.tag() == 4_000_000_000)
        #expect(try reader.bool())
        #expect(try !reader.bool())
        #expect(try reader.float() == 0.1)
        let nested = try reader.skip()
        #expect(Array(writer.bytes[nested]) == [0x81, 0x05])
        #expect(!reader.isNull())
        #expect(try reader.value() == .text("end"))
        #expect(reader.isAtEnd)
        try reader.finish()
    }

    @Test("a typed read of another type names both and does not move")
    func wrongType() throws {
        let items: [(String, CBORType)] = [
            ("00", .unsigned), ("20", .negative), ("40", .bytes), ("60", .text), ("80", .array), ("a0", .map),
            ("c000", .tag), ("f6", .simple), ("f90000", .float),
        ]
        for (encoded, type) in items {
            var reader = CBORReader(bytes(encoded))
            #expect(try reader.peekType() == type)
            func expectMismatch<Value>(
                _ expected: CBORType, _ read: (inout CBORReader) throws(CBORError) -> Value
            ) {
                guard type != expected else { return }
                #expect(throws: CBORError.unexpectedType(at: 0, expected: expected, got: type)) {
                    try read(&reader)
                }
                #expect(reader.position == 0)
            }
            expectMismatch(.unsigned) { reader throws(CBORError) in try reader.unsigned() }
            expectMismatch(.bytes) { reader throws(CBORError) in try reader.bytes() }
            expectMismatch(.bytes) { reader throws(CBORError) in try reader.bytesSlice() }
            expectMismatch(.text) { reader throws(CBORError) in try reader.text() }
            expectMismatch(.array) { reader throws(CBORError) in try reader.arrayHeader() }
            expectMismatch(.map) { reader throws(CBORError) in try reader.mapHeader() }
            expectMismatch(.tag) { reader throws(CBORError) in try reader.tag() }
            expectMismatch(.simple) { reader throws(CBORError) in try reader.bool() }
            expectMismatch(.simple) { reader throws(CBORError) in try reader.null() }
            expectMismatch(.float) { reader throws(CBORError) in try reader.float() }
            guard type != .negative else { continue }
            expectMismatch(.unsigned) { reader throws(CBORError) in try reader.int() }
        }
    }

    @Test("values a typed read cannot return are out of range")
    func outOfRange() {
        for encoded in ["1b8000000000000000", "3b8000000000000000", "3bffffffffffffffff"] {
            var reader = CBORReader(bytes(encoded))
            #expect(throws: CBORError.outOfRange(at: 0)) { try reader.int() }
        }
        for encoded in ["f6", "f0", "f8ff"] {
            var reader = CBORReader(bytes(encoded))
            #expect(throws: CBORError.outOfRange(at: 0)) { try reader.bool() }
        }
        for encoded in ["f4", "f7"] {
            var reader = CBORReader(bytes(encoded))
            #expect(throws: CBORError.outOfRange(at: 0)) { try reader.null() }
        }
    }

    @Test("a reader of a slice speaks in the slice's own indices and stops at its end")
    func slices() throws {
        let whole: [UInt8] = [0xff, 0xff, 0x82, 0x01, 0x42, 0xaa, 0xbb, 0xff]
        var reader = CBORReader(whole[2..<7])
        #expect(reader.position == 2)
        var skipping = reader
        #expect(try skipping.skip() == 2..<7)
        #expect(try reader.arrayHeader() == 2)
        #expect(try reader.unsigned() == 1)
        let content = try reader.bytesSlice()
        #expect(content.indices == 5..<7)
        #expect(reader.isAtEnd)
        #expect(throws: CBORError.truncated(at: 7)) { try reader.unsigned() }
        var short = CBORReader(whole[2..<6])
        #expect(throws: CBORError.truncated(at: 4)) { try short.skip() }
    }

    @Test("a sequence of items is read one after another")
    func sequence() throws {
        var reader = CBORReader(bytes("0161618102"))
        #expect(try reader.value() == .unsigned(1))
        #expect(try reader.value() == .text("a"))
        #expect(throws: CBORError.trailingBytes(at: 3)) { try reader.finish() }
        #expect(try reader.value() == .array([.unsigned(2)]))
        try reader.finish()
    }

    @Test("a map cursor yields ascending keys and then nil")
    func cursor() throws {
        var reader = CBORReader(bytes("a3006161182080190100f6"))
        var cursor = try CBORMapCursor(&reader)
        #expect(cursor.count == 3)
        #expect(try cursor.nextKey(&reader) == 0)
        #expect(try reader.text() == "a")
        #expect(try cursor.nextKey(&reader) == 32)
        _ = try reader.skip()
        #expect(try cursor.nextKey(&reader) == 256)
        try reader.null()
        #expect(try cursor.nextKey(&reader) == nil)
        #expect(try cursor.nextKey(&reader) == nil)
        try reader.finish()
    }

    @Test("a map cursor refuses descending, repeated and other keys")
    func cursorRefusals() throws {
        let refusals: [(String, CBORError)] = [
            ("a205000400", .nonCanonical(at: 3, .keyOrder)),
            ("a205000500", .nonCanonical(at: 3, .duplicateKey)),
            ("a20500616100", .unexpectedType(at: 3, expected: .unsigned, got: .text)),
            ("a20500180600", .nonCanonical(at: 3, .longHead)),
        ]
        for (encoded, error) in refusals {
            var reader = CBORReader(bytes(encoded))
            var cursor = try CBORMapCursor(&reader)
            #expect(try cursor.nextKey(&reader) == 5)
            _ = try reader.unsigned()
            #expect(throws: error) { try cursor.nextKey(&reader) }
        }
        var reader = CBORReader(bytes("80"))
        #expect(throws: CBORError.unexpectedType(at: 0, expected: .map, got: .array)) {
            try CBORMapCursor(&reader)
        }
    }

    @Test("descriptions name the defect and the place, never content")
    func descriptions() {
        #expect(
            CBORError.nonCanonical(at: 7, .keyOrder).description
                == "cbor: not deterministic at byte 7: map keys are not ascending")
        #expect(
            CBORError.unexpectedType(at: 2, expected: .text, got: .map).description
                == "cbor: expected text string, got map at byte 2")
        #expect(CBORError.tooLarge(at: 0, limit: 9).description == "cbor: over the limit of 9 at byte 0")
        #expect(CBORError.trailingBytes(at: 4).description == "cbor: bytes after the last item at byte 4")
    }
}
