import BatonAPI
import BatonDesk

/// Breaks, one's own counters, and a wish for other work.
enum RestHandlers {
    static let commands: [CommandSpec] = [
        CommandSpec(
            name: .rest, aliases: [], help: "your own counters of graphic cases and breaks",
            details: Self.meaning, parameters: [], options: [Self.days], examples: ["rest"],
            handler: Self.mine),
        CommandSpec(
            name: CommandName(rawValue: "rest mine"), aliases: [],
            help: "the same, over as many days as you say",
            details: [], parameters: [], options: [Self.days],
            examples: ["rest mine", "rest mine --days 90"],
            handler: Self.mine),
        CommandSpec(
            name: CommandName(rawValue: "rest start"), aliases: [],
            help: "take a break; left out, 15 minutes",
            details: ["Your cases stay yours. While the counters are off nothing of it is written down."],
            parameters: [Parameter("length", .word, optional: true)], options: [],
            examples: ["rest start", "rest start 30m"], handler: Self.start),
        CommandSpec(
            name: CommandName(rawValue: "rest swap"), aliases: [],
            help: "ask the leads for work that is not graphic, or take that back",
            details: [
                "Leads see who asks and since when, and nothing else. It works with the counters "
                    + "off too: it is your word, not a count. The change itself is one of the roster."
            ],
            parameters: [Parameter("what", .choice(["graphic", "withdraw"]))], options: [],
            examples: ["rest swap graphic", "rest swap withdraw"], handler: Self.swap),
        CommandSpec(
            name: CommandName(rawValue: "rest team"), aliases: [],
            help: "for leads: totals of whole weeks, of five people or more",
            details: [
                "A week of fewer people is not shown, and no figure of it tells people apart. "
                    + "Whoever asked for other work is named, since they asked to be."
            ],
            parameters: [], options: [CommandOption("weeks", .count(1...52), "how many weeks back")],
            examples: ["rest team", "rest team --weeks 12"], handler: Self.team),
    ]

    private static let days = CommandOption("days", .count(1...366), "how many days back; left out, 28")

    private static let meaning = [
        "Counted are facts that the desk causes: graphic cases opened at a sitting, how long "
            + "each was before you at most, breaks taken by command, pages answered at night, work "
            + "past the end of your shift in steps of ten minutes (from the changes that you write), handoffs "
            + "declined for rest. Graphic are CSEA and MCE cases and what is tagged `graphic`: reading "
            + "what happened counts too.",
        "You alone see yours. Nothing is derived from how you type or write, nobody is ranked, "
            + "and the limits are policy, not science. Until two weeks after the day of the notice "
            + "(`rest.notice` in the configuration) nothing is counted at all.",
        "How cases ended on which you worked and which somebody else closed is told once, here, in `brief` and when "
            + "you sit down: by its code, without any text of the case. It is no count, so it needs no notice.",
    ]

    @Sendable
    static func mine(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let days = command.option("days").flatMap { Int($0) }
        let reply = try await desk.ask { client throws(APIFault) in try await client.rest(days: days) }
        return Reply(command.name, .rest(reply, said: nil))
    }

    @Sendable
    static func start(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let typed = command.argument("length") ?? "15m"
        guard let span = TimeExpression.span(typed), span >= 60_000 else {
            throw CommandIssue(
                .badValue, "`\(SafeText.line(typed))` is not a length of time.",
                "Write minutes: rest start 15m")
        }
        await desk.stopWatching()
        let minutes = Int(span / 60_000)
        let reply = try await desk.change { client, key throws(APIFault) in
            try await client.rest(RestCall(kind: "break", minutes: minutes), key: key)
        }
        let clock = ClockText(now: desk.options.now(), zones: [])
        let until = clock.short(desk.options.now() + span)
        let said =
            reply.isRecorded
            ? "A break until \(until). It is counted, for you alone."
            : "A break until \(until). Nothing is written down: the counters are off."
        return Reply(command.name, .rest(reply, said: said))
    }

    @Sendable
    static func swap(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let kind = command.argument("what") == "withdraw" ? "keep" : "swap"
        let reply = try await desk.change { client, key throws(APIFault) in
            try await client.rest(RestCall(kind: kind), key: key)
        }
        let said =
            switch (kind, reply.isRecorded) {
            case ("keep", _): "Taken back: you no longer ask for other work."
            case (_, true): "The leads see that you ask for other work."
            default: "You have asked already; the leads see it."
            }
        return Reply(command.name, .rest(reply, said: said))
    }

    @Sendable
    static func team(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let weeks = command.option("weeks").flatMap { Int($0) }
        let reply = try await desk.ask { client throws(APIFault) in try await client.restTeam(weeks: weeks) }
        return Reply(command.name, .restTeam(reply))
    }
}
