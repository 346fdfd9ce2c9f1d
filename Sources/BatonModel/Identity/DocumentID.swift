/// Says what a document is. The code is the first byte of its id.
package enum DocumentKind: UInt8, Sendable, CaseIterable {
    case escalation = 1
    case handoff = 2
    case directory = 3
    case schedule = 4
    case exposure = 5

    /// The word of the glossary.
    package var word: String {
        switch self {
        case .escalation: "case"
        case .handoff: "handoff"
        case .directory: "directory"
        case .schedule: "schedule"
        case .exposure: "exposure"
        }
    }
}

/// Names a replicated document: 16 bytes, the first one is the kind.
package struct DocumentID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    package static let byteCount = 16

    package init?(_ bytes: [UInt8]) { self.init(bytes[...]) }

    package init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.high = bigEndianWord(bytes, from: 0)
        self.low = bigEndianWord(bytes, from: 8)
    }

    package init?(_ bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.high = bigEndianWord(bytes, from: 0)
        self.low = bigEndianWord(bytes, from: 8)
    }

    /// Makes an id of a kind from 15 bytes: random ones for what a person creates, a hash's for what
    /// several sites would create alike.
    package init(kind: DocumentKind, suffix: some RandomAccessCollection<UInt8>) {
        precondition(suffix.count >= 15, "a document id needs 15 bytes after its kind, got \(suffix.count)")
        var bytes: [UInt8] = [kind.rawValue]
        bytes.append(contentsOf: suffix.prefix(15))
        self.high = bigEndianWord(bytes, from: 0)
        self.low = bigEndianWord(bytes, from: 8)
    }

    /// The one document of its kind in a team (directory, schedule): derived from the team id, so that
    /// sites never make two.
    package static func singleton(_ kind: DocumentKind, team: TeamID, hashing: some Hashing) -> DocumentID {
        var message = Array("baton/singleton/1".utf8)
        message.append(contentsOf: team.bytes)
        message.append(kind.rawValue)
        return DocumentID(kind: kind, suffix: hashing.digest256(message).bytes)
    }

    package var kindCode: UInt8 { UInt8(truncatingIfNeeded: self.high >> 56) }

    /// Nil for a kind that this build does not know: kept, forwarded, not shown.
    package var kind: DocumentKind? { DocumentKind(rawValue: self.kindCode) }

    package var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Self.byteCount)
        appendBigEndian(self.high, to: &out)
        appendBigEndian(self.low, to: &out)
        return out
    }

    package var description: String { hexadecimal(self.bytes) }

    package static func < (left: DocumentID, right: DocumentID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}
