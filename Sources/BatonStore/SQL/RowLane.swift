import BatonEngine
import BatonModel
import Glibc

/// A thread that gives a transaction's rows to SQLite while the transaction goes on making them, and copies the
/// log into the database while the next one begins.
///
/// The connection belongs to one side at a time: to this thread while rows or work are under way, to the
/// transaction's after `drain`. At most `waitingMax` buffers wait, so that a fast fold fills no memory.
///
/// Invariant: `waiting`, `spare`, `isBusy`, `fault` and `isStopped` are read and written under `lock` only; `writer`
/// is used by the thread while `isBusy` with rows, and by others only after `drain` or `discard`.
/// `StoreDurabilityTests` and `RowLaneTests` merge through it.
@safe final class RowLane {
    private static let waitingMax = 8

    private enum Item {
        case rows(RowBuffer)
        case work(() throws(ReplicaFault) -> Void)
        /// Documents that nobody needs any more: letting go of thousands takes as long as writing some rows.
        case spent([[DocumentID: DocumentCache.Entry]])
    }

    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private let writer: RowWriter
    private var thread = pthread_t()
    private var waiting: [Item] = []
    private var spare: [RowBuffer] = []
    private var isBusy = false
    private var isStopped = false
    private var fault: ReplicaFault?

    /// - Throws: `store.cannot-open` when the system gives no thread.
    init(_ writer: RowWriter) throws(ReplicaFault) {
        self.writer = writer
        unsafe self.lock = .allocate(capacity: 1)
        unsafe self.changed = .allocate(capacity: 1)
        unsafe pthread_mutex_init(self.lock, nil)
        unsafe pthread_cond_init(self.changed, nil)
        let held = unsafe Unmanaged.passRetained(self)
        let status = unsafe pthread_create(
            &self.thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let lane = unsafe Unmanaged<RowLane>.fromOpaque(argument).takeRetainedValue()
                lane.work()
                return nil
            }, held.toOpaque())
        guard status == 0 else {
            unsafe held.release()
            throw ReplicaFault(StoreCode.cannotOpen, "the system gives no thread to write rows (\(status))")
        }
    }

    deinit {
        unsafe pthread_cond_destroy(self.changed)
        unsafe pthread_mutex_destroy(self.lock)
        unsafe self.changed.deallocate()
        unsafe self.lock.deallocate()
    }

    /// Hands rows on. Waits while the thread is far behind. A failure of earlier rows shows at `drain`.
    func put(_ rows: consuming RowBuffer) { self.put(.rows(rows)) }

    /// Has something done with the connection, after all rows that were handed on. A failure shows at `drain`.
    func put(_ work: @escaping () throws(ReplicaFault) -> Void) { self.put(.work(work)) }

    /// Has documents freed while the caller goes on. Needs no connection, so nobody has to wait for it.
    func free(_ documents: consuming [[DocumentID: DocumentCache.Entry]]) { self.put(.spent(documents)) }

    /// Gives a buffer that was used before, or a new one.
    func emptyBuffer() -> RowBuffer {
        unsafe pthread_mutex_lock(self.lock)
        let spare = self.spare.popLast()
        unsafe pthread_mutex_unlock(self.lock)
        return spare ?? RowBuffer()
    }

    /// Takes back a buffer whose rows are written.
    func recycle(_ rows: consuming RowBuffer) {
        guard rows.isWorthKeeping else { return }
        rows.removeAll()
        unsafe pthread_mutex_lock(self.lock)
        if self.spare.count < Self.waitingMax + 2 { self.spare.append(rows) }
        unsafe pthread_mutex_unlock(self.lock)
    }

    private func put(_ item: consuming Item) {
        unsafe pthread_mutex_lock(self.lock)
        while self.waiting.count >= Self.waitingMax { unsafe pthread_cond_wait(self.changed, self.lock) }
        // After a failure SQLite may have rolled back: a row would stand outside of every transaction.
        if self.fault == nil { self.waiting.append(item) }
        unsafe pthread_cond_broadcast(self.changed)
        unsafe pthread_mutex_unlock(self.lock)
    }

    /// Waits until SQLite has all rows.
    ///
    /// - Throws: The first failure since the last call; the rows after it were left out.
    func drain() throws(ReplicaFault) {
        if let fault = self.waitForRest() { throw fault }
    }

    /// Leaves out what is not done yet: the transaction is given up.
    ///
    /// - Returns: The first failure since the last call of this or of `drain`.
    func discard() -> ReplicaFault? {
        unsafe pthread_mutex_lock(self.lock)
        self.waiting.removeAll()
        unsafe pthread_mutex_unlock(self.lock)
        return self.waitForRest()
    }

    /// Ends the thread, after what it has been given.
    func stop() {
        unsafe pthread_mutex_lock(self.lock)
        let isFirst = !self.isStopped
        self.isStopped = true
        unsafe pthread_cond_broadcast(self.changed)
        unsafe pthread_mutex_unlock(self.lock)
        if isFirst { _ = pthread_join(self.thread, nil) }
    }

    private func waitForRest() -> ReplicaFault? {
        unsafe pthread_mutex_lock(self.lock)
        while !self.waiting.isEmpty || self.isBusy { unsafe pthread_cond_wait(self.changed, self.lock) }
        let fault = self.fault
        self.fault = nil
        unsafe pthread_mutex_unlock(self.lock)
        return fault
    }

    private func work() {
        while let item = self.next() {
            let failure = self.perform(item)
            unsafe pthread_mutex_lock(self.lock)
            if let failure {
                self.fault = failure
                self.waiting.removeAll()
            }
            self.isBusy = false
            unsafe pthread_cond_broadcast(self.changed)
            unsafe pthread_mutex_unlock(self.lock)
        }
    }

    private func perform(_ item: consuming Item) -> ReplicaFault? {
        switch item {
        case .spent: return nil
        case .work(let work):
            do throws(ReplicaFault) { try work() } catch { return error }
        case .rows(let rows):
            do throws(ReplicaFault) { try self.writer.write(rows) } catch { return error }
            self.recycle(rows)
        }
        return nil
    }

    /// Waits for rows; nil once the lane is stopped and empty.
    private func next() -> Item? {
        unsafe pthread_mutex_lock(self.lock)
        defer { unsafe pthread_mutex_unlock(self.lock) }
        while self.waiting.isEmpty {
            if self.isStopped { return nil }
            unsafe pthread_cond_wait(self.changed, self.lock)
        }
        self.isBusy = true
        let item = self.waiting.removeFirst()
        unsafe pthread_cond_broadcast(self.changed)
        return item
    }
}
