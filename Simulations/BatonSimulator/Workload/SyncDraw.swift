import BatonModel

/// Draws what people do about logs and links: they compare logs, pause a peer, and let changes count whose past
/// will not come.
///
/// It has a stream of its own: it moves no other draw.
enum SyncDraw {
    static func add(to scenario: inout Scenario) {
        var random = SeededRandom(seed: scenario.seed ^ 0xc0_3a4e)
        guard let last = scenario.events.last?.at, last > 3_000 else { return }
        if random.chance(1, in: 3) {
            scenario.events += Self.comparisons(scenario.siteIDs, until: last, &random)
        }
        if random.chance(1, in: 4) { scenario.events += Self.pauses(scenario.siteIDs, until: last, &random) }
        let labels = Set(scenario.events.filter { $0.verb == .write }.compactMap(\.label)).sorted()
        // Where nobody lies and no disk is lost, nothing waits for long.
        if random.chance(scenario.sites.contains(where: \.isLiar) ? 4 : 1, in: 8), !labels.isEmpty {
            scenario.events += Self.releases(scenario.siteIDs, labels, until: last, &random)
        }
        scenario.events.sort { $0.at < $1.at }
    }

    private static func comparisons(
        _ sites: [SiteID], until last: UInt64, _ random: inout SeededRandom
    ) -> [ScenarioEvent] {
        (0..<(1 + random.below(4))).map { _ in
            let pair = random.shuffled(sites)
            return ScenarioEvent(UInt64(random.below(Int(last))), .compare, pair[0], pair[1])
        }
    }

    /// Somebody stops the exchange with a site and takes it up again; some forget to.
    private static func pauses(
        _ sites: [SiteID], until last: UInt64, _ random: inout SeededRandom
    ) -> [ScenarioEvent] {
        (0..<(1 + random.below(3))).map { _ in
            let pair = random.shuffled(sites)
            let verb: Verb = random.chance(1, in: 2) ? .pausePeer : .removePeer
            let span = random.chance(1, in: 6) ? nil : UInt64(1 + random.below(8_000))
            return ScenarioEvent(UInt64(random.below(Int(last))), verb, pair[0], pair[1], for: span)
        }
    }

    /// Two people come to it one after the other, seldom at once.
    private static func releases(
        _ sites: [SiteID], _ labels: [String], until last: UInt64, _ random: inout SeededRandom
    ) -> [ScenarioEvent] {
        var events: [ScenarioEvent] = []
        for _ in 0..<(2 + random.below(4)) {
            let label = random.pick(labels)
            var at = UInt64(random.below(Int(last)))
            for site in random.shuffled(sites) {
                at += UInt64(random.chance(1, in: 3) ? random.below(100) : random.below(5_000))
                var event = ScenarioEvent(at, .decide, site)
                event.label = label
                event.how = DecisionWish.release.rawValue
                events.append(event)
            }
        }
        return events
    }
}
