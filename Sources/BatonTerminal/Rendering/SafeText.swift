/// Makes stored text safe to print: nothing in it can move the cursor, reorder the line or hide.
package enum SafeText {
    /// Writes a character as `‹U+202E›`.
    package static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "‹U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)›"
    }

    /// Control characters, bidirectional controls, line separators, invisible and tag characters,
    /// noncharacters.
    ///
    /// The joiners U+200C and U+200D stay: scripts and emoji need them, and they move nothing.
    package static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x200C, 0x200D: return false
        case 0x115F, 0x1160, 0x3164, 0xFFA0: return true  // Letters that show nothing.
        case 0xE0000...0xE0FFF: return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: return true
        case .unassigned: return scalar.properties.isNoncharacterCodePoint
        default: return false
        }
    }

    /// One line of safe text; line breaks are escaped as well.
    package static func line(_ text: String) -> String {
        if text.unicodeScalars.allSatisfy({ !Self.isUnsafe($0) }) { return text }
        var out = ""
        for scalar in text.unicodeScalars {
            if Self.isUnsafe(scalar) { out += Self.escape(scalar) } else { out.unicodeScalars.append(scalar) }
        }
        return out
    }

    /// Safe text with its line breaks.
    package static func lines(_ text: String) -> [String] {
        let breaks = text.replacing("\r\n", with: "\n")
        return breaks.split(separator: "\n", omittingEmptySubsequences: false).map { Self.line(String($0)) }
    }
}

/// How many columns text takes on a terminal.
package enum DisplayWidth {
    package static func of(_ text: some StringProtocol) -> Int {
        text.reduce(0) { $0 + Self.of($1) }
    }

    package static func of(_ character: Character) -> Int {
        if let ascii = character.asciiValue { return ascii < 0x20 || ascii == 0x7f ? 0 : 1 }
        let widths = character.unicodeScalars.map(Self.of)
        let hasEmojiForm = character.unicodeScalars.contains { $0.value == 0xFE0F }
        return hasEmojiForm ? 2 : min(2, widths.max() ?? 0)
    }

    /// - Source: Unicode Standard Annex 11, classes W and F by block.
    private static func of(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if scalar.properties.isEmojiPresentation { return 2 }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
            0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6,
            0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }

    /// Shortens safe text to a number of columns; `…` stands for what is cut. An escape is kept whole or
    /// not at all.
    package static func fit(_ text: String, columns: Int) -> String {
        guard Self.of(text) > columns else { return text }
        guard columns > 0 else { return "" }
        var out = ""
        var used = 0
        var rest = text[...]
        while let unit = Self.unit(rest) {
            let width = Self.of(unit)
            guard used + width <= columns - 1 else { break }
            out += unit
            used += width
            rest = rest.dropFirst(unit.count)
        }
        return out + "…"
    }

    private static func unit(_ text: Substring) -> Substring? {
        guard text.first == "‹", text.hasPrefix("‹U+"), let end = text.prefix(12).firstIndex(of: "›") else {
            return text.isEmpty ? nil : text.prefix(1)
        }
        return text[...end]
    }

    package static func padded(_ text: String, columns: Int) -> String {
        text + String(repeating: " ", count: max(0, columns - Self.of(text)))
    }

    package static func padded(left text: String, columns: Int) -> String {
        String(repeating: " ", count: max(0, columns - Self.of(text))) + text
    }

    /// Breaks safe text at blanks into lines of at most `columns`; longer words are cut.
    package static func wrap(_ text: String, columns: Int) -> [String] {
        let columns = max(1, columns)
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            let joined = line.isEmpty ? String(word) : "\(line) \(word)"
            if Self.of(joined) <= columns {
                line = joined
                continue
            }
            if !line.isEmpty { lines.append(line) }
            line = String(word)
            while Self.of(line) > columns {
                let head = Self.head(line, columns: columns)
                lines.append(head)
                line = String(line.dropFirst(head.count))
            }
        }
        lines.append(line)
        return lines
    }

    /// At least one unit, so that wrapping always gets on.
    private static func head(_ text: String, columns: Int) -> String {
        var out = ""
        var rest = text[...]
        while let unit = Self.unit(rest) {
            guard out.isEmpty || Self.of(out) + Self.of(unit) <= columns else { break }
            out += unit
            rest = rest.dropFirst(unit.count)
        }
        return out
    }
}
