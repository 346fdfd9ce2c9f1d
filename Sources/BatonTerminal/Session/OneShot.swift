package import BatonAPI

/// One command of a process: `baton queue --json`.
package enum OneShot {
    /// Commands that mean something in a session only.
    static let sessionOnly: Set<CommandName> = [.use, .set, .why, .alias, .undo, .quit]

    /// Runs one command and prints its answer.
    ///
    /// - Parameters:
    ///   - arguments: The process's, beginning with the command; the shell has unquoted them.
    ///   - input: Where a note's text is read from if the command has none.
    /// - Returns: The exit code of the process.
    package static func run(
        arguments: [String], api: any OperatorAPI, options: DeskOptions,
        input: any LineSource = PlainLineSource(isInteractive: StandardOutput.isInputTerminal),
        output: any DeskOutput = StandardOutput()
    ) async -> Int32 {
        let grammar = Grammar(mode: .script)
        let parsed = WordReader.words(of: arguments).flatMap { grammar.parse($0) }
        switch parsed {
        case .failure(let issue):
            // The command was not understood, but how to answer may have been said.
            var options = options
            if arguments.contains("--json") { options.render.format = .json }
            if arguments.contains("--jsonl") { options.render.format = .jsonl }
            return Self.complain(issue, command: nil, options, output)
        case .success(let command):
            let shown = options.adding(command)
            guard !Self.sessionOnly.contains(command.name) else {
                let issue = CommandIssue(
                    .sessionOnly, "`\(command.name.rawValue)` means something inside a session only.",
                    "Open one: baton desk")
                return Self.complain(issue, command: command, shown, output)
            }
            var desk = Desk(api: api, options: options, input: input, isOneShot: true)
            switch await desk.run(command, table: grammar.table) {
            case .failure(let issue): return Self.complain(issue, command: command, shown, output)
            case .success(let reply):
                output.write(ReplyRenderer(shown.render).text(reply))
                return Int32(reply.exit.rawValue)
            }
        }
    }

    private static func complain(
        _ issue: CommandIssue, command: Command?, _ options: DeskOptions, _ output: any DeskOutput
    ) -> Int32 {
        var render = options.render
        render.columns = nil
        let issue = issue.advised(now: options.now(), zones: render.zones)
        let text = ReplyRenderer(render).text(issue, command: command?.name)
        switch render.format {
        case .json, .jsonl: output.write(text)
        case .text, .plain: output.complain(text)
        }
        return Int32(issue.exit.rawValue)
    }
}
