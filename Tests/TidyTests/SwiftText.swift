/// Swift source with its comments and literals blanked out, so that a rule reads code and nothing else.
///
/// Blanked bytes become spaces and newlines stay, so line numbers are those of the file.
struct SwiftText {
    /// What is left when comments, string contents and raw identifiers are blanked.
    let code: String
    /// The code with string contents kept: for rules about values such as error codes.
    let codeAndStrings: String
    /// Comments alone.
    let comments: String

    init(_ source: String) {
        var scanner = Scanner(source)
        while !scanner.isAtEnd { scanner.step() }
        self.code = String(decoding: scanner.code, as: UTF8.self)
        self.codeAndStrings = String(decoding: scanner.codeAndStrings, as: UTF8.self)
        self.comments = String(decoding: scanner.comments, as: UTF8.self)
    }
}

private struct Scanner {
    private enum Kind { case code, string, comment }

    private static let newline = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")
    private static let quote = UInt8(ascii: "\"")
    private static let slash = UInt8(ascii: "/")
    private static let star = UInt8(ascii: "*")
    private static let pound = UInt8(ascii: "#")
    private static let backslash = UInt8(ascii: "\\")
    private static let backtick = UInt8(ascii: "`")
    private static let open = UInt8(ascii: "(")
    private static let close = UInt8(ascii: ")")

    private let bytes: [UInt8]
    private var position = 0
    private(set) var code: [UInt8]
    private(set) var codeAndStrings: [UInt8]
    private(set) var comments: [UInt8]

    init(_ source: String) {
        self.bytes = Array(source.utf8)
        // Blanked in place: a copy and a few writes cost half of what three times appending costs.
        self.code = self.bytes
        self.codeAndStrings = self.bytes
        self.comments = self.bytes
    }

    var isAtEnd: Bool { self.position >= self.bytes.count }

    /// Takes one token: a comment, a literal, a raw identifier, or one byte of code.
    mutating func step() {
        let byte = self.bytes[self.position]
        if byte == Self.slash, self.peek(1) == Self.slash {
            while !self.isAtEnd, self.bytes[self.position] != Self.newline { self.take(.comment) }
        } else if byte == Self.slash, self.peek(1) == Self.star {
            self.blockComment()
        } else if byte == Self.quote || byte == Self.pound, let pounds = self.poundsBeforeQuote() {
            self.string(pounds: pounds)
        } else if byte == Self.backtick {
            self.rawIdentifier()
        } else {
            self.take(.code)
        }
    }

    private func peek(_ offset: Int) -> UInt8? {
        let index = self.position + offset
        return index < self.bytes.count ? self.bytes[index] : nil
    }

    private mutating func take(_ kind: Kind, count: Int = 1) {
        for _ in 0..<count where !self.isAtEnd {
            if self.bytes[self.position] != Self.newline {
                if kind != .code { self.code[self.position] = Self.space }
                if kind == .comment { self.codeAndStrings[self.position] = Self.space }
                if kind != .comment { self.comments[self.position] = Self.space }
            }
            self.position += 1
        }
    }

    private mutating func blockComment() {
        var depth = 0
        repeat {
            if self.bytes[self.position] == Self.slash, self.peek(1) == Self.star {
                depth += 1
                self.take(.comment, count: 2)
            } else if self.bytes[self.position] == Self.star, self.peek(1) == Self.slash {
                depth -= 1
                self.take(.comment, count: 2)
            } else {
                self.take(.comment)
            }
        } while depth > 0 && !self.isAtEnd
    }

    /// How many `#` stand before the quote of a string that starts here; nil when none starts here.
    private func poundsBeforeQuote() -> Int? {
        var pounds = 0
        while self.peek(pounds) == Self.pound { pounds += 1 }
        return self.peek(pounds) == Self.quote ? pounds : nil
    }

    private mutating func string(pounds: Int) {
        self.take(.code, count: pounds)
        let isMultiline = self.peek(1) == Self.quote && self.peek(2) == Self.quote
        let quotes = isMultiline ? 3 : 1
        self.take(.code, count: quotes)
        while !self.isAtEnd, !self.isClosing(quotes: quotes, pounds: pounds) {
            if self.bytes[self.position] == Self.newline, !isMultiline { return }
            if self.bytes[self.position] == Self.backslash, self.hasPounds(pounds, from: 1) {
                self.escape(pounds: pounds)
            } else {
                self.take(.string)
            }
        }
        self.take(.code, count: quotes + pounds)
    }

    private func isClosing(quotes: Int, pounds: Int) -> Bool {
        for offset in 0..<quotes where self.peek(offset) != Self.quote { return false }
        return self.hasPounds(pounds, from: quotes)
    }

    private func hasPounds(_ count: Int, from start: Int) -> Bool {
        for offset in 0..<count where self.peek(start + offset) != Self.pound { return false }
        return true
    }

    /// An interpolation is code again, with strings of its own; any other escape is one more byte of string.
    private mutating func escape(pounds: Int) {
        guard self.peek(pounds + 1) == Self.open else {
            self.take(.string, count: pounds + 2)
            return
        }
        self.take(.string, count: pounds + 1)
        var depth = 0
        repeat {
            if self.bytes[self.position] == Self.open { depth += 1 }
            if self.bytes[self.position] == Self.close { depth -= 1 }
            self.step()
        } while depth > 0 && !self.isAtEnd
    }

    /// A test's sentence between backticks may hold any byte, braces and keywords too.
    private mutating func rawIdentifier() {
        self.take(.code)
        while !self.isAtEnd, self.bytes[self.position] != Self.backtick,
            self.bytes[self.position] != Self.newline
        {
            self.take(.string)
        }
        self.take(.code)
    }
}
