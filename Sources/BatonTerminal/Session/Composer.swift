/// Reads long text line by line until one that is a single dot.
package struct Composer: Sendable {
    /// As much as a node takes in one note, bytes.
    package static let textBytesMax = 32_768

    let input: any LineSource
    let isOneShot: Bool

    /// - Returns: The text without its last line break.
    /// - Throws: `desk.abandoned`, `desk.unfinished-text`, `desk.empty-text`, `grammar.too-long`: nothing
    ///   is saved.
    func text(about ref: String) async throws(CommandIssue) -> String {
        var lines: [String] = []
        var bytes = 0
        var preface =
            "Note on \(SafeText.line(ref)). End with a single dot; ~p shows it, ~q throws it away.\n"
        while true {
            let outcome = await self.input.line(LineRequest(prompt: ". ", purpose: .text, preface: preface))
            preface = ""
            switch outcome {
            case .line("."): return try Self.finished(lines)
            case .line("~q"), .abandoned:
                throw CommandIssue(
                    .abandoned, "The text was thrown away.", "Nothing was saved; begin again with: note")
            case .line("~p"):
                preface = lines.map { SafeText.line($0) + "\n" }.joined()
            case .line(let line):
                // `~~` at the beginning stands for one tilde, `..` for one dot.
                lines.append(line.hasPrefix("~~") || line == ".." ? String(line.dropFirst()) : line)
                bytes += line.utf8.count + 1
                try Self.check(bytes)
            case .end:
                if self.isOneShot { return try Self.finished(lines) }
                throw CommandIssue(
                    .unfinishedText, "The input ended before the text did.",
                    "Nothing was saved; end the text with a line that holds one dot.")
            case .unreadable:
                throw CommandIssue(
                    .unreadableText, "A line of the text is not UTF-8 or too long.",
                    "Nothing was saved; send text as UTF-8.")
            }
        }
    }

    static func check(_ bytes: Int) throws(CommandIssue) {
        guard bytes > Self.textBytesMax else { return }
        throw CommandIssue(
            .tooLong, "The text has more than \(Self.textBytesMax) bytes.",
            "Nothing was saved; write several notes.")
    }

    private static func finished(_ lines: [String]) throws(CommandIssue) -> String {
        let text = lines.joined(separator: "\n")
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw CommandIssue(
                .emptyText, "There was no text.", "Nothing was saved; write some lines, then a dot.")
        }
        return text
    }
}
