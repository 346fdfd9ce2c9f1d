import BatonAPI

/// Commands of habit: names for lines, and taking back what one has just done.
enum HabitHandlers {
    // alias

    @Sendable
    static func alias(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        guard let name = command.argument("name")?.lowercased() else {
            return Reply(.alias, .settings(Self.report(desk.aliases)))
        }
        guard let line = command.argument("line") else {
            return Reply(.alias, .settings(Self.report(desk.aliases.filter { $0.name == name })))
        }
        try Self.check(name)
        var aliases = desk.aliases.filter { $0.name != name }
        if line != "-" { aliases.append(try Self.made(name, line)) }
        guard aliases.count <= AliasFile.countMax else {
            throw CommandIssue(
                .badValue, "There are \(AliasFile.countMax) aliases already.", "Take one away: alias NAME -")
        }
        desk.aliases = aliases.sorted { $0.name < $1.name }
        var reply = Reply(.alias, .settings(Self.report(desk.aliases.filter { $0.name == name })))
        if let path = desk.options.aliasPath, !AliasFile(path: path).write(desk.aliases) {
            reply.notes.append("It could not be kept on disk, and holds until you leave.")
        }
        return reply
    }

    private static func made(_ name: String, _ line: String) throws(CommandIssue) -> Alias {
        let first = line.prefix { !$0.isWhitespace }.lowercased()
        guard CommandTable.command(first) != nil, line.utf8.count <= 512,
            !line.unicodeScalars.contains(where: SafeText.isUnsafe)
        else {
            throw CommandIssue(
                .badValue, "An alias stands for the beginning of a command, and that is none.",
                "For example: alias hot \"queue team --sev S0\"")
        }
        return Alias(name: name, line: line)
    }

    private static func check(_ name: String) throws(CommandIssue) {
        guard CommandTable.command(name) == nil else {
            throw CommandIssue(
                .badValue, "`\(SafeText.line(name))` is a command, and commands keep their meaning.",
                "Choose another word.")
        }
        let isWord = name.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
        }
        guard isWord, (1...16).contains(name.utf8.count) else {
            throw CommandIssue(
                .badValue, "`\(SafeText.line(name))` cannot be an alias.",
                "Use 1 to 16 letters, digits and hyphens.")
        }
    }

    private static func report(_ aliases: [Alias]) -> SettingsReport {
        SettingsReport(settings: aliases.map { .init(name: $0.name, value: $0.line, help: "alias") })
    }

    // undo

    /// Takes back the newest change of this sitting by a change that compensates.
    @Sendable
    static func undo(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        guard let step = desk.undoSteps.last else {
            throw CommandIssue(
                .nothingToUndo, "Nothing was changed in this sitting that could be taken back.",
                "Look at what was done: log CASE deltas")
        }
        guard case .change(let request) = step.way else {
            guard case .impossible(let instead) = step.way else { preconditionFailure("a third way") }
            desk.undoSteps.removeLast()
            throw CommandIssue(
                .cannotUndo, "`\(step.done)` on \(step.ref) cannot be taken back.", instead)
        }
        let before = try await desk.ask { client throws(APIFault) in try await client.show(step.id).detail }
        if before.summary.changes != step.changes {
            let what =
                "\(step.ref) changed after `\(step.done)` (\(before.summary.changes - step.changes) changes)."
            try await desk.confirm(
                "\(what) Take it back all the same?",
                otherwise: CommandIssue(.changedSinceListed, what, "Look at it: show \(step.ref)"))
        }
        let reply = try await ChangeHandlers.change(&desk, before, request)
        desk.undoSteps.removeLast()
        let change = ChangeReport.FieldChange(field: "taken back", before: nil, after: step.done)
        return Reply(.undo, .changed(ChangeReport("Undone", reply, changes: [change])))
    }
}
