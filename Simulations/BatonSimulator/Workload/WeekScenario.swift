import BatonModel

/// A week of a team's whole work: three sites, three shift changes a day, one cut a day, now and then a crash.
package enum WeekScenario {
    private static let day: UInt64 = 86_400_000

    /// - Parameter fidelity: What of it is real. On a faulty disk, one fault in two days strikes beside the rest.
    package static func make(_ seed: UInt64, days: UInt64 = 7, fidelity: Fidelity) -> Scenario {
        var scenario = Self.make(seed, days: days)
        scenario.fidelity = fidelity
        guard fidelity.replica == .sqlite else { return scenario }
        scenario.events += DiskDraw.events(
            seed, scenario.siteIDs, within: days * Self.day, count: Int(days / 2) + 1)
        scenario.events.sort { $0.at < $1.at }
        return scenario
    }

    package static func make(_ seed: UInt64, days: UInt64 = 7) -> Scenario {
        var random = SeededRandom(seed: seed ^ 0x3ee_c)
        var scenario = Scenario(name: "week \(seed)", seed: seed, sites: Scenario.sites())
        let sites = scenario.siteIDs
        scenario.links = [
            LinkSetup(sites[0], sites[1], .logNormal(medianMilliseconds: 75, percent: 20)),
            LinkSetup(sites[0], sites[2], .logNormal(medianMilliseconds: 100, percent: 20)),
            LinkSetup(sites[1], sites[2], .logNormal(medianMilliseconds: 33, percent: 15)),
        ]
        scenario.traffic = Traffic(days: days, cases: 200 * days / 7, deltas: 2_000 * days / 7)
        for number in 0..<days {
            let start = number * Self.day
            let pair = random.shuffled(sites)
            let isAlone = random.chance(1, in: 2)
            scenario.events.append(
                ScenarioEvent(
                    start + UInt64(random.below(Int(Self.day / 2))), .cut, pair[0], isAlone ? nil : pair[1],
                    for: UInt64(600_000 + random.below(20_000_000))))
            guard random.chance(1, in: 3) else { continue }
            var crash = ScenarioEvent(
                start + UInt64(random.below(Int(Self.day))), .crash, random.pick(sites),
                for: UInt64(1_000 + random.below(600_000)))
            if random.chance(1, in: 2) { crash.how = "machine" }
            scenario.events.append(crash)
        }
        scenario.events.sort { $0.at < $1.at }
        return scenario
    }
}
