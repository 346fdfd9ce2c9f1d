import BatonEngine
import CSQLiteShim

/// Owns one prepared statement: bind, step, read, reset.
///
/// GRDB's statements box every value; these read and write SQLite's own, which the log needs to merge at
/// disk speed. Confined to the queue of the connection that made it. Column and parameter numbers are the
/// SQL's: parameters from 1, columns from 0.
@safe final class SQLStatement {
    private let handle: OpaquePointer
    /// The first binding that failed. It surfaces at the next step, so that binding needs no `try`.
    private var bindResult = SQLITE_OK

    init(_ connection: OpaquePointer, _ sql: String) throws(ReplicaFault) {
        var made: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let result = unsafe sqlite3_prepare_v3(connection, sql, -1, flags, &made, nil)
        guard result == SQLITE_OK, let made = unsafe made else {
            throw ReplicaFault(sqlite: unsafe sqlite3_extended_errcode(connection))
        }
        unsafe self.handle = made
    }

    deinit { _ = unsafe sqlite3_finalize(self.handle) }

    // Binding.

    func bind(_ index: Int32, _ value: Int64) {
        self.note(unsafe sqlite3_bind_int64(self.handle, index, value))
    }

    func bind(_ index: Int32, _ value: Int) { self.bind(index, Int64(value)) }

    func bind(_ index: Int32, _ value: Bool) { self.bind(index, Int64(value ? 1 : 0)) }

    func bind(_ index: Int32, _ value: [UInt8]) {
        self.note(
            unsafe value.withUnsafeBytes {
                unsafe baton_sqlite_bind_blob(self.handle, index, $0.baseAddress, Int32($0.count))
            })
    }

    func bind(_ index: Int32, _ value: String) {
        var text = value
        self.note(
            text.withUTF8 { bytes in
                unsafe bytes.withMemoryRebound(to: CChar.self) {
                    unsafe baton_sqlite_bind_text(self.handle, index, $0.baseAddress, Int32($0.count))
                }
            })
    }

    func bind(_ index: Int32, _ value: Int64?) {
        guard let value else { return self.bindNull(index) }
        self.bind(index, value)
    }

    func bind(_ index: Int32, _ value: String?) {
        guard let value else { return self.bindNull(index) }
        self.bind(index, value)
    }

    func bind(_ index: Int32, _ value: [UInt8]?) {
        guard let value else { return self.bindNull(index) }
        self.bind(index, value)
    }

    /// Binds bytes without copying them: they must stay until the statement has run. Then call
    /// `forgetBindings`.
    @unsafe func bind(_ index: Int32, lent bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int32) {
        guard count > 0, let base = bytes.baseAddress else {
            return self.note(unsafe sqlite3_bind_zeroblob(self.handle, index, 0))
        }
        precondition(start >= 0 && start + Int(count) <= bytes.count, "a cell reaches beyond its bytes")
        self.note(unsafe sqlite3_bind_blob(self.handle, index, base + start, count, nil))
    }

    @unsafe func bind(
        _ index: Int32, lentText bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int32
    ) {
        guard count > 0, let base = bytes.baseAddress else { return self.bind(index, "") }
        precondition(start >= 0 && start + Int(count) <= bytes.count, "a cell reaches beyond its bytes")
        self.note(
            unsafe (base + start).withMemoryRebound(to: CChar.self, capacity: Int(count)) {
                unsafe sqlite3_bind_text(self.handle, index, $0, count, nil)
            })
    }

    func forgetBindings() { _ = unsafe sqlite3_clear_bindings(self.handle) }

    func bindNull(_ index: Int32) { self.note(unsafe sqlite3_bind_null(self.handle, index)) }

    private func note(_ result: Int32) {
        if self.bindResult == SQLITE_OK { self.bindResult = result }
    }

    // Stepping.

    /// - Returns: True when a row is at hand.
    func step() throws(ReplicaFault) -> Bool {
        guard self.bindResult == SQLITE_OK else { throw ReplicaFault(sqlite: self.bindResult) }
        switch unsafe sqlite3_step(self.handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw ReplicaFault(sqlite: unsafe sqlite3_extended_errcode(sqlite3_db_handle(self.handle)))
        }
    }

    /// Steps a statement that gives no rows, and makes it ready for its next use.
    func run() throws(ReplicaFault) {
        defer { self.reset() }
        while try self.step() {}
    }

    func reset() {
        // The result repeats what `step` reported.
        _ = unsafe sqlite3_reset(self.handle)
        self.bindResult = SQLITE_OK
    }

    // Reading.

    func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(self.handle, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(self.handle, column) }

    func flag(_ column: Int32) -> Bool { self.integer(column) != 0 }

    func integerOrNil(_ column: Int32) -> Int64? { self.isNull(column) ? nil : self.integer(column) }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(self.handle, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(self.handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    func text(_ column: Int32) -> String {
        guard let start = unsafe sqlite3_column_text(self.handle, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(self.handle, column))
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
