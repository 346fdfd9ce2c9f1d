import BatonModel

/// Writes the byte string of a frame's deltas: numbers and pieces of known length, one behind the other.
///
/// A number is unsigned LEB128 (the encoding of DWARF 5 section 7.6) in its shortest form: seven bits a byte,
/// least significant first, the top bit set where more follow.
struct RunWriter {
    private(set) var bytes: [UInt8] = []

    init(reservingCapacity count: Int) { self.bytes.reserveCapacity(count) }

    mutating func number(_ value: UInt64) {
        var left = value
        while left > 0x7F {
            self.bytes.append(UInt8(truncatingIfNeeded: left) | 0x80)
            left >>= 7
        }
        self.bytes.append(UInt8(left))
    }

    /// Writes a number that may be negative, the sign as the lowest bit.
    mutating func signed(_ value: Int64) {
        self.number(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    mutating func piece(_ bytes: [UInt8]) { self.bytes.append(contentsOf: bytes) }

    mutating func word(_ word: UInt64) { appendBigEndian(word, to: &self.bytes) }
}

/// Reads what `RunWriter` writes, and refuses numbers that are not in their shortest form.
struct RunReader {
    private let bytes: ArraySlice<UInt8>
    private var place: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.place = bytes.startIndex
    }

    var isAtEnd: Bool { self.place == self.bytes.endIndex }

    mutating func number(_ field: String, upTo limit: UInt64 = .max) throws(ModelFault) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard self.place < self.bytes.endIndex else { throw .malformed(field) }
            let byte = self.bytes[self.place]
            self.place += 1
            // The tenth byte has room for one bit.
            guard shift < 63 || byte <= 1 else { throw .malformed(field) }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 {
                guard byte != 0 || shift == 0, value <= limit else { throw .malformed(field) }
                return value
            }
            shift += 7
        }
    }

    mutating func signed(_ field: String) throws(ModelFault) -> Int64 {
        let value = try self.number(field)
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func piece(_ count: Int, _ field: String) throws(ModelFault) -> ArraySlice<UInt8> {
        guard self.bytes.endIndex - self.place >= count else { throw .malformed(field) }
        defer { self.place += count }
        return self.bytes[self.place..<self.place + count]
    }

    mutating func word(_ field: String) throws(ModelFault) -> UInt64 {
        bigEndianWord(try self.piece(8, field), from: 0)
    }

    mutating func id(_ field: String) throws(ModelFault) -> DeltaID {
        guard let id = DeltaID(try self.piece(Digest256.byteCount, field)) else { throw .malformed(field) }
        return id
    }
}
