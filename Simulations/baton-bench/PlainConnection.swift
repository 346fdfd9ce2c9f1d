import CSQLiteShim

/// One SQLite connection by the C interface alone: what the store is measured against.
@safe final class PlainConnection {
    private let handle: OpaquePointer
    private var statements: [String: PlainStatement] = [:]
    /// SQLite notes the pages in the log here after every commit.
    private let logPages: UnsafeMutablePointer<Int32>
    private let checkpointPages: Int

    /// - Parameter reading: Opens beside the store's own connections, and never writes or checkpoints.
    init(_ path: String, reading: Bool, cacheKibibytes: Int, checkpointPages: Int) throws {
        var made: OpaquePointer?
        let access = reading ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        let result = unsafe sqlite3_open_v2(path, &made, access | SQLITE_OPEN_NOMUTEX, nil)
        guard result == SQLITE_OK, let made = unsafe made else {
            throw BenchFault("SQLite cannot open the baseline's database (\(result))")
        }
        unsafe self.handle = made
        unsafe self.logPages = .allocate(capacity: 1)
        unsafe self.logPages.initialize(to: 0)
        self.checkpointPages = checkpointPages
        // The store's own settings, one by one (`docs/storage.md`, "Settings").
        var pragmas = [
            "foreign_keys = ON", "trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0",
            "temp_store = MEMORY", "secure_delete = ON", "cache_size = -\(cacheKibibytes)",
            "recursive_triggers = OFF", "wal_autocheckpoint = 0",
        ]
        if reading {
            _ = unsafe baton_sqlite_option(made, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            pragmas.append("query_only = ON")
        } else {
            pragmas += ["journal_mode = WAL", "synchronous = FULL", "journal_size_limit = 67108864"]
        }
        for pragma in pragmas { try unsafe PlainStatement(self.handle, "PRAGMA \(pragma)").run() }
        if !reading { unsafe baton_sqlite_watch_log(made, self.logPages) }
    }

    deinit {
        self.statements.removeAll()
        _ = unsafe sqlite3_close_v2(self.handle)
        unsafe self.logPages.deallocate()
    }

    func statement(_ sql: String) throws -> PlainStatement {
        if let known = self.statements[sql] { return known }
        let made = try unsafe PlainStatement(self.handle, sql)
        self.statements[sql] = made
        return made
    }

    func integer(_ sql: String) throws -> Int64 {
        let statement = try self.statement(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : 0
    }

    func rows(_ sql: String, after: Int64) throws -> PlainRows {
        let statement = try self.statement(sql)
        defer { statement.reset() }
        statement.bind(1, after)
        var rows = PlainRows()
        while try statement.step() { rows.append(statement) }
        return rows
    }

    /// Runs one durable transaction, then copies the log into the database when it is long: the store's own
    /// rule.
    func transaction(_ body: () throws -> Void) throws {
        try self.statement("BEGIN IMMEDIATE").run()
        try body()
        try self.statement("COMMIT").run()
        guard unsafe Int(self.logPages.pointee) >= self.checkpointPages else { return }
        _ = unsafe sqlite3_wal_checkpoint_v2(self.handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        unsafe self.logPages.pointee = 0
    }

    func emptyLog() {
        _ = unsafe sqlite3_wal_checkpoint_v2(self.handle, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
    }
}
