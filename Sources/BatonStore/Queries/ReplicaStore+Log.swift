import BatonEncoding
package import BatonEngine
package import BatonModel

/// The log, for peers and for folding it again.
extension ReplicaStore {
    package func haveSet() throws(ReplicaFault) -> HaveSet {
        try self.reading { connection throws(ReplicaFault) in try connection.haveSet() }
    }

    /// Reads deltas for a peer: of several ranges, in order of arrival here, so that a receiver finds each
    /// one's past before it.
    ///
    /// - Parameters:
    ///   - sent: Deltas that are left out.
    ///   - bytesMax: Stops after the delta that reaches it; at least one delta is read.
    /// - Complexity: O(deltas read × log ranges), through the index of places: the log is never scanned.
    package func deltas(
        in ranges: [DeltaRange], without sent: SentSet = SentSet(), bytesMax: Int
    ) throws(ReplicaFault) -> CatchUpPage {
        try self.reading { connection throws(ReplicaFault) in
            var merge = try RangeMerge(ranges, connection)
            var page = CatchUpPage(deltas: [])
            var bytes = 0
            while let next = try merge.next(mayStop: bytes >= bytesMax) {
                guard let entry = try connection.logEntry(row: next, hashing: self.hashing) else {
                    throw ReplicaFault.damaged("the index of places")
                }
                guard !sent.contains(entry.delta.reference, id: entry.delta.id) else { continue }
                bytes += entry.delta.pageBytes
                page.deltas.append(entry.delta)
            }
            page.rest = merge.rest
            return page
        }
    }

    /// Reads a document's deltas in order of arrival, waiting and void ones too.
    ///
    /// - Parameter after: The arrival of the last one read, 0 at first.
    package func deltas(
        of document: DocumentID, after: Int64 = 0, limit: Int = 1000
    ) throws(ReplicaFault) -> [LogEntry] {
        try self.reading { connection throws(ReplicaFault) in
            guard let row = try connection.row(of: document) else { return [] }
            let statement = try connection.prepare(
                """
                SELECT d.arrival, d.fate, \(Connection.deltaColumns) FROM delta d
                WHERE d.document_id = ? AND d.arrival > ? ORDER BY d.arrival LIMIT ?
                """)
            defer { statement.reset() }
            statement.bind(1, row)
            statement.bind(2, after)
            statement.bind(3, limit)
            return try connection.logEntries(statement, hashing: self.hashing)
        }
    }

    /// Reads the log in order of arrival, page by page.
    ///
    /// - Parameter after: The arrival of the last one read, 0 at first.
    package func log(after: Int64, limit: Int) throws(ReplicaFault) -> [LogEntry] {
        try self.reading { connection throws(ReplicaFault) in
            let statement = try connection.prepare(
                """
                SELECT d.arrival, d.fate, \(Connection.deltaColumns) FROM delta d
                WHERE d.arrival > ? ORDER BY d.arrival LIMIT ?
                """)
            defer { statement.reset() }
            statement.bind(1, after)
            statement.bind(2, limit)
            return try connection.logEntries(statement, hashing: self.hashing)
        }
    }

    /// The arrival of the newest delta of the log, 0 while it is empty.
    package func lastArrival() throws(ReplicaFault) -> Int64 {
        try self.reading { connection throws(ReplicaFault) in
            try connection.integer("SELECT max(arrival) FROM delta") ?? 0
        }
    }

    /// Lists the documents that deltas changed after an arrival, in order of id, and the arrival of the last
    /// delta looked at.
    package func documents(
        changedAfter after: Int64, limit: Int
    ) throws(ReplicaFault) -> (documents: [DocumentID], last: Int64) {
        try self.reading { connection throws(ReplicaFault) in
            let statement = try connection.prepare(
                """
                SELECT d.id, max(n.arrival) FROM (
                    SELECT arrival, document_id FROM delta WHERE arrival > ?1 ORDER BY arrival LIMIT ?2
                ) n JOIN document d USING (document_id) GROUP BY d.id ORDER BY d.id
                """)
            defer { statement.reset() }
            statement.bind(1, after)
            statement.bind(2, limit)
            var found: (documents: [DocumentID], last: Int64) = ([], after)
            while try statement.step() {
                guard let id = DocumentID(statement.bytes(0)) else { throw .damaged("a document id") }
                found.documents.append(id)
                found.last = max(found.last, statement.integer(1))
            }
            return found
        }
    }

