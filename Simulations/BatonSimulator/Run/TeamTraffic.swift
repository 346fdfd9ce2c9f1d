import BatonModel

/// The work of a team around the clock: three shifts of eight hours, one at each site in turn, triage of what
/// comes in, changes of cases that several sites share, and notes at the change of shift.
enum TeamTraffic {
    private static let shift: UInt64 = 8 * 3_600_000

    /// Replaces `traffic` by the events that it stands for: every draw is fixed then.
    static func expand(_ scenario: Scenario) -> Scenario {
        guard let traffic = scenario.traffic else { return scenario }
        var expanded = scenario
        expanded.traffic = nil
        var random = SeededRandom(seed: scenario.seed ^ 0x7eaf_f1c)
        let sites = scenario.siteIDs
        let end = traffic.days * 3 * self.shift
        var made: [ScenarioEvent] = []
        for number in 0..<traffic.deltas {
            let at = end * number / traffic.deltas + UInt64(random.below(Int(end / traffic.deltas) + 1))
            made.append(self.event(at, number, sites, traffic, &random))
        }
        made.append(contentsOf: self.shiftChanges(traffic, sites, &random))
        expanded.events = (scenario.events + made).sorted { $0.at < $1.at }
        return expanded
    }

    private static func onDuty(_ at: UInt64, _ sites: [SiteID]) -> SiteID {
        sites[Int(at / self.shift) % sites.count]
    }

    private static func event(
        _ at: UInt64, _ number: UInt64, _ sites: [SiteID], _ traffic: Traffic, _ random: inout SeededRandom
    ) -> ScenarioEvent {
        // Most work is done by the watch, the rest by whoever has the case open elsewhere.
        let site = random.chance(7, in: 10) ? self.onDuty(at, sites) : random.pick(sites)
        let intake = traffic.cases * number / traffic.deltas
        let isNew = number == 0 || traffic.cases * (number - 1) / traffic.deltas < intake
        // Live cases are the recent ones; now and then somebody touches an old one.
        let reach = random.chance(1, in: 12) ? Int(intake) + 1 : min(Int(intake) + 1, 30)
        let label = isNew ? "C\(intake)" : "C\(Int(intake) - random.below(reach))"
        let writes =
            isNew
            ? ["severity \(random.below(5))", "text case \(intake) came in", "owner \(1 + random.below(3))"]
            : [self.change(&random)]
        return .write(at, site, label, writes)
    }

    private static func change(_ random: inout SeededRandom) -> String {
        switch random.below(14) {
        case 0: "severity \(random.below(5))"
        case 1, 2: "owner \(1 + random.below(3))"
        case 3: "tag +topic\(random.below(6))"
        case 4: "tag -topic\(random.below(6))"
        case 5: "acknowledge"
        case 6: "close"
        case 7: "reopen"
        case 8: "text situation \(random.below(100))"
        default: "note call \(random.below(1_000)) answered"
        }
    }

    /// At each change the leaving and the coming watch both write on the same cases within a minute.
    private static func shiftChanges(
        _ traffic: Traffic, _ sites: [SiteID], _ random: inout SeededRandom
    ) -> [ScenarioEvent] {
        var made: [ScenarioEvent] = []
        for change in 1...(traffic.days * 3) where change * self.shift < traffic.days * 3 * self.shift {
            let at = change * self.shift
            let label = "C\(traffic.cases * change / (traffic.days * 3 + 1))"
            let leaving = self.onDuty(at - 1, sites)
            let coming = self.onDuty(at, sites)
            made.append(.write(at - UInt64(random.below(30_000)), leaving, label, ["note handed over"]))
            made.append(.write(at + UInt64(random.below(30_000)), coming, label, ["note taken over"]))
        }
        return made
    }
}
