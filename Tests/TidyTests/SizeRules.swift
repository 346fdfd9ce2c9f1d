/// Limits beyond which a reader loses the thread. The aim is well below: 80 to 300 lines, functions of 30.
enum Limits {
    static let fileLines = 600
    static let testFileLines = 900
    static let functionLines = 70
    static let flatSwitchLines = 100
    static let lineColumns = 120
}

extension Rule {
    static let fileLength = Rule(name: "files stay short") { repository in
        repository.swift.compactMap { file in
            let limit = file.isTest ? Limits.testFileLines : Limits.fileLines
            guard file.lines.count > limit else { return nil }
            return Finding(
                path: file.path, line: limit + 1,
                message:
                    "\(file.lines.count) lines, limit \(limit); move a concern to a Type+Concern.swift"
            )
        }
    }

    static let lineLength = Rule(name: "lines stay short") { repository in
        repository.swift.flatMap { file in
            file.findings(in: file.lines) { _, line in
                // A line of n bytes has at most n columns, and bytes are counted much faster.
                guard line.utf8.count > Limits.lineColumns, line.count > Limits.lineColumns else {
                    return nil
                }
                return "\(line.count) columns, limit \(Limits.lineColumns); break it, or name a part of it"
            }
        }
    }

    static let functionLength = Rule(name: "functions stay short") { repository in
        repository.swift.flatMap { file in
            functions(in: file).compactMap { function in
                let count = function.last - function.first + 1
                let hasReason =
                    file.explains("long:", at: function.first)
                    || file.explains("long:", at: function.first + 1)
                let limit = hasReason ? Limits.flatSwitchLines : Limits.functionLines
                guard count > limit else { return nil }
                let hint =
                    hasReason
                    ? "split the switch" : "split it; a flat switch may say `// long: reason` and reach 100"
                return Finding(
                    path: file.path, line: function.first + 1,
                    message: "\(count) lines, limit \(limit); \(hint)")
            }
        }
    }

    /// The functions, initialisers and computed properties that have a body, as line numbers from 0.
    static func functions(in file: SourceFile) -> [(first: Int, last: Int)] {
        let lines = file.codeLines.map { Array($0.utf8) }
        return lines.indices.compactMap { index in
            guard declaresFunction(file.codeLines[index]) else { return nil }
            var reader = BodyReader(lines: lines, line: index)
            return reader.lastLine().map { (index, $0) }
        }
    }

    private static let modifiers: Set<String> = [
        "package", "private", "fileprivate", "internal", "static", "class", "final", "mutating", "borrowing",
        "consuming",
        "override", "convenience", "required", "nonisolated", "isolated", "indirect", "lazy", "prefix",
        "postfix", "infix",
    ]

    private static func declaresFunction(_ line: Substring) -> Bool {
        var words = line.split(separator: " ")[...]
        while let word = words.first,
            word.hasPrefix("@") || modifiers.contains(String(word)) || word.hasPrefix("private(")
        {
            words.removeFirst()
        }
        guard let word = words.first else { return false }
        let head = word.prefix { $0.isLetter }
        if ["func", "init", "deinit", "subscript"].contains(head) {
            return head.count == word.count || "(<?!".contains(word[head.endIndex])
        }
        return head == "var" && line.trimmed.hasSuffix("{") && !line.contains(" = ")
    }
}

/// Finds where the body ends that belongs to the declaration on a line.
private struct BodyReader {
    let lines: [[UInt8]]
    var line: Int
    private var nesting = 0
    private var braces = 0

    init(lines: [[UInt8]], line: Int) {
        self.lines = lines
        self.line = line
    }

    /// The line of the closing brace, or nil for a requirement without a body.
    mutating func lastLine() -> Int? {
        while self.line < self.lines.count {
            for byte in self.lines[self.line] {
                switch byte {
                case UInt8(ascii: "("), UInt8(ascii: "["): self.nesting += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"): self.nesting -= 1
                case UInt8(ascii: "{"): self.braces += 1
                case UInt8(ascii: "}"):
                    self.braces -= 1
                    if self.braces < 0 { return nil }
                    if self.braces == 0, self.nesting == 0 { return self.line }
                default: break
                }
            }
            if self.braces == 0, self.nesting == 0, !self.goesOn() { return nil }
            self.line += 1
        }
        return nil
    }

    /// Whether a declaration that has no brace yet continues on the next line with code.
    private func goesOn() -> Bool {
        let ending = self.lines[self.line].last { $0 != UInt8(ascii: " ") }
        if let ending,
            [UInt8(ascii: ">"), UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "&")].contains(ending)
        {
            return true
        }
        guard
            let next = self.lines[(self.line + 1)...].first(where: { $0.contains { $0 != UInt8(ascii: " ") } }
            )
        else { return false }
        let text = String(decoding: next, as: UTF8.self)[...].trimmed
        return ["{", "->", "throws", "async", "where", "rethrows", "=="].contains { text.hasPrefix($0) }
    }
}
