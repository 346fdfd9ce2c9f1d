package import BatonModel

/// Names an object that several sites may make by themselves during a partition: a checklist step, a clock, an
/// alert, a renewal, a page. Both make the same name, so that healing leaves one object (decision 0010).
///
/// 16 bytes: half of BLAKE2b-256 over the purpose, the document and the parts that make the object what it is.
/// Versions of rules and texts are never among the parts.
package struct GeneratedID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    package static let byteCount = 16

    /// What is named; the raw value stands in the hash. Never reuse one.
    package enum Purpose: UInt8, Sendable, CaseIterable {
        case step = 1
        case clock = 2
        case alert = 3
        case renewal = 4
        case page = 5
        case rosterNotice = 6
    }

    package init?(_ bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.high = bigEndianWord(bytes, from: 0)
        self.low = bigEndianWord(bytes, from: 8)
    }

    /// - Parameter parts: Texts that together make the object what it is, in a fixed order. Each is hashed
    ///   behind its length, so that no two lists run together.
    package init(_ purpose: Purpose, of document: DocumentID, parts: [String], hashing: some Hashing) {
        var message = Array("baton/generated/1".utf8)
        message.append(purpose.rawValue)
        message.append(contentsOf: document.bytes)
        for part in parts {
            let bytes = Array(part.utf8)
            appendBigEndian(UInt64(bytes.count), to: &message)
            message.append(contentsOf: bytes)
        }
        let digest = hashing.digest256(message)
        self.high = digest.word0
        self.low = digest.word1
    }

    package var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Self.byteCount)
        appendBigEndian(self.high, to: &out)
        appendBigEndian(self.low, to: &out)
        return out
    }

    package var description: String { hexadecimal(self.bytes) }

    package static func < (left: GeneratedID, right: GeneratedID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
