import BatonEngine
import BatonModel
import CSQLiteShim

/// The connection that writes: transactions, continuity of the incarnation, checkpoints.
///
/// A transaction reads what stood before it on a connection of its own. With a thread for rows, that thread also
/// copies the log into the database meanwhile; the writing connection is then used only after `output.drain()`.
///
/// Confined to the writer's queue.
@safe final class Writer {
    /// The row thread's while anything is behind: whoever is not a transaction leaves it alone then.
    let connection: Connection
    /// Reads what is committed.
    private let ahead: Connection
    let hashing: any Hashing
    private let settings: ReplicaSettings
    /// SQLite notes the pages in the log here after every commit.
    private let logPages: UnsafeMutablePointer<Int32>
    /// Set by a failure after which memory and disk may differ. Only reopening the file clears it.
    private var failure: ReplicaFault?
    var keeper: IncarnationKeeper?

    private let output: RowOutput
    let documents = DocumentCache()
    private var heads = KnownHeads()

    init(
        _ connection: Connection, readingAhead ahead: Connection, _ settings: ReplicaSettings,
        _ hashing: any Hashing
    ) throws(ReplicaFault) {
        self.connection = connection
        self.ahead = ahead
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
        let transaction = StoreTransaction(
            self.connection, readingAhead: self.ahead, self.output, self.documents, self.heads,
            self.hashing, own: self.keeper?.author)
        do {
            try self.begin()
            let result = try body(transaction)
            try transaction.flush()
            try transaction.writeRows()
            try self.commit(transaction.ownHead)
            transaction.settle()
            self.heads = transaction.heads
            return result
        } catch {
            self.keep(transaction.abandon())
            self.rollBack(after: error)
            throw error
        }
    }

    /// Begins at once, or behind the copying of the log that is under way. Only this process writes, so that what
    /// is read until then stays as it was read.
    private func begin() throws(ReplicaFault) {
        guard self.output.isBehind else { return try self.connection.run("BEGIN IMMEDIATE") }
        let connection = self.connection
        try self.output.later { () throws(ReplicaFault) in try connection.run("BEGIN IMMEDIATE") }
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

    /// Copies the log into the database on this connection, never waiting for readers, and behind the back of
    /// whoever waits for the commit.
    ///
    /// The commit stands whatever happens here: a full disk is tried again after the next commit, a failing
    /// one stops the replica, at once or when the next transaction meets it.
    private func checkpointIfDue() {
        guard self.pagesInLog >= self.settings.checkpointPages else { return }
        let connection = self.connection
        do throws(ReplicaFault) {
            try self.output.later { () throws(ReplicaFault) in
                try Self.checkpoint(connection, SQLITE_CHECKPOINT_PASSIVE)
            }
        } catch {
            self.failure = error
        }
    }

    private static func checkpoint(_ connection: Connection, _ mode: Int32) throws(ReplicaFault) {
        let result = unsafe sqlite3_wal_checkpoint_v2(connection.handle, nil, mode, nil, nil)
        switch result & 0xff {
        // Whether the log starts again shows at the next commit, which sets the number of its pages.
        case SQLITE_OK, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_FULL: break
        default:
            let fault = ReplicaFault(sqlite: unsafe sqlite3_extended_errcode(connection.handle))
            throw ReplicaFault(code: fault.code, message: fault.message, isFatal: true)
        }
    }

    /// Refuses to write while somebody's endless reading lets the log grow without bound. Readers of this
    /// process are waited for: they end.
    private func boundLog() throws(ReplicaFault) {
        guard self.pagesInLog >= self.settings.logPagesMax else { return }
        try self.settle()
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

    /// Waits until the connection is nobody else's.
    private func settle() throws(ReplicaFault) {
        do throws(ReplicaFault) {
            try self.output.drain()
        } catch {
            if error.isFatal { self.failure = self.failure ?? error }
            throw error
        }
    }

    /// A failure behind a transaction that was given up for another reason stops the replica all the same.
    private func keep(_ fault: ReplicaFault?) {
        if let fault, fault.isFatal { self.failure = self.failure ?? fault }
    }

    /// Says what really failed (`Connection.explained`).
    func explained(_ fault: ReplicaFault) -> ReplicaFault {
        self.keep(self.output.discard())
        return self.connection.explained(fault)
    }

    /// Empties the log, as far as readers allow. The next opening recovers from what is left of it.
    func shutDown() {
        try? self.settle()
        if self.failure == nil { try? Self.checkpoint(self.connection, SQLITE_CHECKPOINT_TRUNCATE) }
        self.output.close()
        self.ahead.finalizeStatements()
        self.connection.finalizeStatements()
        self.keeper = nil
    }
}
