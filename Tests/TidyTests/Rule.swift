/// One place that breaks a rule.
struct Finding: CustomStringConvertible, Equatable {
    let path: String
    /// Counted from 1; 0 speaks of the whole file.
    let line: Int
    let message: String

    var description: String {
        self.line > 0 ? "\(self.path):\(self.line): \(self.message)" : "\(self.path): \(self.message)"
    }
}

/// A rule of the house: what is looked for, and what to write instead.
struct Rule: Sendable, CustomStringConvertible {
    let name: String
    let check: @Sendable (Repository) -> [Finding]

    var description: String { self.name }

    /// Every rule, in the order in which `docs/contributing.md` lists them.
    static let all: [Rule] = [
        .pureImports, .adapterImports, .pureCalls, .hashOrder,
        .traps, .access, .notes, .escapes,
        .fileLength, .functionLength, .lineLength,
        .errorCodes, .outsidePaths, .simulationFiles, .documentLinks,
    ]
}

extension Rule {
    /// A rule that reads one line of code at a time, in files that hold one of the needles at all.
    static func perLine(
        _ name: String, needles: [String], in files: @escaping @Sendable (Repository) -> [SourceFile],
        _ message: @escaping @Sendable (SourceFile, Substring) -> String?
    ) -> Rule {
        Rule(name: name) { repository in
            files(repository).flatMap { file -> [Finding] in
                guard needles.contains(where: { file.code.contains($0) }) else { return [] }
                return file.findings(in: file.codeLines) { _, line in message(file, line) }
            }
        }
    }
}

extension SourceFile {
    /// One finding for each line that the closure has words for; the index counts from 0.
    func findings(in lines: [Substring], _ message: (Int, Substring) -> String?) -> [Finding] {
        var found: [Finding] = []
        for (index, line) in lines.enumerated() {
            guard let words = message(index, line) else { continue }
            found.append(Finding(path: self.path, line: index + 1, message: words))
        }
        return found
    }
}

extension Substring {
    /// Whether the needle stands here as a word: nothing that belongs to an identifier touches its ends.
    func holds(word needle: String) -> Bool { self.offsets(ofWord: needle).isEmpty == false }

    /// Where the needle stands as a word, in bytes from the start of the line.
    func offsets(ofWord needle: String) -> [Int] {
        let line = Array(self.utf8)
        let wanted = Array(needle.utf8)
        guard let first = wanted.first, let last = wanted.last, line.count >= wanted.count else { return [] }
        var found: [Int] = []
        for start in 0...(line.count - wanted.count) where line[start] == first {
            let end = start + wanted.count
            guard line[start..<end].elementsEqual(wanted) else { continue }
            let touchesBefore = start > 0 && line[start - 1].isIdentifier && first.isIdentifier
            let touchesAfter = end < line.count && line[end].isIdentifier && last.isIdentifier
            if !touchesBefore, !touchesAfter { found.append(start) }
        }
        return found
    }

    var trimmed: Substring {
        var rest = self.drop { $0 == " " || $0 == "\t" }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return rest
    }
}

extension UInt8 {
    /// Letters, digits, `_`, and every byte beyond ASCII.
    var isIdentifier: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...0xff: true
        default: false
        }
    }
}
