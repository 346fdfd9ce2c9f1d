/// One row of the table of acts: what the desk's grammar, its help, the API and the documentation know of it.
package struct ActSpec: Sendable {
    /// How far an act reaches; it sets what is asked before.
    package enum Danger: Sendable, Equatable {
        /// Can be taken back by another act: just done.
        case reversible
        /// Reaches outside Baton: needs a reason code.
        case external
        /// Destroys or discloses: the case's handle is typed first.
        case irreversible
    }

    package struct Argument: Sendable {
        package enum Value: Sendable, Equatable {
            /// Given or not.
            case flag
            /// One word.
            case word
            /// The rest of the line for a parameter; one quoted value for an option.
            case text
            case choice([String])
            /// A time as people type it; milliseconds since 1970 in the act.
            case time
            /// A length of time, `90d`; milliseconds in the act.
            case span
            case count(ClosedRange<Int>)
            case severity
            case type
            /// A case; a document id in hexadecimal in the act.
            case reference
            /// The desk name of an operator.
            case person
        }

        package let name: String
        package let value: Value
        package let help: String
        package let isRequired: Bool
        package let repeats: Bool

        package init(
            _ name: String, _ value: Value, _ help: String, required isRequired: Bool = false,
            repeats: Bool = false
        ) {
            self.name = name
            self.value = value
            self.help = help
            self.isRequired = isRequired
            self.repeats = repeats
        }
    }

    /// The command's word, and for a command with several forms the second word: `hold`, `hold add`.
    package let name: String
    /// One line.
    package let help: String
    /// Paragraphs.
    package let details: [String]
    /// In the order of the line.
    package let parameters: [Argument]
    package let options: [Argument]
    package let danger: Danger
    /// True for an act that looks at what waits in the log, which a case's state does not tell.
    package var needsWaiting: Bool { self.name == ReleaseActs.name }
    /// Lines that parse.
    package let examples: [String]
    /// Decides. Pure.
    package let perform: @Sendable (Act, CaseFile, ActScene) throws(ActRefusal) -> ActOutcome

    package init(
        _ name: String, _ help: String, details: [String] = [], parameters: [Argument] = [],
        options: [Argument] = [], danger: Danger = .reversible, examples: [String],
        perform: @escaping @Sendable (Act, CaseFile, ActScene) throws(ActRefusal) -> ActOutcome
    ) {
        self.name = name
        self.help = help
        self.details = details
        self.parameters = parameters
        self.options = options
        self.danger = danger
        self.examples = examples
        self.perform = perform
    }
}
