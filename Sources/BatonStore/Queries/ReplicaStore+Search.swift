import BatonDesk
import BatonEncoding
package import BatonEngine
import BatonModel

/// The text index. It follows the commits: `catchUpIndex` is called after them, and a search looks through
/// what is not indexed yet.
extension ReplicaStore {
    /// Entries that a search looks through beside the index.
    private static let tailMax = 20_000

    /// Indexes some of the text that is not indexed yet, in a transaction of its own.
    ///
    /// - Returns: True when there may be more.
    package func catchUpIndex(entriesMax: Int = 2000) throws(ReplicaFault) -> Bool {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                let entries = try transaction.connection.indexEntries(limit: entriesMax)
                let documents = try transaction.connection.indexDocuments(limit: entriesMax)
                return entries == entriesMax || documents == entriesMax
            }
        }
    }

    /// Finds documents by words of their title, situation, tags and timeline: every typed word must begin a
    /// word of one text.
    package func find(_ text: String, limit: Int) throws(ReplicaFault) -> FindResult {
        let words = SearchWords(text)
        guard !words.isEmpty, limit > 0 else { return FindResult() }
        return try self.reading { connection throws(ReplicaFault) in
            var rows = try connection.indexedRows(words, limit: limit)
            let tail = try connection.tailRows(words, limit: limit, lookMax: Self.tailMax)
            rows.insert(contentsOf: tail.rows, at: 0)
            var result = FindResult(isComplete: tail.isComplete)
            var seen: Set<Int64> = []
            for row in rows where result.hits.count < limit && seen.insert(row).inserted {
                if let hit = try connection.hit(row) { result.hits.append(hit) }
            }
            return result
        }
    }
}

/// The words of a search or of a text: runs of letters and digits, in lower case.
struct SearchWords {
    let words: [String]

    init(_ text: String) {
        self.words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }

    var isEmpty: Bool { self.words.isEmpty }

    /// The FTS5 query: each word quoted, so that nothing typed is syntax.
    var query: String { self.words.map { "\"\($0)\"*" }.joined(separator: " ") }

    func match(_ text: String) -> Bool {
        let found = SearchWords(text).words
        return self.words.allSatisfy { word in found.contains { $0.hasPrefix(word) } }
    }
}

extension Connection {
    // Indexing.

    fileprivate func indexEntries(limit: Int) throws(ReplicaFault) -> Int {
        let position = try self.metaInteger(.indexedEntry) ?? 0
        let statement = try self.prepare(
            "SELECT entry, compartment, value FROM timeline WHERE entry > ? ORDER BY entry LIMIT ?")
        statement.bind(1, position)
        statement.bind(2, limit)
        defer { statement.reset() }
        var last = position
        var count = 0
        while try statement.step() {
            last = statement.integer(0)
            count += 1
            // What is restricted stays out of the index.
            guard statement.integer(1) == Int64(Compartment.global.code) else { continue }
            guard let text = try Self.searchText(statement.bytes(2)) else { continue }
            try self.index(text, row: last)
        }
        if last != position { try self.setMeta(.indexedEntry, last) }
        return count
    }

    fileprivate func indexDocuments(limit: Int) throws(ReplicaFault) -> Int {
        let waiting = try self.queuedDocuments(limit: limit)
        for (row, id) in waiting {
            let text = try self.state(of: id, row: row).map { CaseSummary.searchText(of: $0) } ?? ""
            let before = try self.indexedText(document: row)
            if before != text {
                if !before.isEmpty { try self.unindex(before, row: -row) }
                if !text.isEmpty { try self.index(text, row: -row) }
                try self.setIndexedText(text, document: row)
            }
            let done = try self.prepare("DELETE FROM search_queue WHERE document_id = ?")
            done.bind(1, row)
            try done.run()
        }
        return waiting.count
    }

