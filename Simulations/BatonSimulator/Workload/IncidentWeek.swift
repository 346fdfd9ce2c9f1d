import BatonModel

/// A desk's log played as a week that follows the sun: three sites in shifts of eight hours, a handoff of all
/// that is in hand at each change, and a cut a day.
package enum IncidentWeek {
    private static let shift: UInt64 = 8 * 3_600_000
    private static let days: UInt64 = 7

    /// - Parameters:
    ///   - start: Milliseconds since 1970: where in the log the week begins.
    ///   - casesMax: How many incidents are played: those with the earliest acts in that week.
    package static func make(_ log: IncidentLog, from start: UInt64, casesMax: Int, seed: UInt64) -> Scenario
    {
        var random = SeededRandom(seed: seed ^ 0x1bc1_de27)
        var scenario = Scenario(name: "incident log", seed: seed, sites: Scenario.sites())
        scenario.story = "A service desk's log, replayed around the clock with random cuts."
        scenario.startMilliseconds = start
        let sites = scenario.siteIDs
        scenario.links = [
            LinkSetup(sites[0], sites[1], .logNormal(medianMilliseconds: 75, percent: 20)),
            LinkSetup(sites[0], sites[2], .logNormal(medianMilliseconds: 100, percent: 20)),
            LinkSetup(sites[1], sites[2], .logNormal(medianMilliseconds: 33, percent: 15)),
        ]
        scenario.events = Self.work(log, from: start, casesMax: casesMax, sites)
        let parts = (UInt64(casesMax) + Self.partCases - 1) / Self.partCases
        scenario.events += Self.handoffs(sites, parts: parts)
        scenario.events += Self.cuts(sites, &random)
        scenario.events.sort { $0.at < $1.at }
        return scenario
    }

    private static func onDuty(_ at: UInt64, _ sites: [SiteID]) -> SiteID {
        sites[Int(at / Self.shift) % sites.count]
    }

    private static func work(
        _ log: IncidentLog, from start: UInt64, casesMax: Int, _ sites: [SiteID]
    ) -> [ScenarioEvent] {
        let end = start + Self.days * 3 * Self.shift
        var known: Set<String> = []
        var events: [ScenarioEvent] = []
        for act in log.acts where act.at >= start && act.at < end {
            let at = act.at - start
            let isNew = !known.contains(act.incident)
            if isNew {
                guard known.count < casesMax else { continue }
                known.insert(act.incident)
                let severity = max(0, min(4, (log.priorities[act.incident] ?? 4) - 1))
                events.append(
                    .write(
                        at, Self.onDuty(at, sites), act.incident,
                        ["severity \(severity)", "text \(act.incident) came in"]))
            }
            // The case is there before anything else is done to it.
            let moment = isNew ? at + 1 : at
            events.append(.write(moment, Self.onDuty(moment, sites), act.incident, [Self.word(act)]))
        }
        return events
    }

    private static func word(_ act: IncidentAct) -> String {
        let team = act.team.unicodeScalars.reduce(UInt32(0)) { ($0 &* 31 &+ $1.value) % 100 }
        switch act.what {
        case "Assignment", "Reassignment": return "owner \(1 + team % 99)"
        case "Closed": return "close"
        case "Reopen": return "reopen"
        default: return "note \(act.what)"
        }
    }

    /// At each change whoever has cases in hand offers them to the coming watch, which takes them once they are
    /// there; what nobody takes in time is paged.
    private static func handoffs(_ sites: [SiteID], parts: UInt64) -> [ScenarioEvent] {
        var events: [ScenarioEvent] = []
        func add(_ at: UInt64, _ site: SiteID, _ how: String, _ count: UInt64? = nil) {
            var event = ScenarioEvent(at, .handoff, site, count: count)
            event.how = how
            events.append(event)
        }
        let minute: UInt64 = 60_000
        for change in 1..<(Self.days * 3) {
            let at = change * Self.shift
            let coming = Self.onDuty(at, sites)
            for leaving in sites where leaving != coming {
                for part in 0..<parts {
                    add(at - 10 * minute + part * 1_000, leaving, "offer \(coming)", Self.partCases)
                }
            }
            // The last hour belongs to the next handoff.
            for minutes in stride(from: UInt64(2), to: 420, by: 15) {
                for part in 0..<parts { add(at + minutes * minute + part * 1_000, coming, "accept") }
                for site in sites where site != coming { add(at + minutes * minute, site, "page") }
            }
        }
        return events
    }

    /// As many cases as the record of one handoff has room for.
    private static let partCases: UInt64 = 40

    /// One cut a day, of a pair or a whole site, shorter than a shift.
    private static func cuts(_ sites: [SiteID], _ random: inout SeededRandom) -> [ScenarioEvent] {
        let day = 3 * Self.shift
        return (0..<Self.days).map { number in
            let pair = random.shuffled(sites)
            let isAlone = random.chance(1, in: 2)
            return ScenarioEvent(
                number * day + UInt64(random.below(Int(day))), .cut, pair[0], isAlone ? nil : pair[1],
                for: UInt64(600_000 + random.below(21_000_000)))
        }
    }
}
