import BatonStore
import NIOPosix
import Synchronization

/// Threads that take what is urgent first: work of a lower rank that has not begun waits until nothing of a
/// higher one does.
///
/// Work that has begun is not interrupted, so each piece must be short: a page, a chunk.
final class RankedPool: Sendable {
    enum Rank: Int, CaseIterable {
        /// Live changes and lanes 0 and 1 of a catch-up.
        case urgent
        /// What a person waits for.
        case people
        case bulk
    }

    private typealias Work = @Sendable (_ isRunning: Bool) -> Void

    private let pool: NIOThreadPool
    private let yields: Bool
    /// By rank, each in the order in which it came. The pool holds one turn for each piece that waits here.
    private let waiting = Mutex([[Work]](repeating: [], count: Rank.allCases.count))

    /// - Parameter yields: True where the threads leave a busy processor to those of other pools.
    init(threads: Int, yields: Bool = false) {
        self.pool = NIOThreadPool(numberOfThreads: threads)
        self.yields = yields
    }

    func start() { self.pool.start() }

    func stop() async {
        // Stopping a pool twice is the only way to fail.
        try? await self.pool.shutdownGracefully()
    }

    /// Runs work on a thread of the pool; nil when the pool has been stopped before its turn.
    func run<Value: Sendable>(_ rank: Rank, _ body: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { (continuation: CheckedContinuation<Value?, Never>) in
            self.waiting.withLock {
                $0[rank.rawValue].append { continuation.resume(returning: $0 ? body() : nil) }
            }
            // Whose turn it is shows when it comes, not now.
            self.pool.submit { state in
                if self.yields { BackgroundThread.yieldFromNowOn() }
                if let work = self.takeFirst() { work(state == .active) }
            }
        }
    }

    /// How many pieces have not begun.
    var waitingCount: Int { self.waiting.withLock { $0.reduce(0) { $0 + $1.count } } }

    private func takeFirst() -> Work? {
        self.waiting.withLock { waiting in
            for rank in waiting.indices where !waiting[rank].isEmpty { return waiting[rank].removeFirst() }
            return nil
        }
    }
}
