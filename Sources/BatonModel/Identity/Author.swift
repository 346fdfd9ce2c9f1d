package import BatonEncoding

/// Names a site: two to eight characters, a lower-case letter first, then letters and digits.
///
/// The characters are packed into one word, first character highest, so that order by word is order by text.
package struct SiteID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let packed: UInt64

    package static let lengthMax = 8

    package init?(_ text: some StringProtocol) {
        let characters = Array(text.utf8)
        guard (2...Self.lengthMax).contains(characters.count) else { return nil }
        var packed: UInt64 = 0
        for (index, character) in characters.enumerated() {
            let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(character)
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character)
            guard isLetter || (isDigit && index > 0) else { return nil }
            packed |= UInt64(character) << UInt64(56 - index * 8)
        }
        self.packed = packed
    }

    /// Reads a site name without making a string of it.
    init(from reader: inout CBORReader, _ field: String) throws(ModelFault) {
        let packed: UInt64?
        do { packed = try reader.textPacked() } catch { throw .encoding(error) }
        if let packed {
            guard Self.isName(packed) else { throw .malformed(field) }
            self.packed = packed
            return
        }
        guard let site = SiteID(try reader.modelText(field)) else { throw .malformed(field) }
        self = site
    }

    /// True for two to eight characters, a lower-case letter first, then letters and digits.
    private static func isName(_ packed: UInt64) -> Bool {
        var count = 0
        var left = packed
        while left != 0 {
            let character = UInt8(truncatingIfNeeded: left >> 56)
            let isLetter = character >= UInt8(ascii: "a") && character <= UInt8(ascii: "z")
            let isDigit = character >= UInt8(ascii: "0") && character <= UInt8(ascii: "9")
            guard isLetter || (isDigit && count > 0) else { return false }
            count += 1
            left <<= 8
        }
        return count >= 2
    }

    package var description: String {
        var characters: [UInt8] = []
        for shift in stride(from: 56, through: 0, by: -8) {
            let character = UInt8(truncatingIfNeeded: self.packed >> UInt64(shift))
            if character == 0 { break }
            characters.append(character)
        }
        return String(decoding: characters, as: UTF8.self)
    }

    package static func < (left: SiteID, right: SiteID) -> Bool { left.packed < right.packed }
}

/// Names one life of a site's log: a counter that people can read and 8 random bytes that make it unique.
///
/// A start that cannot prove that it continues the last life opens the next one, so a rolled-back disk
/// never numbers a delta twice.
package struct Incarnation: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let counter: UInt32
    package let nonce: UInt64

    package init(counter: UInt32, nonce: UInt64) {
        self.counter = counter
        self.nonce = nonce
    }

    package var description: String {
        var bytes: [UInt8] = []
        appendBigEndian(self.nonce, to: &bytes)
        return "\(self.counter).\(hexadecimal(bytes.prefix(4)))"
    }

    package static func < (left: Incarnation, right: Incarnation) -> Bool {
        (left.counter, left.nonce) < (right.counter, right.nonce)
    }
}

/// Numbers deltas: a site in one incarnation. Its `seq` runs 1, 2, 3 … without a hole.
package struct Author: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let site: SiteID
    package let incarnation: Incarnation

    package init(site: SiteID, incarnation: Incarnation) {
        self.site = site
        self.incarnation = incarnation
    }

    package var description: String { "\(self.site)/\(self.incarnation)" }

    package static func < (left: Author, right: Author) -> Bool {
        if left.site != right.site { return left.site < right.site }
        return left.incarnation < right.incarnation
    }
}

extension Author {
    /// Writes `[site, counter, nonce]` (CDDL `author`).
    package func encode(into writer: inout CBORWriter) {
        writer.arrayHeader(3)
        writer.text(packed: self.site.packed)
        writer.unsigned(UInt64(self.incarnation.counter))
        writer.bytes(self.incarnation.nonce)
    }

    package init(from reader: inout CBORReader) throws(ModelFault) {
        try reader.expectArray(of: 3, "author")
        let site = try SiteID(from: &reader, "author.site")
        let counter = try reader.modelUnsigned("author.counter", upTo: UInt64(UInt32.max))
        let nonce = try reader.modelWord("author.nonce")
        self.init(site: site, incarnation: Incarnation(counter: UInt32(counter), nonce: nonce))
    }

    /// The author alone as deterministic CBOR: the bytes that scopes and tables use as its name.
    package var encoded: [UInt8] {
        var writer = CBORWriter(reservingCapacity: 24)
        self.encode(into: &writer)
        return writer.bytes
    }
}

/// Points at a place in an author's log. A fork may put two deltas there; a seal tells which one was meant.
package struct DeltaReference: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let author: Author
    package let seq: UInt64

    package init(author: Author, seq: UInt64) {
        self.author = author
        self.seq = seq
    }

    package var description: String { "\(self.author)#\(self.seq)" }

    package static func < (left: DeltaReference, right: DeltaReference) -> Bool {
        if left.author != right.author { return left.author < right.author }
        return left.seq < right.seq
    }
}
