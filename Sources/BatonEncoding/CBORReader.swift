/// Reads deterministically encoded items (RFC 8949 section 4.2.1) from a byte buffer, strictly: input that
/// is not the one deterministic encoding of its value is refused.
///
/// All positions, in `position`, in the ranges of `skip()` and in errors, are indices of the collection
/// given to `init`; for a slice they are the slice's own indices. A read that throws `unexpectedType`
/// leaves the position where it was; after any other error the position is unspecified and the reader
/// should be dropped.
///
/// Map order is checked by `value()`, `skip()` and `CBORMapCursor`. A caller that reads a map with
/// `mapHeader()` alone checks the keys itself. An input over `limits.bytesMax` is refused by the first
/// read.
package struct CBORReader: Sendable {
    let source: ArraySlice<UInt8>
    let limits: CBORLimits
    /// Where reading stops: the end of the input, or its start when the input is over the size limit.
    let end: Int
    var itemsLeft: Int
    /// The index of the next unread byte.
    package internal(set) var position: Int

    package init(_ bytes: [UInt8], limits: CBORLimits = .standard) {
        self.init(bytes[...], limits: limits)
    }

    package init(_ bytes: ArraySlice<UInt8>, limits: CBORLimits = .standard) {
        self.source = bytes
        self.limits = limits
        self.position = bytes.startIndex
        self.end = bytes.count <= limits.bytesMax ? bytes.endIndex : bytes.startIndex
        self.itemsLeft = limits.itemsMax
    }

    package var isAtEnd: Bool { self.position == self.source.endIndex }

    /// The type of the next item, without moving.
    package func peekType() throws(CBORError) -> CBORType {
        guard self.position < self.end else { throw self.exhausted() }
        return CBORType(initial: self.source[self.position])
    }

    /// Whether the next item is null, without moving. False at the end of the input.
    package func isNull() -> Bool {
        self.position < self.end && self.source[self.position] == 0xf6
    }

    package mutating func unsigned() throws(CBORError) -> UInt64 {
        try self.argument(.unsigned)
    }

    /// An integer of either sign; `outOfRange` beyond 64-bit two's complement.
    package mutating func int() throws(CBORError) -> Int64 {
        let start = self.position
        if try self.peekType() == .negative {
            guard let value = Int64(exactly: try self.argument(.negative)) else {
                throw .outOfRange(at: start)
            }
            return -1 - value
        }
        guard let value = Int64(exactly: try self.argument(.unsigned)) else { throw .outOfRange(at: start) }
        return value
    }

    package mutating func bytes() throws(CBORError) -> [UInt8] {
        Array(try self.bytesSlice())
    }

    /// A byte string as a slice of the input: nothing is copied, and the input stays alive with it.
    package mutating func bytesSlice() throws(CBORError) -> ArraySlice<UInt8> {
        self.source[try self.content(.bytes)]
    }

    /// A byte string of 32 bytes as big-endian words: a hash, without making an array of it.
    ///
    /// - Returns: Nil when the string has another length; the position is behind it all the same.
    package mutating func bytes32() throws(CBORError) -> (UInt64, UInt64, UInt64, UInt64)? {
        let range = try self.content(.bytes)
        guard range.count == 32 else { return nil }
        let start = range.lowerBound
        return (
            self.word(at: start), self.word(at: start + 8), self.word(at: start + 16),
            self.word(at: start + 24)
        )
    }

    /// A byte string of 8 bytes as a big-endian word; nil as in `bytes32`.
    package mutating func bytes8() throws(CBORError) -> UInt64? {
        let range = try self.content(.bytes)
        return range.count == 8 ? self.word(at: range.lowerBound) : nil
    }

    /// A text of at most eight ASCII characters without zeros, packed into a word with the first one
    /// highest.
    ///
    /// - Returns: Nil for any other text, which is then still to be read.
    package mutating func textPacked() throws(CBORError) -> UInt64? {
        let (position, itemsLeft) = (self.position, self.itemsLeft)
        let range = try self.content(.text)
        var word: UInt64 = 0
        var isPacked = range.count <= 8
        if isPacked {
            for index in range {
                let character = self.source[index]
                if character == 0 || character >= 0x80 { isPacked = false }
                word = word << 8 | UInt64(character)
            }
        }
        guard isPacked else {
            (self.position, self.itemsLeft) = (position, itemsLeft)
            return nil
        }
        return range.isEmpty ? 0 : word << UInt64(64 - range.count * 8)
    }

    private func word(at start: Int) -> UInt64 {
        let offset = start - self.source.startIndex
        precondition(offset >= 0 && self.source.count - offset >= 8, "a word reaches beyond the input")
        return unsafe self.source.withUnsafeBytes { buffer in
            UInt64(bigEndian: unsafe buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
    }

    package mutating func text() throws(CBORError) -> String {
        let start = self.position
        let range = try self.content(.text)
        guard let text = String(validating: self.source[range], as: UTF8.self) else {
            throw .invalidText(at: start)
        }
        return text
    }

    /// The number of items that follow. Never more than the bytes left could hold.
    package mutating func arrayHeader() throws(CBORError) -> Int {
        try self.count(.array, itemsEach: 1)
    }

    /// The number of pairs that follow. Never more than the bytes left could hold.
    package mutating func mapHeader() throws(CBORError) -> Int {
        try self.count(.map, itemsEach: 2)
    }

    /// A tag number; its one item of content follows.
    package mutating func tag() throws(CBORError) -> UInt64 {
        try self.argument(.tag)
    }

    /// `outOfRange` for a simple value that is neither true nor false.
    package mutating func bool() throws(CBORError) -> Bool {
        let start = self.position
        switch try self.simple() {
        case 20: return false
        case 21: return true
        default: throw .outOfRange(at: start)
        }
    }

    /// `outOfRange` for a simple value that is not null.
    package mutating func null() throws(CBORError) {
        let start = self.position
        guard try self.simple() == 22 else { throw .outOfRange(at: start) }
    }

    /// Ends reading: `trailingBytes` unless everything was read.
    package func finish() throws(CBORError) {
        guard !self.isAtEnd else { return }
        guard self.position < self.end else { throw self.exhausted() }
        throw .trailingBytes(at: self.position)
    }
}

// MARK: - Heads

extension CBORReader {
    /// Reads a head of the wanted type and returns its argument.
    @inline(__always)
    mutating func argument(_ type: CBORType) throws(CBORError) -> UInt64 {
        let start = self.position
        guard start < self.end else { throw self.exhausted() }
        let initial = self.source[start]
        guard initial >> 5 == type.rawValue else {
            throw .unexpectedType(at: start, expected: type, got: CBORType(initial: initial))
        }
        try self.countItem(at: start)
        let information = initial & 0x1f
        guard information >= 24 else {
            self.position = start + 1
            return UInt64(information)
        }
        return try self.longArgument(information, of: type, at: start)
    }

    /// Counts one item against the limit.
    @inline(__always)
    mutating func countItem(at start: Int) throws(CBORError) {
        guard self.itemsLeft > 0 else { throw .tooLarge(at: start, limit: self.limits.itemsMax) }
        self.itemsLeft -= 1
    }

    /// Reads the argument that follows an initial byte with additional information 24 or more.
    private mutating func longArgument(
        _ information: UInt8, of type: CBORType, at start: Int
    ) throws(CBORError) -> UInt64 {
        guard information <= 27 else {
            let isString = (CBORType.bytes.rawValue...CBORType.map.rawValue).contains(type.rawValue)
            guard information == 31, isString else { throw .unsupported(at: start) }
            throw .nonCanonical(at: start, .indefiniteLength)
        }
        let value = try self.word(bytes: 1 << Int(information - 24), at: start)
        let smallest: UInt64 =
            switch information {
            case 24: 24
            case 25: 1 << 8
            case 26: 1 << 16
            default: 1 << 32
            }
        guard value >= smallest else { throw .nonCanonical(at: start, .longHead) }
        return value
    }

    /// Reads the big-endian word after the initial byte at `start` and moves behind it.
    mutating func word(bytes count: Int, at start: Int) throws(CBORError) -> UInt64 {
        guard self.end - start > count else { throw .truncated(at: start) }
        var value: UInt64 = 0
        for index in (start + 1)...(start + count) {
            value = value << 8 | UInt64(self.source[index])
        }
        self.position = start + 1 + count
        return value
    }

    /// Reads a string's head and returns the range of its content, moving behind it.
    @inline(__always)
    mutating func content(_ type: CBORType) throws(CBORError) -> Range<Int> {
        let start = self.position
        let length = try self.argument(type)
        let first = self.position
        guard length <= UInt64(self.end - first) else { throw .truncated(at: start) }
        self.position = first + Int(length)
        return first..<self.position
    }

    private mutating func count(_ type: CBORType, itemsEach: Int) throws(CBORError) -> Int {
        let start = self.position
        let count = try self.argument(type)
        // An item takes at least a byte, so a count is bounded before anything is reserved for it.
        guard count <= UInt64((self.end - self.position) / itemsEach) else { throw .truncated(at: start) }
        guard count <= UInt64(self.itemsLeft / itemsEach) else {
            throw .tooLarge(at: start, limit: self.limits.itemsMax)
        }
        return Int(count)
    }

    /// What to throw when no byte is left: the input is either over the size limit or at its end.
    func exhausted() -> CBORError {
        self.source.count > self.limits.bytesMax
            ? .tooLarge(at: self.position, limit: self.limits.bytesMax) : .truncated(at: self.position)
    }
}
