import BatonDesk
import BatonEngine
import BatonModel

/// One search: which way it goes, and what it finds. Rows are as in the index: timeline entries above zero,
/// documents below.
struct SearchRun {
    private let connection: Connection
    private let match: TextMatch
    private let filter: SearchFilter
    private let limit: Int
    /// Documents that wait to be indexed again: they are looked at as they are now.
    private var queued: [Int64: DocumentID] = [:]
    private var isComplete = true

    init(_ connection: Connection, _ query: SearchQuery, owners: [OperatorID], limit: Int) {
        self.connection = connection
        self.match = TextMatch(query)
        self.filter = SearchFilter(query, owners: owners)
        self.limit = limit
    }

    mutating func result() throws(ReplicaFault) -> FindResult {
        guard !self.match.isEmpty || !self.filter.isEmpty else { return FindResult() }
        let waiting = try self.connection.queuedDocuments(limit: FindLimits.tail)
        self.isComplete = waiting.count < FindLimits.tail
        for entry in waiting { self.queued[entry.row] = entry.id }
        let rows = self.match.isEmpty ? try self.filtered() : try self.texts()
        var result = FindResult()
        var seen: Set<Int64> = []
        for row in rows where result.hits.count < self.limit {
            guard let document = try self.document(of: row), seen.insert(document).inserted else { continue }
            if let hit = try self.connection.hit(row) { result.hits.append(hit) }
        }
        result.isComplete = self.isComplete
        return result
    }

