import BatonEngine
import CSQLiteShim

/// The rows that a merge writes in numbers. All else goes through statements of the connection.
enum RowKind: Int, CaseIterable {
    case document
    case delta
    case timeline
    case key
    case state
    case index
    case searchQueue
    case audit

    var sql: String {
        switch self {
        case .document: "INSERT INTO document (document_id, id) VALUES (?, ?)"
        case .delta:
            """
            INSERT INTO delta (arrival, author_id, seq, id, document_id, document_prev, level, stamp, fate,
                is_material, lacks_part, vector, header, signature, parts)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        case .timeline:
            """
            INSERT INTO timeline (document_id, stamp, arrival, operation, compartment, field, actor,
                on_behalf_of, is_material, value)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        case .key:
            """
            INSERT INTO document_key (document_id, author_id, compartment, generation, hash, wrapped)
            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET wrapped = excluded.wrapped
            """
        case .state:
            """
            INSERT INTO document_state (document_id, state) VALUES (?, ?)
            ON CONFLICT (document_id) DO UPDATE SET state = excluded.state
            """
        case .index:
            """
            INSERT INTO document_index (document_id, kind, code, lane, due_order, severity_order, first_stamp,
                last_stamp, type, owner, status, title, conflict_count, uncovered_count, unread_count,
                void_count, applied_count)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (document_id) DO UPDATE SET lane = excluded.lane, due_order = excluded.due_order,
                severity_order = excluded.severity_order, first_stamp = excluded.first_stamp,
                last_stamp = excluded.last_stamp, type = excluded.type, owner = excluded.owner,
                status = excluded.status, title = excluded.title, conflict_count = excluded.conflict_count,
                uncovered_count = excluded.uncovered_count, unread_count = excluded.unread_count,
                void_count = excluded.void_count, applied_count = excluded.applied_count
            """
        case .audit:
            """
            INSERT INTO audit (kind, at_ms, actor, author_id, first_seq, last_seq, site, detail, chain)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        case .searchQueue: "INSERT OR IGNORE INTO search_queue (document_id) VALUES (?)"
        }
    }
}

/// Rows that a transaction has made and that SQLite has not been given yet: cells that point into one run of
/// bytes.
///
/// A row costs no allocation of its own here, and its cells are bound without copies.
struct RowBuffer {
    enum Cell {
        case null
        case integer(Int64)
        case blob(start: Int32, count: Int32)
        case text(start: Int32, count: Int32)
    }

    struct Row {
        let kind: RowKind
        let firstCell: Int
    }

    /// Rows from which a buffer is worth handing on.
    static let rowsMax = 256
    private static let bytesMax = 1 << 20

    private(set) var rows: [Row] = []
    private(set) var cells: [Cell] = []
    private(set) var bytes: [UInt8] = []

    init() {
        self.rows.reserveCapacity(Self.rowsMax + 8)
        self.cells.reserveCapacity(Self.rowsMax * 12)
        self.bytes.reserveCapacity(Self.rowsMax * 512)
    }

    var isEmpty: Bool { self.rows.isEmpty }
    var isFull: Bool { self.rows.count >= Self.rowsMax || self.bytes.count >= Self.bytesMax }

    /// False for one that a great row has swollen.
    var isWorthKeeping: Bool { self.bytes.capacity <= Self.bytesMax }

    /// Empties it and keeps its memory.
    mutating func removeAll() {
        self.rows.removeAll(keepingCapacity: true)
        self.cells.removeAll(keepingCapacity: true)
        self.bytes.removeAll(keepingCapacity: true)
    }

    /// Begins a row; its cells follow in the order of the statement's parameters.
    mutating func begin(_ kind: RowKind) {
        self.rows.append(Row(kind: kind, firstCell: self.cells.count))
    }

    mutating func add(_ value: Int64) { self.cells.append(.integer(value)) }
    mutating func add(_ value: Int) { self.cells.append(.integer(Int64(value))) }
    mutating func add(unsigned value: UInt64) { self.cells.append(.integer(Int64(clamping: value))) }
    mutating func add(_ value: Bool) { self.cells.append(.integer(value ? 1 : 0)) }

    mutating func add(_ value: Int64?) {
        self.cells.append(value.map { .integer($0) } ?? .null)
    }

    mutating func add(_ value: [UInt8]) { self.addBlob { $0.append(contentsOf: value) } }

    mutating func add(_ value: [UInt8]?) {
        guard let value else { return self.cells.append(.null) }
        self.add(value)
    }

    mutating func add(_ value: String?) {
        guard let value else { return self.cells.append(.null) }
        self.add(value)
    }

    mutating func add(_ value: String) {
        let start = self.bytes.count
        self.bytes.append(contentsOf: value.utf8)
        self.cells.append(.text(start: Int32(start), count: Int32(self.bytes.count - start)))
    }

    /// Has a blob written where it will lie.
    mutating func addBlob<Fault: Error>(
        _ write: (inout [UInt8]) throws(Fault) -> Void
    ) throws(Fault) {
        let start = self.bytes.count
        try write(&self.bytes)
        self.cells.append(.blob(start: Int32(start), count: Int32(self.bytes.count - start)))
    }
}

/// The prepared statements of `RowKind` on the writing connection.
///
/// Used by one thread at a time: the transaction's, or the one that writes behind it (`RowLane`).
@safe final class RowWriter {
    private let connection: OpaquePointer
    private var statements: [SQLStatement] = []

    init(_ connection: Connection) throws(ReplicaFault) {
        unsafe self.connection = connection.handle
        for kind in RowKind.allCases {
            self.statements.append(try unsafe SQLStatement(connection.handle, kind.sql))
        }
    }

    func finalizeStatements() { self.statements.removeAll() }

    /// Gives rows to SQLite in their order.
    func write(_ buffer: borrowing RowBuffer) throws(ReplicaFault) {
        guard !self.statements.isEmpty else { throw ReplicaFault(StoreCode.closed, "the replica is closed") }
        let (rows, cells) = (buffer.rows, buffer.cells)
        let statements = self.statements
        let bytes = buffer.bytes
        try unsafe bytes.withUnsafeBufferPointer { (bytes) throws(ReplicaFault) in
            for place in rows.indices {
                let statement = statements[rows[place].kind.rawValue]
                let end = place + 1 < rows.count ? rows[place + 1].firstCell : cells.count
                var parameter: Int32 = 1
                for cell in rows[place].firstCell..<end {
                    switch cells[cell] {
                    case .null: statement.bindNull(parameter)
                    case .integer(let value): statement.bind(parameter, value)
                    case .blob(let start, let count):
                        unsafe statement.bind(parameter, lent: bytes, Int(start), count)
                    case .text(let start, let count):
                        unsafe statement.bind(parameter, lentText: bytes, Int(start), count)
                    }
                    parameter += 1
                }
                try statement.run()
            }
        }
        // What was lent is about to go.
        for statement in statements { statement.forgetBindings() }
    }
}
