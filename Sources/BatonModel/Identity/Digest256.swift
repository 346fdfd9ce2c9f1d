package import BatonEncoding

/// Names 32 bytes of BLAKE2b-256 output as four machine words, so that comparing and hashing cost a few
/// instructions.
package struct Digest256: Hashable, Comparable, Sendable {
    package let word0: UInt64
    package let word1: UInt64
    package let word2: UInt64
    package let word3: UInt64

    package static let byteCount = 32
    package static let zero = Digest256(words: 0, 0, 0, 0)

    package init(words word0: UInt64, _ word1: UInt64, _ word2: UInt64, _ word3: UInt64) {
        self.word0 = word0
        self.word1 = word1
        self.word2 = word2
        self.word3 = word3
    }

    /// Reads exactly 32 bytes; nil for any other count.
    package init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.word0 = bigEndianWord(bytes, from: 0)
        self.word1 = bigEndianWord(bytes, from: 8)
        self.word2 = bigEndianWord(bytes, from: 16)
        self.word3 = bigEndianWord(bytes, from: 24)
    }

    package init?(_ bytes: [UInt8]) { self.init(bytes[...]) }

    package init?(_ bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.word0 = bigEndianWord(bytes, from: 0)
        self.word1 = bigEndianWord(bytes, from: 8)
        self.word2 = bigEndianWord(bytes, from: 16)
        self.word3 = bigEndianWord(bytes, from: 24)
    }

    package var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Self.byteCount)
        self.append(to: &out)
        return out
    }

    /// Appends the 32 bytes.
    package func append(to out: inout [UInt8]) {
        appendBigEndian(self.word0, to: &out)
        appendBigEndian(self.word1, to: &out)
        appendBigEndian(self.word2, to: &out)
        appendBigEndian(self.word3, to: &out)
    }

    package static func < (left: Digest256, right: Digest256) -> Bool {
        if left.word0 != right.word0 { return left.word0 < right.word0 }
        if left.word1 != right.word1 { return left.word1 < right.word1 }
        if left.word2 != right.word2 { return left.word2 < right.word2 }
        return left.word3 < right.word3
    }
}

extension CBORWriter {
    /// Writes a hash as a byte string of 32 bytes.
    package mutating func digest(_ digest: Digest256) {
        self.bytes(digest.word0, digest.word1, digest.word2, digest.word3)
    }
}

extension Digest256: CustomStringConvertible {
    package var description: String { hexadecimal(self.bytes) }
}

/// Reads eight bytes as an unsigned big-endian word.
package func bigEndianWord(_ bytes: some RandomAccessCollection<UInt8>, from offset: Int) -> UInt64 {
    var word: UInt64 = 0
    var index = bytes.index(bytes.startIndex, offsetBy: offset)
    for _ in 0..<8 {
        word = word << 8 | UInt64(bytes[index])
        index = bytes.index(after: index)
    }
    return word
}

/// Reads eight bytes of a slice, at an offset from its start, as an unsigned big-endian word.
package func bigEndianWord(_ bytes: ArraySlice<UInt8>, from offset: Int) -> UInt64 {
    precondition(offset >= 0 && bytes.count - offset >= 8, "a word needs eight bytes from \(offset)")
    return unsafe bytes.withUnsafeBytes { buffer in
        UInt64(bigEndian: unsafe buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}

package func appendBigEndian(_ word: UInt64, to out: inout [UInt8]) {
    unsafe withUnsafeBytes(of: word.bigEndian) { unsafe out.append(contentsOf: $0) }
}

/// Writes bytes as lower-case hexadecimal digits.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var out: [UInt8] = []
    for byte in bytes {
        out.append(digits[Int(byte >> 4)])
        out.append(digits[Int(byte & 15)])
    }
    return String(decoding: out, as: UTF8.self)
}

/// Reads lower- or upper-case hexadecimal digits; nil when the text is not an even number of them.
package func bytes(hexadecimal text: String) -> [UInt8]? {
    var out: [UInt8] = []
    var high: UInt8?
    for character in text.utf8 {
        let digit: UInt8
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = character - UInt8(ascii: "A") + 10
        default: return nil
        }
        if let known = high {
            out.append(known << 4 | digit)
            high = nil
        } else {
            high = digit
        }
    }
    return high == nil ? out : nil
}
