package import BatonEngine
package import BatonModel
package import BatonProtocol

/// Several nodes' engines on one thread, joined by a virtual network under one queue keyed by (time, drawn
/// tiebreak).
///
/// It runs the shipped engine and the shipped applying and authoring over memory replicas.
package final class World {
    package let team: SimulatedTeam
    package let settings: WorldSettings
    package let fidelity: Fidelity
    /// The simulated disks, where replicas are not in memory alone.
    var disks: [NodeID: StoreMachine] = [:]
    var armedDiskFaults = 0
    /// Deltas that a node's last start found on its disk, and that no write had returned for.
    var surfaced: [NodeID: [AddedDelta]] = [:]
    /// Deltas that were told of when they were signed.
    private var signed: Set<DeltaID> = []
    /// Committed deltas that a node's last start did not find on its disk any more.
    package internal(set) var lost: [NodeID: [Delta]] = [:]
    /// What a node's next start finds instead of its own disk.
    var nextDisks: [NodeID: MachineImage] = [:]
    package internal(set) var machines = NodeTable()
    package private(set) var notes: [(site: SiteID, note: EngineNote)] = []
    package private(set) var trace = Trace()
    /// Told of everything that happens, in order: what checkers and reports live on.
    package var observer: ((WorldFact) -> Void)?
    var random: KeyedRandom
    var links: [LinkID: LinkEnd] = [:]
    var linkCount: UInt64 = 0
    var shipmentCount: UInt64 = 0
    var cut: Set<Direction> = []
    var paths: [Direction: NetworkPath] = [:]
    var defaultDelay = DelayModel.constant(milliseconds: 20)
    /// Frames of one connection, kept to be played again later.
    var recordings: [Direction: [[UInt8]]] = [:]
    var recording: Set<Direction> = []
    var recordedLinks: [Direction: LinkID] = [:]
    var queue = EventQueue()
    private var serial: UInt64 = 0
    /// Time as the queue and the nodes' monotonic clocks know it: it stands still while quiet time is skipped.
    private(set) var ticks: UInt64 = 1
    private var skipped: UInt64 = 0
    /// Events so far that were more than the pulse, and the count at which the world was last found unquiet.
    private var busyEvents: UInt64 = 0
    var unquietAt: UInt64?
    /// By site: peers with which its people have paused the exchange, and those that they do not have dialled.
    var pausedPeers: [SiteID: Set<SiteID>] = [:]
    var removedPeers: [SiteID: Set<SiteID>] = [:]

    package init(
        team: SimulatedTeam = SimulatedTeam(), seed: UInt64, limits: WireLimits = .standard,
        settings: WorldSettings = WorldSettings(), fidelity: Fidelity = .standIns
    ) {
        self.team = team
        self.fidelity = fidelity
        var settings = settings
        settings.limits = limits
        self.settings = settings
        self.random = KeyedRandom(seed: seed)
        for site in team.sites {
            let node = NodeID(site)
            let context = team.context(
                site, incarnation: 1, seed: self.random.next(.crypto, site.packed))
            self.start(node, context, replica: MemoryReplica())
        }
    }

    /// Milliseconds since the begin of the run.
    package var nowMilliseconds: UInt64 { self.ticks + self.skipped }

    /// The first machine of each site; the others are clones.
    package var nodes: [SiteID: WorldNode] {
        var nodes: [SiteID: WorldNode] = [:]
        for site in self.team.sites { nodes[site] = self.machines[NodeID(site)] }
        return nodes
    }

    package var nodeIDs: [NodeID] { self.machines.keys }

    /// The delay of every direction that has none of its own.
    package var delayMilliseconds: UInt64 {
        get { if case .constant(let milliseconds) = self.defaultDelay { milliseconds } else { 0 } }
        set { self.defaultDelay = .constant(milliseconds: newValue) }
    }

    func wall(_ node: NodeID) -> UInt64 {
        self.machines[node]?.clock.wall(at: self.nowMilliseconds) ?? self.settings.startMilliseconds
    }

    func tell(_ fact: WorldFact) { self.observer?(fact) }

    /// Tells of a delta once, whoever finds it on a disk again.
    func tellSigned(_ delta: Delta, by id: NodeID) {
        if self.signed.insert(delta.id).inserted { self.tell(.authored(id, delta)) }
    }

    // Nodes.

    /// Starts a node on a replica.
    func start(_ id: NodeID, _ context: ReplicaContext, replica: MemoryReplica) {
        let before = self.machines[id]
        let (context, replica) = self.begin(id, context, replica)
        let removed = self.removedPeers[id.site] ?? []
        let configuration = EngineConfiguration(
            peers: self.team.sites.filter { !removed.contains($0) },
            paused: (self.pausedPeers[id.site] ?? []).sorted(), limits: self.settings.limits,
            bootNonce: self.random.bytes(16, .crypto, id.key))
        let engine = SyncEngine(
            context, configuration: configuration, have: replica.haveSet,
            verifying: self.team.suite.verifying)
        let clock = before?.clock ?? NodeClock(wallMilliseconds: self.settings.startMilliseconds)
        self.machines[id] = WorldNode(
            id, engine: engine, replica: replica, context: context, clock: clock,
            life: (before?.life ?? 0) + 1)
        self.machines[id]?.disk = self.disks[id]
        self.schedule(.input(.started), at: id, after: 0)
        self.tell(.started(id, context.author))
        self.tellSurfaced(id)
    }

    // Authoring.

    /// Authors at a site and tells its engine once committed. A refused draft is a bug of the caller.
    @discardableResult
    package func author(_ site: SiteID, _ document: DocumentID, _ operations: [Operation]) -> Delta? {
        let node = NodeID(site)
        switch self.write(node, document, operations) {
        case nil: return nil
        case .success(let delta)?: return delta
        case .failure(let fault)?: preconditionFailure("a test draft was refused: \(fault)")
        }
    }

    /// Authors at a node, if it is up.
    ///
    /// - Parameter command: The key of the command, where it may be repeated.
    func write(
        _ id: NodeID, _ document: DocumentID, _ operations: [Operation], command: [UInt8]? = nil
    ) -> Result<Delta, ReplicaFault>? {
        guard let node = self.machines[id], node.isUp, !node.isPaused else { return nil }
        let auditBefore = node.replica.auditCount
        let wall = self.wall(id)
        do {
            let (outcome, report) = try node.transact { (replica) throws(ReplicaFault) in
                let session = try ReplicaSession(node.context, in: replica, wallMilliseconds: wall)
                let draft = Draft(
                    document: document, operations: operations,
                    actor: Actor(person: self.team.person(at: id.site)))
                let outcome: CommandOutcome
                do throws(AuthorFault) {
                    outcome = try session.author(draft, command: command)
                } catch {
                    if case .replica(let fault) = error { throw fault }
                    throw ReplicaFault(code: "simulation.refused", message: error.description, isFatal: false)
                }
                return (outcome, try session.finish())
            }
            guard case .made(let delta) = outcome else { return self.repeated(outcome, command, node) }
            node.haveDigest = nil
            self.tellSigned(delta, by: id)
            if let command { self.tell(.answered(id, command: command, delta.id)) }
            self.committed(node, report, isOwn: true, auditBefore)
            // Between the commit and the moment in which the engine hears of it a node may die.
            guard self.spendEffect(node) else { return .success(delta) }
            self.tellEngine(.authored(report), of: node, after: node.slowness - 1)
            return .success(delta)
        } catch {
            self.failed(node, error)
            return .failure(error)
        }
    }

    /// A command that had been carried out before: nothing was written.
    private func repeated(
        _ outcome: CommandOutcome, _ command: [UInt8]?, _ node: WorldNode
    ) -> Result<Delta, ReplicaFault>? {
        self.tellDifferences(node)
        guard case .known(let ids) = outcome, let command, let id = ids.first else { return nil }
        self.tell(.answered(node.id, command: command, id))
        return node.replica.row(id).map { .success($0.delta) }
    }

    func committed(_ node: WorldNode, _ report: ApplyReport, isOwn: Bool, _ auditBefore: Int) {
        self.tellDifferences(node)
        let passed = node.replica.drainPassed()
        self.tell(
            .committed(
                node.id, Commit(report: report, isOwn: isOwn, passed: passed, auditBefore: auditBefore)))
    }

    /// One loop writes and tells the engine of each commit before the next one begins: no report overtakes
    /// another one.
    private func tellEngine(_ input: EngineInput, of node: WorldNode, after delay: UInt64) {
        let at = max(self.ticks + delay, node.toldUntil + 1)
        node.toldUntil = at
        self.schedule(.input(input), at: node.id, after: at - self.ticks)
    }

    package func feed(_ input: EngineInput, to site: SiteID) {
        self.schedule(.input(input), at: NodeID(site), after: 0)
    }

    // Time.

    func schedule(
        _ happening: Happening, at node: NodeID, after delay: UInt64, isPulse: Bool = false,
        tiebreak: UInt64? = nil
    ) {
        self.serial += 1
        self.queue.push(
            QueuedEvent(
                at: self.ticks + delay, tiebreak: tiebreak ?? self.random.next(.schedule, node.key),
                serial: self.serial, node: node, life: self.machines[node]?.life ?? 0,
                happening: happening, isPulse: isPulse))
    }

    /// Lets virtual time pass.
    package func run(milliseconds: UInt64) { self.run(until: self.nowMilliseconds + milliseconds) }

    /// Lets virtual time pass up to a moment. Where the settings allow it, time in which nothing but
    /// heartbeats would happen is skipped: the wall clocks go on, the monotonic ones do not.
    package func run(until end: UInt64) {
        while let next = self.queue.firstAt, next + self.skipped <= end {
            if self.settings.skipsQuietTime, self.queue.busyCount == 0, self.isQuiet {
                self.skipped = end - self.ticks
                return
            }
            guard !self.isSpent, let event = self.queue.pop() else { return }
            self.ticks = max(self.ticks, event.at)
            if !event.isPulse { self.busyEvents += 1 }
            self.deliver(event)
        }
        if end > self.nowMilliseconds { self.ticks = end - self.skipped }
    }

    /// True when more has happened than should: two nodes keep each other busy for nothing.
    package var isSpent: Bool { self.trace.eventCount > self.settings.eventsMax }

    private var isQuiet: Bool {
        guard self.unquietAt != self.busyEvents else { return false }
        let isQuiet = self.findQuiet()
        self.unquietAt = isQuiet ? nil : self.busyEvents
        return isQuiet
    }

    private func deliver(_ event: QueuedEvent) {
        guard let node = self.machines[event.node], node.isUp, node.life == event.life else {
            if case .parcel(let link, let parcel) = event.happening { self.lost(parcel, on: link) }
            return
        }
        guard !node.isPaused else {
            node.backlog.append(event.happening)
            return
        }
        self.happen(event.happening, at: node)
    }

    func happen(_ happening: Happening, at node: WorldNode) {
        switch happening {
        case .input(let input): self.step(input, node)
        case .timer(let timer, let setting):
            guard node.timers[timer] == setting else { return }
            node.timers[timer] = nil
            self.step(.timerFired(timer), node)
        case .parcel(let link, let parcel): self.arrived(parcel, on: link, at: node)
        case .drain(let link): self.drain(link, node)
        case .commit(let work, let batch): self.commit(work, batch, node)
        }
    }

    func step(_ input: EngineInput, _ node: WorldNode) {
        let time = EngineTime(
            monotonicMilliseconds: self.ticks, wallMilliseconds: self.wall(node.id))
        let actions = node.engine.step(input, at: time)
        self.trace.note(self.nowMilliseconds, node.id.site, input, actions)
        self.tell(.stepped(node.id, input, actions))
        for action in actions {
            guard node.isUp, self.spendEffect(node) else { return }
            self.perform(action, node, input)
        }
    }

    /// Counts down to a crash that was planned between two effects.
    ///
    /// - Returns: False when the node died here.
    private func spendEffect(_ node: WorldNode) -> Bool {
        guard let left = node.effectsLeft else { return true }
        node.effectsLeft = left - 1
        guard left <= 1 else { return true }
        self.crash(node.id, isPlanned: true)
        return false
    }

    private func commit(_ work: WorkID, _ batch: IncomingBatch, _ node: WorldNode) {
        let auditBefore = node.replica.auditCount
        let wall = self.wall(node.id)
        let result = node.apply(batch, wall)
        node.haveDigest = nil
        if case .success(let report) = result {
            self.committed(node, report, isOwn: false, auditBefore)
        } else if case .failure(let fault) = result {
            self.tell(.refused(node.id, fault))
            self.failed(node, fault)
        }
        guard node.isUp else { return }
        guard self.spendEffect(node) else { return }
        self.tellEngine(.applied(work, result), of: node, after: 0)
    }

    // What engines ask for.

    private func perform(_ action: EngineAction, _ node: WorldNode, _ input: EngineInput) {
        let id = node.id
        switch action {
        case .dial(let peer, let purpose): self.dial(from: id, to: peer, purpose)
        case .send(let link, let bytes): self.carry(bytes, on: link)
        case .close(let link): self.closeAfterFlush(link)
        case .pauseReading(let link): self.setPaused(link, true)
        case .resumeReading(let link): self.setPaused(link, false)
        case .verify(let work, let job, _):
            let outcome = job.run(
                hashing: self.team.suite.hashing, verifying: self.team.suite.verifying)
            // Several threads verify: a short chunk may be ready before a long one that came earlier.
            let extra = self.random.next(.pieces, id.key) % 3
            self.schedule(.input(.verified(work, outcome)), at: id, after: node.slowness + extra)
        case .apply(let work, let batch, _):
            // One thread writes, in the order given.
            let at = max(self.ticks + 2 * node.slowness, node.writesUntil + 1)
            node.writesUntil = at
            self.schedule(.commit(work, batch), at: id, after: at - self.ticks)
        case .load(let work, let order, _):
            let answer = node.answer(order, self.team.suite.verifying)
            self.schedule(.input(.loaded(work, answer)), at: id, after: node.slowness)
            if case .failure(let fault) = answer { self.failed(node, fault) }
        case .peerStated(let peer, let have): if self.settings.keepsNotes { node.stated.append((peer, have)) }
        case .compared(let result):
            if self.settings.keepsNotes { node.comparisons.append(result) }
            self.tell(.compared(id, result))
        case .saveReceipt(let peer, let receipt):
            if self.settings.keepsNotes { node.receipts.append((peer, receipt)) }
            self.tell(.receipt(id, peer, receipt))
        case .saveMembership(let membership): node.context.membership = membership
        case .startTimer(let timer, let delay):
            node.settingCount += 1
            node.timers[timer] = node.settingCount
            self.schedule(
                .timer(timer, setting: node.settingCount), at: id, after: delay, isPulse: timer.isPulse)
        case .cancelTimer(let timer): node.timers[timer] = nil
        case .note(let note):
            if self.settings.keepsNotes { self.notes.append((id.site, note)) }
            self.tell(.noted(id, note, input))
        }
    }

    // What tests ask.

    package func digests() -> [Digest256] {
        self.team.sites.compactMap {
            self.machines[NodeID($0)]?.replica.digest(level: 1, hashing: StandInHashing())
        }
    }

    package var areEqual: Bool { Set(self.digests()).count == 1 }
}

extension EngineTimer {
    /// Goes off again and again in a quiet world.
    var isPulse: Bool {
        switch self {
        case .heartbeat, .redial: true
        default: false
        }
    }
}