    /// Finds one delta by its id.
    package func delta(_ id: DeltaID) throws(ReplicaFault) -> Delta? {
        try self.reading { connection throws(ReplicaFault) in try connection.delta(id, hashing: self.hashing)
        }
    }

    /// Finds a document key for a peer that asks.
    package func key(_ scope: KeyScope, id: KeyID?) throws(ReplicaFault) -> WrappedKey? {
        try self.reading { connection throws(ReplicaFault) in try connection.key(scope, id: id) }
    }

    /// Lists the places of a document's log that are held, as ranges per author in order: what an urgent
    /// lane sends at once.
    package func places(of document: DocumentID) throws(ReplicaFault) -> [DeltaRange] {
        try self.reading { connection throws(ReplicaFault) in
            guard let row = try connection.row(of: document) else { return [] }
            let statement = try connection.prepare(
                "SELECT author_id, seq FROM delta WHERE document_id = ? ORDER BY author_id, seq")
            defer { statement.reset() }
            statement.bind(1, row)
            var ranges: [DeltaRange] = []
            while try statement.step() {
                let author = try connection.author(row: statement.integer(0))
                let seq = statement.unsigned(1)
                if let last = ranges.last, last.author == author, last.last + 1 >= seq {
                    ranges[ranges.count - 1].last = seq
                } else {
                    ranges.append(DeltaRange(author: author, first: seq, last: seq))
                }
            }
            return ranges.sorted { ($0.author, $0.first) < ($1.author, $1.first) }
        }
    }
}

struct KeyPlace: Hashable {
    let scope: KeyScope
    let id: KeyID
}

extension Connection {
    func haveSet() throws(ReplicaFault) -> HaveSet {
        let statement = try self.prepare("SELECT intervals FROM have")
        defer { statement.reset() }
        var set = HaveSet()
        while try statement.step() {
            for entry in try Self.haveSet(statement.bytes(0)).authors { set.set(entry) }
        }
        return set
    }

    private static let entryByArrival =
        "SELECT d.arrival, d.fate, \(Connection.deltaColumns) FROM delta d WHERE d.arrival = ?"

    func logEntry(row: Int64, hashing: any Hashing) throws(ReplicaFault) -> LogEntry? {
        let statement = try self.prepare(Self.entryByArrival)
        defer { statement.reset() }
        statement.bind(1, row)
        return try self.logEntries(statement, hashing: hashing).first
    }

    func logEntries(_ statement: SQLStatement, hashing: any Hashing) throws(ReplicaFault) -> [LogEntry] {
        var entries: [LogEntry] = []
        while try statement.step() {
            guard let fate = Fate(rawValue: UInt8(truncatingIfNeeded: statement.integer(1))) else {
                throw .damaged("a row of the log")
            }
            let delta = try self.delta(from: statement, at: 2, hashing: hashing)
            entries.append(LogEntry(arrival: statement.integer(0), delta: delta, fate: fate))
        }
        return entries
    }

    func collectKeys(
        of delta: Delta, into keys: inout [ScopedKey], _ seen: inout Set<KeyPlace>
    ) throws(ReplicaFault) {
        for index in delta.header.parts.indices {
            let place = KeyPlace(scope: delta.header.keyScope(part: index), id: delta.header.parts[index].key)
            guard seen.insert(place).inserted, let key = try self.key(place.scope, id: place.id) else {
                continue
            }
            keys.append(ScopedKey(scope: place.scope, key: key))
        }
    }
}
