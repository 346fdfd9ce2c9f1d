import Foundation

/// Hands what one thread makes to another one, some way ahead, and counts what is under way until it is done with.
///
/// Invariant: everything is read and written under `changed` only.
final class ChunkQueue<Item> {
    private let countMax: Int
    private let changed = NSCondition()
    private var items: [Item] = []
    /// Items that were put and are not done with: those waiting here and those that the taker works on.
    private var underWay = 0
    private var isFinished = false
    private var failure: (any Error)?

    init(countMax: Int) { self.countMax = countMax }

    /// Adds an item; waits while too many are under way.
    ///
    /// - Returns: False once nobody wants any more.
    func put(_ item: Item) -> Bool {
        self.changed.withLock {
            while self.underWay >= self.countMax, !self.isFinished { self.changed.wait() }
            guard !self.isFinished else { return false }
            self.items.append(item)
            self.underWay += 1
            self.changed.broadcast()
            return true
        }
    }

    /// Says that no more comes, or is wanted, and why if that is no good reason. The first one to say so is believed.
    func finish(_ failure: (any Error)? = nil) {
        self.changed.withLock {
            if !self.isFinished { self.failure = failure }
            self.isFinished = true
            self.changed.broadcast()
        }
    }

    /// Takes what waits, as long as `wantsMore` says so of the next one; waits for the first.
    ///
    /// - Returns: Nothing after the last one.
    func take(while wantsMore: (Item) -> Bool) throws -> [Item] {
        try self.changed.withLock {
            while self.items.isEmpty, !self.isFinished { self.changed.wait() }
            if let failure = self.failure { throw failure }
            var taken: [Item] = []
            while let next = self.items.first, taken.isEmpty || wantsMore(next) {
                taken.append(self.items.removeFirst())
            }
            return taken
        }
    }

    /// Says that items which were taken are done with.
    func done(_ count: Int) {
        self.changed.withLock {
            self.underWay -= count
            self.changed.broadcast()
        }
    }
}
