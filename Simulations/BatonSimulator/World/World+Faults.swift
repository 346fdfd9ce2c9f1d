package import BatonEngine
package import BatonModel

/// What can be done to the world from outside: every fault is a call here.
extension World {
    // The process.

    /// Kills a node: its links break and its unanswered work is gone. The replica keeps what was committed.
    package func crash(_ site: SiteID) { self.crash(NodeID(site), isPlanned: false) }

    func crash(_ id: NodeID, isPlanned: Bool, losing loss: PowerLoss? = nil) {
        guard let node = self.machines[id], node.isUp else { return }
        node.isUp = false
        node.isPaused = false
        node.effectsLeft = nil
        node.life += 1
        node.backlog = []
        self.stopDisk(id, losing: loss)
        for (link, end) in self.links.sorted(by: { $0.key < $1.key }) where end.node == id {
            self.breakLink(link)
        }
        self.tell(.crashed(id, isPlanned: isPlanned))
    }

    /// Lets a node die after so many more effects: between two actions, or between a commit and what follows.
    package func crash(_ site: SiteID, afterEffects count: Int) {
        self.machines[NodeID(site)]?.effectsLeft = count
    }

    /// Starts a crashed node again in an incarnation of the given number.
    ///
    /// - Parameter replica: An older copy of its disk, when a backup is put back.
    package func restart(_ site: SiteID, incarnation: UInt32, replica: MemoryReplica? = nil) {
        let id = NodeID(site)
        guard let node = self.machines[id] else { return }
        let disk = replica ?? node.replica
        let nonce = UInt64(incarnation) &* 0x1_0001
        let author = Author(site: site, incarnation: Incarnation(counter: incarnation, nonce: nonce))
        self.restart(id, as: author, on: disk)
    }

    /// Starts a node, or a clone that was not there before.
    func restart(_ id: NodeID, as author: Author, on disk: MemoryReplica) {
        let source = self.machines[id] ?? self.machines[NodeID(id.site)]
        guard let source else { return }
        var context = self.team.context(
            id.site, incarnation: author.incarnation.counter, seed: self.random.next(.crypto, id.key),
            previousHead: disk.held(of: source.context.author)?.intervals.last?.head ?? .none)
        if author == source.context.author { context.previousHead = source.context.previousHead }
        context.author = author
        context.membership = source.context.membership
        context.fold = source.context.fold
        self.start(id, context, replica: disk)
    }

    /// Rebuilds a node's folded state from its log under another field table, as an upgrade does, and starts
    /// it again.
    func upgrade(_ id: NodeID, to table: FieldTable) {
        guard let node = self.machines[id] else { return }
        self.crash(id, isPlanned: false)
        node.context.fold = Fold(table: table)
        let fresh = self.rebuilt(node.replica, for: node)
        self.restart(id, as: node.context.author, on: fresh)
    }

    /// Folds a log anew under a node's field table.
    func rebuilt(_ disk: MemoryReplica, for node: WorldNode) -> MemoryReplica {
        let fresh = MemoryReplica()
        let target = ReplicaPeer(node.context, replica: fresh, wall: self.wall(node.id))
        target.apply(disk.deltasInOrder, from: ReplicaPeer(node.context, replica: disk))
        _ = fresh.drainPassed()
        fresh.adoptUnlogged(of: disk)
        return fresh
    }

    /// Takes a machine away for good: a clone that is switched off.
    func remove(_ id: NodeID) {
        self.crash(id, isPlanned: false)
        self.machines[id] = nil
    }

    func pause(_ id: NodeID) {
        guard let node = self.machines[id], node.isUp else { return }
        node.isPaused = true
    }

    /// Lets a paused process go on: everything that came meanwhile comes at once, in order.
    func resume(_ id: NodeID) {
        guard let node = self.machines[id], node.isPaused else { return }
        node.isPaused = false
        for (index, happening) in node.backlog.enumerated() {
            self.schedule(happening, at: id, after: 0, tiebreak: UInt64(index))
        }
        node.backlog = []
    }

    package func slow(_ id: NodeID, factor: UInt64) { self.machines[id]?.slowness = max(1, factor) }

    // Clocks.

    /// Sets how far a node's wall clock is off, in milliseconds.
    package func setSkew(_ site: SiteID, _ milliseconds: Int64) {
        let truth = Int64(self.settings.startMilliseconds + self.nowMilliseconds)
        self.machines[NodeID(site)]?.clock.set(
            to: UInt64(max(0, truth + milliseconds)), at: self.nowMilliseconds)
    }

    func withClock(_ id: NodeID, _ body: (inout NodeClock, UInt64) -> Void) {
        guard let node = self.machines[id] else { return }
        body(&node.clock, self.nowMilliseconds)
    }

    /// How far a node's clock is off, in milliseconds.
    package func clockError(_ id: NodeID) -> Int64 {
        Int64(self.wall(id)) - Int64(self.settings.startMilliseconds + self.nowMilliseconds)
    }

    // The network.

    /// Cuts or joins a pair. A cut breaks its links and makes dialling fail.
    package func setCut(_ one: SiteID, _ two: SiteID, _ isCut: Bool) {
        for direction in [Direction(one, two), Direction(two, one)] {
            if isCut { self.cut.insert(direction) } else { self.cut.remove(direction) }
        }
        if isCut { self.breakLinks(one, two) }
    }

    func breakLinks(_ one: SiteID, _ two: SiteID) {
        for (id, end) in self.links.sorted(by: { $0.key < $1.key })
        where end.node.site == one && end.peer.site == two || end.node.site == two && end.peer.site == one {
            self.breakLink(id)
        }
    }

