/// Reads long text line by line until one that is a single dot.
package struct Composer: Sendable {
    /// As much as a node takes in one note, bytes.
    package static let textBytesMax = 32_768

    let input: any LineSource
    let isOneShot: Bool
    var edit: (@Sendable (String) -> String?)?

    /// A text that cannot be taken is still read to its dot: its lines must never be run as commands.
    ///
    /// - Parameter lines: What a person typed before and what was not saved; then all that is typed. Only ~q
    ///   throws it away. Of a script's text nothing is kept.
    /// - Returns: The text without its last line break.
    /// - Throws: `desk.abandoned`, `desk.unfinished-text`, `desk.empty-text`, `grammar.too-long`,
    ///   `grammar.unreadable-text`: nothing is saved.
    func text(about ref: String, lines: inout [String]) async throws(CommandIssue) -> String {
        defer { if !self.input.isInteractive { lines = [] } }
        var bytes = lines.reduce(0) { $0 + $1.utf8.count + 1 }
        var refusal: CommandIssue?
        var preface =
            "Note on \(SafeText.line(ref)). End with a single dot; ~p shows it, ~e edits it, ~q throws it away.\n"
        if !lines.isEmpty {
            let count = lines.count == 1 ? "1 line" : "\(lines.count) lines"
            preface += "It goes on after \(count) that you typed before.\n"
        }
        while true {
            let outcome = await self.input.line(LineRequest(prompt: ". ", purpose: .text, preface: preface))
            preface = ""
            switch outcome {
            case .line("."):
                if let refusal = refusal ?? Self.issue(bytes) { throw refusal }
                return try Self.finished(lines)
            case .line("~q"):
                lines = []
                throw CommandIssue(
                    .abandoned, "The text was thrown away.", "Nothing was saved; begin again with: note")
            case .abandoned:
                guard !lines.isEmpty else {
                    throw CommandIssue(
                        .abandoned, "The text was given up.", "Nothing was typed; begin again with: note")
                }
                throw CommandIssue(
                    .abandoned, "The text was given up, and is kept until this desk is left.",
                    "Nothing was saved; go on with: note \(ref), where ~q throws it away.")
            case .line("~e"):
                preface = self.edited(&lines, &bytes)
            case .line("~p"):
                preface = lines.map { SafeText.line($0) + "\n" }.joined()
            case .line(let line):
                // `~~` at the beginning stands for one tilde, `..` for one dot.
                if refusal == nil {
                    lines.append(line.hasPrefix("~~") || line == ".." ? String(line.dropFirst()) : line)
                }
                bytes += line.utf8.count + 1
                refusal = refusal ?? Self.issue(bytes)
            case .end:
                if let refusal { throw refusal }
                if self.isOneShot { return try Self.finished(lines) }
                guard !self.input.isInteractive || lines.isEmpty else {
                    throw CommandIssue(
                        .unfinishedText,
                        "The input ended before the text did; it is kept until this desk is left.",
                        "Nothing was saved; go on with: note \(ref), and end it with a single dot.")
                }
                throw CommandIssue(
                    .unfinishedText, "The input ended before the text did.",
                    "Nothing was saved; end the text with a line that holds one dot.")
            case .unreadable:
                let unreadable = CommandIssue(
                    .unreadableText, "A line of the text is not UTF-8 or too long.",
                    "Nothing was saved; send text as UTF-8.")
                refusal = refusal ?? unreadable
            }
        }
    }

    /// Hands the text so far to the person's editor.
    ///
    /// - Returns: What to say before the next line.
    private func edited(_ lines: inout [String], _ bytes: inout Int) -> String {
        guard let edit = self.edit, self.input.isInteractive, let text = edit(lines.joined(separator: "\n"))
        else {
            return "The editor could not be run; the text so far is kept. Set $EDITOR, or type on.\n"
        }
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        while lines.last?.allSatisfy(\.isWhitespace) ?? false { lines.removeLast() }
        bytes = lines.reduce(0) { $0 + $1.utf8.count + 1 }
        return lines.map { SafeText.line($0) + "\n" }.joined()
    }

    /// Reads on to the dot, or to the end of the input, and throws the lines away.
    func skip() async {
        while true {
            switch await self.input.line(LineRequest(prompt: ". ", purpose: .text)) {
            case .line("."), .line("~q"), .abandoned, .end: return
            case .line, .unreadable: continue
            }
        }
    }

    static func check(_ bytes: Int) throws(CommandIssue) {
        if let issue = Self.issue(bytes) { throw issue }
    }

    private static func issue(_ bytes: Int) -> CommandIssue? {
        guard bytes > Self.textBytesMax else { return nil }
        return CommandIssue(
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
