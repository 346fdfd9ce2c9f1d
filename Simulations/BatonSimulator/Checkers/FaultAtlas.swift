package import BatonEngine
package import BatonModel

/// What was done in a run, and what the faults have made impossible: no checker demands more than this
/// allows, nor less.
package final class FaultAtlas {
    package let honest: Set<SiteID>
    /// Acknowledged deltas of honest sites, in the order acknowledged.
    package private(set) var authored: [Delta] = []
    package private(set) var truth: [DeltaID: Delta] = [:]
    /// Everything that a key holder has signed, the liars' lies too.
    package private(set) var signed: Set<DeltaID> = []
    /// Authored deltas that were only on a disk that an older copy replaced: nobody can bring them back.
    package private(set) var destroyed: Set<DeltaID> = []
    /// Deltas that no replica may count: wrong by signed bytes and membership alone.
    package private(set) var mustBeVoid: Set<DeltaID> = []
    /// Authors with two logs: a live clone, or a liar.
    package private(set) var forked: Set<Author> = []
    /// Links on which an old connection is played again.
    package private(set) var replays: Set<LinkID> = []
    /// Membership heads that the roots have signed.
    package private(set) var memberships: Set<Digest256>
    /// Everything that a site has ever committed.
    package private(set) var everHeld: [SiteID: Set<DeltaID>] = [:]
    /// Sites whose clock is or was wrong.
    package private(set) var clockFaults: Set<SiteID> = []
    /// Sites whose disk was replaced by an older one or none.
    package private(set) var replacedDisks: Set<SiteID> = []
    package private(set) var replacedCount = 0

    /// Whose batons were moved, and what each machine knows of them.
    package let custody = CustodyBook()
    /// A second machine of a site has run, in a life of its own.
    package private(set) var hasClone = false
    /// Sites whose disk has said that something was synced and may not have done it.
    package private(set) var doubtful: Set<SiteID> = []
    /// Sites whose disk holds other bytes than were written: of such a node nothing is demanded but that it
    /// harms nobody else, until its disk is exchanged.
    package private(set) var rotten: Set<SiteID> = []
    /// Sites whose disk was rotten at some time: what they wrote meanwhile is theirs, right or wrong.
    private var onceRotten: Set<SiteID> = []

    package init(honest: [SiteID], membership: Membership) {
        self.honest = Set(honest)
        self.memberships = [membership.headHash]
    }

    package var hasLiar: Bool { self.liarCount > 0 }
    private var liarCount = 0
    private var nextDisks: [NodeID: MemoryReplica] = [:]

    package func expectLiars(_ count: Int) { self.liarCount = count }

    package func isHonest(_ author: Author) -> Bool {
        self.honest.contains(author.site) && !self.forked.contains(author)
            && !self.onceRotten.contains(author.site)
    }

    package func acknowledge(_ delta: Delta) {
        self.authored.append(delta)
        self.custody.note(delta)
        self.truth[delta.id] = delta
        self.signed.insert(delta.id)
    }

    package func noteSigned(_ delta: Delta, mustBeVoid: Bool = false) {
        self.signed.insert(delta.id)
        self.custody.note(delta)
        self.truth[delta.id] = delta
        if mustBeVoid { self.mustBeVoid.insert(delta.id) }
    }

    package func noteFork(_ author: Author) { self.forked.insert(author) }
    package func noteClone() { self.hasClone = true }
    package func noteReplay(_ link: LinkID) { self.replays.insert(link) }
    package func noteMembership(_ membership: Membership) { self.memberships.insert(membership.headHash) }
    package func noteHeld(_ id: DeltaID, at site: SiteID) { self.everHeld[site, default: []].insert(id) }
    package func noteClockFault(_ site: SiteID) { self.clockFaults.insert(site) }

    // What slows a site down, and until when.

    private var disturbedUntil: [SiteID: UInt64] = [:]
    private var disturbedAt: [SiteID: UInt64] = [:]

    /// Says that a site or its paths are slow or gone for a while; pauses between dials have passed by `until`.
    func noteDisturbed(_ site: SiteID, at now: UInt64, until: UInt64) {
        self.disturbedAt[site] = now
        self.disturbedUntil[site] = max(self.disturbedUntil[site] ?? 0, until)
    }

    func isDisturbed(_ site: SiteID, at now: UInt64) -> Bool { (self.disturbedUntil[site] ?? 0) > now }
    func wasDisturbed(_ site: SiteID, since: UInt64) -> Bool { (self.disturbedAt[site] ?? 0) >= since }

    package func noteDoubtful(_ site: SiteID) { self.doubtful.insert(site) }
    package func noteExchanged(_ site: SiteID) { self.rotten.remove(site) }
    package func noteRotten(_ site: SiteID) {
        self.rotten.insert(site)
        self.onceRotten.insert(site)
        self.replacedDisks.insert(site)
    }

    /// True for a peer that keeps to the protocol and whose disk gives back what was written.
    package func isSound(_ site: SiteID) -> Bool {
        self.honest.contains(site) && !self.onceRotten.contains(site)
    }

    /// Says what a disk that lied about its syncs has lost.
    package func noteLost(_ lost: [Delta], at node: NodeID, in world: World) {
        guard !lost.isEmpty else { return }
        self.replacedDisks.insert(node.site)
        let others = self.keepers(but: node, in: world)
        for delta in lost where !others.contains(where: { $0.fate(delta.id) != nil }) {
            self.destroyed.insert(delta.id)
        }
    }

    package var owed: [Delta] { self.authored.filter { !self.destroyed.contains($0.id) } }

    /// Says what a replaced disk takes with it: what stood on it alone is gone for good.
    package func noteReplaced(_ node: NodeID, by disk: MemoryReplica, in world: World) {
        self.replacedDisks.insert(node.site)
        self.replacedCount += 1
        guard let old = world.machines[node]?.replica else { return }
        self.nextDisks[node] = disk
        let others = self.keepers(but: node, in: world)
        for delta in self.authored where disk.fate(delta.id) == nil && old.fate(delta.id) != nil {
            guard !others.contains(where: { $0.fate(delta.id) != nil }) else { continue }
            self.destroyed.insert(delta.id)
        }
    }

    /// Says that a liar gives nothing more away: what stands with it alone is gone as if its disk had burnt.
    package func noteWithheld(_ node: NodeID, in world: World) {
        guard let liar = world.machines[node]?.replica else { return }
        let others = self.keepers(but: node, in: world)
        for delta in self.authored where liar.fate(delta.id) != nil {
            guard !others.contains(where: { $0.fate(delta.id) != nil }) else { continue }
            self.destroyed.insert(delta.id)
        }
    }

    /// The replicas from which others can get what they hold. A machine that is down comes back on the disk that
    /// was put in, not on the one it had.
    private func keepers(but node: NodeID, in world: World) -> [MemoryReplica] {
        world.machines.filter { $0.key != node && !$0.value.isWithholding }.map { id, machine in
            machine.isUp ? machine.replica : self.nextDisks[id] ?? machine.replica
        }
    }

    /// Says that a node that goes down comes back on its own disk.
    package func noteKept(_ node: NodeID) { self.nextDisks[node] = nil }

    /// Takes note of a machine that is gone for good.
    package func noteRemoved(_ node: NodeID, in world: World) {
        self.noteReplaced(node, by: MemoryReplica(), in: world)
    }
}
