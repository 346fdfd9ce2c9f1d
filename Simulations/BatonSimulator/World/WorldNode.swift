package import BatonEngine
package import BatonModel
package import BatonProtocol

/// One machine of the world: a site's, or a clone of it.
package struct NodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let site: SiteID
    /// 0 is the machine itself.
    package let copy: Int

    package init(_ site: SiteID, copy: Int = 0) {
        self.site = site
        self.copy = copy
    }

    /// The entity by which its draws are keyed.
    var key: UInt64 { self.site.packed ^ UInt64(self.copy) }

    package var description: String { self.copy == 0 ? "\(self.site)" : "\(self.site)'\(self.copy)" }

    package static func < (left: NodeID, right: NodeID) -> Bool {
        (left.site, left.copy) < (right.site, right.copy)
    }
}

package struct WorldSettings: Sendable {
    /// Wall time at the begin of the run, milliseconds since 1970.
    package var startMilliseconds: UInt64 = 1_700_000_000_000
    /// Whether time in which only heartbeats happen is skipped.
    package var skipsQuietTime = false
    /// Whether notes and receipts are kept for tests to read.
    package var keepsNotes = true
    package var limits = WireLimits.standard
    /// More events than any sound run of this length has: the world stops there.
    package var eventsMax = UInt64.max

    package init() {}
}

/// Something that happened in the world. Past tense.
package enum WorldFact {
    case started(NodeID, Author)
    /// A start that the store refused by name; the machine gets an empty disk then.
    case startRefused(NodeID, ReplicaFault)
    /// True where the crash was planned to fall between two effects.
    case crashed(NodeID, isPlanned: Bool)
    case authored(NodeID, Delta)
    /// A command was carried out, or had been before: by its key, the delta that it came to.
    case answered(NodeID, command: [UInt8], DeltaID)
    case committed(NodeID, Commit)
    case refused(NodeID, ReplicaFault)
    case stepped(NodeID, EngineInput, [EngineAction])
    case noted(NodeID, EngineNote, EngineInput)
    case receipt(NodeID, SiteID, SignedReceipt)
    case compared(NodeID, ComparisonResult)
    case sent(Shipment)
    /// A frame arrived whole, or was lost on the way.
    case arrived(shipment: UInt64, isLost: Bool)
}

/// A transaction that committed.
package struct Commit {
    package let report: ApplyReport
    package let isOwn: Bool
    /// Deltas that passed their gate in it.
    package let passed: [DeltaID]
    /// How many audit records there were before.
    package let auditBefore: Int
}

/// A frame on its way.
package struct Shipment {
    package let number: UInt64
    package let from: NodeID
    package let to: NodeID
    package let link: LinkID
    package let bytes: Int
    /// Bytes on the way on this link, these included.
    package let queuedBytes: Int
    package let kind: FrameKind
}

/// One node of the world.
package final class WorldNode {
    package let id: NodeID
    package internal(set) var engine: SyncEngine
    package let replica: MemoryReplica
    /// The disk that the replica is on; nil where it is in memory alone.
    var disk: StoreMachine?
    package internal(set) var context: ReplicaContext
    package internal(set) var clock: NodeClock
    package internal(set) var isUp = true
    package internal(set) var isPaused = false
    package internal(set) var receipts: [(site: SiteID, receipt: SignedReceipt)] = []
    package internal(set) var stated: [(site: SiteID, have: HaveSet)] = []
    package internal(set) var comparisons: [ComparisonResult] = []
    /// How many times slower than usual its work is.
    var slowness: UInt64 = 1
    /// Effects that it will still perform before a planned crash.
    var effectsLeft: Int?
    /// Counts its lives: what was meant for an earlier one is dropped.
    var life: Int
    var timers: [EngineTimer: UInt64] = [:]
    var settingCount: UInt64 = 0
    /// What came while it was paused, in order.
    var backlog: [Happening] = []
    /// When its writing thread is free again.
    var writesUntil: UInt64 = 0
    /// When its engine was told of its newest commit.
    var toldUntil: UInt64 = 0
    var haveDigest: Digest256?
    /// A liar that says nothing of what it has.
    var isWithholding = false

    init(
        _ id: NodeID, engine: SyncEngine, replica: MemoryReplica, context: ReplicaContext, clock: NodeClock,
        life: Int
    ) {
        self.id = id
        self.engine = engine
        self.replica = replica
        self.context = context
        self.clock = clock
        self.life = life
    }

    func apply(_ batch: IncomingBatch, _ wall: UInt64) -> Result<ApplyReport, ReplicaFault> {
        do {
            return .success(
                try self.transact { (replica) throws(ReplicaFault) in
                    let session = try ReplicaSession(self.context, in: replica, wallMilliseconds: wall)
                    try session.apply(batch)
                    return try session.finish()
                })
        } catch {
            return .failure(error)
        }
    }

    /// Runs a transaction on the disk and the model of it, or on the model alone.
    func transact<Value>(
        _ body: (any ReplicaTransaction) throws(ReplicaFault) -> Value
    ) throws(ReplicaFault) -> Value {
        if let disk = self.disk { return try disk.write(body) }
        return try self.replica.write { (model) throws(ReplicaFault) in try body(model) }
    }

    /// Answers the engine by the shipped reader, from the disk or from the model alone.
    func answer(
        _ order: LoadOrder, _ verifying: any SignatureVerifying
    ) -> Result<LoadAnswer, ReplicaFault> {
        let reader = CatchUpReader(
            sealing: self.context.sealing,
            pages: PageSealing(
                membership: self.context.membership, hashing: self.context.hashing, verifying: verifying))
        do throws(ReplicaFault) {
            if let disk = self.disk { return .success(try reader.answer(order, from: disk.running)) }
            return .success(try reader.answer(order, from: self.replica))
        } catch {
            return .failure(error)
        }
    }

    func currentHaveDigest() -> Digest256 {
        if let known = self.haveDigest { return known }
        let made = self.replica.haveSet.digest(hashing: self.context.hashing)
        self.haveDigest = made
        return made
    }

    package var level: UInt64 { self.context.fold.table.level }
}
