import Testing

@testable import BatonEncoding

@Suite("CBOR properties over generated input")
struct CBORPropertyTests {
    /// What reading the first item gave: its bytes, or why it was refused.
    private func outcome(
        _ read: () throws(CBORError) -> Range<Int>
    ) -> Result<Range<Int>, CBORError> {
        do { return .success(try read()) } catch { return .failure(error) }
    }

    /// Checks on any bytes: nothing traps, `skip()` and `value()` agree on range and error, and what is
    /// accepted is exactly what encoding its value gives. Plain conditions, since `#expect` would cost most
    /// of the run's time.
    private func check(_ input: [UInt8]) -> Bool {
        let limits = CBORLimits(depthMax: 12, itemsMax: 4096, bytesMax: 1 << 16)
        var decoded: CBORValue?
        let byValue = self.outcome { () throws(CBORError) in
            var reader = CBORReader(input, limits: limits)
            decoded = try reader.value()
            return 0..<reader.position
        }
        let bySkip = self.outcome { () throws(CBORError) in
            var reader = CBORReader(input, limits: limits)
            return try reader.skip()
        }
        if byValue != bySkip { Issue.record("\(hex(input)): value gave \(byValue), skip gave \(bySkip)") }
        guard case .success(let range) = byValue, let decoded else { return false }
        if CBORValue.encode(decoded) != Array(input[range]) { Issue.record("\(hex(input)) is not canonical") }
        return true
    }

    private func check(_ input: [UInt8], refusedBy expected: CBORError) -> Bool {
        do {
            _ = try CBORValue.decode(input)
            return false
        } catch {
            return error == expected
        }
    }

    @Test("generated values survive encoding and decoding", arguments: UInt64(0)..<8)
    func roundTrip(seed: UInt64) throws {
        var generator = Generator(seed: seed)
        for _ in 0..<125 {
            let value = generator.value(depth: 4)
            let encoded = CBORValue.encode(value)
            let decoded = try CBORValue.decode(encoded)
            #expect(decoded == value, "\(hex(encoded))")
            #expect(decoded.hashValue == value.hashValue)
            #expect(CBORValue.encode(decoded) == encoded)
        }
    }

    @Test("an encoding cut at any byte is truncated", arguments: UInt64(0)..<4)
    func truncation(seed: UInt64) {
        var generator = Generator(seed: 100 + seed)
        for _ in 0..<40 {
            let encoded = CBORValue.encode(generator.value(depth: 3)).prefix(600)
            for length in 0..<encoded.count {
                let cut = Array(encoded.prefix(length))
                let result = self.outcome { () throws(CBORError) in
                    var reader = CBORReader(cut)
                    return try reader.skip()
                }
                guard case .failure(.truncated(let at)) = result else {
                    Issue.record("\(hex(cut)) gave \(result)")
                    return
                }
                if at > length || !self.check(cut, refusedBy: .truncated(at: at)) {
                    Issue.record("\(hex(cut)) is not refused alike")
                }
            }
        }
    }

    @Test("random bytes never trap and are accepted only when canonical", arguments: UInt64(0)..<8)
    func randomBytes(seed: UInt64) {
        var generator = Generator(seed: 200 + seed)
        var accepted = 0
        for _ in 0..<5000 where self.check(generator.bytes(generator.below(48))) { accepted += 1 }
        #expect(accepted > 0)
    }

    @Test("damaged encodings never trap and are accepted only when canonical", arguments: UInt64(0)..<8)
    func damagedEncodings(seed: UInt64) {
        var generator = Generator(seed: 300 + seed)
        var accepted = 0
        for _ in 0..<500 {
            var encoded = CBORValue.encode(generator.value(depth: 3))
            for _ in 0...generator.below(3) {
                encoded[generator.below(encoded.count)] = UInt8(truncatingIfNeeded: generator.next())
            }
            if self.check(encoded) { accepted += 1 }
        }
        #expect(accepted > 0)
    }

    @Test("every pair of leading bytes is accepted or refused without a trap")
    func leadingBytes() {
        var accepted = 0
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max
            where self.check([first, second] + [UInt8](repeating: 0x20, count: 40)) { accepted += 1 }
        }
        #expect(accepted > 0)
    }

    @Test("typed reads of random bytes never trap", arguments: UInt64(0)..<4)
    func typedReads(seed: UInt64) {
        var generator = Generator(seed: 400 + seed)
        for _ in 0..<5000 {
            var reader = CBORReader(generator.bytes(generator.below(24)))
            for _ in 0..<6 {
                let before = reader.position
                let result = self.outcome { () throws(CBORError) in
                    try Self.typedRead(&reader, generator.below(12))
                    return before..<reader.position
                }
                guard case .success(let range) = result else { break }
                if range.isEmpty { Issue.record("a read moved over no byte") }
            }
        }
    }

    private static func typedRead(_ reader: inout CBORReader, _ kind: Int) throws(CBORError) {
        switch kind {
        case 0: _ = try reader.unsigned()
        case 1: _ = try reader.int()
        case 2: _ = try reader.bytes()
        case 3: _ = try reader.bytesSlice()
        case 4: _ = try reader.text()
        case 5: _ = try reader.arrayHeader()
        case 6: _ = try reader.mapHeader()
        case 7: _ = try reader.tag()
        case 8: _ = try reader.bool()
        case 9: try reader.null()
        case 10: _ = try reader.float()
        default:
            var cursor = try CBORMapCursor(&reader)
            while try cursor.nextKey(&reader) != nil { _ = try reader.skip() }
        }
    }
}
