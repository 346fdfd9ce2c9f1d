import BatonEngine
import BatonModel

/// A copy of a site's disk: by the model, and as it was where there is one.
struct DiskCopy {
    let model: MemoryReplica
    var image: MachineImage?
}

/// What happens to disks, and what it makes impossible.
extension ScenarioRun {
    /// The longest pause between dials, and time to catch up.
    private static let settlingMilliseconds: UInt64 = 60_000

    /// Takes down whom an event slows down or cuts off: no promise of promptness holds there. A lie disturbs
    /// nobody: the others must bear it.
    func noteDisturbance(_ event: ScenarioEvent) {
        let now = self.world.nowMilliseconds
        let lasting: UInt64
        switch event.verb {
        case .write, .decide, .compare, .quiet, .heal, .lie, .jump, .drift, .freeze, .setClock, .record,
            .backup:
            return
        case .bandwidth, .loss, .delay, .upgrade, .stall, .reset: lasting = .max / 2
        case .block, .dribble, .slow, .cut, .pausePeer, .removePeer: lasting = event.span ?? .max / 2
        case .flap: lasting = (event.span ?? 0) * 2 * (event.count ?? 1)
        default: lasting = event.span ?? 1_000
        }
        let isForAll = event.verb == .retire || event.peer == nil && [.cut, .heal].contains(event.verb)
        let sites = isForAll ? self.world.team.sites : [event.site, event.peer].compactMap { $0 }
        for site in sites {
            self.atlas.noteDisturbed(site, at: now, until: now + lasting + Self.settlingMilliseconds)
        }
    }

    func swapDisk(_ event: ScenarioEvent) {
        guard let site = event.site, let node = self.world.machines[NodeID(site)] else { return }
        switch event.verb {
        case .backup:
            self.backups[site] = DiskCopy(model: node.replica.clone(), image: self.world.image(of: node.id))
        case .restore: self.replace(node, by: self.backups[site], event)
        case .amnesia: self.replace(node, by: DiskCopy(model: MemoryReplica()), event)
        case .clone: self.clone(node, isLive: false)
        case .liveClone: self.clone(node, isLive: true)
        default:
            let id = NodeID(site, copy: 1)
            guard self.world.machines[id] != nil else { return }
            self.atlas.noteRemoved(id, in: self.world)
            self.world.remove(id)
        }
    }

    private func replace(_ node: WorldNode, by copy: DiskCopy?, _ event: ScenarioEvent) {
        guard let copy, node.isUp else { return }
        var disk = DiskCopy(model: copy.model.clone(), image: copy.image)
        // A backup of an earlier build is folded anew by the build that opens it.
        if node.level > 1 { disk = DiskCopy(model: self.world.rebuilt(disk.model, for: node)) }
        self.atlas.noteReplaced(node.id, by: disk.model, in: self.world)
        self.restarts[node.id] = RestartPlan(
            author: node.context.author, disk: disk, span: event.span ?? 1_000, isMachine: true)
        self.world.crash(node.id.site)
        self.restartLater(node.id)
    }

    private func clone(_ node: WorldNode, isLive: Bool) {
        let id = NodeID(node.id.site, copy: 1)
        guard self.world.machines[id] == nil, node.isUp else { return }
        if isLive { self.atlas.noteFork(node.context.author) } else { self.atlas.noteClone() }
        let author = isLive ? node.context.author : self.nextAuthor(of: node.id.site)
        self.world.restart(id, as: author, on: node.replica.clone())
    }

    // Faults of the disk itself.

    func strikeDisk(_ event: ScenarioEvent) {
        guard let site = event.site, let node = self.world.machines[NodeID(site)], node.isUp else { return }
        switch event.verb {
        case .diskFault:
            guard let fault = try? DiskFaultText.read(event.how ?? "", count: event.count ?? 1, 0) else {
                return
            }
            self.struckDisks.insert(site)
            if fault.kind == .syncLies { self.atlas.noteDoubtful(site) }
            if fault.kind == .misdirected { self.atlas.noteRotten(site) }
            self.world.arm(fault, at: site)
        case .powerLoss:
            self.plan(node, event)
            let loss = event.how.flatMap { try? PowerLossText.read($0, 0) }
            self.world.crash(node.id, isPlanned: false, losing: loss ?? .mixed)
            self.restartLater(node.id)
        default:
            self.plan(node, event)
            self.atlas.noteRotten(site)
            self.world.crash(site)
            let files = event.how.flatMap(DiskFault.Files.init(rawValue:)) ?? .any
            self.world.rot(node.id, files, bits: Int(clamping: event.count ?? 1))
            self.restartLater(node.id)
        }
    }

    private func plan(_ node: WorldNode, _ event: ScenarioEvent) {
        self.atlas.noteKept(node.id)
        self.restarts[node.id] = RestartPlan(
            author: node.context.author, disk: nil, span: event.span ?? 1_000, isMachine: true)
    }

    /// A node that stopped by itself, or whose disk failed, is started again by whoever looks after it. In the
    /// calm only a disk that was struck is a reason to stop: a node may learn of that with its next change.
    func restartAfterStop(_ id: NodeID) {
        guard !self.isClosing || self.struckDisks.contains(id.site) else { return }
        if self.restarts[id] == nil, let node = self.world.machines[id] {
            self.atlas.noteKept(id)
            self.restarts[id] = RestartPlan(
                author: node.context.author, disk: nil, span: 30_000, isMachine: true)
        }
        self.restartLater(id)
    }

    /// Puts an empty disk in the place of a rotten one, as the operator does who was told of it.
    func exchangeDisk(_ site: SiteID) {
        guard let node = self.world.machines[NodeID(site)] else { return }
        let empty = MemoryReplica()
        self.atlas.noteReplaced(node.id, by: empty, in: self.world)
        self.atlas.noteExchanged(site)
        self.world.crash(site)
        self.restarts[node.id] = RestartPlan(
            author: node.context.author, disk: DiskCopy(model: empty), span: 1_000, isMachine: true)
    }

    /// Takes down what a start has shown of a disk, before the checkers look at it.
    func settleDisks(_ fact: WorldFact) {
        switch fact {
        case .crashed(let id, _):
            let now = self.world.nowMilliseconds
            self.atlas.noteDisturbed(id.site, at: now, until: now + Self.settlingMilliseconds)
        case .started(let id, _):
            let now = self.world.nowMilliseconds
            self.atlas.noteDisturbed(id.site, at: now, until: now + Self.settlingMilliseconds)
            // A rotten log ends where its first bad frame stands: what came after it is gone with the start.
            guard self.atlas.doubtful.contains(id.site) || self.atlas.rotten.contains(id.site) else { return }
            self.atlas.noteLost(self.world.lost[id] ?? [], at: id, in: self.world)
        case .startRefused(let id, _):
            guard self.atlas.rotten.contains(id.site) else { return }
            self.atlas.noteReplaced(id, by: MemoryReplica(), in: self.world)
        default: return
        }
    }
}
