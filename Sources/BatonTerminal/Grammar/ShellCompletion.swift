/// Completion of `baton COMMAND …` for a shell, made from the command table.
package enum ShellCompletion {
    package enum Shell: String, Sendable, CaseIterable { case bash, zsh, fish }

    /// A script to be sourced: words and forms of commands, options and their fixed values. It asks the node
    /// nothing, so that it works when nobody answers.
    ///
    /// - Parameter others: Commands of the process that are no commands of the desk, each with its help.
    package static func script(
        for shell: Shell, table: [CommandSpec] = CommandTable.all, others: [(name: String, help: String)]
    ) -> String {
        switch shell {
        case .bash: Self.bash(table, others)
        case .zsh: Self.zsh(table, others)
        case .fish: Self.fish(table, others)
        }
    }

    // bash and zsh share one function: zsh runs it through bashcompinit.

    private static func bash(_ table: [CommandSpec], _ others: [(name: String, help: String)]) -> String {
        let words = Self.words(table, others).joined(separator: " ")
        let cases = Self.commands(table).map { command -> String in
            let forms = Self.forms(command, table)
            let options = Self.options(command, table).map { "--\($0.name)" }
            let choices = Self.choices(command, table)
            return "    \(command)) words=\"\((forms + choices + options).joined(separator: " "))\" ;;"
        }
        let values = Self.valued(table).map { option in
            let words = option.values.joined(separator: " ")
            return
                "    --\(option.name)) "
                + "COMPREPLY=($(compgen -W \"\(words)\" -- \"$current\")); return ;;"
        }
        return
            (["# Completion of baton. Use: source <(baton completions bash)", "_baton() {"]
            + ["  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words"]
            + ["  case $previous in"] + values + ["  esac"]
            + ["  if [ \"$COMP_CWORD\" = 1 ]; then words=\"\(words)\"; else", "  case ${COMP_WORDS[1]} in"]
            + cases + ["  esac", "  fi", "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))", "}"]
            + ["complete -o default -F _baton baton", ""]).joined(separator: "\n")
    }

    private static func zsh(_ table: [CommandSpec], _ others: [(name: String, help: String)]) -> String {
        "autoload -U +X bashcompinit && bashcompinit\n" + Self.bash(table, others)
    }

    private static func fish(_ table: [CommandSpec], _ others: [(name: String, help: String)]) -> String {
        var lines = ["# Completion of baton. Use: baton completions fish | source", "complete -c baton -f"]
        let first = "-n __fish_use_subcommand"
        for other in others {
            lines.append("complete -c baton \(first) -a \(other.name) -d \(quoted(other.help))")
        }
        for command in Self.commands(table) {
            let help = table.first { $0.name.command == command }?.help ?? ""
            lines.append("complete -c baton \(first) -a \(command) -d \(quoted(help))")
            let inside = "-n '__fish_seen_subcommand_from \(command)'"
            for word in Self.forms(command, table) + Self.choices(command, table) {
                lines.append("complete -c baton \(inside) -a \(word)")
            }
            for option in Self.options(command, table) {
                let values = Self.values(option)
                let value =
                    option.valueWord == nil
                    ? "" : values.isEmpty ? " -r" : " -xa '\(values.joined(separator: " "))'"
                lines.append(
                    "complete -c baton \(inside) -l \(option.name)\(value) -d \(quoted(option.help))")
            }
        }
        return (lines + [""]).joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }

    // What the table says.

    private static func commands(_ table: [CommandSpec]) -> [String] {
        Set(table.map { String($0.name.command) }).sorted()
    }

    private static func words(_ table: [CommandSpec], _ others: [(name: String, help: String)]) -> [String] {
        Set(Self.commands(table) + others.map(\.name)).sorted()
    }

    private static func forms(_ command: String, _ table: [CommandSpec]) -> [String] {
        table.filter { $0.name.command == command }.compactMap { $0.name.form.map(String.init) }
    }

    private static func choices(_ command: String, _ table: [CommandSpec]) -> [String] {
        let parameters = table.filter { $0.name.command == command }.flatMap(\.parameters)
        let words = parameters.flatMap { parameter -> [String] in
            if case .choice(let words) = parameter.kind { words } else { [] }
        }
        return Self.once(words)
    }

    private static func options(_ command: String, _ table: [CommandSpec]) -> [CommandOption] {
        var seen: Set<String> = []
        return (table.filter { $0.name.command == command }.flatMap(\.options) + CommonOptions.all).filter {
            seen.insert($0.name).inserted
        }
    }

    private static func values(_ option: CommandOption) -> [String] {
        switch option.value {
        case .choice(let words): words
        case .severity: ["S0", "S1", "S2", "S3", "S4"]
        default: []
        }
    }

    /// Options with fixed values: those of one name share all of them.
    private static func valued(_ table: [CommandSpec]) -> [(name: String, values: [String])] {
        let options = table.flatMap(\.options)
        return Self.once(options.map(\.name)).compactMap { name in
            let values = Self.once(options.filter { $0.name == name }.flatMap(Self.values))
            return values.isEmpty ? nil : (name, values)
        }
    }

    private static func once(_ words: [String]) -> [String] {
        var seen: Set<String> = []
        return words.filter { seen.insert($0).inserted }
    }
}
