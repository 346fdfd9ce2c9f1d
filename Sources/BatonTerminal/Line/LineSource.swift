/// Where lines come from: a person at a terminal, a pipe, a test.
package protocol LineSource: Sendable {
    /// True where a person types and can be asked.
    var isInteractive: Bool { get }

    /// Waits for a line.
    func line(_ request: LineRequest) async -> LineOutcome

    /// Keeps a line for being called up again in this session.
    func remember(_ line: String)
}

extension LineSource {
    package func remember(_ line: String) {}
}

package struct LineRequest: Sendable, Equatable {
    package enum Purpose: Sendable, Equatable {
        case command
        /// A line of text, or an answer: nothing is completed or remembered.
        case text
    }

    package let prompt: String
    package let purpose: Purpose
    /// Words that may be completed now: cases seen, fields.
    package let words: [String]
    /// Names of agencies, sorted; for completion too.
    package let agencies: [String]
    /// Printed before the prompt where a person types; lines that end with a line break.
    package let preface: String

    package init(
        prompt: String, purpose: Purpose, words: [String] = [], agencies: [String] = [], preface: String = ""
    ) {
        self.agencies = agencies
        self.preface = preface
        self.prompt = prompt
        self.purpose = purpose
        self.words = words
    }
}

package enum LineOutcome: Sendable, Equatable {
    case line(String)
    /// The line was given up (Ctrl-C): nothing is meant by it.
    case abandoned
    case end
    /// Bytes that are not UTF-8, or a line beyond every limit.
    case unreadable
}

/// Where answers go.
package protocol DeskOutput: Sendable {
    /// Answers: standard output.
    func write(_ text: String)
    /// Complaints, where answers are read by a program: standard error.
    func complain(_ text: String)
}
