import BatonEngine
import BatonStore

/// Holds the indexes of the replica against their tables in the background.
///
/// It goes round once after the start and then once a day, a page at a time, and yields: a page begins only
/// when nothing was written for a while. What it finds becomes an alarm (`LogAlarm.damagedIndex`), which
/// stands until a later round finds nothing. It repairs nothing: `baton repair` does, beside the damaged file.
struct IndexCheck {
    /// Rows of a page: some milliseconds of one processor.
    private static let pageRows = 500
    private static let idleMilliseconds = 2000
    private static let pauseMilliseconds = 20
    private static let roundSeconds = 86_400

    private let worker: StoreWorker
    private let lane: WriteLane
    private var taken: UInt64?

    init(_ worker: StoreWorker, lane: WriteLane) {
        self.worker = worker
        self.lane = lane
    }

    /// Goes on until it is cancelled or the replica closes.
    mutating func run() async {
        do throws(ReplicaFault) {
            while !Task.isCancelled {
                try await self.goRound()
                try? await Task.sleep(for: .seconds(Self.roundSeconds))
            }
        } catch {
            // Whoever writes meets the same fault, and the node ends by it.
            return
        }
    }

    private mutating func goRound() async throws(ReplicaFault) {
        var damaged: Set<String> = []
        for table in ReplicaStore.indexedTables {
            var after: Int64 = 0
            while await self.isIdle() {
                let from = after
                let look = try await self.worker.read(.bulk) { store throws(ReplicaFault) in
                    try store.lookAtIndexes(of: table, after: from, rows: Self.pageRows)
                }.get()
                let count = damaged.count
                damaged.formUnion(look.damaged)
                if damaged.count > count { try await self.save(damaged) }
                guard let last = look.last else { break }
                after = last
                try? await Task.sleep(for: .milliseconds(Self.pauseMilliseconds))
            }
        }
        if damaged.isEmpty, !Task.isCancelled { try await self.save(damaged) }
    }

    /// Waits until nothing was written for a while.
    ///
    /// - Returns: False once the check is cancelled.
    private mutating func isIdle() async -> Bool {
        while !Task.isCancelled {
            let now = UInt64(self.lane.takenCount)
            if now == self.taken { return true }
            self.taken = now
            try? await Task.sleep(for: .milliseconds(Self.idleMilliseconds))
        }
        return false
    }

    /// Writes down what is damaged, where that is news.
    private func save(_ damaged: Set<String>) async throws(ReplicaFault) {
        let known = try await self.worker.read { store throws(ReplicaFault) in
            try store.damagedIndexes()
        }.get()
        guard known != damaged.sorted() else { return }
        try await self.worker.change { store throws(ReplicaFault) in
            try store.save(damagedIndexes: damaged.sorted())
        }.get()
    }
}
