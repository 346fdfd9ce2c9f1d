import BatonEngine
import BatonModel

/// What one seed came to.
package struct SeedOutcome: Sendable {
    package let seed: UInt64
    package let violations: [Violation]
    package let traceHash: UInt64
    package let eventCount: UInt64
    package let deltaCount: Int
    package let simulatedMilliseconds: UInt64
    package let faults: [String: Int]
}

/// Three sites at work while cuts, crashes, wrong clocks and old disks happen to them; then calm, and the
/// checks.
///
/// Everything follows from the seed: which faults this run knows at all (swarm testing), when they strike,
/// and what people write.
package struct SeedRun {
    private enum Fault: String, CaseIterable { case cut, heal, crash, restoreBackup, skew, delay }

    private let seed: UInt64
    private let rounds: Int
    private var random: SeededRandom
    private let world: World
    private var generator: HistoryGenerator
    private var ledger = Ledger()
    private var places = AlwaysOneDeltaPerPlace()
    private var violations: [Violation] = []
    private var incarnations: [SiteID: UInt32] = [:]
    private var backups: [SiteID: MemoryReplica] = [:]
    private var counts: [String: Int] = [:]

    /// How long the world is left alone before equality is demanded: longer than the longest redial and two
    /// heartbeats.
    private static let calmMilliseconds: UInt64 = 90_000

    package init(seed: UInt64, rounds: Int = 40) {
        self.seed = seed
        self.rounds = rounds
        self.random = SeededRandom(seed: seed ^ 0xfa_0175)
        self.world = World(seed: seed)
        self.generator = HistoryGenerator(seed: seed &+ 31, team: self.world.team, documentCount: 4)
    }

    package mutating func run() -> SeedOutcome {
        let kinds = Fault.allCases.filter { _ in self.random.chance(2, in: 3) }
        self.world.run(milliseconds: 300)
        for _ in 0..<self.rounds {
            if !kinds.isEmpty, self.random.chance(1, in: 3) { self.strike(self.random.pick(kinds)) }
            self.work()
            self.world.run(milliseconds: UInt64(self.random.below(600)))
        }
        self.calmDown()
        self.violations.append(contentsOf: EventuallyReplicasEqual.check(self.world, self.ledger))
        if let violation = FinallyOrderFree.check(self.world, &self.random) {
            self.violations.append(violation)
        }
        return SeedOutcome(
            seed: self.seed, violations: self.violations, traceHash: self.world.trace.hash,
            eventCount: self.world.trace.eventCount, deltaCount: self.ledger.authored.count,
            simulatedMilliseconds: self.world.nowMilliseconds, faults: self.counts)
    }

    private mutating func work() {
        let site = self.random.pick(self.world.team.sites)
        let document = self.random.pick(self.generator.documents)
        guard let delta = self.world.author(site, document, self.generator.operations()) else { return }
        self.ledger.acknowledge(delta)
        if let violation = self.places.check(delta) { self.violations.append(violation) }
    }

    private mutating func strike(_ fault: Fault) {
        self.counts[fault.rawValue, default: 0] += 1
        let sites = self.random.shuffled(self.world.team.sites)
        switch fault {
        case .cut: self.world.setCut(sites[0], sites[1], true)
        case .heal: self.world.setCut(sites[0], sites[1], false)
        case .crash: self.crash(sites[0], restoring: nil)
        case .restoreBackup:
            // The first strike takes the backup, a later one puts it back.
            if let backup = self.backups.removeValue(forKey: sites[0]) {
                self.crash(sites[0], restoring: backup)
            } else {
                self.backups[sites[0]] = self.world.nodes[sites[0]]?.replica.clone()
            }
        case .skew: self.world.setSkew(sites[0], Int64(self.random.below(1_200_000)) - 600_000)
        case .delay: self.world.delayMilliseconds = UInt64(1 + self.random.below(200))
        }
    }

    /// A start that cannot prove continuity opens the next incarnation; here every start after a crash does.
    private mutating func crash(_ site: SiteID, restoring backup: MemoryReplica?) {
        self.world.crash(site)
        if let backup { self.noteDestroyed(at: site, by: backup) }
        self.world.run(milliseconds: UInt64(self.random.below(2_000)))
        let next = (self.incarnations[site] ?? 1) + 1
        self.incarnations[site] = next
        self.world.restart(site, incarnation: next, replica: backup)
    }

    /// Fault atlas: what stood on the replaced disk alone is gone for good, and nothing may be demanded of
    /// it.
    private mutating func noteDestroyed(at site: SiteID, by backup: MemoryReplica) {
        for delta in self.ledger.authored where backup.fate(delta.id) == nil {
            let isElsewhere = self.world.team.sites.contains { other in
                other != site && self.world.nodes[other]?.replica.fate(delta.id) != nil
            }
            let wasHere = self.world.nodes[site]?.replica.fate(delta.id) != nil
            if wasHere, !isElsewhere { self.ledger.destroy(delta.id) }
        }
    }

    private func calmDown() {
        let sites = self.world.team.sites
        for one in sites { for two in sites where one < two { self.world.setCut(one, two, false) } }
        self.world.run(milliseconds: Self.calmMilliseconds)
    }
}
