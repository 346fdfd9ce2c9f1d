/// Finds in a text what may not stand in the global compartment, and what may not stand in any text.
///
/// It finds what has a form: addresses, numbers, links. A name has none; people keep names out.
package enum TextLint {
    package enum Finding: String, Sendable, CaseIterable {
        case mailAddress = "a mail address"
        case telephoneNumber = "a telephone number"
        case networkAddress = "a network address"
        case link = "a link"
        case control = "a control character"
        case direction = "a character that turns the direction of writing"

        /// Identifies a person or their things, where the others only deceive the reader.
        package var isPersonal: Bool { self != .control && self != .direction }
    }

    /// In order of `Finding.allCases`; empty for a clean text.
    package static func findings(_ text: String) -> [Finding] {
        let words = Self.words(text)
        return Finding.allCases.filter { finding in
            switch finding {
            case .mailAddress: words.contains(where: Self.isMailAddress)
            case .telephoneNumber: Self.hasTelephoneNumber(text)
            case .networkAddress: words.contains { Self.isVersion4($0) || Self.isVersion6($0) }
            case .link: text.contains("://") || words.contains { $0.lowercased().hasPrefix("www.") }
            case .control: text.unicodeScalars.contains(where: Self.isControl)
            case .direction: text.unicodeScalars.contains(where: Self.turnsDirection)
            }
        }
    }

    private static func words(_ text: String) -> [Substring] {
        let ends: Set<Character> = [",", ";", "(", ")", "<", ">", "\"", "'", "[", "]", "!", "?", "="]
        return text.split { $0.isWhitespace || ends.contains($0) }.map { word in
            var word = word
            while let last = word.last, last == "." || last == ":" { word.removeLast() }
            return word
        }
    }

    private static func isMailAddress(_ word: Substring) -> Bool {
        let pieces = word.split(separator: "@", omittingEmptySubsequences: false)
        return pieces.count == 2 && !pieces[0].isEmpty && pieces[1].contains(".") && pieces[1].first != "."
    }

    private static func isVersion4(_ word: Substring) -> Bool {
        // A port or a prefix length may follow.
        let address = word.prefix { $0 != ":" && $0 != "/" }
        let pieces = address.split(separator: ".", omittingEmptySubsequences: false)
        return pieces.count == 4 && pieces.allSatisfy { UInt8($0) != nil && $0.utf8.count <= 3 }
    }

    private static func isVersion6(_ word: Substring) -> Bool {
        let address = word.prefix { $0 != "/" && $0 != "%" }
        let colons = address.filter { $0 == ":" }.count
        guard colons >= 2, address.contains("::") || colons >= 4 else { return false }
        return address.allSatisfy { $0 == ":" || $0 == "." || $0.isHexDigit }
            && address.contains(where: \.isHexDigit)
    }

    /// A plus sign and eight digits, or nine digits and more in groups that are no date and no time.
    private static func hasTelephoneNumber(_ text: String) -> Bool {
        var run = ""
        for character in text + "\n" {
            if character.isASCII, character.isNumber || " -().+".contains(character) {
                run.append(character)
                continue
            }
            if Self.isTelephoneNumber(run) { return true }
            run = ""
        }
        return false
    }

    private static func isTelephoneNumber(_ run: String) -> Bool {
        let digits = run.filter(\.isNumber).count
        if let plus = run.firstIndex(of: "+"), run[plus...].filter(\.isNumber).count >= 8 { return true }
        guard (9...15).contains(digits) else { return false }
        let groups = run.split { !$0.isNumber }
        let isDate =
            groups.contains { $0.utf8.count == 4 } && run.contains("-") && groups.count >= 3
            && groups.first?.utf8.count == 4
        return groups.count >= 2 && !isDate && groups.allSatisfy { $0.utf8.count <= 5 }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
    }

    /// - Source: Unicode Standard Annex 9, explicit formatting characters; CVE-2021-42574.
    private static func turnsDirection(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x202a...0x202e, 0x2066...0x2069, 0x200e, 0x200f, 0x061c: true
        default: false
        }
    }
}
