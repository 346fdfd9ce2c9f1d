import BatonDesk
package import BatonEngine
package import BatonModel
package import BatonStore

/// A machine with the shipped store on a faulty disk, and the reference model beside it.
///
/// Every transaction runs on both and every answer is compared (`TeeTransaction`); when the store's commit
/// fails, the model takes its part back. So the model is what was acknowledged, at any moment.
package final class StoreMachine: NodeMachine {
    /// The name of the database on the disk; its log is `replica.sqlite-wal`.
    package static let database = "replica.sqlite"
    package static let log = "replica.sqlite-wal"

    package private(set) var model = MemoryReplica()
    private let faultDisk: FaultDisk
    package var disk: FaultDisk? { self.faultDisk }
    private let records: VolatileRecords
    /// Pages in the log at which a checkpoint is due.
    let checkpointPages: Int
    private var store: ReplicaStore?
    private var context: ReplicaContext?
    private var differences: [String] = []
    private var knowsOutcomes = true

    package init(number: UInt64, key: UInt64, checkpointPages: Int = 1000) {
        self.faultDisk = FaultDisk(key: key)
        self.records = VolatileRecords(self.faultDisk, machine: number)
        self.checkpointPages = checkpointPages
    }

    deinit { self.kill() }

    package func takeDifferences() -> [String] {
        defer { self.differences = [] }
        return self.differences
    }

    /// The store of the running process, for questions that only it can answer.
    package var running: ReplicaStore {
        guard let store = self.store else { preconditionFailure("no process runs on this simulated machine") }
        return store
    }

    package var isRunning: Bool { self.store != nil }

    // The life of a process.

    package func start(
        site: SiteID, nonce: UInt64, nowMilliseconds: UInt64, hashing: any Hashing,
        context: (_ author: Author, _ previousHead: DeltaID) -> ReplicaContext
    ) throws(ReplicaFault) -> StartedNode {
        precondition(self.store == nil, "a process runs on this simulated machine already")
        let settings = ReplicaSettings(
            busyMillisecondsMax: 0, checkpointPages: self.checkpointPages, vfs: self.faultDisk.vfsName)
        let store = try ReplicaStore(path: Self.database, settings: settings, hashing: hashing)
        do throws(ReplicaFault) {
            let living = try store.resumeOrOpen(
                site: site, settings: self.records, nonce: nonce, nowMilliseconds: nowMilliseconds)
            let made = context(living.author, living.previousHead)
            let change = try self.reconcile(store, made)
            self.store = store
            self.context = made
            return StartedNode(
                context: made, opened: living.opened, lost: change.lost, surfaced: change.surfaced)
        } catch {
            // Nothing of a process that could not start may reach the disk.
            self.records.kill()
            self.faultDisk.kill()
            store.close()
            throw error
        }
    }

    package func write<Value>(
        _ body: (any ReplicaTransaction) throws(ReplicaFault) -> Value
    ) throws(ReplicaFault) -> Value {
        let store = self.running
        let model = self.model
        var found: [String] = []
        defer { self.differences.append(contentsOf: found) }
        return try model.write { (_) throws(ReplicaFault) in
            try store.write { (transaction) throws(ReplicaFault) in
                let tee = TeeTransaction(transaction, model, knowsOutcomes: self.knowsOutcomes)
                defer { found = tee.differences }
                return try body(tee)
            }
        }
    }

    package func load(
        _ ranges: [DeltaRange], bytesMax: Int, sealing: any PartSealing
    ) throws(ReplicaFault) -> MachinePage {
        let page = try self.running.deltas(in: ranges, bytesMax: bytesMax)
        let keys = try self.running.wrappedKeys(of: page.deltas).compactMap {
            Self.bare($0.key, $0.scope, sealing)
        }
        return MachinePage(deltas: page.deltas, keys: keys, rest: page.rest)
    }

    package func close() {
        self.store?.close()
        self.store = nil
        self.records.kill()
    }

    package func kill() {
        self.records.kill()
        // Handles die before the store is closed: a process that was killed writes no last checkpoint.
        self.faultDisk.kill()
        self.store?.close()
        self.store = nil
    }

    package func losePower(_ key: UInt64, loss: PowerLoss) {
        self.records.reboot()
        self.faultDisk.losePower(key, loss: loss)
        self.store?.close()
        self.store = nil
    }

    // Whole disks.

    package func image(key: UInt64) -> MachineImage {
        MachineImage(content: .disk(self.faultDisk.copy(key: key)), model: self.model.clone())
    }

    package func restore(_ image: MachineImage, inPlace: Bool) {
        guard case .disk(let disk) = image.content else {
            preconditionFailure("the image of a model was given to a machine with a disk")
        }
        self.kill()
        self.faultDisk.replace(by: disk, inPlace: inPlace)
    }

    package func wipe() {
        self.kill()
        self.faultDisk.wipe()
    }

    // The store and the model.

    package func compare() throws(ReplicaFault) -> [String] {
        let store = self.running
        guard let context = self.context else { return [] }
        var found: [String] = []
        if try store.haveSet() != self.model.haveSet { found.append("the have-sets differ") }
        let counts = try store.counts()
        if counts.deltas != self.model.deltasInOrder.count { found.append("the logs differ in length") }
        if counts.waiting != self.model.waitingCount { found.append("not the same deltas wait") }
        // The store digests at the desk's level, whatever table this context folds by.
        let digest = self.model.digest(level: DeskFieldTable.level, hashing: context.hashing)
        if try store.stateDigest().digest != digest { found.append("the documents differ") }
        found.append(contentsOf: try store.integrityCheck().map { "integrity check: \($0)" })
        if let record = try store.firstBrokenAuditRecord() {
            found.append("audit record \(record) does not follow the one before it")
        }
        return found
    }

    /// Brings the model to what the disk turned out to hold: nearly always it is there already.
    ///
    /// - Returns: What the model had and the disk has not, and the other way round.
    private func reconcile(
        _ store: ReplicaStore, _ context: ReplicaContext
    ) throws(ReplicaFault) -> (lost: [Delta], surfaced: [AddedDelta]) {
        let counts = try store.counts()
        let isSame = try store.haveSet() == self.model.haveSet && counts.waiting == self.model.waitingCount
        if isSame {
            try self.adoptBookkeeping(store, self.model)
            return ([], [])
        }
        let before = self.model.deltasInOrder
        let (model, added) = try Self.refold(store, context)
        try self.adoptBookkeeping(store, model)
        self.model = model
        self.knowsOutcomes = false
        let held = Set(added.map(\.id))
        let known = Set(before.map(\.id))
        return (before.filter { !held.contains($0.id) }, added.filter { !known.contains($0.id) })
    }

    /// Folds the log on the disk into a fresh model, as `baton rebuild` folds it into the store.
    private static func refold(
        _ store: ReplicaStore, _ context: ReplicaContext
    ) throws(ReplicaFault) -> (MemoryReplica, [AddedDelta]) {
        let model = MemoryReplica()
        var added: [AddedDelta] = []
        var arrival: Int64 = 0
        while true {
            let entries = try store.log(after: arrival, limit: 500)
            guard let last = entries.last else { return (model, added) }
            arrival = last.arrival
            let deltas = entries.map(\.delta)
            let keys = try Self.keys(of: deltas, in: store, context.sealing)
            let report = try model.write { (model) throws(ReplicaFault) in
                let session = try ReplicaSession(context, in: model, wallMilliseconds: .max >> 16)
                try session.apply(
                    IncomingBatch(from: context.author.site, deltas: deltas, keys: keys))
                return try session.finish()
            }
            added.append(contentsOf: report.added)
        }
    }

    /// Takes over what a log does not say: the clock.
    private func adoptBookkeeping(_ store: ReplicaStore, _ model: MemoryReplica) throws(ReplicaFault) {
        let clock = try store.write { (transaction) throws(ReplicaFault) in try transaction.clock() }
        try model.write { (model) throws(ReplicaFault) in try model.save(clock: clock) }
    }

    private static func keys(
        of deltas: [Delta], in store: ReplicaStore, _ sealing: any PartSealing
    ) throws(ReplicaFault) -> [BareKey] {
        var keys: [BareKey] = []
        var seen: Set<BareKey> = []
        for delta in deltas {
            for index in delta.header.parts.indices {
                let scope = delta.header.keyScope(part: index)
                guard let key = try store.key(scope, id: delta.header.parts[index].key) else { continue }
                guard let bare = Self.bare(key, scope, sealing), seen.insert(bare).inserted else { continue }
                keys.append(bare)
            }
        }
        return keys
    }

    private static func bare(_ key: WrappedKey, _ scope: KeyScope, _ sealing: any PartSealing) -> BareKey? {
        // A key that this vault cannot open is left out, as the node does; its parts stay unread at the peer.
        guard let bytes = try? sealing.export(key, scope: scope) else { return nil }
        return BareKey(scope: scope, id: key.id, bytes: bytes)
    }
}
