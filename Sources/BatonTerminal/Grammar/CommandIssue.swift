package import BatonAPI

/// Says why a command was not done: one sentence what, one sentence what to do, a stable code, an exit code.
package struct CommandIssue: Error, Sendable, Equatable {
    /// Stable (`docs/operations.md`): one of `IssueKind`, or the node's own.
    package let code: String
    package private(set) var message: String
    package private(set) var hint: String
    package let exit: ExitCode
    /// Where in the line, characters from 1; nil where no place is to blame.
    package var column: Int?
    /// What a reference could have meant.
    package var candidates: [APIFault.Candidate]
    /// What `why` adds.
    package var because: [String] = []
    /// The command of a line that was understood no further; nil where not even that was.
    package var command: CommandName?
    /// The words that were to be a time; nil where nothing is wrong with a time.
    package var time: String?

    package init(
        _ kind: IssueKind, _ message: String, _ hint: String, column: Int? = nil,
        candidates: [APIFault.Candidate] = []
    ) {
        self.code = kind.rawValue
        self.message = message
        self.hint = hint
        self.exit = kind.exit
        self.column = column
        self.candidates = candidates
    }

    /// What `typed` should have been: a time that the desk takes.
    static func badTime(_ message: String, _ typed: String, column: Int? = nil) -> CommandIssue {
        var issue = CommandIssue(.badValue, message, TimeExpression.hint, column: column)
        issue.time = typed
        return issue
    }

    /// The same with what to type instead of a time that people say, if it is one.
    ///
    /// - Parameter now: Milliseconds since 1970.
    package func advised(now: Int64, zones: [ZoneLabel]) -> CommandIssue {
        guard let advice = self.time.flatMap({ SaidTime($0) })?.advice(now: now, zones: zones) else {
            return self
        }
        var advised = self
        advised.hint = advice
        return advised
    }

    /// The same after a first part that was done.
    func after(_ sentence: String) -> CommandIssue {
        var issue = self
        issue.message = "\(sentence) \(self.message)"
        return issue
    }

    /// What the node said. Its words are for the reader already.
    ///
    /// - Parameter adding: A sentence on what that means here.
    package init(_ fault: APIFault, adding sentence: String? = nil) {
        self.code = fault.code
        self.message = sentence.map { "\(fault.message) \($0)" } ?? fault.message
        self.hint = fault.hint
        self.exit = ExitCode(rawValue: fault.exit) ?? .failed
        self.column = nil
        self.candidates = fault.candidates ?? []
        self.because = fault.because ?? []
    }
}

