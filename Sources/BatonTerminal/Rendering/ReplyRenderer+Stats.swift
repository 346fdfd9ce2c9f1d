import BatonAPI
import BatonDesk

extension ReplyRenderer {
    private static let barColumns = 40

    func stats(_ reply: StatsReply) -> [Block] {
        let clock = self.options.clock
        let span = "\(clock.short(reply.from)) to \(clock.short(reply.to))"
        return [.heading("Cases received \(span), as this site knows them")] + self.groups(reply)
            + [.heading("Received a day (UTC)")] + self.plot(reply.days) + self.handoffs(reply.handoffs)
            + self.freshness(reply.asOf)
    }

    private func groups(_ reply: StatsReply) -> [Block] {
        var table = Table([
            .init("type"), .init("site"), .init("cases", right: true), .init("open", right: true),
            .init("ack", right: true), .init("ack 90%", right: true), .init("decided", right: true),
            .init("met", right: true), .init("missed", right: true),
        ])
        for group in reply.groups + [reply.all] {
            let isAll = group == reply.all && group.type == nil && group.site == nil
            table.add([
                group.type ?? (isAll ? "all" : "?"), group.site ?? "", "\(group.cases)", "\(group.open)",
                Self.span(group.acknowledged.mean), Self.span(group.acknowledged.p90),
                Self.span(group.decided.median), "\(group.clocksMet)", "\(group.clocksMissed)",
            ])
        }
        return [
            .table(table),
            .paragraph(
                "ack: mean time to the first person who has it; decided: median time; clocks met, missed.",
                indent: 0),
        ]
    }

    private static func span(_ milliseconds: Int64?) -> String {
        milliseconds.map { ClockText.span($0) } ?? "-"
    }

    /// One bar a day; numbers alone for people who listen.
    private func plot(_ days: [StatsReply.Day]) -> [Block] {
        let most = days.map(\.received).max() ?? 0
        return days.map { day in
            guard !self.options.isAccessible, self.options.format == .text else {
                return .line("\(day.day): \(day.received) received, \(day.clocksMissed) clocks missed")
            }
            let length = most == 0 ? 0 : (day.received * Self.barColumns + most - 1) / most
            let number =
                String(repeating: " ", count: max(0, 5 - "\(day.received)".count)) + "\(day.received)"
            let missed = day.clocksMissed > 0 ? " (\(day.clocksMissed) missed)" : ""
            return .line("\(day.day) \(number) \(String(repeating: "#", count: length))\(missed)")
        }
    }

    private func handoffs(_ handoffs: StatsReply.Handoffs) -> [Block] {
        guard handoffs.offered > 0 else { return [.line("No handoff was offered in that time.")] }
        let parts = Count.words(handoffs.missingParts, "part", "was", "were")
        let missing = handoffs.missingParts > 0 ? "; \(parts) missing at the receiver" : ""
        return [
            .heading("Handoffs"),
            .line(
                "\(handoffs.offered) offered with \(handoffs.cases) cases, \(handoffs.accepted) accepted, "
                    + "\(handoffs.declined) declined; accepted after "
                    + "\(Self.span(handoffs.acceptedAfter.median)) (median)"),
            .line(
                "\(handoffs.readBacks) cases read back right, \(handoffs.corrections) of them after a "
                    + "correction\(missing)"),
        ]
    }

    /// Said always: a figure without its age is no figure.
    private func freshness(_ asOf: Freshness) -> [Block] {
        let clock = self.options.clock
        let parts = asOf.peers.map { peer -> String in
            if peer.isInTouch { return "\(peer.site) data as of now" }
            return "\(peer.site) data as of \(peer.lastHeardAt.map { clock.short($0) } ?? "never")"
        }
        return parts.isEmpty ? [] : [.line(parts.joined(separator: "; ") + ".")]
    }
}
