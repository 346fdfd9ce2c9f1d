import BatonAPI

/// Who is on duty.
enum RosterHandlers {
    static let command = CommandSpec(
        name: .roster, aliases: [], help: "who is on duty, what changes next, gaps, overrides and swaps",
        details: [
            "`roster` shows who is on duty now and what changes next, `week` every shift of seven days, `gaps` "
                + "gaps and overlaps; `roster now us-lead` only those of one rotation, line or site. "
                + "A shift is named by its rotation and the day on which it begins at its "
                + "site.",
            "`assign ROTATION DAY PERSON` puts somebody else on a shift (or `nobody`), `swap ROTATION DAY "
                + "ROTATION DAY` exchanges two, `withdraw ROTATION DAY` takes back what was changed.",
        ],
        parameters: [
            Parameter(
                "action", .choice(["now", "week", "gaps", "assign", "swap", "withdraw"]), optional: true),
            Parameter("words", .words, optional: true),
        ],
        options: [
            CommandOption("days", .count(1...400), "how far to look ahead; left out, 14"),
            CommandOption("why", .text, "the reason of a change"),
        ],
        examples: [
            "roster", "roster now us-lead", "roster gaps --days 60",
            "roster assign us-lead 2026-12-24 kim --why \"leave\"",
            "roster swap syd-lead 2026-12-24 syd-lead 2026-12-31",
        ], handler: Self.roster)

    @Sendable
    static func roster(_ desk: inout Desk, _ command: Command) async throws(CommandIssue) -> Reply {
        let action = command.argument("action") ?? "now"
        let words = command.arguments["words"] ?? []
        switch action {
        case "assign", "swap", "withdraw":
            let call = try Self.call(action, words, why: command.option("why"))
            let reply = try await desk.change { client, key throws(APIFault) in
                try await client.changeRoster(call, key: key)
            }
            return Reply(.roster, .roster(reply, view: "changed"))
        default:
            guard words.count < 2 else {
                throw CommandIssue(
                    .badValue, "`roster \(action)` takes one more word at most.",
                    "Write: roster \(action) us-lead")
            }
            let usual = action == "week" ? 7 : 14
            let days = command.option("days").flatMap { Int($0) } ?? usual
            let reply = try await desk.ask { client throws(APIFault) in try await client.roster(days: days) }
            guard let only = words.first?.lowercased() else {
                return Reply(.roster, .roster(reply, view: action))
            }
            return Reply(.roster, .roster(try Self.narrowed(reply, to: only), view: action))
        }
    }

    /// Only the shifts of one rotation, line or site.
    private static func narrowed(_ reply: RosterReply, to only: String) throws(CommandIssue) -> RosterReply {
        func isMeant(_ duty: DutyView) -> Bool { [duty.rotation, duty.line, duty.site].contains(only) }
        let names = Set((reply.now + reply.next).flatMap { [$0.rotation, $0.line, $0.site] })
        guard names.contains(only) else {
            throw CommandIssue(
                .badValue, "`\(SafeText.line(only))` is no rotation, line or site with a shift in that time.",
                "There are: \(names.sorted().joined(separator: ", ")).")
        }
        return RosterReply(
            asOf: reply.asOf, days: reply.days, now: reply.now.filter(isMeant),
            next: reply.next.filter(isMeant), stretches: reply.stretches, notices: reply.notices,
            changes: reply.changes)
    }

    private static func call(
        _ action: String, _ words: [String], why: String?
    ) throws(CommandIssue) -> RosterCall {
        let wanted = ["assign": 3, "swap": 4, "withdraw": 2][action] ?? 0
        guard words.count == wanted else {
            let forms = [
                "assign": "roster assign us-lead 2026-12-24 kim",
                "swap": "roster swap syd-lead 2026-12-24 syd-lead 2026-12-31",
                "withdraw": "roster withdraw us-lead 2026-12-24",
            ]
            throw CommandIssue(
                .missingArgument, "`roster \(action)` takes \(wanted) words.",
                "Write: \(forms[action] ?? "help roster")")
        }
        var call = RosterCall(kind: action, rotation: words[0], day: words[1])
        call.why = why
        if action == "assign" { call.person = words[2] }
        if action == "swap" { (call.otherRotation, call.otherDay) = (words[2], words[3]) }
        return call
    }
}
