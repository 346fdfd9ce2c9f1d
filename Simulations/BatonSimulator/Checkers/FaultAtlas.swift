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
    }

    package func acknowledge(_ delta: Delta) {
        self.authored.append(delta)
        self.truth[delta.id] = delta
        self.signed.insert(delta.id)
    }

    package func noteSigned(_ delta: Delta, mustBeVoid: Bool = false) {
        self.signed.insert(delta.id)
        self.truth[delta.id] = delta
        if mustBeVoid { self.mustBeVoid.insert(delta.id) }
    }

    package func noteFork(_ author: Author) { self.forked.insert(author) }
    package func noteReplay(_ link: LinkID) { self.replays.insert(link) }
    package func noteMembership(_ membership: Membership) { self.memberships.insert(membership.headHash) }
    package func noteHeld(_ id: DeltaID, at site: SiteID) { self.everHeld[site, default: []].insert(id) }
    package func noteClockFault(_ site: SiteID) { self.clockFaults.insert(site) }

    package var owed: [Delta] { self.authored.filter { !self.destroyed.contains($0.id) } }

    /// Says what a replaced disk takes with it: what stood on it alone is gone for good.
    package func noteReplaced(_ node: NodeID, by disk: MemoryReplica, in world: World) {
        self.replacedDisks.insert(node.site)
        guard let old = world.machines[node]?.replica else { return }
        self.nextDisks[node] = disk
        // A machine that is down comes back on the disk that was put in, not on the one it had.
        let others = world.machines.filter { $0.key != node }.map { id, machine in
            machine.isUp ? machine.replica : self.nextDisks[id] ?? machine.replica
        }
        for delta in self.authored where disk.fate(delta.id) == nil && old.fate(delta.id) != nil {
            guard !others.contains(where: { $0.fate(delta.id) != nil }) else { continue }
            self.destroyed.insert(delta.id)
        }
    }

    /// Says that a node that goes down comes back on its own disk.
    package func noteKept(_ node: NodeID) { self.nextDisks[node] = nil }

    /// Takes note of a machine that is gone for good.
    package func noteRemoved(_ node: NodeID, in world: World) {
        self.noteReplaced(node, by: MemoryReplica(), in: world)
    }
}
