import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel

/// Writes the text index and the terms by which cases are found. Follows the commits.
extension Connection {
    func indexEntries(limit: Int) throws(ReplicaFault) -> Int {
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

    func indexDocuments(limit: Int) throws(ReplicaFault) -> Int {
        let waiting = try self.queuedDocuments(limit: limit)
        for (row, id) in waiting {
            let state = try self.state(of: id, row: row)
            let text = state.map { CaseSummary.searchText(of: $0) } ?? ""
            try self.setTerms(state.map { CaseTerm.all(of: $0) } ?? [], document: row)
            try self.setDates(state.map { CaseDate.all(of: $0) } ?? [], document: row)
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

    func queuedDocuments(limit: Int) throws(ReplicaFault) -> [(row: Int64, id: DocumentID)] {
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

    static func searchText(_ value: [UInt8]) throws(ReplicaFault) -> String? {
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

    func indexedText(document row: Int64) throws(ReplicaFault) -> String {
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

    // Terms and dates.

    /// Replaces a document's terms; nothing is written where they stay as they were.
    private func setTerms(_ terms: [CaseTerm], document row: Int64) throws(ReplicaFault) {
        guard try self.terms(document: row) != terms else { return }
        let old = try self.prepare("DELETE FROM search_document_term WHERE document_id = ?")
        old.bind(1, row)
        try old.run()
        for term in terms {
            let name = try self.prepare("INSERT OR IGNORE INTO search_term (kind, value) VALUES (?, ?)")
            name.bind(1, Int(term.kind.rawValue))
            name.bind(2, term.value)
            try name.run()
            let link = try self.prepare(
                """
                INSERT INTO search_document_term (term, document_id)
                SELECT term, ?3 FROM search_term WHERE kind = ?1 AND value = ?2
                """)
            link.bind(1, Int(term.kind.rawValue))
            link.bind(2, term.value)
            link.bind(3, row)
            try link.run()
        }
    }

    /// Sorted as `CaseTerm.all` gives them.
    func terms(document row: Int64) throws(ReplicaFault) -> [CaseTerm] {
        let statement = try self.prepare(
            """
            SELECT t.kind, t.value FROM search_document_term d JOIN search_term t USING (term)
            WHERE d.document_id = ?
            """)
        defer { statement.reset() }
        statement.bind(1, row)
        var terms: [CaseTerm] = []
        while try statement.step() {
            guard let kind = CaseTerm.Kind(rawValue: UInt8(clamping: statement.integer(0))) else { continue }
            terms.append(CaseTerm(kind, statement.text(1)))
        }
        return terms.sorted()
    }

    private func dates(document row: Int64) throws(ReplicaFault) -> [CaseDate] {
        let statement = try self.prepare("SELECT kind, at_ms FROM search_date WHERE document_id = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        var dates: [CaseDate] = []
        while try statement.step() {
            guard let kind = CaseDate.Kind(rawValue: UInt8(clamping: statement.integer(0))) else { continue }
            dates.append(CaseDate(kind, at: statement.unsigned(1)))
        }
        return dates.sorted()
    }

    private func setDates(_ dates: [CaseDate], document row: Int64) throws(ReplicaFault) {
        // Mostly nothing of it has changed, and a look costs less than writing it anew.
        guard try self.dates(document: row) != dates else { return }
        let old = try self.prepare("DELETE FROM search_date WHERE document_id = ?")
        old.bind(1, row)
        try old.run()
        for date in dates {
            let statement = try self.prepare(
                "INSERT INTO search_date (kind, at_ms, document_id) VALUES (?, ?, ?)")
            statement.bind(1, Int(date.kind.rawValue))
            statement.bind(2, unsigned: date.at)
            statement.bind(3, row)
            try statement.run()
        }
    }
}
