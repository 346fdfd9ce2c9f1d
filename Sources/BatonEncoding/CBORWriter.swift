/// Appends deterministically encoded items (RFC 8949 section 4.2.1) to a growing buffer.
///
/// Heads and floats are always the shortest. What a writer cannot see is the caller's part: after
/// `arrayHeader(n)` exactly n items, after `mapHeader(n)` n key-value pairs with keys in ascending order of
/// their encodings, after `tag` one item.
package struct CBORWriter: Sendable {
    package private(set) var bytes: [UInt8]

    package init(reservingCapacity capacity: Int = 256) {
        self.bytes = []
        self.bytes.reserveCapacity(capacity)
    }

    /// Goes on behind bytes that the caller gives up: `CBORWriter(appendingTo: bytes)`, then `bytes = []`.
    package init(appendingTo bytes: [UInt8]) { self.bytes = bytes }

    /// Gives the buffer up, so that the caller may go on writing into it without a copy.
    package mutating func finish() -> [UInt8] {
        defer { self.bytes = [] }
        return self.bytes
    }

    package mutating func unsigned(_ value: UInt64) {
        self.head(.unsigned, value)
    }

    package mutating func int(_ value: Int64) {
        if value >= 0 {
            self.head(.unsigned, UInt64(value))
        } else {
            self.head(.negative, UInt64(-1 - value))
        }
    }

    package mutating func bytes(_ value: [UInt8]) {
        self.head(.bytes, UInt64(value.count))
        self.bytes.append(contentsOf: value)
    }

    package mutating func bytes(_ value: ArraySlice<UInt8>) {
        self.head(.bytes, UInt64(value.count))
        self.bytes.append(contentsOf: value)
    }

    /// Writes a byte string of 32 bytes, given as big-endian words: a hash, without making an array of it.
    package mutating func bytes(_ word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
        self.bytes.append(0x58)
        self.bytes.append(32)
        unsafe withUnsafeBytes(of: (word0.bigEndian, word1.bigEndian, word2.bigEndian, word3.bigEndian)) {
            unsafe self.bytes.append(contentsOf: $0)
        }
    }

    /// Writes a byte string of 8 bytes, given as a big-endian word.
    package mutating func bytes(_ word: UInt64) {
        self.bytes.append(0x48)
        self.bigEndian(word)
    }

    /// Writes a text of at most eight ASCII characters, packed into a word with the first one highest.
    package mutating func text(packed word: UInt64) {
        let count = (64 - word.trailingZeroBitCount + 7) / 8
        self.bytes.append(0x60 | UInt8(truncatingIfNeeded: count))
        unsafe withUnsafeBytes(of: word.bigEndian) {
            unsafe self.bytes.append(contentsOf: $0.prefix(count))
        }
    }

    package mutating func text(_ value: String) {
        self.head(.text, UInt64(value.utf8.count))
        self.bytes.append(contentsOf: value.utf8)
    }

    /// - Precondition: `count` is not negative.
    package mutating func arrayHeader(_ count: Int) {
        self.head(.array, UInt64(count))
    }

    /// - Precondition: `count`, in pairs, is not negative.
    package mutating func mapHeader(_ count: Int) {
        self.head(.map, UInt64(count))
    }

    package mutating func tag(_ tag: UInt64) {
        self.head(.tag, tag)
    }

    package mutating func bool(_ value: Bool) {
        self.bytes.append(value ? 0xf5 : 0xf4)
    }

    package mutating func null() {
        self.bytes.append(0xf6)
    }

    /// Writes the narrowest of half, single and double precision that keeps the value; any NaN becomes
    /// `f97e00`.
    package mutating func float(_ value: Double) {
        let single = Float(value)
        let half = Float16(value)
        if value.isNaN {
            self.bytes.append(contentsOf: [0xf9, 0x7e, 0x00])
        } else if Double(half) == value {
            self.bytes.append(0xf9)
            self.bigEndian(half.bitPattern)
        } else if Double(single) == value {
            self.bytes.append(0xfa)
            self.bigEndian(single.bitPattern)
        } else {
            self.bytes.append(0xfb)
            self.bigEndian(value.bitPattern)
        }
    }

    /// Appends one item that is already deterministically encoded, for example the bytes a reader's
    /// `skip()` covered.
    package mutating func raw(_ encoded: [UInt8]) {
        self.bytes.append(contentsOf: encoded)
    }

    /// Appends a tree, sorting map keys.
    ///
    /// - Precondition: no map has two equal keys; simple values are 0 to 19 or 32 to 255.
    package mutating func value(_ value: CBORValue) {
        switch value {
        case .unsigned(let value): self.head(.unsigned, value)
        case .negative(let value): self.head(.negative, value)
        case .bytes(let value): self.bytes(value)
        case .text(let value): self.text(value)
        case .array(let items):
            self.arrayHeader(items.count)
            for item in items { self.value(item) }
        case .map(let pairs): self.map(pairs)
        case .tagged(let tag, let item):
            self.tag(tag)
            self.value(item)
        case .simple(let value): self.simple(value)
        case .bool(let value): self.bool(value)
        case .null: self.null()
        case .undefined: self.bytes.append(0xf7)
        case .float(let value): self.float(value)
        }
    }

    private mutating func simple(_ value: UInt8) {
        // 20 to 23 have cases of their own, and 24 to 31 can not be encoded (RFC 8949 section 3.3).
        precondition(value < 20 || value >= 32, "simple value \(value) is not an unassigned one")
        self.head(.simple, UInt64(value))
    }

    private mutating func map(_ pairs: [CBORPair]) {
        self.mapHeader(pairs.count)
        let entries = pairs.map { (key: CBORValue.encode($0.key), value: $0.value) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
        var previous: [UInt8] = []
        for entry in entries {
            // No item encodes to zero bytes, so the empty start value equals no key.
            precondition(entry.key != previous, "map has two equal keys")
            self.bytes.append(contentsOf: entry.key)
            self.value(entry.value)
            previous = entry.key
        }
    }

    @inline(__always)
    private mutating func head(_ type: CBORType, _ argument: UInt64) {
        if argument < 24 {
            self.bytes.append(type.rawValue << 5 | UInt8(truncatingIfNeeded: argument))
        } else {
            self.longHead(type.rawValue << 5, argument)
        }
    }

    private mutating func longHead(_ major: UInt8, _ argument: UInt64) {
        if let short = UInt8(exactly: argument) {
            self.bytes.append(major | 24)
            self.bytes.append(short)
        } else if let short = UInt16(exactly: argument) {
            self.bytes.append(major | 25)
            self.bigEndian(short)
        } else if let short = UInt32(exactly: argument) {
            self.bytes.append(major | 26)
            self.bigEndian(short)
        } else {
            self.bytes.append(major | 27)
            self.bigEndian(argument)
        }
    }

    @inline(__always)
    private mutating func bigEndian<Word: FixedWidthInteger>(_ word: Word) {
        unsafe withUnsafeBytes(of: word.bigEndian) { unsafe self.bytes.append(contentsOf: $0) }
    }
}