    private func queuedDocuments(limit: Int) throws(ReplicaFault) -> [(row: Int64, id: DocumentID)] {
        let statement = try self.prepare(
            """
            SELECT q.document_id, d.id FROM search_queue q JOIN document d USING (document_id)
            ORDER BY q.document_id LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, limit)
        var rows: [(row: Int64, id: DocumentID)] = []
        while try statement.step() {
            guard let id = DocumentID(statement.bytes(1)) else { throw .damaged("a document id") }
            rows.append((statement.integer(0), id))
        }
        return rows
    }

    private static func searchText(_ value: [UInt8]) throws(ReplicaFault) -> String? {
        guard !value.isEmpty else { return nil }
        // A note that was written elsewhere first is a map; its text stands at key 1 (`CaseField.note`).
        let body = try self.value(value)
        guard let text = body.textValue ?? body[1]?.textValue, !text.isEmpty else { return nil }
        return text
    }

    private func index(_ text: String, row: Int64) throws(ReplicaFault) {
        let statement = try self.prepare("INSERT INTO search (rowid, text) VALUES (?, ?)")
        statement.bind(1, row)
        statement.bind(2, text)
        try statement.run()
    }

    private func unindex(_ text: String, row: Int64) throws(ReplicaFault) {
        let statement = try self.prepare("INSERT INTO search (search, rowid, text) VALUES ('delete', ?, ?)")
        statement.bind(1, row)
        statement.bind(2, text)
        try statement.run()
    }

    private func indexedText(document row: Int64) throws(ReplicaFault) -> String {
        let statement = try self.prepare("SELECT text FROM search_document WHERE document_id = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        return try statement.step() ? statement.text(0) : ""
    }

    private func setIndexedText(_ text: String, document row: Int64) throws(ReplicaFault) {
        let statement = try self.prepare(
            """
            INSERT INTO search_document (document_id, text) VALUES (?, ?)
            ON CONFLICT (document_id) DO UPDATE SET text = excluded.text
            """)
        statement.bind(1, row)
        statement.bind(2, text)
        try statement.run()
    }

    // Searching. Rows are as in the index: timeline entries above zero, documents below.

    fileprivate func indexedRows(_ words: SearchWords, limit: Int) throws(ReplicaFault) -> [Int64] {
        var rows: [Int64] = []
        for condition in ["rowid < 0", "rowid > 0"] {
            let statement = try self.prepare(
                "SELECT rowid FROM search WHERE search MATCH ? AND \(condition) ORDER BY rowid DESC LIMIT ?")
            defer { statement.reset() }
            statement.bind(1, words.query)
            statement.bind(2, limit)
            while try statement.step() { rows.append(statement.integer(0)) }
        }
        // A document that waits to be indexed again is looked at as it is now.
        var current: [Int64] = []
        for row in rows {
            if row < 0, try self.isQueued(document: -row) { continue }
            current.append(row)
        }
        return current
    }

    private func isQueued(document row: Int64) throws(ReplicaFault) -> Bool {
        let statement = try self.prepare("SELECT 1 FROM search_queue WHERE document_id = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        return try statement.step()
    }

    fileprivate func tailRows(
        _ words: SearchWords, limit: Int, lookMax: Int
    ) throws(ReplicaFault) -> (rows: [Int64], isComplete: Bool) {
        var rows: [Int64] = []
        let queued = try self.queuedDocuments(limit: lookMax)
        for (row, id) in queued where rows.count < limit {
            guard let state = try self.state(of: id, row: row) else { continue }
            if words.match(CaseSummary.searchText(of: state)) { rows.append(-row) }
        }
        let statement = try self.prepare(
            "SELECT entry, compartment, value FROM timeline WHERE entry > ? ORDER BY entry DESC LIMIT ?")
        defer { statement.reset() }
        statement.bind(1, try self.metaInteger(.indexedEntry) ?? 0)
        statement.bind(2, lookMax)
        var looked = 0
        while rows.count < limit, try statement.step() {
            looked += 1
            guard statement.integer(1) == Int64(Compartment.global.code) else { continue }
            if let text = try Self.searchText(statement.bytes(2)), words.match(text) {
                rows.append(statement.integer(0))
            }
        }
        return (rows, queued.count < lookMax && looked < lookMax)
    }

    fileprivate func hit(_ row: Int64) throws(ReplicaFault) -> FindHit? {
        guard row > 0 else { return try self.hit(document: -row, entry: nil) }
        let statement = try self.prepare(
            """
            SELECT \(Self.timelineColumns), t.document_id, document.id
            FROM timeline t JOIN delta d USING (arrival) JOIN document ON document.document_id = t.document_id
            WHERE t.entry = ?
            """)
        defer { statement.reset() }
        statement.bind(1, row)
        guard try statement.step() else { return nil }
        guard let document = DocumentID(statement.bytes(14)) else { throw .damaged("a document id") }
        let entry = try self.timelineEntry(from: statement, of: document)
        return try self.hit(document: statement.integer(13), entry: entry)
    }

    private func hit(document row: Int64, entry: TimelineEntry?) throws(ReplicaFault) -> FindHit? {
        let statement = try self.prepare(
            """
            SELECT d.id, i.title FROM document_index i JOIN document d USING (document_id)
            WHERE i.document_id = ?
            """)
        defer { statement.reset() }
        statement.bind(1, row)
        guard try statement.step(), let handle = try self.handle(row: row) else { return nil }
        guard let id = DocumentID(statement.bytes(0)) else { throw .damaged("a document id") }
        return FindHit(document: id, handle: handle, title: statement.text(1), entry: entry)
    }
}
