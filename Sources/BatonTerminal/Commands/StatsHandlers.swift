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
            options: [
                CommandOption("days", .count(1...366), "how many days back"),
                CommandOption("by", .choice(["type", "site", "type,site"]), "by what cases are told apart"),
            ],
            examples: ["stats", "stats week --by type", "stats month", "stats --days 90 --json"],
            handler: Self.stats)
    ]

    static func days(_ command: Command) -> Int {
        if let days = command.option("days").flatMap({ Int($0) }) { return days }
        return ["day": 1, "month": 31][command.argument("span") ?? ""] ?? 7
    }

    @Sendable
    static func stats(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let days = Self.days(command)
        let reply = try await desk.ask { client throws(APIFault) in
            try await client.stats(days: days, by: command.option("by"))
        }
        return Reply(.stats, .stats(reply))
    }
}
