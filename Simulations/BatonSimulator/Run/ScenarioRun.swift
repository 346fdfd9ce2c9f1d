import BatonDesk
import BatonEngine
import BatonModel
import BatonProtocol

/// Plays a scenario: what happens when it says so, all checkers after every event, then healing, calm and what
/// must be true at the end.
package final class ScenarioRun {
    package let scenario: Scenario
    package let world: World
    package let atlas: FaultAtlas
    private var checkers: CheckerSet
    private var forks = EventuallyForksTold()
    private(set) var violations: [Violation] = []
    private var marks: Set<String> = []
    private var counts: [String: Int] = [:]
    private var later: [Later] = []
    private var laterCount = 0
    private let recorder: RunRecorder?
    var membership: Membership
    var backups: [SiteID: DiskCopy] = [:]
    var restarts: [NodeID: RestartPlan] = [:]
    /// What the scenario calls its cases, in order of the names.
    private(set) lazy var labels: [(label: String, document: DocumentID)] =
        Set(TeamTraffic.expand(self.scenario).events.compactMap(\.label)).sorted().map {
            ($0, WriteText.document($0))
        }
    /// Sites whose disk was to fail.
    var struckDisks: Set<SiteID> = []
    /// True once all faults are taken away.
    var isClosing = false
    var commandCount: UInt64 = 0
    /// What each machine was last told of a comparison.
    private var compared: [NodeID: ComparisonResult] = [:]

    /// Something that a fault with an end has put off.
    private struct Later {
        let at: UInt64
        let serial: Int
        let act: (ScenarioRun) -> Void
    }

    /// How a node that is down comes back.
    struct RestartPlan {
        var author: Author
        var disk: DiskCopy?
        var span: UInt64
        var isMachine: Bool
    }

    package init(
        _ scenario: Scenario, recorder: RunRecorder? = nil, holding more: [any Checker] = []
    ) {
        self.checkers = CheckerSet(more)
        var limits = WireLimits.standard
        if scenario.isTight {
            limits.chunkBytesTarget = 3_000
            limits.urgentBytesTarget = 3_000
            limits.chunksInFlightMax = 4
            limits.queuedBytesMax = 30_000
            limits.outlineMissingMin = 12
            limits.outlineDeltasPerPage = 16
            limits.outlinePagesMax = 3
            limits.rangesPerPageMax = 3
            limits.haveIntervalsPerPart = 3
            limits.comparedRangesMax = 3
            limits.comparedDeltasMax = 80
        }
        self.scenario = scenario
        self.recorder = recorder
        let fidelity = scenario.fidelity
        let liarNames = scenario.sites.filter(\.isLiar).map(\.site.description)
        let team = SimulatedTeam(
            scenario.siteIDs.map(\.description), table: DeskFieldTable.current, crypto: fidelity.crypto
        ) {
            // Nobody gives the authority over the team to a member that lies.
            liarNames.contains($0) ? [.specialist] : [.specialist, .lead, .rootKeeper]
        }
        var settings = WorldSettings()
        settings.startMilliseconds = scenario.startMilliseconds
        settings.skipsQuietTime = true
        settings.keepsNotes = false
        settings.eventsMax =
            150_000 + UInt64(scenario.events.count) * 1_000 + (scenario.traffic?.deltas ?? 0) * 1_000
        self.world = World(
            team: team, seed: scenario.seed, limits: limits, settings: settings, fidelity: fidelity)
        self.membership = team.membership
        let liars = scenario.sites.filter(\.isLiar)
        self.atlas = FaultAtlas(
            honest: scenario.sites.filter { !$0.isLiar }.map(\.site), membership: team.membership)
        self.atlas.expectLiars(liars.count)
        self.setUp()
    }

    private func setUp() {
        for link in self.scenario.links {
            for direction in [Direction(link.from, link.to), Direction(link.to, link.from)] {
                self.world.change(direction) { $0.delay = link.delay }
            }
        }
        for setup in self.scenario.sites {
            let node = NodeID(setup.site)
            if setup.level > 1 { self.world.upgrade(node, to: MixedLevels.table(setup.level)) }
            guard setup.skewMilliseconds != 0 || setup.driftPPM != 0 else { continue }
            self.atlas.noteClockFault(setup.site)
            self.world.withClock(node) { clock, now in
                clock.jump(by: setup.skewMilliseconds, at: now)
                clock.drift(partsPerMillion: setup.driftPPM, at: now)
            }
        }
        self.world.observer = { [unowned self] fact in self.observe(fact) }
    }

    // Watching.

    private func observe(_ fact: WorldFact) {
        if case .authored(_, let delta) = fact { self.take(delta) }
        self.settleDisks(fact)
        if case .crashed(let node, true) = fact { self.restartAfterStop(node) }
        if case .compared(let node, let result) = fact { self.compared[node] = result }
        self.forks.note(fact)
        for mark in Marks.of(fact, self.world) { self.marks.insert(mark) }
        self.recorder?.note(fact, self.world)
        if let recorder = self.recorder, case .committed(let node, let commit) = fact {
            self.recordHands(commit, at: node, in: recorder)
        }
        for violation in self.checkers.check(fact, self.world, self.atlas) {
            // What a rotten disk makes of its own node is nobody's promise, until it is replaced.
            guard violation.node.map({ self.atlas.rotten.contains($0.site) }) != true else { continue }
            self.found(violation)
        }
    }

    /// Every machine of the core asks the next one: what people see when they compare logs is what is so.
    private func compareAll(_ core: [SiteID]) {
        let alone = core.filter { site in
            self.world.machines[NodeID(site)]?.isUp == true
                && self.world.nodeIDs.count(where: { $0.site == site }) == 1
        }
        guard alone.count > 1 else { return }
        let pairs = zip(alone, alone.dropFirst() + alone.prefix(1)).map { ($0, $1) }
        self.compared = [:]
        for (site, peer) in pairs { self.world.feed(.comparisonAsked(peer), to: site) }
        self.pass(until: self.world.nowMilliseconds + Self.comparingMilliseconds)
        for (site, peer) in pairs {
            let result = self.compared[NodeID(site)]
            if let found = EventuallyComparedEqual.check(site, peer, result, self.atlas) { self.found(found) }
        }
    }

    private static let comparingMilliseconds: UInt64 = 20_000

    private func take(_ delta: Delta) {
        if self.atlas.honest.contains(delta.header.author.site) {
            self.atlas.acknowledge(delta)
        } else {
            self.atlas.noteSigned(delta)
        }
    }

    func found(_ violation: Violation) {
        var violation = violation
        violation.at = self.world.nowMilliseconds
        self.violations.append(violation)
    }

    func mark(_ mark: String) { self.marks.insert(mark) }
    func count(_ fault: String) { self.counts[fault, default: 0] += 1 }

    // Playing.

    package func run() -> RunOutcome {
        var events = TeamTraffic.expand(self.scenario).events
        events.sort { $0.at < $1.at }
        for event in events {
            self.pass(until: event.at)
            guard self.violations.isEmpty else { return self.outcome() }
            self.recorder?.note(event, self.world)
            self.perform(event)
        }
        self.finish()
        return self.outcome()
    }

    /// Lets time pass, with what was put off on the way.
    func pass(until end: UInt64) {
        while let next = self.later.min(by: { ($0.at, $0.serial) < ($1.at, $1.serial) }), next.at <= end {
            self.later.removeAll { $0.serial == next.serial }
            self.world.run(until: next.at)
            guard self.violations.isEmpty else { return }
            next.act(self)
        }
        self.world.run(until: end)
        self.checkRest()
    }

    private func checkRest() {
        guard self.world.isSpent, self.violations.isEmpty else { return }
        self.found(
            Violation(
                "always-at-rest", "the nodes keep each other busy: \(self.world.trace.eventCount) events"))
    }

    func later(after span: UInt64, _ act: @escaping (ScenarioRun) -> Void) {
        self.laterCount += 1
        self.later.append(
            Later(at: self.world.nowMilliseconds + span, serial: self.laterCount, act: act))
    }

    private func finish() {
        let last = self.later.map(\.at).max() ?? self.world.nowMilliseconds
        // What ends by itself within a short while does so; the rest is ended.
        self.pass(until: min(last, self.world.nowMilliseconds + 5_000))
        guard self.violations.isEmpty else { return }
        let honest = self.scenario.sites.filter { !$0.isLiar }.map(\.site)
        let core = self.scenario.core.isEmpty ? honest : self.scenario.core
        self.heal(self.scenario.core.isEmpty ? self.scenario.siteIDs : core)
        self.later = []
        self.calm()
        guard self.violations.isEmpty else { return }
        let owing = core.filter { self.atlas.honest.contains($0) }
        // People can only end what has reached them.
        for violation in EventuallyReplicasEqual.check(self.world, self.atlas, core: owing) {
            self.found(violation)
        }
        guard self.violations.isEmpty else { return }
        self.endCustody(owing)
        guard self.violations.isEmpty else { return }
        self.checkEnd(owing)
    }

    /// In small steps, so that a node that stops in the middle of it is started again in time.
    private func calm() {
        self.isClosing = true
        let end = self.world.nowMilliseconds + self.scenario.calmMilliseconds
        while self.world.nowMilliseconds < end, self.violations.isEmpty {
            self.pass(until: min(end, self.world.nowMilliseconds + 1_000))
        }
    }

    private func checkEnd(_ core: [SiteID]) {
        for violation in EventuallyReplicasEqual.check(self.world, self.atlas, core: core) {
            self.found(violation)
        }
        for violation in EventuallySessionsLive.check(self.world, core: core) { self.found(violation) }
        self.compareAll(core)
        for violation in EventuallyPartsWhole.check(self.world, core: core) { self.found(violation) }
        for violation in EventuallyLogBounded.check(self.world, core: core) { self.found(violation) }
        for violation in self.forks.check(self.world, self.atlas, core: core) { self.found(violation) }
        if let violation = AlwaysEqualLogsEqualState.check(self.world, self.atlas) { self.found(violation) }
        for what in self.world.compareDisks() { self.found(what) }
        guard self.violations.isEmpty else { return }
        var random = SeededRandom(seed: self.scenario.seed ^ 0xf1_a11)
        if let violation = FinallyOrderFree.check(self.world, core: core, &random) { self.found(violation) }
    }

    private func outcome() -> RunOutcome {
        let digests = self.world.nodeIDs.compactMap { id -> RunOutcome.SiteDigest? in
            guard let node = self.world.machines[id] else { return nil }
            return RunOutcome.SiteDigest(
                node: id, deltas: node.replica.deltaCount, log: node.currentHaveDigest(),
                state: node.replica.digest(level: node.level, hashing: StandInHashing()))
        }
        let outcome = RunOutcome(
            name: self.scenario.name, seed: self.scenario.seed, violations: self.violations,
            traceHash: self.world.trace.hash, eventCount: self.world.trace.eventCount,
            deltaCount: self.atlas.authored.count, simulatedMilliseconds: self.world.nowMilliseconds,
            faults: self.counts, marks: self.marks, digests: digests, hands: self.hands)
        self.recorder?.finish(outcome, self.world)
        return outcome
    }
}
