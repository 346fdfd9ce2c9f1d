import BatonModel

/// Draws a whole scenario from a seed: which faults this run knows at all (swarm testing), how often they
/// strike, and what people write. One run in ten is calm, one is a storm.
package enum SeedScenario {
    /// How many seeds in ten have a lying member.
    private static let liarsInTen = 3
    /// How often a liar lies beside what else happens in its run.
    private static let liesOfALiar = 10

    /// - Parameter fidelity: What of it is real. The work and the faults of the network and of processes are
    ///   the same on every disk; a faulty one fails beside them.
    package static func make(_ seed: UInt64, steps: Int = 60, fidelity: Fidelity) -> Scenario {
        var scenario = Self.make(seed, steps: steps)
        scenario.fidelity = fidelity
        guard fidelity.replica == .sqlite else { return scenario }
        let span = scenario.events.last?.at ?? 0
        scenario.events += DiskDraw.events(seed, scenario.siteIDs, within: span, count: 8)
        scenario.events.sort { $0.at < $1.at }
        return scenario
    }

    package static func make(_ seed: UInt64, steps: Int = 60) -> Scenario {
        var random = SeededRandom(seed: seed ^ 0xfa_0175)
        var names = ["syd", "usw", "use"]
        if random.chance(1, in: 4) { names.append("lon") }
        var scenario = Scenario(name: "seed \(seed)", seed: seed, sites: Scenario.sites(names))
        let mood = random.below(10)
        var kinds = FaultKind.drawn.filter { _ in random.chance(1, in: 3) }
        if mood == 0 { kinds = [] }
        if mood == 1 { kinds = FaultKind.drawn }
        if kinds.contains(.lie), random.chance(Self.liarsInTen, in: 5) {
            scenario.sites[random.below(names.count)].isLiar = true
        }
        if random.chance(1, in: 4) { scenario.links = Self.links(scenario.siteIDs, &random) }
        if random.chance(1, in: 5) {
            scenario.sites[random.below(names.count)].skewMilliseconds =
                Int64(random.below(1_200_000)) - 600_000
        }
        scenario.isTight = random.chance(1, in: 3)
        if random.chance(1, in: 6) { scenario.sites[random.below(names.count)].level = 2 }
        let rate = mood == 1 ? 2 : 3 + random.below(3)
        scenario.events = Self.events(scenario, kinds, steps: steps, rate: rate, &random)
        Self.addReplay(&scenario)
        Self.addLies(&scenario)
        Self.addDecisions(&scenario)
        CustodyDraw.add(to: &scenario)
        SyncDraw.add(to: &scenario)
        UntakenDraw.add(to: &scenario)
        return scenario
    }

    /// In two runs of five people propose and agree: alone, both at once, and at sites that are cut apart. The
    /// draw stands apart: it moves no other one.
    private static func addDecisions(_ scenario: inout Scenario) {
        var random = SeededRandom(seed: scenario.seed ^ 0xdec_1de)
        guard random.chance(2, in: 5), let last = scenario.events.last?.at else { return }
        let labels = Set(scenario.events.filter { $0.verb == .write }.compactMap(\.label)).sorted()
        var now = UInt64(random.below(Int(last) / 2))
        for _ in 0..<(8 + random.below(12)) {
            now += UInt64(random.chance(1, in: 2) ? random.below(30) : random.below(4_000))
            var event = ScenarioEvent(now, .decide, random.pick(scenario.siteIDs))
            event.label = labels.first
            let wishes = (0..<2).map { _ in random.pick(DecisionWish.drawn).rawValue }
            event.how = wishes.joined(separator: ", ")
            scenario.events.append(event)
        }
        scenario.events.sort { $0.at < $1.at }
    }

    /// Who lies does so again and again, to one or to all. The draw stands apart: it moves no other one.
    private static func addLies(_ scenario: inout Scenario) {
        guard let liar = scenario.sites.first(where: \.isLiar)?.site, let last = scenario.events.last?.at
        else { return }
        var random = SeededRandom(seed: scenario.seed ^ 0x11_a25)
        let others = scenario.siteIDs.filter { $0 != liar }
        let labels = Set(scenario.events.compactMap(\.label)).sorted()
        for _ in 0..<Self.liesOfALiar {
            var event = ScenarioEvent(UInt64(random.below(Int(last))), .lie, liar)
            event.how = random.pick(Lie.drawn.map(\.rawValue))
            event.label = random.pick(labels)
            if random.chance(1, in: 3) { event.peer = random.pick(others) }
            scenario.events.append(event)
        }
        scenario.events.sort { $0.at < $1.at }
    }

    /// In one run of eight an old connection is played again. The draw stands apart: it moves no other one.
    private static func addReplay(_ scenario: inout Scenario) {
        var random = SeededRandom(seed: scenario.seed ^ 0x4e_91a7)
        guard random.chance(1, in: 8), let last = scenario.events.last?.at else { return }
        let sites = random.shuffled(scenario.siteIDs)
        let start = UInt64(random.below(Int(last)))
        scenario.events += [
            ScenarioEvent(start, .record, sites[0], sites[1]),
            ScenarioEvent(start + UInt64(200 + random.below(20_000)), .replay, sites[0], sites[1]),
        ]
        scenario.events.sort { $0.at < $1.at }
    }

    private static func links(_ sites: [SiteID], _ random: inout SeededRandom) -> [LinkSetup] {
        var links: [LinkSetup] = []
        for one in sites {
            for other in sites where one < other {
                links.append(LinkSetup(one, other, DelayDraw.model(&random)))
            }
        }
        return links
    }

    private static func events(
        _ scenario: Scenario, _ kinds: [FaultKind], steps: Int, rate: Int, _ random: inout SeededRandom
    ) -> [ScenarioEvent] {
        var events: [ScenarioEvent] = []
        var now: UInt64 = 300
        var levels = scenario.sites.filter { $0.level > 1 }.map(\.site)
        let cases = 2 + random.below(4)
        for step in 0..<steps {
            if !kinds.isEmpty, random.chance(1, in: rate) {
                let drawn = FaultDraw(scenario: scenario, cases: cases)
                let made = drawn.events(random.pick(kinds), at: now, &random)
                for event in made where event.verb == .upgrade {
                    if let site = event.site { levels.append(site) }
                }
                events.append(contentsOf: made)
            }
            let site = random.pick(scenario.siteIDs)
            let label = "C\(1 + random.below(cases))"
            let count = 1 + random.below(2)
            let writes = (0..<count).map { _ in Self.write(isNewer: levels.contains(site), &random) }
            // People come in bursts: often two sites write within one delay of each other.
            now += UInt64(random.chance(1, in: 3) ? random.below(30) : random.below(1_500))
            if step > 2, random.chance(2, in: 5) {
                events.append(contentsOf: Self.move(now, site, label, scenario.siteIDs, &random))
            } else {
                events.append(.write(now, site, label, writes))
            }
        }
        return events.sorted { $0.at < $1.at }
    }

    private static func write(isNewer: Bool, _ random: inout SeededRandom) -> String {
        if isNewer, random.chance(1, in: 4) { return "priority \(random.below(10))" }
        switch random.below(12) {
        case 0, 1: return "text text \(random.below(4))"
        case 2, 3: return "severity \(random.below(5))"
        case 4: return "owner \(random.below(3))"
        case 5, 6: return "tag +tag\(random.below(3))"
        case 7: return "tag -tag\(random.below(3))"
        case 8: return "acknowledge"
        case 9: return "close"
        case 10: return "reopen"
        default: return "note note \(random.below(100))"
        }
    }

    /// Somebody moves the baton of a case, or of a whole watch.
    private static func move(
        _ now: UInt64, _ site: SiteID, _ label: String, _ sites: [SiteID], _ random: inout SeededRandom
    ) -> [ScenarioEvent] {
        let others = sites.filter { $0 != site }
        if random.chance(1, in: 5) { return Self.handOn(now, site, random.pick(others), &random) }
        var event = ScenarioEvent(now, .baton, site)
        event.label = label
        let words = (0..<3).map { _ in Self.wish(others, &random) }
        event.how = words.joined(separator: ", ")
        return [event]
    }

    /// A watch is offered; the target answers some seconds later, mostly, and sometimes the offerer thinks again.
    private static func handOn(
        _ now: UInt64, _ site: SiteID, _ target: SiteID, _ random: inout SeededRandom
    ) -> [ScenarioEvent] {
        func event(_ at: UInt64, _ site: SiteID, _ how: String) -> ScenarioEvent {
            var event = ScenarioEvent(at, .handoff, site)
            event.how = how
            return event
        }
        var events = [event(now, site, "offer \(target)")]
        let then = now + UInt64(200 + random.below(9_000))
        if random.chance(1, in: 4) {
            events.append(event(now + UInt64(random.below(9_000)), site, "withdraw"))
        }
        if random.chance(9, in: 10) {
            events.append(event(then, target, random.chance(1, in: 6) ? "decline" : "accept"))
        }
        if random.chance(1, in: 4) { events.append(event(then + 2_000, target, "acknowledge")) }
        if random.chance(1, in: 4) { events.append(event(then + 3_000, site, "addendum")) }
        return events
    }

    private static func wish(_ others: [SiteID], _ random: inout SeededRandom) -> String {
        switch random.below(40) {
        case 0...9: "accept"
        case 10...19: "offer \(random.pick(others))"
        case 20...23: "decline"
        case 24...28: "withdraw"
        case 29...31: "acknowledge"
        case 32...33: "confirm"
        case 34: "settle"
        case 35...36: "take"
        case 37: "hold"
        case 38: "claim"
        default: random.chance(1, in: 8) ? "depose \(random.pick(others))" : "recover"
        }
    }
}
