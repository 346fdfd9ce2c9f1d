/// One word of a line, or one process argument.
package struct Word: Hashable, Sendable {
    /// Without its quotation marks.
    package let text: String
    /// As typed.
    package let raw: String
    /// Characters from 1.
    package let column: Int
    /// True where quotation marks began it: it is text, never an option or a case.
    package let isQuoted: Bool
    /// True where quotation marks stand somewhere in it.
    package let hasQuotes: Bool

    package init(text: String, raw: String, column: Int, isQuoted: Bool, hasQuotes: Bool = false) {
        self.hasQuotes = hasQuotes || isQuoted
        self.text = text
        self.raw = raw
        self.column = column
        self.isQuoted = isQuoted
    }
}

/// Takes a line apart. Quotation marks count only where a word, or a value after `=`, begins: `don't` is a
/// word.
package struct WordReader {
    /// The longest line that is read, bytes.
    package static let lineBytesMax = 65_536

    private var rest: Substring
    private var column = 1
    private var words: [Word] = []

    private init(_ line: String) { self.rest = line[...] }

    /// Splits at blanks. `"…"` knows \" \\ \n \t, `'…'` knows nothing. Outside of them a backslash keeps a
    /// quotation mark, a blank or a backslash as it is; before anything else it is a character itself.
    ///
    /// - Returns: No words for an empty line and for a comment (`#` first).
    package static func words(of line: String) -> Result<[Word], CommandIssue> {
        if let issue = Self.unreadable(line) { return .failure(issue) }
        var reader = WordReader(line)
        reader.skipBlanks()
        if reader.rest.first == "#" { return .success([]) }
        while !reader.rest.isEmpty {
            if let issue = reader.readWord() { return .failure(issue) }
            reader.skipBlanks()
        }
        return .success(reader.words)
    }

    /// Takes process arguments as words: the shell has split and unquoted them.
    package static func words(of arguments: [String]) -> Result<[Word], CommandIssue> {
        var words: [Word] = []
        for (index, argument) in arguments.enumerated() {
            if let issue = Self.unreadable(argument) { return .failure(issue) }
            let isText = argument.contains { $0.isWhitespace }
            words.append(Word(text: argument, raw: argument, column: index + 1, isQuoted: isText))
        }
        return .success(words)
    }

    /// Line breaks may stand inside a process argument; other control characters never mean anything.
    private static func unreadable(_ text: String) -> CommandIssue? {
        guard text.utf8.count <= Self.lineBytesMax else {
            return CommandIssue(
                .tooLong, "The line has \(text.utf8.count) bytes, more than \(Self.lineBytesMax).",
                "Put long text into several notes, or attach it as evidence.")
        }
        let allowed: Set<Unicode.Scalar> = ["\t", "\n", "\r"]
        for (index, scalar) in text.unicodeScalars.enumerated() {
            let isControl = scalar.properties.generalCategory == .control && !allowed.contains(scalar)
            guard isControl || scalar == "\u{FFFD}" else { continue }
            return CommandIssue(
                .unreadableText,
                "Character \(index + 1) is \(SafeText.escape(scalar)), which no command contains.",
                "Type the line again; send files as UTF-8 text.", column: index + 1)
        }
        return nil
    }

    private mutating func take() -> Character? {
        guard let character = self.rest.popFirst() else { return nil }
        self.column += 1
        return character
    }

    private mutating func skipBlanks() {
        while let next = self.rest.first, next.isWhitespace { _ = self.take() }
    }

    private mutating func readWord() -> CommandIssue? {
        let start = self.column
        let all = self.rest
        var text = ""
        let isQuoted = self.rest.first == "\"" || self.rest.first == "'"
        var hasQuotes = false
        while let next = self.rest.first, !next.isWhitespace {
            let opensValue = text.isEmpty || text.last == "=" || (text.last == ":" && next == "\"")
            if opensValue, next == "\"" || next == "'" {
                let place = self.column
                guard let inside = self.readQuoted() else { return Self.unclosed(next, at: place) }
                text += inside
                hasQuotes = true
            } else if next == "\\", let kept = self.rest.dropFirst().first,
                kept.isWhitespace || "\"'\\".contains(kept)
            {
                _ = self.take()
                _ = self.take()
                text.append(kept)
            } else {
                text.append(next)
                _ = self.take()
            }
        }
        let raw = all.prefix(all.count - self.rest.count)
        self.words.append(
            Word(text: text, raw: String(raw), column: start, isQuoted: isQuoted, hasQuotes: hasQuotes))
        return nil
    }

    /// Nil where the closing mark is missing.
    private mutating func readQuoted() -> String? {
        guard let mark = self.take() else { return nil }
        var text = ""
        while let next = self.take() {
            if next == mark { return text }
            guard next == "\\", mark == "\"" else {
                text.append(next)
                continue
            }
            guard let escaped = self.take() else { return nil }
            switch escaped {
            case "n": text.append("\n")
            case "t": text.append("\t")
            case "\"", "\\": text.append(escaped)
            default: text += "\\\(escaped)"
            }
        }
        return nil
    }

    private static func unclosed(_ mark: Character, at column: Int) -> CommandIssue {
        CommandIssue(
            .unclosedQuote, "The quotation mark \(mark) at character \(column) is not closed.",
            "Close it, or put a backslash before it to use it as a character.", column: column)
    }
}
