package import BatonEngine
package import BatonModel
package import BatonStore

/// What a simulated node keeps its replica on.
package enum ReplicaKind: String, Sendable, CaseIterable {
    /// The reference model alone.
    case memory
    /// The shipped store on a faulty disk, with the reference model beside it.
    case sqlite = "faulty"

    /// - Parameters:
    ///   - number: Tells machines apart, clones too.
    ///   - key: Decides what only the disk draws.
    ///   - checkpointPages: As `ReplicaSettings` has it; small numbers exercise checkpoints.
    package func machine(number: UInt64, key: UInt64, checkpointPages: Int = 1000) -> any NodeMachine {
        switch self {
        case .memory: MemoryMachine(number: number)
        case .sqlite: StoreMachine(number: number, key: key, checkpointPages: checkpointPages)
        }
    }
}

/// The machine under a simulated node: its disk, its volatile storage, and the process that runs on it.
///
/// A process runs from `start` to `kill`, `losePower`, `restore` or `wipe`; only then may it `write` and `load`.
package protocol NodeMachine: AnyObject {
    /// What the replica holds by the reference model: for checkers, which may read it at any time. Another
    /// object after a start that found the disk changed.
    var model: MemoryReplica { get }
    /// Nil where the replica is in memory.
    var disk: FaultDisk? { get }
    /// Where the store and the model did not agree, in words, since the last look; always empty where there is
    /// only the model.
    func takeDifferences() -> [String]

    /// Starts a process on what the disk holds.
    ///
    /// - Parameters:
    ///   - nonce: 64 bits for a new incarnation.
    ///   - context: Makes the context of the life that begins; `previousHead` is what `prev` states in the
    ///     first delta of a new incarnation.
    /// - Throws: The store's named refusal. No process runs then.
    func start(
        site: SiteID, nonce: UInt64, nowMilliseconds: UInt64, hashing: any Hashing,
        context: (_ author: Author, _ previousHead: DeltaID) -> ReplicaContext
    ) throws(ReplicaFault) -> StartedNode

    /// Runs one transaction and makes it durable.
    ///
    /// - Throws: What `body` throws and what the disk does. After a fatal fault nothing is written until the
    ///   next start.
    func write<Value>(
        _ body: (any ReplicaTransaction) throws(ReplicaFault) -> Value
    ) throws(ReplicaFault) -> Value

    /// Pages deltas of the ranges, in order of arrival, with the keys that open them.
    func load(
        _ ranges: [DeltaRange], bytesMax: Int, sealing: any PartSealing
    ) throws(ReplicaFault) -> MachinePage

    /// Ends the process in order.
    func close()
    /// The process dies.
    func kill()
    /// The machine loses power; the key decides what becomes of unsynced sectors.
    func losePower(_ key: UInt64, loss: PowerLoss)
    /// Copies the disk as it is: a backup, or what a clone starts from. The process goes on.
    func image(key: UInt64) -> MachineImage
    /// Puts an image in the place of the disk. The process dies.
    ///
    /// - Parameter inPlace: Whether the database stays the same file to the kernel.
    func restore(_ image: MachineImage, inPlace: Bool)
    /// Empties the disk. The process dies.
    func wipe()
    /// Compares all that the store says of itself with the model: for quiet points, O(replica).
    ///
    /// - Returns: What differs, in words.
    func compare() throws(ReplicaFault) -> [String]
}

/// Deltas off a machine's disk, and what of the ranges is still to be read.
package struct MachinePage: Sendable, Equatable {
    package var deltas: [Delta] = []
    package var keys: [BareKey] = []
    package var rest: [DeltaRange] = []
}

/// The life of a node that has begun.
package struct StartedNode {
    package let context: ReplicaContext
    /// Nil when it continues the incarnation before.
    package let opened: IncarnationBreak?
    /// Deltas that had been committed here and are not on the disk any more, in the order committed. None
    /// unless a disk was put back, forgot, lied or rotted.
    package let lost: [Delta]
    /// Deltas that are on the disk although no write returned for them: the process died after they had become
    /// durable and before it heard of it. In order of arrival.
    package let surfaced: [AddedDelta]
}

/// A copy of a machine's disk.
package struct MachineImage {
    enum Content {
        case memory(MemoryReplica, Author?)
        case disk(FaultDisk)
    }

    let content: Content
    /// What the disk held by the reference model.
    package let model: MemoryReplica
}
