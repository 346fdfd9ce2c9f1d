import Foundation
import Synchronization
import Testing

@testable import BatonNode

@Suite("Threads that take what is urgent first")
struct RankedPoolTests {
    /// What the pool's thread has done so far.
    private final class Journal: Sendable {
        private let lines = Mutex<[String]>([])
        func write(_ line: String) { self.lines.withLock { $0.append(line) } }
        var all: [String] { self.lines.withLock { $0 } }
    }

    @Test("Work that waits is done by rank, and within a rank in the order in which it came")
    func order() async {
        let pool = RankedPool(threads: 1)
        pool.start()
        let gate = DispatchSemaphore(value: 0)
        let journal = Journal()
        await withDiscardingTaskGroup { group in
            // The one thread is held until everything else waits.
            group.addTask {
                _ = await pool.run(.bulk) {
                    journal.write("held")
                    gate.wait()
                }
            }
            while journal.all.isEmpty { await Task.yield() }
            var waiting = 0
            for (name, rank) in [
                ("bulk 1", RankedPool.Rank.bulk), ("people", .people), ("bulk 2", .bulk),
                ("urgent 1", .urgent), ("urgent 2", .urgent),
            ] {
                group.addTask { _ = await pool.run(rank) { journal.write(name) } }
                waiting += 1
                while pool.waitingCount < waiting { await Task.yield() }
            }
            gate.signal()
        }
        #expect(journal.all == ["held", "urgent 1", "urgent 2", "people", "bulk 1", "bulk 2"])
        await pool.stop()
    }

    @Test("A pool that has been stopped does no work and says so")
    func stopped() async {
        let pool = RankedPool(threads: 1)
        pool.start()
        await pool.stop()
        let answer = await pool.run(.urgent) { 1 }
        #expect(answer == nil)
    }
}
