package import BatonModel

/// The name by which people call a document: `EDR-7K3QM2`, or `EDR-7K3QM2-H` when typed in full.
///
/// The first word is the type and may change with the case; the code never does. It is the first
/// characters, six or more, of a hash of the document id in Crockford's base 32. The last character checks
/// the code: it catches any one wrong character and any two that changed places.
/// - Source: Crockford, "Base 32"; the check is a remainder in GF(32), for codes of up to 30 characters.
package struct CaseHandle: Hashable, Sendable, CustomStringConvertible {
    package let typeWord: String
    /// 6…16 characters of the alphabet.
    package let code: String

    /// The fewest characters that are shown.
    package static let lengthMin = 6
    /// All that is kept of the hash: 80 bits.
    package static let lengthMax = 16
    /// The fewest characters that a person may type, if they are unique.
    package static let prefixMin = 3

    package init(typeWord: String, code: String) {
        self.typeWord = typeWord
        self.code = code
    }

    package var description: String { "\(self.typeWord)-\(self.code)" }

    /// The handle with its check character, for reading out and for paper.
    package var checked: String { "\(self.description)-\(CaseCode.check(self.code))" }

    /// Says how many characters tell a code from its neighbours in the order of all codes.
    ///
    /// - Parameter neighbours: The codes just before and after; equal ones are passed over.
    package static func lengthNeeded(_ code: String, neighbours: [String]) -> Int {
        var needed = Self.lengthMin
        for neighbour in neighbours where neighbour != code {
            let shared = zip(code.utf8, neighbour.utf8).prefix { $0 == $1 }.count
            needed = max(needed, shared + 1)
        }
        return min(needed, Self.lengthMax)
    }
}

/// Codes of documents and what people make of them.
package enum CaseCode {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// The whole code of a document: 16 characters of a hash of `"baton/handle/1" ‖ document id`.
    package static func of(_ document: DocumentID, hashing: some Hashing) -> String {
        let digest = hashing.digest256(Array("baton/handle/1".utf8), document.bytes)
        let bytes = digest.bytes.prefix(10)
        var characters: [UInt8] = []
        var window: UInt32 = 0
        var bits = 0
        for byte in bytes {
            window = (window << 8 | UInt32(byte)) & 0xffff
            bits += 8
            while bits >= 5 {
                bits -= 5
                characters.append(Self.alphabet[Int(window >> UInt32(bits)) & 31])
            }
        }
        return String(decoding: characters, as: UTF8.self)
    }

    /// The check character of a code.
    package static func check(_ code: String) -> Character {
        var remainder: UInt8 = 0
        for character in code.utf8 { remainder = Self.doubled(remainder) ^ (Self.value(character) ?? 0) }
        // One more step, so that the check character itself takes part in transpositions.
        return Character(Unicode.Scalar(Self.alphabet[Int(Self.doubled(remainder))]))
    }

    /// Multiplies by x in GF(32), modulo x⁵ + x² + 1: x has order 31.
    private static func doubled(_ value: UInt8) -> UInt8 {
        let shifted = value << 1
        return shifted & 32 == 0 ? shifted : (shifted ^ 0b100101)
    }

    /// Reads one typed character: case does not matter, O is 0, I and L are 1.
    static func value(_ character: UInt8) -> UInt8? {
        let upper = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(character) ? character - 32 : character
        switch upper {
        case UInt8(ascii: "O"): return 0
        case UInt8(ascii: "I"), UInt8(ascii: "L"): return 1
        default: return Self.alphabet.firstIndex(of: upper).map { UInt8($0) }
        }
    }

    /// Brings typed characters into the alphabet; nil when one is not of it.
    static func normalised(_ text: some StringProtocol) -> String? {
        var characters: [UInt8] = []
        for character in text.utf8 {
            guard let value = Self.value(character) else { return nil }
            characters.append(Self.alphabet[Int(value)])
        }
        return String(decoding: characters, as: UTF8.self)
    }
}

/// What a person typed to name a document.
package struct CaseHandleQuery: Hashable, Sendable {
    /// Upper case; nil when only a code was typed.
    package let typeWord: String?
    /// A prefix of the code.
    package let prefix: String

    /// Reads `EDR-7K3QM2`, `edr-7k3`, `7k3qm2`, `EDR-7K3QM2-H`.
    ///
    /// - Throws: `CaseHandleFault`, saying what is wrong with it.
    package init(_ text: String) throws(CaseHandleFault) {
        var pieces = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = pieces.first else { throw .empty }
        let word = first.uppercased()
        if pieces.count > 1, CaseType.words.contains(word) {
            self.typeWord = word
            pieces.removeFirst()
        } else {
            self.typeWord = nil
        }
        guard pieces.count <= 2, let code = CaseCode.normalised(pieces[0]) else { throw .notAHandle }
        guard code.utf8.count >= CaseHandle.prefixMin else { throw .tooShort(min: CaseHandle.prefixMin) }
        guard code.utf8.count <= CaseHandle.lengthMax else { throw .notAHandle }
        self.prefix = code
        guard pieces.count == 2 else { return }
        guard pieces[1].utf8.count == 1, let check = CaseCode.normalised(pieces[1]) else { throw .notAHandle }
        guard check == String(CaseCode.check(code)) else { throw .checkFailed }
    }
}

/// Says why typed text does not name a document.
package enum CaseHandleFault: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    case notAHandle
    case tooShort(min: Int)
    /// A character is wrong, or two have changed places.
    case checkFailed

    package var description: String {
        switch self {
        case .empty: "no case was named"
        case .notAHandle: "that is not a case handle such as EDR-7K3QM2"
        case .tooShort(let min): "type at least \(min) characters of the handle"
        case .checkFailed: "the check character does not fit: a character is wrong or two are swapped"
        }
    }
}
