import BatonAPI
import BatonDesk

/// Files for people outside the desk: a case, a handoff, the statistics.
enum ExportHandlers {
    private static let file = CommandOption("html", .text, "the file to write", required: true)

    static let commands: [CommandSpec] = [
        CommandSpec(
            name: .export, aliases: [],
            help: "write a case to a file, for law enforcement, counsel or the team",
            details: [
                "For law enforcement the file holds what was asked, given, reported and kept, "
                    + "the evidence register and the people by number; no notes, no checks, no names "
                    + "of staff. It takes a disclosure that a second person approved or a report that "
                    + "was filed, and the case's handle typed again. Counsel and the team get all that "
                    + "is known here.",
                "Only what is in the global compartment is ever in a file. The file needs "
                    + "nothing from elsewhere, a file that exists is not replaced, and its SHA-256 "
                    + "goes into the evidence register of the case: record who got it with `evidence "
                    + "move`.",
            ],
            parameters: [CommandTable.reference],
            options: [
                CommandOption(
                    "for", .choice(ExportReader.allCases.map(\.rawValue)), "who is to read it", required: true
                ),
                Self.file,
                CommandOption("redact", .choice(["us"]), "leave restricted parts out; that is always so"),
                CommandOption(
                    "confirm", .text, "the case's handle, typed again; asked for where it is not given"),
            ],
            examples: [
                "export --for LE --html file.html", "export EDR-7K3QM2 --for counsel --html counsel.html",
            ], handler: Self.oneCase),
        CommandSpec(
            name: CommandName(rawValue: "export stats"), aliases: [],
            help: "write statistics to a file: one page with charts",
            details: [
                "The page holds figures only, needs no script and nothing from elsewhere, and "
                    + "says how old each site's data is. A file that exists is not replaced."
            ],
            parameters: [Parameter("span", .choice(["day", "week", "month"]), optional: true)],
            options: [Self.file, CommandOption("days", .count(1...366), "how many days back")],
            examples: ["export stats --html week.html", "export stats month --html november.html"],
            handler: Self.stats),
        CommandSpec(
            name: CommandName(rawValue: "export handoff"), aliases: [],
            help: "write a handoff to a file: a page that stands alone", details: [],
            parameters: [Parameter("handoff", .word, optional: true)], options: [Self.file],
            examples: ["export handoff HO-1122-SU --html handoff.html"], handler: HandoffHandlers.page),
    ]

    private static func path(_ command: Command) throws(CommandIssue) -> String {
        guard let path = command.option("html"), !path.isEmpty else {
            throw CommandIssue(
                .missingArgument, "`\(command.name.rawValue)` needs --html: the file to write.",
                "Write: \(command.name.rawValue) --html page.html")
        }
        return path
    }

    @Sendable
    static func stats(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let path = try Self.path(command)
        let days = StatsHandlers.days(command)
        let reply = try await desk.ask { client throws(APIFault) in try await client.stats(days: days) }
        let page = StatsPage.html(reply, now: desk.options.now())
        try FreshFile.write(page, to: path)
        return Reply(command.name, .stats(reply), notes: [Self.written(path, page.utf8.count)])
    }

    private static func written(_ path: String, _ bytes: Int) -> String {
        "Written: \(SafeText.line(path)), \(bytes) bytes, readable by you alone."
    }

    @Sendable
    static func oneCase(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        guard let reader = command.option("for") else {
            throw CommandIssue(
                .missingArgument, "`export` needs --for: who is to read it.",
                "Write: export --for counsel --html file.html")
        }
        let path = try Self.path(command)
        try FreshFile.checkAbsent(path)
        let target = try await desk.target(of: command)
        let page = try await desk.ask { client throws(APIFault) in
            try await client.export(target.summary.id, for: reader)
        }
        if reader == ExportReader.lawEnforcement.rawValue {
            try await Self.confirm(desk, command.option("confirm"), ref: target.summary.ref)
        }
        try FreshFile.write(page.html, to: path)
        let registered: ActReply
        do throws(CommandIssue) { registered = try await Self.register(page, desk) } catch {
            // What is not in the register did not leave: the file goes again.
            FreshFile.remove(path)
            throw error
        }
        desk.note(registered.change.detail.summary, before: target.summary.changes)
        desk.keepUndo(
            "export", .impossible(instead: "The register keeps that it was written: evidence"),
            registered.change.detail.summary)
        return Reply(
            command.name, .exported(ExportReport(page, file: path, act: registered)),
            notes: [Self.written(path, Int(page.bytes))])
    }

    private static func register(_ page: CaseExportReply, _ desk: Desk) async throws(CommandIssue) -> ActReply
    {
        let call = ActCall(
            act: "evidence add",
            arguments: [
                "sort": ["case-file"], "sha256": [page.sha256], "size": ["\(page.bytes)"],
                "how": ["exported for \(page.reader) at \(page.asOf.site)"],
            ])
        return try await desk.change { client, key throws(APIFault) in
            try await client.act(page.id, call, key: key)
        }
    }

    private static func confirm(_ desk: Desk, _ typed: String?, ref: String) async throws(CommandIssue) {
        var typed = typed
        if typed == nil { typed = try await ActHandlers.confirmation(desk, "export --for LE", ref: ref) }
        guard typed?.uppercased() == ref.uppercased() else {
            throw CommandIssue(
                .answerNeeded, "That is not the handle of the case, so nothing was written.",
                "Add --confirm \(ref) if that is the case you mean.")
        }
    }
}
