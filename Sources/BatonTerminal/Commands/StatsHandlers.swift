import BatonAPI

/// How the team has worked.
enum StatsHandlers {
    static let commands: [CommandSpec] = [
        CommandSpec(
            name: .stats, aliases: [],
            help: "time to acknowledge and decide, clocks, handoffs, by type and site",
            details: [
                "Counts cases received in the last seven days, or `day`, `month`, `--days N`. It counts what this "
                    + "replica has and says how old each peer's part of it is. Nothing of it tells people apart."
            ],
            parameters: [Parameter("span", .choice(["day", "week", "month"]), optional: true)],
            options: [CommandOption("days", .count(1...366), "how many days back")],
            examples: ["stats", "stats month", "stats --days 90 --json"], handler: Self.stats),
        CommandSpec(
            name: .export, aliases: [], help: "write statistics to a file: one page with charts",
            details: [
                "The page holds figures only, needs no script and nothing from elsewhere, and says how old each "
                    + "site's data is. A file that exists is not replaced."
            ],
            parameters: [
                Parameter("what", .choice(["stats"])),
                Parameter("span", .choice(["day", "week", "month"]), optional: true),
            ],
            options: [
                CommandOption("html", .text, "the file to write", required: true),
                CommandOption("days", .count(1...366), "how many days back"),
            ],
            examples: ["export stats --html week.html", "export stats month --html november.html"],
            handler: Self.export),
    ]

    private static func days(_ command: Command) -> Int {
        if let days = command.option("days").flatMap({ Int($0) }) { return days }
        return ["day": 1, "month": 31][command.argument("span") ?? ""] ?? 7
    }

    @Sendable
    static func stats(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let days = Self.days(command)
        let reply = try await desk.ask { client throws(APIFault) in try await client.stats(days: days) }
        return Reply(.stats, .stats(reply))
    }

    @Sendable
    static func export(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        guard let path = command.option("html"), !path.isEmpty else {
            throw CommandIssue(
                .missingArgument, "`export stats` needs --html: the file to write.",
                "Write: export stats --html week.html")
        }
        let days = Self.days(command)
        let reply = try await desk.ask { client throws(APIFault) in try await client.stats(days: days) }
        let page = StatsPage.html(reply, now: desk.options.now())
        try FreshFile.write(page, to: path)
        return Reply(
            .export, .stats(reply),
            notes: ["Written: \(SafeText.line(path)), \(page.utf8.count) bytes, readable by you alone."])
    }
}
