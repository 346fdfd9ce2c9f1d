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

    private let output: RowOutput
    let documents = DocumentCache()

    init(
        _ connection: Connection, _ settings: ReplicaSettings, _ hashing: any Hashing
    ) throws(ReplicaFault) {
        self.connection = connection
        self.output = try RowOutput(connection, hasThread: settings.hasRowThread)
        self.settings = settings
        self.hashing = hashing
        unsafe self.logPages = .allocate(capacity: 1)
        unsafe self.logPages.initialize(to: 0)
        unsafe baton_sqlite_watch_log(connection.handle, self.logPages)
    }

    deinit { unsafe self.logPages.deallocate() }

    func transaction<T>(_ body: (StoreTransaction) throws(ReplicaFault) -> T) throws(ReplicaFault) -> T {
        if let failure = self.failure { throw failure }
        try self.boundLog()
        try self.connection.run("BEGIN IMMEDIATE")
        let transaction = StoreTransaction(
            self.connection, self.output, self.documents, self.hashing, own: self.keeper?.author)
        do {
            let result = try body(transaction)
            try transaction.flush()
            try transaction.writeRows()
            try self.commit(transaction.ownHead)
            transaction.settle()
            return result
        } catch {
            transaction.abandon()
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
        self.documents.removeAll()
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
        // Whether the log starts again shows at the next commit, which sets the number of its pages.
        case SQLITE_OK, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL: break
        default: self.failure = ReplicaFault(sqlite: unsafe sqlite3_extended_errcode(self.connection.handle))
        }
    }

    /// Refuses to write while somebody's endless reading lets the log grow without bound. Readers of this
    /// process are waited for: they end.
    private func boundLog() throws(ReplicaFault) {
        guard self.pagesInLog >= self.settings.logPagesMax else { return }
        unsafe sqlite3_busy_timeout(self.connection.handle, Self.readerMillisecondsMax)
        let result = unsafe sqlite3_wal_checkpoint_v2(
            self.connection.handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
        unsafe sqlite3_busy_timeout(self.connection.handle, Int32(self.settings.busyMillisecondsMax))
        guard result != SQLITE_OK else {
            unsafe self.logPages.pointee = 0
            return
        }
        guard result & 0xff == SQLITE_BUSY else {
            let fault = ReplicaFault(sqlite: unsafe sqlite3_extended_errcode(self.connection.handle))
            if fault.isFatal { self.failure = fault }
            throw fault
        }
        throw ReplicaFault(
            StoreCode.logFull,
            "another program reads the database and does not end, so its log grows: refused")
    }

    private static let readerMillisecondsMax: Int32 = 250

    /// Empties the log, as far as readers allow.
    func truncateLog() { self.checkpoint(SQLITE_CHECKPOINT_TRUNCATE) }

    func shutDown() {
        if self.failure == nil { self.truncateLog() }
        self.output.close()
        self.connection.finalizeStatements()
        self.keeper = nil
    }
}
