import BatonCrypto
import BatonEncoding
import BatonEngine
import BatonStore

/// The baseline: what a merge has just written to a replica, written again to a second file of the same
/// schema by bare prepared statements.
///
/// Written are the log with its names, the folded state and the document index (once per document and
/// batch), and the timeline, with the very bytes that the replica holds after the same batch. Left out,
/// which makes the baseline faster and the ratio lower: document keys, have-sets, audit, the queue of the
/// text index.
struct PlainReplica {
    private let source: PlainConnection
    private let target: PlainConnection
    private(set) var writing = Stopwatch()
    private(set) var indexing = Stopwatch()
    let path: String

    private var lastAuthor: Int64 = 0
    private var lastDocument: Int64 = 0
    private var lastArrival: Int64 = 0
    private var lastEntry: Int64 = 0

    init(beside replica: BenchSite, in folder: BenchFolder, _ settings: ReplicaSettings) throws {
        self.path = folder.path + "/plain/replica.sqlite"
        // The store makes the schema and lets go.
        try ReplicaStore(path: self.path, settings: settings, hashing: Blake2b()).close()
        self.source = try PlainConnection(
            replica.databasePath, reading: true, cacheKibibytes: 4096,
            checkpointPages: settings.checkpointPages)
        self.target = try PlainConnection(
            self.path, reading: false, cacheKibibytes: settings.cacheKibibytes,
            checkpointPages: settings.checkpointPages)
    }

    /// Copies what the last batch wrote: reading is outside the clock, writing inside.
    mutating func follow() throws {
        let steps = try PlainTable.allCases.map { table in
            (rows: try self.source.rows(table.reading, after: self.mark(table)), writing: table.writing)
        }
        try self.writing.time {
            try self.target.transaction {
                for step in steps { try step.rows.run(self.target.statement(step.writing)) }
            }
        }
        self.lastAuthor = try self.target.integer("SELECT max(author_id) FROM author")
        self.lastDocument = try self.target.integer("SELECT max(document_id) FROM document")
        self.lastArrival = try self.target.integer("SELECT max(arrival) FROM delta")
        self.lastEntry = try self.target.integer("SELECT coalesce(max(entry), 0) FROM timeline")
    }

    private func mark(_ table: PlainTable) -> Int64 {
        switch table {
        case .author: self.lastAuthor
        case .document: self.lastDocument
        case .delta, .state, .index: self.lastArrival
        case .timeline: self.lastEntry
        }
    }

    /// Indexes the same texts as the replica's text index, 2,000 a transaction.
    mutating func indexAll() throws {
        var entry: Int64 = 0
        var document: Int64 = 0
        while true {
            let (entries, nextEntry) = try self.texts(
                "SELECT entry, value FROM timeline WHERE entry > ? ORDER BY entry LIMIT 2000", after: entry)
            let documents = try self.target(rows: "search_document", after: document)
            let nextDocument = documents.last
            guard nextEntry > entry || nextDocument > document else { return }
            try self.indexing.time {
                try self.target.transaction {
                    try entries.run(self.target.statement("INSERT INTO search (rowid, text) VALUES (?, ?)"))
                    try documents.index.run(
                        self.target.statement("INSERT INTO search (rowid, text) VALUES (?, ?)"))
                    try documents.rows.run(
                        self.target.statement("INSERT INTO search_document (document_id, text) VALUES (?, ?)")
                    )
                }
            }
            entry = max(entry, nextEntry)
            document = max(document, nextDocument)
        }
    }

    private func texts(_ sql: String, after: Int64) throws -> (rows: PlainRows, last: Int64) {
        let statement = try self.source.statement(sql)
        defer { statement.reset() }
        statement.bind(1, after)
        var rows = PlainRows()
        var last = after
        while try statement.step() {
            last = statement.integer(0)
            guard case .text(let text) = try CBORValue.decode(statement.bytes(1)), !text.isEmpty else {
                continue
            }
            rows.append(last)
            rows.append(text)
            rows.endRow()
        }
        return (rows, last)
    }

    private func target(
        rows table: String, after: Int64
    ) throws -> (rows: PlainRows, index: PlainRows, last: Int64) {
        let sql = "FROM \(table) WHERE document_id > ? ORDER BY document_id LIMIT 2000"
        let rows = try self.source.rows("SELECT document_id, text \(sql)", after: after)
        let index = try self.source.rows("SELECT -document_id, text \(sql)", after: after)
        let statement = try self.source.statement(
            "SELECT coalesce(max(document_id), 0) FROM (SELECT document_id \(sql))")
        defer { statement.reset() }
        statement.bind(1, after)
        let last = try statement.step() ? max(after, statement.integer(0)) : after
        return (rows, index, last)
    }

    func rowCounts() throws -> [(table: String, plain: Int, replica: Int)] {
        try PlainTable.allCases.map { table in
            let sql = "SELECT count(*) FROM \(table.name)"
            return (table.name, Int(try self.target.integer(sql)), Int(try self.source.integer(sql)))
        }
    }

    func close() { self.target.emptyLog() }
}

/// The tables of the baseline, in the order in which foreign keys need them.
private enum PlainTable: CaseIterable {
    case author
    case document
    case delta
    case state
    case index
    case timeline

    var name: String {
        switch self {
        case .author: "author"
        case .document: "document"
        case .delta: "delta"
        case .state: "document_state"
        case .index: "document_index"
        case .timeline: "timeline"
        }
    }

    var reading: String {
        switch self {
        case .author: "SELECT * FROM author WHERE author_id > ? ORDER BY author_id"
        case .document: "SELECT * FROM document WHERE document_id > ? ORDER BY document_id"
        case .delta: "SELECT * FROM delta WHERE arrival > ? ORDER BY arrival"
        case .state, .index:
            """
            SELECT * FROM \(self.name) WHERE document_id IN (SELECT document_id FROM delta WHERE arrival > ?)
            ORDER BY document_id
            """
        case .timeline: "SELECT * FROM timeline WHERE entry > ? ORDER BY entry"
        }
    }

    var writing: String {
        switch self {
        case .author: "INSERT INTO author VALUES (?, ?, ?, ?)"
        case .document: "INSERT INTO document VALUES (?, ?)"
        case .delta: "INSERT INTO delta VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        case .state:
            """
            INSERT INTO document_state VALUES (?, ?)
            ON CONFLICT (document_id) DO UPDATE SET state = excluded.state
            """
        case .index:
            """
            INSERT INTO document_index VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (document_id) DO UPDATE SET lane = excluded.lane, due_order = excluded.due_order,
                severity_order = excluded.severity_order, first_stamp = excluded.first_stamp,
                last_stamp = excluded.last_stamp, type = excluded.type, owner = excluded.owner,
                status = excluded.status, title = excluded.title, conflict_count = excluded.conflict_count,
                uncovered_count = excluded.uncovered_count, unread_count = excluded.unread_count,
                void_count = excluded.void_count, applied_count = excluded.applied_count
            """
        case .timeline: "INSERT INTO timeline VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        }
    }
}
