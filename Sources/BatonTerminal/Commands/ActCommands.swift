import BatonAPI
import BatonDesk

/// The commands that are acts: each row of the desk's table of acts is a row of the command table, and a
/// command word alone shows the section of the case file that its acts write.
enum ActCommands {
    static let all: [CommandSpec] = Self.sections + ActTable.all.map(Self.command) + [Self.confirm]

    /// `approve` for the one decision that waits: who is rung up to confirm need not look for its number.
    private static let confirm = CommandSpec(
        name: CommandName(rawValue: "decide confirm"), aliases: [],
        help: "agree, as the second person, to the one decision that waits",
        details: ["Where several wait it lists them: approve dec:N."],
        parameters: [CommandTable.reference],
        options: [CommandOption("note", .text, "in words")], examples: ["decide confirm"],
        handler: ActHandlers.confirmDecision)

    private static func command(_ spec: ActSpec) -> CommandSpec {
        var options = spec.options.map {
            CommandOption(
                $0.name, Self.value($0.value), $0.help, repeats: $0.repeats, required: $0.isRequired)
        }
        if spec.danger == .irreversible {
            options.append(
                CommandOption(
                    "confirm", .text, "the case's handle, typed again; asked for where it is not given"))
        }
        // Where another case is named, the first handle of the line is that one.
        let namesAnother = spec.parameters.contains { $0.value == .reference }
        if namesAnother {
            options.append(CommandOption(Self.caseOption, .text, "the case; left out, the current one"))
        }
        return CommandSpec(
            name: CommandName(rawValue: spec.name), aliases: [], help: spec.help, details: spec.details,
            parameters: (namesAnother ? [] : [CommandTable.reference]) + spec.parameters.map(Self.parameter),
            options: options,
            examples: spec.examples, listsAlone: Self.section(of: spec.name) != nil,
            handler: { desk, command throws(CommandIssue) in
                try await ActHandlers.act(&desk, command, spec)
            })
    }

    static let caseOption = "case"

    /// What a command word alone shows; nil for a form and for a word that shows nothing.
    static func section(of name: String) -> String? {
        ActTable.sectionOfCommand.first { $0.command == name }?.section
    }

    private static func parameter(_ argument: ActSpec.Argument) -> Parameter {
        let kind: Parameter.Kind =
            switch argument.value {
            case .choice(let words): .choice(words)
            case .text: argument.repeats ? .words : .text
            case .severity: .choice(["S0", "S1", "S2", "S3", "S4"])
            case .type: .choice(CaseType.allCases.map(\.word))
            default: argument.repeats ? .words : .word
            }
        return Parameter(argument.name, kind, optional: !argument.isRequired)
    }

    private static func value(_ value: ActSpec.Argument.Value) -> CommandOption.Value {
        switch value {
        case .flag: .none
        case .word, .text, .reference, .person: .text
        case .choice(let words): .choice(words)
        case .time: .time
        case .span: .span
        case .count(let range): .count(range)
        case .severity: .severity
        case .type: .type
        }
    }

    private static let checkOption = "check"

    private static func options(of word: String) -> [CommandOption] {
        guard word == CommandName.sla.rawValue else { return [] }
        return [CommandOption(Self.checkOption, .none, "exit 6 where a clock is past its time")]
    }

    private static func isBreached(_ reply: Reply) -> Bool {
        guard case .file(let file) = reply.body else { return false }
        return file.sections.flatMap(\.items).contains { $0.state == ClockStanding.breached.word }
    }

    /// Command words without an act of their own.
    private static var sections: [CommandSpec] {
        ActTable.sectionOfCommand.filter { entry in !ActTable.all.contains { $0.name == entry.command } }
            .map { entry in
                let forms = ActTable.all.filter { $0.name.hasPrefix(entry.command + " ") }
                return CommandSpec(
                    name: CommandName(rawValue: entry.command), aliases: [],
                    help: "the \(entry.section) of a case",
                    details: forms.map { "`\($0.name)`: \($0.help)" },
                    parameters: [CommandTable.reference], options: Self.options(of: entry.command),
                    examples: [entry.command, "\(entry.command) @1"],
                    handler: { desk, command throws(CommandIssue) in
                        var reply = try await ActHandlers.show(&desk, command, section: entry.section)
                        if command.has(Self.checkOption), Self.isBreached(reply) { reply.exit = .breached }
                        return reply
                    })
            }
    }
}
