import BatonModel

/// Draws what people do about batons that they should not: a keeper deposes a site that is alive and acts on, and
/// a member without the authority deposes one.
///
/// It has a stream of its own: it moves no other draw.
enum CustodyDraw {
    static func add(to scenario: inout Scenario) {
        var random = SeededRandom(seed: scenario.seed ^ 0xde_905e)
        guard let last = scenario.events.last?.at, last > 3_000 else { return }
        let liar = scenario.sites.first(where: \.isLiar)?.site
        if random.chance(1, in: liar == nil ? 6 : 2) {
            scenario.events += Self.deposition(scenario.siteIDs, by: liar, until: last, &random)
        }
        scenario.events.sort { $0.at < $1.at }
    }

    /// Whoever holds the case offers it to a site; that one is deposed about when it answers, and goes on acting.
    private static func deposition(
        _ sites: [SiteID], by liar: SiteID?, until last: UInt64, _ random: inout SeededRandom
    ) -> [ScenarioEvent] {
        let shuffled = random.shuffled(sites)
        let keeper = liar ?? shuffled[0]
        guard let deposed = shuffled.last(where: { $0 != keeper }) else { return [] }
        let label = "C\(1 + random.below(2))"
        let start = UInt64(random.below(Int(last)))
        func event(_ at: UInt64, _ site: SiteID, _ how: String) -> ScenarioEvent {
            var event = ScenarioEvent(at, .baton, site)
            event.label = label
            event.how = how
            return event
        }
        var events = sites.filter { $0 != deposed }.map { event(start, $0, "offer \(deposed)") }
        let moment = start + UInt64(200 + random.below(2_000))
        events.append(event(moment, keeper, "depose \(deposed)"))
        // Some acts come before the site has heard of it, some after.
        let acts = ["accept", "offer \(keeper)", "accept, hold, take", "offer \(keeper), claim, recover"]
        for how in acts {
            let spread = random.chance(1, in: 2) ? 60 : 1_500
            events.append(event(moment + UInt64(random.below(spread)), deposed, how))
        }
        events.append(event(moment + UInt64(500 + random.below(3_000)), keeper, "accept, hold, withdraw"))
        return events
    }
}
