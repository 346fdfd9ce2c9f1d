import BatonEngine
import BatonModel
import CSQLiteShim

/// The connection that writes: transactions, continuity of the incarnation, checkpoints.
///
/// Confined to the writer's queue.
@safe final class Writer {
    let connection: Connection
    let hashing: any Hashing
    private let settings: ReplicaSettings
    /// SQLite notes the pages in the log here after every commit.
    private let logPages: UnsafeMutablePointer<Int32>
    /// Set by a failure after which memory and disk may differ. Only reopening the file clears it.
    private var failure: ReplicaFault?
    var keeper: IncarnationKeeper?

    init(_ connection: Connection, _ settings: ReplicaSettings, _ hashing: any Hashing) {
        self.connection = connection
        self.settings = settings
        self.hashing = hashing
        unsafe self.logPages = .allocate(capacity: 1)
        unsafe self.logPages.initialize(to: 0)
        unsafe baton_sqlite_watch_log(connection.handle, self.logPages)
    }

    deinit { unsafe self.logPages.deallocate() }

    func transaction<T>(_ body: (StoreTransaction) throws(ReplicaFault) -> T) throws(ReplicaFault) -> T {
        if let failure = self.failure { throw failure }
        try self.connection.run("BEGIN IMMEDIATE")
        do {
            let transaction = StoreTransaction(self.connection, self.hashing, own: self.keeper?.author)
            let result = try body(transaction)
            try transaction.flush()
            try self.commit(transaction.ownHead)
            return result
        } catch {
            self.rollBack(after: error)
            throw error
        }
    }

    /// Commits, with the incarnation's record around it (`IncarnationKeeper` says why twice).
    private func commit(_ head: LogHead?) throws(ReplicaFault) {
        if let head { try self.withKeeper { keeper throws(ReplicaFault) in try keeper.intend(head) } }
        try self.connection.run("COMMIT")
        if head != nil {
            do throws(ReplicaFault) {
                try self.withKeeper { keeper throws(ReplicaFault) in try keeper.settle() }
            } catch {
                // The change is durable but its record is not: nothing of it may leave.
                self.failure = ReplicaFault(code: error.code, message: error.message, isFatal: true)
                throw ReplicaFault(code: error.code, message: error.message, isFatal: true)
            }
        }
        self.checkpointIfDue()
    }

    private func withKeeper(_ body: (IncarnationKeeper) throws(ReplicaFault) -> Void) throws(ReplicaFault) {
        guard let keeper = self.keeper else { return }
        do throws(ReplicaFault) {
            try body(keeper)
        } catch {
            // Without a record the next start opens a new incarnation, which is always safe; with a stale
            // one it might not.
            try keeper.invalidate()
            self.keeper = nil
        }
    }

    private func rollBack(after error: ReplicaFault) {
        if error.isFatal, self.failure == nil, error.code.hasPrefix("store.") { self.failure = error }
        // SQLite has rolled back by itself after some failures, a full disk among them.
        if self.connection.isInTransaction {
            do throws(ReplicaFault) {
                try self.connection.run("ROLLBACK")
            } catch {
                self.failure = self.failure ?? error
            }
        }
        self.connection.names.forget()
    }

    // Checkpoints.

    /// Pages in the write-ahead log as of the last commit.
    var pagesInLog: Int { Int(unsafe self.logPages.pointee) }

    /// Copies the log into the database on this connection, never waiting for readers.
    private func checkpointIfDue() {
        guard self.pagesInLog >= self.settings.checkpointPages else { return }
        self.checkpoint(SQLITE_CHECKPOINT_PASSIVE)
    }

    /// The commit stands whatever happens here: a full disk is tried again after the next commit, a failing
    /// one stops the replica.
    private func checkpoint(_ mode: Int32) {
        let result = unsafe sqlite3_wal_checkpoint_v2(self.connection.handle, nil, mode, nil, nil)
        switch result & 0xff {
        case SQLITE_OK:
            // The log starts again at the next commit, which sets the number; until then nothing is due.
            unsafe self.logPages.pointee = 0
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL: break
        default: self.failure = ReplicaFault(sqlite: unsafe sqlite3_extended_errcode(self.connection.handle))
        }
    }

    /// Empties the log, as far as readers allow.
    func truncateLog() { self.checkpoint(SQLITE_CHECKPOINT_TRUNCATE) }

    func shutDown() {
        if self.failure == nil { self.truncateLog() }
        self.connection.finalizeStatements()
        self.keeper = nil
    }
}