/// What can go wrong on this side of the operator API.
package enum IssueKind: String, Sendable, CaseIterable {
    case unknownCommand = "grammar.unknown-command"
    case ambiguousCommand = "grammar.ambiguous-command"
    case unknownOption = "grammar.unknown-option"
    case missingValue = "grammar.missing-value"
    case unwantedValue = "grammar.unwanted-value"
    case missingArgument = "grammar.missing-argument"
    case tooManyArguments = "grammar.too-many-arguments"
    case badValue = "grammar.bad-value"
    case notAHandle = "grammar.not-a-handle"
    case caseOrText = "grammar.case-or-text"
    case unclosedQuote = "grammar.unclosed-quote"
    case unreadableText = "grammar.unreadable-text"
    case tooLong = "grammar.too-long"
    case noCurrentCase = "desk.no-current-case"
    case noList = "desk.no-list"
    case fileExists = "desk.file-exists"
    case fileUnwritable = "desk.file-unwritable"
    case noSuchRow = "desk.no-such-row"
    case changedSinceListed = "desk.changed-since-listed"
    case answerNeeded = "desk.answer-needed"
    case reasonNeeded = "desk.reason-needed"
    case outOfScope = "desk.out-of-scope"
    case emptyText = "desk.empty-text"
    case abandoned = "desk.abandoned"
    case unfinishedText = "desk.unfinished-text"
    case sessionOnly = "desk.session-only"
    case noSuchTopic = "desk.no-such-topic"
    case noSuchConflict = "desk.no-such-conflict"
    case noSuchPeer = "desk.no-such-peer"
    case nothingToUndo = "desk.nothing-to-undo"
    case cannotUndo = "desk.cannot-undo"
    case noEditor = "desk.no-editor"
    case compartmentClosed = "desk.compartment-closed"
    case unfinishedAccept = "desk.unfinished-accept"
    case readBackDiffers = "desk.read-back-differs"
    case intentElsewhere = "desk.intent-elsewhere"

    package var exit: ExitCode {
        switch self {
        case .unknownCommand, .unknownOption, .missingValue, .unwantedValue, .missingArgument,
            .tooManyArguments, .badValue, .notAHandle, .unclosedQuote, .unreadableText, .tooLong,
            .noCurrentCase,
            .emptyText, .unfinishedText, .sessionOnly:
            .usage
        case .ambiguousCommand, .caseOrText, .changedSinceListed, .answerNeeded, .unfinishedAccept,
            .readBackDiffers, .intentElsewhere:
            .humanMustChoose
        case .noList, .noSuchRow, .noSuchTopic, .noSuchConflict, .noSuchPeer, .nothingToUndo:
            .noSuchThing
        case .reasonNeeded, .outOfScope, .cannotUndo, .fileExists, .compartmentClosed: .refused
        case .abandoned, .noEditor, .fileUnwritable: .failed
        }
    }

    // long: one sentence per code.
    /// What `help CODE` and `docs/terminal.md` say about it.
    package var meaning: String {
        switch self {
        case .unknownCommand: "The first word is not a command. `help` lists all of them."
        case .ambiguousCommand: "The first word is the beginning of several commands; type more of it."
        case .unknownOption:
            "The command has no such option. Quote words that begin with -- to use them as text."
        case .missingValue: "The option needs a value: `--sev S1` or `--sev=S1`."
        case .unwantedValue: "The option is a switch and takes no value."
        case .missingArgument: "The command needs one more word. `help COMMAND` shows its usage."
        case .tooManyArguments: "There are more words than the command takes. Quote what belongs together."
        case .badValue: "A word has a form that the command cannot read."
        case .notAHandle:
            "The word names no case: handles look like EDR-7K3QM2, rows of the last list like @3."
        case .caseOrText:
            "The first word could be a case or part of the text. Capitals make it a case, quotes text."
        case .unclosedQuote: "A quotation mark opens and is not closed."
        case .unreadableText: "The line holds control characters or bytes that are not UTF-8."
        case .tooLong: "The line or the text is longer than the desk takes."
        case .noCurrentCase: "The command needs a case, none was named and none is current."
        case .noList: "@n names a row of the list printed last, and none was printed in this session."
        case .noSuchRow: "The list printed last has no such row."
        case .changedSinceListed:
            "The case changed after the list was printed. Look at it before you change it."
        case .answerNeeded:
            "The command asks something and nobody is there to answer, or --no-input was given."
        case .reasonNeeded: "This change is kept only with a reason: --why CODE."
        case .outOfScope: "`set scope` limits changes, and this case is outside. `set scope off` lifts it."
        case .emptyText: "There was no text. Nothing was saved."
        case .abandoned: "The text was thrown away by ~q, or given up by Ctrl-C. Nothing was saved."
        case .unfinishedText: "The input ended before the text did: end it with a line that holds one dot."
        case .sessionOnly:
            "The command changes a session of the desk, and there is none: run it inside `baton desk`."
        case .noSuchTopic: "There is no help on that word."
        case .noSuchConflict: "There is no conflict with that number. `conflicts` lists them."
        case .nothingToUndo: "Nothing was changed in this sitting that could be taken back."
        case .cannotUndo:
            "What was done is a fact or reached outside: it can be answered by another change, not taken back."
        case .noEditor: "The editor could not be run, or gave no text. The text typed so far is kept."
        case .compartmentClosed:
            "Text for one compartment alone has no place in this build: nothing of it was saved anywhere."
        case .fileExists: "There is a file of that name, and an export replaces none."
        case .fileUnwritable: "The system let nobody write that file. Check its folder."
        case .noSuchPeer: "No peer has that name. `sync` lists them."
        case .unfinishedAccept:
            "The accept was left before its end. What was read back is saved; `handoff accept` goes on there."
        case .readBackDiffers:
            "The words of a read-back do not agree with the record. They are saved; say it again."
        case .intentElsewhere:
            "Somebody at another site is about to do in this case what cannot be taken back. Speak to them first."
        }
    }
}
