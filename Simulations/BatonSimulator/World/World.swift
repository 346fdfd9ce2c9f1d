package import BatonEngine
package import BatonModel
package import BatonProtocol

/// Several nodes' engines on one thread, joined by a virtual network under one queue keyed by (time, drawn
/// tiebreak).
///
/// It runs the shipped engine and the shipped applying and authoring over memory replicas.
package final class World {
    package let team: SimulatedTeam
    package private(set) var nodes: [SiteID: WorldNode] = [:]
    package private(set) var nowMilliseconds: UInt64 = 1
    package var delayMilliseconds: UInt64 = 20
    package private(set) var notes: [(site: SiteID, note: EngineNote)] = []
    package private(set) var trace = Trace()
    private var random: KeyedRandom
    private var skews: [SiteID: Int64] = [:]
    private var queue: [Event] = []
    private var links: [LinkID: End] = [:]
    private var linkCount: UInt64 = 0
    private var cut: Set<SitePair> = []
    private var limits: WireLimits

    private struct Event {
        let at: UInt64
        let tiebreak: UInt64
        let site: SiteID
        let epoch: Int
        let input: EngineInput
    }

    /// One end of a link: who owns it and where its bytes go.
    private struct End {
        let site: SiteID
        let other: LinkID
        let peer: SiteID
        /// A stream delivers in order: no byte overtakes the one before.
        var arrivesAt: UInt64 = 0
    }

    private struct SitePair: Hashable {
        let first: SiteID
        let second: SiteID

        init(_ one: SiteID, _ two: SiteID) {
            self.first = min(one, two)
            self.second = max(one, two)
        }
    }

    package init(team: SimulatedTeam = SimulatedTeam(), seed: UInt64, limits: WireLimits = .standard) {
        self.team = team
        self.random = KeyedRandom(seed: seed)
        self.limits = limits
        for site in team.sites { self.start(site, replica: MemoryReplica(), incarnation: 1) }
    }

    // What happens to nodes.

    private func start(_ site: SiteID, replica: MemoryReplica, incarnation: UInt32) {
        let context = self.team.context(
            site, incarnation: incarnation, seed: self.random.next(.crypto, site.packed))
        let configuration = EngineConfiguration(
            peers: self.team.sites, limits: self.limits,
            bootNonce: self.random.bytes(16, .crypto, site.packed))
        let engine = SyncEngine(
            context, configuration: configuration, have: replica.haveSet,
            verifying: StandInSigning(named: site.description))
        let epoch = (self.nodes[site]?.epoch ?? 0) + 1
        self.nodes[site] = WorldNode(engine: engine, replica: replica, context: context, epoch: epoch)
        self.schedule(.started, at: site, after: 0)
    }

    /// Kills a node: its links break and its unanswered work is gone. The replica keeps what was committed.
    package func crash(_ site: SiteID) {
        for (id, end) in self.links.sorted(by: { $0.key < $1.key }) where end.site == site {
            self.breakLink(id)
        }
        self.nodes[site]?.isUp = false
        self.nodes[site]?.epoch += 1
    }

    /// Starts a crashed node again.
    ///
    /// - Parameter replica: An older copy of its disk, when a backup is put back.
    package func restart(_ site: SiteID, incarnation: UInt32, replica: MemoryReplica? = nil) {
        guard let node = self.nodes[site] else { return }
        self.start(site, replica: replica ?? node.replica, incarnation: incarnation)
    }

    /// Sets how far a node's wall clock is off, in milliseconds.
    package func setSkew(_ site: SiteID, _ milliseconds: Int64) { self.skews[site] = milliseconds }

    private func wall(_ site: SiteID) -> UInt64 {
        let truth = Int64(1_700_000_000_000 + self.nowMilliseconds)
        return UInt64(max(0, truth + (self.skews[site] ?? 0)))
    }

    /// Cuts or joins a pair. A cut breaks its links and makes dialling fail.
    package func setCut(_ one: SiteID, _ two: SiteID, _ isCut: Bool) {
        guard isCut else {
            self.cut.remove(SitePair(one, two))
            return
        }
        self.cut.insert(SitePair(one, two))
        for (id, end) in self.links.sorted(by: { $0.key < $1.key })
        where SitePair(end.site, end.peer) == SitePair(one, two) { self.breakLink(id) }
    }

    private func breakLink(_ id: LinkID) {
        guard let end = self.links.removeValue(forKey: id) else { return }
        self.links[end.other] = nil
        self.schedule(.linkClosed(id), at: end.site, after: 0)
        self.schedule(.linkClosed(end.other), at: end.peer, after: 0)
    }

    /// Authors at a site and tells its engine once committed.
    @discardableResult
    package func author(_ site: SiteID, _ document: DocumentID, _ operations: [Operation]) -> Delta? {
        guard let node = self.nodes[site], node.isUp else { return nil }
        do {
            let (delta, report) = try node.replica.write { (replica) throws(ReplicaFault) in
                let session = try ReplicaSession(
                    node.context, in: replica, wallMilliseconds: self.wall(site))
                let draft = Draft(
                    document: document, operations: operations,
                    actor: Actor(person: self.team.person(at: site)))
                let delta: Delta
                do throws(AuthorFault) {
                    delta = try session.author(draft)
                } catch {
                    throw ReplicaFault(code: "simulation.refused", message: error.description, isFatal: true)
                }
                return (delta, try session.finish())
            }
            self.schedule(.authored(report), at: site, after: 0)
            return delta
        } catch {
            preconditionFailure("a test draft was refused: \(error)")
        }
    }

    /// Puts bytes on a site's live links as if its peer had sent them: what a hostile member can do.
    package func inject(_ bytes: [UInt8], to site: SiteID, asIfFrom peer: SiteID) {
        for (id, end) in self.links.sorted(by: { $0.key < $1.key }) where end.site == site && end.peer == peer
        {
            self.schedule(.bytesReceived(id, bytes), at: site, after: 0)
        }
    }

    package func feed(_ input: EngineInput, to site: SiteID) { self.schedule(input, at: site, after: 0) }

    // Time.

    private func schedule(_ input: EngineInput, at site: SiteID, after delay: UInt64) {
        let event = Event(
            at: self.nowMilliseconds + delay, tiebreak: self.random.next(.schedule, site.packed), site: site,
            epoch: self.nodes[site]?.epoch ?? 0, input: input)
        let place =
            self.queue.firstIndex { (event.at, event.tiebreak) < ($0.at, $0.tiebreak) } ?? self.queue.endIndex
        self.queue.insert(event, at: place)
    }

    /// Lets virtual time pass.
    package func run(milliseconds: UInt64) {
        let end = self.nowMilliseconds + milliseconds
        while let next = self.queue.first, next.at <= end {
            self.queue.removeFirst()
            self.nowMilliseconds = max(self.nowMilliseconds, next.at)
            self.deliver(next)
        }
        self.nowMilliseconds = end
    }

    private func deliver(_ event: Event) {
        guard let node = self.nodes[event.site], node.isUp, node.epoch == event.epoch else { return }
        if case .timerFired(let timer) = event.input {
            guard node.timers.remove(timer) != nil else { return }
        }
        let time = EngineTime(
            monotonicMilliseconds: self.nowMilliseconds,
            wallMilliseconds: self.wall(event.site))
        let actions = node.engine.step(event.input, at: time)
        self.trace.note(self.nowMilliseconds, event.site, event.input, actions)
        for action in actions { self.perform(action, node, event.site) }
    }

    // What engines ask for.

    private func perform(_ action: EngineAction, _ node: WorldNode, _ site: SiteID) {
        switch action {
        case .dial(let peer): self.dial(from: site, to: peer)
        case .send(let link, let bytes): self.carry(bytes, on: link)
        case .close(let link): self.closeAfterFlush(link)
        case .pauseReading, .resumeReading: break
        case .verify(let work, let job):
            let outcome = job.run(hashing: StandInHashing(), verifying: StandInSigning(named: "any"))
            self.schedule(.verified(work, outcome), at: site, after: 1)
        case .apply(let work, let batch):
            self.schedule(.applied(work, node.apply(batch, self.wall(site))), at: site, after: 3)
        case .load(let work, let ranges, let bytesMax):
            let chunk = node.replica.load(ranges, bytesMax: bytesMax, sealing: StandInSealing())
            self.schedule(.loaded(work, .success(chunk)), at: site, after: 1)
        case .saveReceipt(let peer, let receipt): node.receipts.append((peer, receipt))
        case .saveMembership: break
        case .startTimer(let timer, let delay):
            node.timers.insert(timer)
            self.schedule(.timerFired(timer), at: site, after: delay)
        case .cancelTimer(let timer): node.timers.remove(timer)
        case .note(let note): self.notes.append((site, note))
        }
    }

    private func dial(from site: SiteID, to peer: SiteID) {
        let isReachable = self.nodes[peer]?.isUp == true && !self.cut.contains(SitePair(site, peer))
        guard isReachable else {
            self.schedule(.dialFailed(peer), at: site, after: self.delayMilliseconds)
            return
        }
        let near = LinkID(self.linkCount + 1)
        let far = LinkID(self.linkCount + 2)
        self.linkCount += 2
        self.links[near] = End(site: site, other: far, peer: peer)
        self.links[far] = End(site: peer, other: near, peer: site)
        for (link, isDialler, here, there) in [(near, true, site, peer), (far, false, peer, site)] {
            let opening = LinkOpening(
                link: link, site: there, isDialler: isDialler, localPin: SimulatedTeam.pin(of: here),
                remotePin: SimulatedTeam.pin(of: there))
            self.schedule(.linkOpened(opening), at: here, after: self.delayMilliseconds)
        }
    }

    /// Carries bytes in one to three pieces: a receiver must not depend on how a stream is cut.
    private func carry(_ bytes: [UInt8], on link: LinkID) {
        guard var end = self.links[link] else { return }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count =
                rest.count < 3
                ? rest.count : min(rest.count, 1 + self.random.below(rest.count, .pieces, link.number))
            let piece = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
            end.arrivesAt = max(end.arrivesAt + 1, self.nowMilliseconds + self.delayMilliseconds)
            self.schedule(
                .bytesReceived(end.other, piece), at: end.peer, after: end.arrivesAt - self.nowMilliseconds)
        }
        self.links[link] = end
    }

    private func closeAfterFlush(_ link: LinkID) {
        guard let end = self.links.removeValue(forKey: link) else { return }
        self.links[end.other] = nil
        let delay = max(end.arrivesAt, self.nowMilliseconds) - self.nowMilliseconds + self.delayMilliseconds
        self.schedule(.linkClosed(end.other), at: end.peer, after: delay)
    }

    // What tests ask.

    package func digests() -> [Digest256] {
        self.team.sites.compactMap { self.nodes[$0]?.replica.digest(level: 1, hashing: StandInHashing()) }
    }

    package var areEqual: Bool { Set(self.digests()).count == 1 }
}

/// One node of the world.
package final class WorldNode {
    package fileprivate(set) var engine: SyncEngine
    package let replica: MemoryReplica
    package let context: ReplicaContext
    package fileprivate(set) var isUp = true
    package fileprivate(set) var receipts: [(site: SiteID, receipt: SignedReceipt)] = []
    fileprivate var epoch: Int
    fileprivate var timers: Set<EngineTimer> = []

    fileprivate init(engine: SyncEngine, replica: MemoryReplica, context: ReplicaContext, epoch: Int) {
        self.engine = engine
        self.replica = replica
        self.context = context
        self.epoch = epoch
    }

    fileprivate func apply(_ batch: IncomingBatch, _ wall: UInt64) -> Result<ApplyReport, ReplicaFault> {
        do {
            return .success(
                try self.replica.write { (replica) throws(ReplicaFault) in
                    let session = try ReplicaSession(self.context, in: replica, wallMilliseconds: wall)
                    try session.apply(batch)
                    return try session.finish()
                })
        } catch {
            return .failure(error)
        }
    }
}
