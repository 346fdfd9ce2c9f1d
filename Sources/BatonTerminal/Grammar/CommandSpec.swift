/// A command of the desk. The raw value is what people type: one word, or two where a command has forms
/// (`hold add`).
package struct CommandName: RawRepresentable, Hashable, Sendable {
    package let rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }

    private init(_ word: String) { self.rawValue = word }

    package static let queue = CommandName("queue")
    package static let find = CommandName("find")
    package static let use = CommandName("use")
    package static let show = CommandName("show")
    package static let log = CommandName("log")
    package static let new = CommandName("new")
    package static let note = CommandName("note")
    package static let edit = CommandName("edit")
    package static let tag = CommandName("tag")
    package static let close = CommandName("close")
    package static let reopen = CommandName("reopen")
    package static let holdDue = CommandName("hold due")
    package static let sla = CommandName("sla")
    package static let slaAll = CommandName("sla all")
    package static let linkSuggest = CommandName("link suggest")
    package static let conflicts = CommandName("conflicts")
    package static let sync = CommandName("sync")
    package static let status = CommandName("status")
    package static let roster = CommandName("roster")
    package static let stats = CommandName("stats")
    package static let export = CommandName("export")
    package static let rest = CommandName("rest")
    package static let help = CommandName("help")
    package static let why = CommandName("why")
    package static let set = CommandName("set")
    package static let alias = CommandName("alias")
    package static let undo = CommandName("undo")
    package static let quit = CommandName("quit")

    /// The first word.
    package var command: Substring { self.rawValue.prefix { $0 != " " } }
    /// The second word; nil for a command of one word.
    package var form: Substring? {
        self.rawValue.contains(" ") ? self.rawValue.dropFirst(self.command.count + 1) : nil
    }
}

/// A place of a command's line that takes no `--`.
package struct Parameter: Sendable {
    package enum Kind: Sendable {
        /// A case; left out, the current one is meant. Where text follows, only a clear handle is taken for
        /// a case.
        case reference
        case choice([String])
        case word
        /// One or more words.
        case words
        /// All that is left of the line, as typed.
        case text
        /// All that is left of the line with its quotation marks: a search, in which they mean something.
        case search
        /// A handle, `-`, or nothing.
        case referenceOrDash
    }

    package let name: String
    package let kind: Kind
    package let isOptional: Bool

    package init(_ name: String, _ kind: Kind, optional isOptional: Bool = false) {
        self.name = name
        self.kind = kind
        self.isOptional = isOptional
    }

    var usage: String {
        let word: String =
            switch self.kind {
            case .reference: "CASE"
            case .referenceOrDash: "CASE|-"
            case .choice(let words): words.joined(separator: "|")
            case .words: "\(self.name.uppercased())…"
            case .word, .text, .search: self.name.uppercased()
            }
        return self.isOptional ? "[\(word)]" : word
    }
}

/// A `--name` of a command.
package struct CommandOption: Sendable {
    package enum Value: Sendable {
        case none
        case text
        case severity
        case type
        case time
        /// A length of time: `6h`.
        case span
        case count(ClosedRange<Int>)
        case choice([String])
    }

    package let name: String
    package let value: Value
    package let help: String
    package let repeats: Bool
    package let isRequired: Bool

    package init(
        _ name: String, _ value: Value, _ help: String, repeats: Bool = false,
        required isRequired: Bool = false
    ) {
        self.name = name
        self.value = value
        self.help = help
        self.repeats = repeats
        self.isRequired = isRequired
    }

    var usage: String {
        let words = "--\(self.name)\(self.valueWord.map { " \($0)" } ?? "")"
        return (self.isRequired ? words : "[\(words)]") + (self.repeats ? "…" : "")
    }

    var valueWord: String? {
        switch self.value {
        case .none: nil
        case .text: "TEXT"
        case .severity: "S0…S4"
        case .type: "TYPE"
        case .time: "TIME"
        case .span: "6h"
        case .count: "N"
        case .choice(let words): words.count > 4 ? "CODE" : words.joined(separator: "|")
        }
    }
}

/// One row of the command table: all that grammar, help, completion and `docs/terminal.md` know of a command.
package struct CommandSpec: Sendable {
    /// Runs the command; what it changes of the desk is in `Desk`.
    package typealias Handler = @Sendable (inout Desk, Command) async throws(CommandIssue) -> Reply

    package let name: CommandName
    package let aliases: [String]
    /// One line.
    package let help: String
    /// Paragraphs.
    package let details: [String]
    package let parameters: [Parameter]
    package let options: [CommandOption]
    /// Lines that parse.
    package let examples: [String]
    /// Without words of its own it lists what there is: nothing is missing then.
    package var listsAlone = false
    package let handler: Handler

    package var usage: String {
        let parts = self.parameters.map(\.usage) + self.options.map(\.usage)
        return ([self.name.rawValue] + parts).joined(separator: " ")
    }

    func option(_ name: String) -> CommandOption? { self.options.first { $0.name == name } }
}

/// Options that every command takes: how the answer looks, and what it may ask.
package enum CommonOptions {
    package static let all: [CommandOption] = [
        CommandOption("json", .none, "one JSON object for each command"),
        CommandOption("jsonl", .none, "one JSON object for each row of a list"),
        CommandOption("plain", .none, "rows with tabs between the columns, no headings"),
        CommandOption("wide", .none, "do not shorten lines to the width of the screen"),
        CommandOption("utc", .none, "times in UTC only"),
        CommandOption("no-input", .none, "never ask; exit 5 where a person must choose"),
        CommandOption(
            "require-fresh", .none, "exit 7 where a peer was not in touch when the answer was made"),
    ]
}
