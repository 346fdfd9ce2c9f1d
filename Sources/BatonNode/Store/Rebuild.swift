import BatonEngine
import BatonModel
import BatonStore

/// Folds the log again from its first delta: the documents are derived, so this must end in the same digest.
struct Rebuild {
    let store: ReplicaStore
    let context: ReplicaContext

    private static let pageDeltas = 500

    /// - Returns: How many deltas were folded.
    @discardableResult
    func run() throws(ReplicaFault) -> Int {
        try self.store.resetDerived()
        var arrival: Int64 = 0
        var count = 0
        while true {
            let entries = try self.store.log(after: arrival, limit: Self.pageDeltas)
            guard let last = entries.last else { break }
            let batch = IncomingBatch(from: self.context.author.site, deltas: entries.map(\.delta), keys: [])
            try self.store.write { transaction throws(ReplicaFault) in
                let session = try ReplicaSession(
                    self.context, in: transaction, wallMilliseconds: NodeClock.wallMilliseconds)
                try session.apply(batch)
                _ = try session.finish()
            }
            arrival = last.arrival
            count += entries.count
        }
        try self.store.finishRebuild()
        return count
    }
}
