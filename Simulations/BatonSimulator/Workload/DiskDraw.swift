package import BatonModel

/// Draws what disks do in a run. It has a stream of its own: the run beside it is the same with and without.
package enum DiskDraw {
    /// Faults that tell the truth, of which everything acknowledged must come back, and now and then one that
    /// lies: a sync that was none, a write that went astray, rot.
    package static func events(
        _ seed: UInt64, _ sites: [SiteID], within span: UInt64, count: Int
    ) -> [ScenarioEvent] {
        var random = SeededRandom(seed: seed ^ 0xd15c)
        let isTruthful = random.chance(2, in: 3)
        return (0..<count).map { _ in
            let at = random.next() % max(1, span)
            return self.event(at, random.pick(sites), isTruthful: isTruthful, &random)
        }
    }

    private static func event(
        _ at: UInt64, _ site: SiteID, isTruthful: Bool, _ random: inout SeededRandom
    ) -> ScenarioEvent {
        switch random.below(isTruthful ? 6 : 9) {
        case 0, 1:
            var event = ScenarioEvent(at, .powerLoss, site, for: 500 + UInt64(random.below(20_000)))
            event.how = random.pick(PowerLossText.words.map(\.word))
            return event
        case 8:
            var event = ScenarioEvent(
                at, .rot, site, for: 500 + UInt64(random.below(5_000)), count: UInt64(1 + random.below(3)))
            event.how = random.pick(DiskFault.Files.allCases.map(\.rawValue))
            return event
        case 6: return self.fault(.syncLies, at, site, &random)
        case 7: return self.fault(.misdirected, at, site, &random)
        default:
            let kind = random.pick([DiskFault.Kind.stop, .syncFails, .writeFails, .readFails, .full])
            return self.fault(kind, at, site, &random)
        }
    }

    private static func fault(
        _ kind: DiskFault.Kind, _ at: UInt64, _ site: SiteID, _ random: inout SeededRandom
    ) -> ScenarioEvent {
        let files = random.pick(DiskFault.Files.allCases)
        let fault = DiskFault(kind, in: files, after: UInt64(random.below(60)))
        var event = ScenarioEvent(at, .diskFault, site, count: UInt64(1 + random.below(3)))
        event.how = DiskFaultText.write(fault)
        return event
    }
}