    /// Lets nothing pass in one direction, and tells nobody.
    func block(_ direction: Direction) { self.change(direction) { $0.isBlocked = true } }

    /// One side of a pair loses its connections without the other hearing of it.
    func halfOpen(_ site: SiteID, _ peer: SiteID) {
        for (id, end) in self.links.sorted(by: { $0.key < $1.key })
        where end.node.site == site && end.peer.site == peer {
            self.forgetEnd(id)
            self.schedule(.input(.linkClosed(id)), at: end.node, after: 0)
        }
    }

    /// A person at a site pauses a peer, or takes it from the list of peers. What a node keeps in its settings it
    /// knows after a restart.
    func letGo(_ peer: SiteID, of site: SiteID, isPause: Bool) {
        if isPause {
            self.pausedPeers[site, default: []].insert(peer)
        } else {
            self.removedPeers[site, default: []].insert(peer)
        }
        self.tellAll(at: site, isPause ? .peerPaused(peer, true) : .peerRemoved(peer))
    }

    /// Undoes both.
    func takeUp(_ peer: SiteID, at site: SiteID) {
        if self.pausedPeers[site]?.remove(peer) != nil { self.tellAll(at: site, .peerPaused(peer, false)) }
        if self.removedPeers[site]?.remove(peer) != nil { self.tellAll(at: site, .peerAdded(peer)) }
    }

    private func tellAll(at site: SiteID, _ input: EngineInput) {
        for id in self.nodeIDs where id.site == site && self.machines[id]?.isUp == true {
            self.schedule(.input(input), at: id, after: 0)
        }
    }

    /// Stops or starts reading at a site: a window of zero towards its peers.
    func setDeaf(_ site: SiteID, _ isDeaf: Bool) {
        for id in self.links.keys.sorted() where self.links[id]?.node.site == site {
            self.links[id]?.isDeaf = isDeaf
            if !isDeaf { self.drainInbox(id) }
        }
    }

    /// Takes every fault of the network between two sites away.
    func heal(_ one: SiteID, _ two: SiteID) {
        self.setCut(one, two, false)
        for direction in [Direction(one, two), Direction(two, one)] {
            self.unblock(direction)
            self.paths[direction] = nil
        }
    }

    // Lies.

    /// Puts bytes on a site's live links as if its peer had sent them: what a hostile member can do.
    package func inject(_ bytes: [UInt8], to site: SiteID, asIfFrom peer: SiteID) {
        for (id, end) in self.links.sorted(by: { $0.key < $1.key })
        where end.node.site == site && end.peer.site == peer {
            self.schedule(.input(.bytesReceived(id, bytes)), at: end.node, after: 0)
        }
    }

    /// Sends frames on a site's own links to another, after what it has sent already.
    func say(_ frames: [[UInt8]], from site: SiteID, to peer: SiteID) {
        let ends = self.links.filter { $0.value.node.site == site && $0.value.peer.site == peer }
        // Who withholds what it has still lies.
        let node = self.machines[NodeID(site)]
        let isWithholding = node?.isWithholding ?? false
        node?.isWithholding = false
        defer { node?.isWithholding = isWithholding }
        for id in ends.keys.sorted() { for frame in frames { self.carry(frame, on: id) } }
    }

    /// Links of a site whose other end is at a peer.
    package func linkIDs(at site: SiteID, from peer: SiteID) -> [LinkID] {
        self.links.filter { $0.value.node == NodeID(site) && $0.value.peer.site == peer }.keys.sorted()
    }

    func owner(of link: LinkID) -> NodeID? { self.links[link]?.node }

    /// True once everything that was sent to this end has been read.
    func hasReadAll(_ link: LinkID) -> Bool {
        guard let end = self.links[link], let node = self.machines[end.node], node.isUp, !node.isPaused else {
            return false
        }
        return end.inbox.isEmpty && self.links[end.other]?.queuedBytes == 0
    }

    func startRecording(_ direction: Direction) {
        self.recording.insert(direction)
        self.recordings[direction] = []
        self.recordedLinks[direction] = nil
        self.breakLinks(direction.from, direction.to)
    }

    /// Plays a recorded connection to its listener again, on a link of its own.
    ///
    /// TLS would stop this; the engine must not need it to.
    ///
    /// - Returns: The link at the victim; nil where nothing was recorded.
    func replay(_ direction: Direction) -> LinkID? {
        self.recording.remove(direction)
        guard let frames = self.recordings[direction], !frames.isEmpty,
            let victim = self.machines[NodeID(direction.to)], victim.isUp
        else { return nil }
        let far = LinkID(self.linkCount + 2)
        self.linkCount += 2
        self.links[far] = LinkEnd(
            node: victim.id, other: LinkID(self.linkCount - 1), peer: NodeID(direction.from))
        let opening = LinkOpening(
            link: far, site: direction.from, isDialler: false, purpose: nil,
            localPin: SimulatedTeam.pin(of: direction.to), remotePin: SimulatedTeam.pin(of: direction.from))
        self.schedule(.input(.linkOpened(opening)), at: victim.id, after: 1)
        for (index, frame) in frames.enumerated() {
            self.schedule(.parcel(far, .bytes(frame)), at: victim.id, after: 2 + UInt64(index))
        }
        return far
    }

    // Membership.

    /// Gives a longer membership log to one node, as an import there does.
    func importMembership(_ membership: Membership, at id: NodeID) {
        self.schedule(.input(.membershipImported(membership)), at: id, after: 0)
    }
}
