import BatonModel

/// Kinds of fault that a seed may know.
enum FaultKind: String, CaseIterable {
    case cut, block, flap, halfOpen, breakLinks, stall, reset, delay, bandwidth, loss, dribble, deaf
    case replay, jump, drift, freeze, setClock
    case crash, crashBetween, machine, pause, slow, upgrade
    case restore, amnesia, clone, liveClone, retire, lie
    case burst

    /// What one stream draws. Replays have a stream of their own (`SeedScenario`).
    static let drawn = Self.allCases.filter { $0 != .replay }
}

enum DelayDraw {
    static func model(_ random: inout SeededRandom) -> DelayModel {
        switch random.below(5) {
        case 0: .constant(milliseconds: UInt64(1 + random.below(200)))
        case 1: .exponential(meanMilliseconds: UInt64(10 + random.below(100)))
        case 2: .heavyTail(leastMilliseconds: UInt64(5 + random.below(40)))
        // Sydney to the west coast of the United States.
        default: .logNormal(medianMilliseconds: 75, percent: 20)
        }
    }
}

/// Draws the events of one fault.
struct FaultDraw {
    let scenario: Scenario
    let cases: Int

    func events(_ kind: FaultKind, at now: UInt64, _ random: inout SeededRandom) -> [ScenarioEvent] {
        let sites = random.shuffled(self.scenario.siteIDs)
        let (one, two) = (sites[0], sites[1])
        let span = UInt64(50 + random.below(random.chance(1, in: 4) ? 40_000 : 6_000))
        switch kind {
        case .restore, .clone, .liveClone, .replay: return self.double(kind, at: now, one, two, &random)
        case .cut: return [ScenarioEvent(now, .cut, one, random.chance(1, in: 3) ? nil : two, for: span)]
        case .block: return [ScenarioEvent(now, .block, one, two, for: span)]
        case .flap:
            return [
                ScenarioEvent(now, .flap, one, two, for: 20 + span / 20, count: UInt64(2 + random.below(5)))
            ]
        case .halfOpen: return [ScenarioEvent(now, .halfOpen, one, two)]
        case .breakLinks: return [ScenarioEvent(now, .breakLinks, one, two)]
        case .stall:
            return [ScenarioEvent(now, .stall, one, two, for: span, count: UInt64(1 + random.below(600)))]
        case .reset: return [ScenarioEvent(now, .reset, one, two, count: UInt64(1 + random.below(900)))]
        case .bandwidth:
            return [ScenarioEvent(now, .bandwidth, one, two, count: UInt64(8 + random.below(400)))]
        case .loss: return [ScenarioEvent(now, .loss, one, two, count: UInt64(5 + random.below(200)))]
        case .dribble: return [ScenarioEvent(now, .dribble, one, two, for: span)]
        case .deaf: return [ScenarioEvent(now, .deaf, one, for: span)]
        case .delay:
            var event = ScenarioEvent(now, .delay, one, two)
            event.how = DelayText.write(DelayDraw.model(&random))
            return [event]
        case .crash: return [ScenarioEvent(now, .crash, one, for: UInt64(random.below(4_000)))]
        case .crashBetween:
            return [
                ScenarioEvent(
                    now, .crash, one, for: UInt64(random.below(4_000)), count: UInt64(1 + random.below(12)))
            ]
        case .machine:
            var event = ScenarioEvent(now, .crash, one, for: UInt64(random.below(4_000)))
            event.how = "machine"
            return [event]
        case .pause: return [ScenarioEvent(now, .pause, one, for: span)]
        case .slow: return [ScenarioEvent(now, .slow, one, for: span, count: UInt64(2 + random.below(60)))]
        case .upgrade: return [ScenarioEvent(now, .upgrade, one)]
        case .amnesia: return [ScenarioEvent(now, .amnesia, one, for: UInt64(random.below(4_000)))]
        case .retire: return self.retire(one, at: now)
        case .jump, .drift, .freeze, .setClock: return [self.clock(kind, at: now, one, span, &random)]
        case .lie: return self.lie(at: now, &random)
        case .burst: return self.burst(at: now, one, &random)
        }
    }

    /// Faults of two halves: what is taken now and comes back later.
    private func double(
        _ kind: FaultKind, at now: UInt64, _ one: SiteID, _ two: SiteID, _ random: inout SeededRandom
    ) -> [ScenarioEvent] {
        let then = now + UInt64(200 + random.below(20_000))
        switch kind {
        case .restore:
            return [
                ScenarioEvent(now, .backup, one),
                ScenarioEvent(then, .restore, one, for: UInt64(random.below(4_000))),
            ]
        case .replay:
            return [ScenarioEvent(now, .record, one, two), ScenarioEvent(then, .replay, one, two)]
        default:
            return [
                ScenarioEvent(now, kind == .clone ? .clone : .liveClone, one),
                ScenarioEvent(then, .endClone, one),
            ]
        }
    }

    private func clock(
        _ kind: FaultKind, at now: UInt64, _ site: SiteID, _ span: UInt64, _ random: inout SeededRandom
    ) -> ScenarioEvent {
        switch kind {
        case .jump:
            var event = ScenarioEvent(now, .jump, site)
            let reach = random.chance(1, in: 3) ? 172_800_000 : 4_000
            event.by = Int64(random.below(2 * reach)) - Int64(reach)
            return event
        case .drift:
            var event = ScenarioEvent(now, .drift, site)
            event.by = Int64(random.below(60_000)) - 30_000
            return event
        case .freeze: return ScenarioEvent(now, .freeze, site, for: span)
        default:
            var event = ScenarioEvent(now, .setClock, site)
            // Woke in 1970, or a battery that holds another year.
            event.moment = random.chance(1, in: 2) ? 30_000 : 1_900_000_000_000
            return event
        }
    }

    /// A liar does not put up with it. Nothing is drawn here: what else a seed stands for stays as it was.
    private func retire(_ site: SiteID, at now: UInt64) -> [ScenarioEvent] {
        let retirement = ScenarioEvent(now, .retire, site)
        guard self.scenario.sites.contains(where: { $0.site == site && $0.isLiar }) else {
            return [retirement]
        }
        var lie = ScenarioEvent(now + 2_000, .lie, site)
        lie.how = Lie.retired.rawValue
        lie.label = "C1"
        return [retirement, lie]
    }

    private func lie(at now: UInt64, _ random: inout SeededRandom) -> [ScenarioEvent] {
        guard let liar = self.scenario.sites.first(where: \.isLiar)?.site else { return [] }
        var event = ScenarioEvent(now, .lie, liar)
        event.how = random.pick(Lie.drawn.map(\.rawValue))
        event.label = "C\(1 + random.below(self.cases))"
        if random.chance(1, in: 3) {
            event.peer = random.pick(self.scenario.siteIDs.filter { $0 != liar })
        }
        return [event]
    }

    /// A backlog: many long notes at once, more than a page.
    private func burst(at now: UInt64, _ site: SiteID, _ random: inout SeededRandom) -> [ScenarioEvent] {
        let words = String(repeating: "a long report ", count: 40 + random.below(500))
        return (0..<(20 + random.below(40))).map { index in
            .write(now + UInt64(index), site, "C\(1 + index % self.cases)", ["note \(index) \(words)"])
        }
    }
}
