import BatonEngine
import BatonModel
import CSQLiteShim
import GRDB

/// One SQLite connection with its prepared statements and the names it has looked up.
///
/// Confined to the GRDB queue that opened it: `ReplicaStore` never touches it elsewhere.
@safe final class Connection {
    let handle: OpaquePointer
    private var statements: [String: SQLStatement] = [:]
    private var fixedStatements: [Int: SQLStatement] = [:]
    let names: Names

    /// Statements built at run time (lists of filters) must not fill memory for ever.
    private static let statementsMax = 256

    /// - Parameter names: Of the connection to the same file that is used in turns with this one, if there is one.
    init(_ database: Database, names: Names = Names()) throws(ReplicaFault) {
        guard let handle = unsafe database.sqliteConnection else {
            throw ReplicaFault(StoreCode.closed, "the database is closed")
        }
        unsafe self.handle = handle
        self.names = names
    }

    /// Gives a prepared statement. The caller resets it (`run` does) before anybody asks for the same one
    /// again.
    func prepare(_ sql: String) throws(ReplicaFault) -> SQLStatement {
        if let known = self.statements[sql] { return known }
        let made = try unsafe SQLStatement(self.handle, sql)
        if self.statements.count >= Self.statementsMax { self.statements.removeAll() }
        self.statements[sql] = made
        return made
    }

    /// Gives a statement by the address of its text: for what is asked so often that hashing the text shows.
    func prepare(fixed sql: StaticString) throws(ReplicaFault) -> SQLStatement {
        let address = unsafe Int(bitPattern: sql.utf8Start)
        if let known = self.fixedStatements[address] { return known }
        let made = try unsafe SQLStatement(self.handle, sql.description)
        self.fixedStatements[address] = made
        return made
    }

    func run(_ sql: String) throws(ReplicaFault) { try self.prepare(sql).run() }

    /// Reads one number; nil when the query gives no row or NULL.
    func integer(_ sql: String) throws(ReplicaFault) -> Int64? {
        let statement = try self.prepare(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.integerOrNil(0) : nil
    }

    var isInTransaction: Bool { unsafe sqlite3_get_autocommit(self.handle) == 0 }

    /// The row that the last insert made.
    var lastRow: Int64 { unsafe sqlite3_last_insert_rowid(self.handle) }

    var changedRows: Int { Int(unsafe sqlite3_changes(self.handle)) }

    /// Says what really failed: a page that the disk does not give is a damaged one to SQLite, which turns
    /// EIO on reading into `SQLITE_CORRUPT` (`os_unix.c`, `vdbe.c`). So damage is believed once the files
    /// read whole.
    ///
    /// - Complexity: O(file), for a fault that ends the replica.
    func explained(_ fault: ReplicaFault) -> ReplicaFault {
        guard fault.code == StoreCode.corrupt else { return fault }
        for file in [SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER]
        where unsafe baton_sqlite_reads(self.handle, file) == 0 {
            return ReplicaFault(
                StoreCode.io, "the disk does not give back what was written: stop, reopen, verify",
                isFatal: true)
        }
        return fault
    }

    /// Does work whose faults are told as what they are (`explained`).
    func explaining<Value>(
        _ body: (Connection) throws(ReplicaFault) -> Value
    ) throws(ReplicaFault) -> Value {
        do throws(ReplicaFault) { return try body(self) } catch { throw self.explained(error) }
    }

    /// Lets go of statements, so that the connection can be closed.
    func finalizeStatements() {
        self.statements.removeAll()
        self.fixedStatements.removeAll()
    }
}

extension Connection {
    /// Sets what every connection of a replica has (`docs/storage.md`, "Settings").
    func configure(_ settings: ReplicaSettings, isReader: Bool) throws(ReplicaFault) {
        for pragma in [
            "foreign_keys = ON", "trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0",
            "temp_store = MEMORY", "secure_delete = ON", "cache_size = -\(settings.cacheKibibytes)",
            "recursive_triggers = OFF",
        ] { try self.pragma(pragma) }
        try self.option(SQLITE_DBCONFIG_DEFENSIVE, 1)
        try self.option(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        try self.option(SQLITE_DBCONFIG_DQS_DML, 0)
        try self.option(SQLITE_DBCONFIG_DQS_DDL, 0)
        guard isReader else { return }
        // One connection per file writes or checkpoints (the WAL-reset bug of SQLite before 3.51.3); this
        // is not it.
        try self.option(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        try self.pragma("wal_autocheckpoint = 0")
        try self.pragma("query_only = ON")
    }

    /// Makes commits durable, and proves it by reading back: GRDB sets NORMAL by itself in some modes.
    func makeDurable() throws(ReplicaFault) {
        try self.pragma("journal_mode = WAL")
        try self.pragma("synchronous = FULL")
        try self.pragma("wal_autocheckpoint = 0")
        try self.pragma("journal_size_limit = 67108864")
        let mode = try self.text("PRAGMA journal_mode")
        let level = try self.integer("PRAGMA synchronous")
        guard mode == "wal", level == 2 else {
            throw ReplicaFault(
                StoreCode.notDurable,
                "commits would not be durable (journal \(mode), synchronous \(level ?? -1)): not opened")
        }
    }

    func pragma(_ pragma: String) throws(ReplicaFault) {
        // Not kept: a pragma is run once.
        try unsafe SQLStatement(self.handle, "PRAGMA \(pragma)").run()
    }

    func text(_ sql: String) throws(ReplicaFault) -> String {
        let statement = try unsafe SQLStatement(self.handle, sql)
        return try statement.step() ? statement.text(0) : ""
    }

    private func option(_ option: Int32, _ value: Int32) throws(ReplicaFault) {
        let result = unsafe baton_sqlite_option(self.handle, option, value)
        guard result == SQLITE_OK, unsafe baton_sqlite_option_value(self.handle, option) == value else {
            throw ReplicaFault(StoreCode.sqlite, "this SQLite does not know option \(option)", isFatal: true)
        }
    }

    /// Reads an option of `sqlite3_db_config` back; -1 when SQLite does not know it.
    func optionValue(_ option: Int32) -> Int32 { unsafe baton_sqlite_option_value(self.handle, option) }
}
