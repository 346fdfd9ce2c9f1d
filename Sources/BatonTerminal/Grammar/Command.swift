/// A line that the grammar has understood.
package struct Command: Sendable, Equatable {
    package let name: CommandName
    /// The case named in it; nil where none was, which mostly means the current one.
    package let reference: CaseReference?
    /// Values of parameters by name; `words` have several.
    package let arguments: [String: [String]]
    /// Values of options by name; a switch has an empty one.
    package let options: [String: [String]]
    /// Set when a shortened command was typed: the whole word, to be echoed.
    package let completedFrom: String?

    package func argument(_ name: String) -> String? { self.arguments[name]?.first }
    package func option(_ name: String) -> String? { self.options[name]?.last }
    package func has(_ option: String) -> Bool { self.options[option] != nil }

    /// The same about the case that an option names, where it is given.
    func naming(_ option: String) throws(CommandIssue) -> Command {
        guard let typed = self.option(option) else { return self }
        let word = Word(text: typed, raw: typed, column: 0, isQuoted: false)
        return Command(
            name: self.name, reference: try CaseReference.read(word).get(), arguments: self.arguments,
            options: self.options, completedFrom: self.completedFrom)
    }

    /// What the history keeps: the command, its handles and its choices; never free text.
    package var historyLine: String {
        switch self.reference {
        case .row(let row): "\(self.name.rawValue) @\(row)"
        case .handle(let text): "\(self.name.rawValue) \(text.uppercased())"
        case nil: self.name.rawValue
        }
    }
}

/// Where a line comes from: people may shorten commands, scripts may not.
package enum GrammarMode: Sendable {
    case person
    case script
}
