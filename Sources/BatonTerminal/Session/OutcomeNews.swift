import BatonAPI

/// How cases ended on which the person worked: said once, where they begin, look at their own load, or catch up.
extension Desk {
    private static let linesMax = 8

    /// The sentences for an answer; empty after other commands. Programs ask for it by `GET /v1/outcomes`: what they
    /// read was told to nobody.
    mutating func outcomeNews(after name: CommandName) async -> [String] {
        let tells: [CommandName] = ["rest", "rest mine", "brief"].map { CommandName(rawValue: $0) }
        guard tells.contains(name) else { return [] }
        return await self.outcomeNews()
    }

    mutating func outcomeNews() async -> [String] {
        guard self.options.render.format == .text else { return [] }
        // What could not be read is told the next time: work goes on.
        guard let reply = try? await self.client.outcomes(), !reply.outcomes.isEmpty else { return [] }
        let told = reply.outcomes.prefix(Self.linesMax)
        _ = try? await self.client.told(OutcomesCall(deltas: told.map(\.delta)))
        for one in told { self.remember(one.ref) }
        let clock = self.options.render.clock
        let left = reply.outcomes.count - told.count
        let more = left > 0 ? ["\(left) more cases that you worked on were closed: brief"] : []
        return told.map { one in
            "outcome \(one.ref): \(one.meaning) (\(one.by) at \(one.site), \(clock.short(one.at)))"
        } + more
    }
}
