import BatonEngine
import BatonModel

/// Replicas on simulated disks: the shipped store below the nodes.
extension World {
    /// Starts a node's process on its disk.
    ///
    /// - Parameter replica: What the disk is to hold. Another object than the one that the disk's model is means
    ///   that the disk was swapped: it is written anew.
    /// - Returns: The context of the life that the store lets it live, and the model of its disk.
    func begin(
        _ id: NodeID, _ context: ReplicaContext, _ replica: MemoryReplica
    ) -> (ReplicaContext, MemoryReplica) {
        // Live clones share an incarnation, which no store would let them: they stay in memory.
        guard self.fidelity.replica == .sqlite, id.copy == 0 else { return (context, replica) }
        let disk = self.disks[id] ?? self.newDisk(id)
        // Faults strike a running process; starts that fail are the business of the machine's own tests.
        disk.disk?.disarmAll()
        self.lost[id] = nil
        self.surfaced[id] = nil
        let image = self.nextDisks.removeValue(forKey: id)
        if let image { disk.restore(image, inPlace: false) }
        let isSwapped = image == nil && disk.model !== replica
        if isSwapped { disk.wipe() }
        do throws(ReplicaFault) {
            let started = try disk.start(
                site: id.site, nonce: self.random.next(.disk, id.key), nowMilliseconds: self.wall(id),
                hashing: context.hashing
            ) { author, previousHead in
                var living = context
                living.author = author
                living.previousHead = previousHead
                return living
            }
            if isSwapped { try self.fill(disk, started.context, from: replica) }
            self.surfaced[id] = started.surfaced
            if image == nil, !isSwapped { self.lost[id] = started.lost }
            return (started.context, disk.model)
        } catch {
            precondition(!isSwapped, "a node did not start on an empty disk: \(error)")
            // A named refusal; whoever looks after it puts an empty disk in.
            self.tell(.startRefused(id, error))
            disk.wipe()
            return self.begin(id, context, MemoryReplica())
        }
    }

    /// The disk of a node as it is, where it has one.
    func image(of id: NodeID) -> MachineImage? {
        guard let disk = self.disks[id], disk.isRunning else { return nil }
        return disk.image(key: self.random.next(.disk, id.key))
    }

    /// Flips bits of a disk whose node is down.
    func rot(_ id: NodeID, _ files: DiskFault.Files, bits: Int) {
        guard let disk = self.disks[id]?.disk else { return }
        for _ in 0..<bits {
            let key = self.random.next(.disk, id.key)
            let isLog = files == .log || (files == .any && key & 1 == 1)
            let isThere = disk.rot(isLog ? StoreMachine.log : StoreMachine.database, key: key) != nil
            if !isThere, files == .any { disk.rot(StoreMachine.database, key: key) }
        }
    }

    /// Tells of own deltas that a process had made durable before it died, and told nobody of. Those of a clone of it
    /// have been told of.
    func tellSurfaced(_ id: NodeID) {
        for one in self.surfaced[id] ?? [] where one.reference.author.site == id.site {
            guard let delta = self.machines[id]?.replica.row(one.id)?.delta else { continue }
            self.tellSigned(delta, by: id)
        }
    }

    private func newDisk(_ id: NodeID) -> StoreMachine {
        let pages = [20, 100, 1000][self.random.below(3, .disk, id.key)]
        let disk = StoreMachine(
            number: id.key, key: self.random.next(.disk, id.key), checkpointPages: pages)
        self.disks[id] = disk
        return disk
    }

    private func fill(
        _ disk: StoreMachine, _ context: ReplicaContext, from replica: MemoryReplica
    ) throws(ReplicaFault) {
        let deltas = replica.deltasInOrder
        var keys: [BareKey] = []
        var seen: Set<BareKey> = []
        for delta in deltas {
            for (scope, key) in replica.keys(for: delta) {
                guard let bytes = try? context.sealing.export(key, scope: scope) else { continue }
                let bare = BareKey(scope: scope, id: key.id, bytes: bytes)
                if seen.insert(bare).inserted { keys.append(bare) }
            }
        }
        guard !deltas.isEmpty else { return }
        let wall = self.wall(NodeID(context.author.site))
        try disk.write { (transaction) throws(ReplicaFault) in
            let session = try ReplicaSession(context, in: transaction, wallMilliseconds: wall)
            try session.apply(IncomingBatch(from: context.author.site, deltas: deltas, keys: keys))
            _ = try session.finish()
            try transaction.save(clock: replica.latestStamp)
            for (command, outcome) in replica.outcomes {
                try transaction.save(outcome: outcome, ofCommand: command)
            }
        }
        _ = disk.model.drainPassed()
    }

    /// The process of a node dies; half of the times its machine loses power with it.
    ///
    /// - Parameter loss: What becomes of unsynced sectors where it is power that goes for certain.
    func stopDisk(_ id: NodeID, losing loss: PowerLoss?) {
        guard let disk = self.disks[id], disk.isRunning else { return }
        if let loss { return disk.losePower(self.random.next(.disk, id.key), loss: loss) }
        let key = self.random.next(.disk, id.key)
        var random = SeededRandom(seed: key)
        if random.chance(1, in: 2) {
            disk.losePower(random.next(), loss: PowerLoss.drawn(&random))
        } else {
            disk.kill()
        }
    }

    /// Arms a fault of a site's disk, where it has one.
    func arm(_ fault: DiskFault, at site: SiteID) {
        guard let disk = self.disks[NodeID(site)], disk.isRunning else { return }
        disk.disk?.arm(fault)
        self.armedDiskFaults += 1
    }

    /// Takes away what a disk was to do and has not done yet.
    func disarm(_ id: NodeID) { self.disks[id]?.disk?.disarmAll() }

    /// A node whose disk has failed acknowledges nothing any more: it stops.
    func failed(_ node: WorldNode, _ fault: ReplicaFault) {
        if fault.isFatal, node.disk != nil { self.crash(node.id, isPlanned: true) }
    }

    func tellDifferences(_ node: WorldNode) {
        for what in node.disk?.takeDifferences() ?? [] {
            let fault = ReplicaFault(code: "simulation.store-differs", message: what, isFatal: false)
            self.tell(.refused(node.id, fault))
        }
    }

    /// Compares every running store with its model, whole.
    func compareDisks() -> [Violation] {
        var found: [Violation] = []
        for (id, disk) in self.disks.sorted(by: { $0.key < $1.key }) where disk.isRunning {
            let differences: [String]
            do throws(ReplicaFault) { differences = try disk.compare() } catch { differences = ["\(error)"] }
            for what in differences {
                found.append(Violation("finally-store-equals-model", "\(id): \(what)", node: id))
            }
        }
        return found
    }
}
