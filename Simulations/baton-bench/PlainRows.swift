import CSQLiteShim

/// Rows of one table, copied out of a database: cells that point into one run of bytes, ready to be bound
/// without copies.
struct PlainRows {
    private enum Cell {
        case null
        case integer(Int64)
        case blob(start: Int, count: Int)
        case text(start: Int, count: Int)
    }

    private var cells: [Cell] = []
    private var bytes: [UInt8] = []
    private(set) var count = 0

    /// Copies the row at which a statement stands.
    mutating func append(_ statement: PlainStatement) {
        self.count += 1
        for column in 0..<statement.columnCount {
            switch statement.type(column) {
            case SQLITE_INTEGER: self.append(statement.integer(column))
            case SQLITE_BLOB:
                let (start, count) = self.copy(statement.bytes(column))
                self.cells.append(.blob(start: start, count: count))
            case SQLITE_TEXT:
                let (start, count) = self.copy(statement.bytes(column))
                self.cells.append(.text(start: start, count: count))
            default: self.cells.append(.null)
            }
        }
    }

    mutating func append(_ integer: Int64) { self.cells.append(.integer(integer)) }

    mutating func append(_ text: String) {
        let start = self.bytes.count
        self.bytes.append(contentsOf: text.utf8)
        self.cells.append(.text(start: start, count: self.bytes.count - start))
    }

    /// Ends a row that was made cell by cell.
    mutating func endRow() { self.count += 1 }

    private mutating func copy(_ source: [UInt8]) -> (start: Int, count: Int) {
        let start = self.bytes.count
        self.bytes.append(contentsOf: source)
        return (start, source.count)
    }

    /// Runs a prepared statement once per row. Nothing is copied or allocated on the way.
    func run(_ statement: PlainStatement) throws {
        guard self.count > 0 else { return }
        let columns = self.cells.count / self.count
        try unsafe self.bytes.withUnsafeBufferPointer { bytes in
            for row in 0..<self.count {
                for column in 0..<columns {
                    let cell = self.cells[row * columns + column]
                    let result = unsafe Self.bind(cell, statement, Int32(column + 1), bytes.baseAddress)
                    guard result == SQLITE_OK else { throw statement.fault(result) }
                }
                try statement.run()
            }
        }
    }

    private static func bind(
        _ cell: Cell, _ statement: PlainStatement, _ index: Int32, _ base: UnsafePointer<UInt8>?
    ) -> Int32 {
        switch cell {
        case .null: return unsafe sqlite3_bind_null(statement.handle, index)
        case .integer(let value): return unsafe sqlite3_bind_int64(statement.handle, index, value)
        case .blob(let start, let count):
            // A missing destructor means that the bytes stay where they are until the statement is done.
            guard count > 0, let base = unsafe base else {
                return unsafe sqlite3_bind_zeroblob(statement.handle, index, 0)
            }
            return unsafe sqlite3_bind_blob(statement.handle, index, base + start, Int32(count), nil)
        case .text(let start, let count):
            guard count > 0, let base = unsafe base else {
                return unsafe baton_sqlite_bind_text(statement.handle, index, "", 0)
            }
            return unsafe (base + start).withMemoryRebound(to: CChar.self, capacity: count) {
                unsafe sqlite3_bind_text(statement.handle, index, $0, Int32(count), nil)
            }
        }
    }
}

/// Owns a prepared statement of the baseline.
@safe final class PlainStatement {
    fileprivate let handle: OpaquePointer
    private let sql: String

    init(_ connection: OpaquePointer, _ sql: String) throws {
        var made: OpaquePointer?
        let result = unsafe sqlite3_prepare_v3(
            connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard result == SQLITE_OK, let made = unsafe made else {
            throw BenchFault("SQLite refused a statement of the baseline (\(result)): \(sql)")
        }
        unsafe self.handle = made
        self.sql = sql
    }

    deinit { _ = unsafe sqlite3_finalize(self.handle) }

    func bind(_ index: Int32, _ value: Int64) { _ = unsafe sqlite3_bind_int64(self.handle, index, value) }

    func step() throws -> Bool {
        let result = unsafe sqlite3_step(self.handle)
        guard result == SQLITE_ROW || result == SQLITE_DONE else { throw self.fault(result) }
        return result == SQLITE_ROW
    }

    func run() throws {
        while try self.step() {}
        self.reset()
    }

    func reset() { _ = unsafe sqlite3_reset(self.handle) }

    var columnCount: Int32 { unsafe sqlite3_column_count(self.handle) }

    func type(_ column: Int32) -> Int32 { unsafe sqlite3_column_type(self.handle, column) }

    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(self.handle, column) }

    /// The bytes of a blob, or a text in UTF-8.
    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(self.handle, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(self.handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    fileprivate func fault(_ result: Int32) -> BenchFault {
        BenchFault("SQLite failed in the baseline (\(result)): \(self.sql)")
    }
}