    private func document(of row: Int64) throws(ReplicaFault) -> Int64? {
        guard row > 0 else { return -row }
        let statement = try self.connection.prepare("SELECT document_id FROM timeline WHERE entry = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        return try statement.step() ? statement.integer(0) : nil
    }

    // Filters alone.

    private func filtered() throws(ReplicaFault) -> [Int64] {
        var rows: [(row: Int64, newest: Int64)] = []
        // Those that wait to be indexed again are mostly the newest: they are read past.
        for row in try self.filter.rows(self.connection, limit: self.limit + self.queued.count) {
            if self.queued[row.row] == nil { rows.append(row) }
        }
        for row in self.queued.keys.sorted() {
            if let newest = try self.newest(passing: row) { rows.append((row, newest)) }
        }
        rows.sort { ($0.newest, $0.row) > ($1.newest, $1.row) }
        return rows.prefix(self.limit).map { -$0.row }
    }

    /// The last change of a queued document that passes the filters; nil of one that does not.
    private func newest(passing row: Int64) throws(ReplicaFault) -> Int64? {
        guard let id = self.queued[row],
            let newest = try self.filter.columns(self.connection, document: row)
        else { return nil }
        guard self.filter.hasTerms else { return newest }
        guard let state = try self.connection.state(of: id, row: row) else { return nil }
        return self.filter.fits(CaseTerm.all(of: state)) ? newest : nil
    }

    // Texts.

    private mutating func texts() throws(ReplicaFault) -> [Int64] {
        let tail = try self.tailRows()
        if !self.filter.isEmpty {
            let few = try self.filter.rows(self.connection, limit: FindLimits.narrow + 1)
            if few.count <= FindLimits.narrow { return tail + (try self.within(few.map(\.row))) }
        }
        return tail + (try self.indexedRows())
    }

    /// From the text index to the filters.
    private mutating func indexedRows() throws(ReplicaFault) -> [Int64] {
        var rows: [Int64] = []
        var seen: Set<Int64> = []
        for isEntry in [false, true] {
            let statement = try self.connection.prepare(self.filter.textStatement(ofEntries: isEntry))
            defer { statement.reset() }
            statement.bind(1, self.match.query)
            statement.bind(2, FindLimits.matches)
            self.filter.bind(to: statement)
            // A case may have a thousand texts that match: cases are counted, not texts.
            while seen.count < self.limit, try statement.step() {
                let (row, document) = (statement.integer(0), statement.integer(1))
                if row < 0 || !self.filter.isEmpty, self.queued[document] != nil { continue }
                if seen.insert(document).inserted { rows.append(row) }
            }
            if seen.count < self.limit, try self.hasMore(ofEntries: isEntry) { self.isComplete = false }
        }
        return rows
    }

    /// Says whether the text index has more matches than were compared with the filters.
    private func hasMore(ofEntries isEntry: Bool) throws(ReplicaFault) -> Bool {
        guard !self.filter.isEmpty else { return false }
        let statement = try self.connection.prepare(
            """
            SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH ?1
                AND rowid \(isEntry ? ">" : "<") 0 LIMIT ?2)
            """)
        defer { statement.reset() }
        statement.bind(1, self.match.query)
        statement.bind(2, FindLimits.matches + 1)
        return try statement.step() && statement.integer(0) > FindLimits.matches
    }

    /// From few cases to their texts.
    private mutating func within(_ documents: [Int64]) throws(ReplicaFault) -> [Int64] {
        var rows: [Int64] = []
        var looked = 0
        for document in documents where self.queued[document] == nil {
            if self.match.fits(try self.connection.indexedText(document: document)) {
                rows.append(-document)
                continue
            }
            let statement = try self.connection.prepare(
                """
                SELECT entry, compartment, value FROM timeline WHERE document_id = ? ORDER BY stamp DESC, entry DESC
                """)
            defer { statement.reset() }
            statement.bind(1, document)
            while try statement.step() {
                looked += 1
                guard looked <= FindLimits.tail else {
                    self.isComplete = false
                    return rows
                }
                guard try self.fits(statement) else { continue }
                rows.append(statement.integer(0))
                break
            }
        }
        return rows
    }

    /// A row of entry, compartment, value: what is restricted is never searched.
    private func fits(_ row: SQLStatement) throws(ReplicaFault) -> Bool {
        guard row.integer(1) == Int64(Compartment.global.code),
            let text = try Connection.searchText(row.bytes(2))
        else { return false }
        return self.match.fits(text)
    }

    /// What the index does not have yet.
    private mutating func tailRows() throws(ReplicaFault) -> [Int64] {
        var rows: [Int64] = []
        var passing: [Int64: Bool] = [:]
        var seen: Set<Int64> = []
        for row in self.queued.keys.sorted(by: >) where rows.count < self.limit {
            guard let id = self.queued[row], let state = try self.connection.state(of: id, row: row) else {
                continue
            }
            guard self.match.fits(CaseSummary.searchText(of: state)) else { continue }
            if try self.passes(row, &passing), seen.insert(row).inserted { rows.append(-row) }
        }
        let statement = try self.connection.prepare(
            """
            SELECT entry, compartment, value, document_id FROM timeline WHERE entry > ? ORDER BY entry DESC LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, try self.connection.metaInteger(.indexedEntry) ?? 0)
        statement.bind(2, FindLimits.tail)
        var looked = 0
        while rows.count < self.limit, try statement.step() {
            looked += 1
            guard try self.fits(statement) else { continue }
            let document = statement.integer(3)
            if try self.passes(document, &passing), seen.insert(document).inserted {
                rows.append(statement.integer(0))
            }
        }
        if looked == FindLimits.tail { self.isComplete = false }
        if !self.filter.isEmpty { rows += try self.indexedEntriesOfQueued(&passing) }
        return rows
    }

    /// Entries in the index of documents that wait to be indexed again: their terms are those of now.
    private func indexedEntriesOfQueued(_ passing: inout [Int64: Bool]) throws(ReplicaFault) -> [Int64] {
        var rows: [Int64] = []
        for row in self.queued.keys.sorted(by: >).prefix(FindLimits.narrow) where rows.count < self.limit {
            guard try self.passes(row, &passing) else { continue }
            let statement = try self.connection.prepare(
                "SELECT entry, compartment, value FROM timeline WHERE document_id = ? ORDER BY stamp DESC LIMIT 200"
            )
            defer { statement.reset() }
            statement.bind(1, row)
            while try statement.step() {
                guard try self.fits(statement) else { continue }
                rows.append(statement.integer(0))
                break
            }
        }
        return rows
    }

    private func passes(_ row: Int64, _ known: inout [Int64: Bool]) throws(ReplicaFault) -> Bool {
        if self.filter.isEmpty { return true }
        if let answer = known[row] { return answer }
        let answer: Bool
        if self.queued[row] != nil {
            answer = try self.newest(passing: row) != nil
        } else {
            let terms = self.filter.hasTerms ? try self.connection.terms(document: row) : []
            answer = try self.filter.columns(self.connection, document: row) != nil && self.filter.fits(terms)
        }
        known[row] = answer
        return answer
    }
}
