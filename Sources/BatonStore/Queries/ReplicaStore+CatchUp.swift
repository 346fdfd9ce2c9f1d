package import BatonEngine
package import BatonModel

/// What a catch-up reads: the documents of the urgent lane, what a peer lacks of them, counts by document,
/// the rest log by log, and ids to compare.
extension ReplicaStore: CatchUpSource {
    /// Lists the documents of lanes 0 and 1, newest first.
    ///
    /// - Complexity: O(documents of these lanes), whatever else the replica holds.
    package func urgentDocuments(limit: Int) throws(ReplicaFault) -> [DocumentID] {
        try self.reading { connection throws(ReplicaFault) in
            let statement = try connection.prepare(
                """
                SELECT d.id FROM document_index i JOIN document d USING (document_id)
                WHERE i.lane IN (0, 1) ORDER BY i.last_stamp DESC, i.document_id LIMIT ?
                """)
            defer { statement.reset() }
            statement.bind(1, limit)
            var found: [DocumentID] = []
            while try statement.step() {
                guard let id = DocumentID(statement.bytes(0)) else {
                    throw ReplicaFault.damaged("a document")
                }
                found.append(id)
            }
            return found
        }
    }

    /// Reads what a peer lacks of documents, in their order, each document in order of arrival.
    ///
    /// A document whose author has had its share waits until nobody else's is left.
    ///
    /// - Parameter mayTravel: False for a delta that must not be sent by itself.
    /// - Complexity: O(log of each document looked at), through the index of documents.
    package func deltas(
        of documents: [DocumentID], lacking: HaveSet, share: UrgentShare,
        mayTravel: (Delta) -> Bool
    ) throws(ReplicaFault) -> CatchUpPage {
        try self.reading { connection throws(ReplicaFault) in
            var look = CatchUpLook(share: share)
            try look.take(documents, lacking, isSecond: false, connection, self.hashing, mayTravel)
            if !look.share.isFull, !look.deferred.isEmpty {
                let later = look.deferred
                look.deferred = []
                try look.take(later, lacking, isSecond: true, connection, self.hashing, mayTravel)
            }
            var page = CatchUpPage(deltas: look.deltas)
            page.restDocuments = look.deferred + look.left
            return page
        }
    }

    /// Reads deltas of several ranges, but for those in `sent`, in order of arrival.
    ///
    /// - Parameter bytesMax: Stops after the delta that reaches it; at least one delta is read.
    package func deltas(
        in ranges: [DeltaRange], sent: SentSet, bytesMax: Int
    ) throws(ReplicaFault) -> CatchUpPage {
        // Each range is a cursor of its own: a log with thousands of holes is read some pieces at a time.
        let pieces = sent.lacking(ranges)
        let page = try self.deltas(
            in: Array(pieces.prefix(Self.piecesMax)), without: sent, bytesMax: bytesMax)
        return CatchUpPage(deltas: page.deltas, rest: page.rest + pieces.dropFirst(Self.piecesMax))
    }

    private static let piecesMax = 256

    /// Lists the deltas held at a place.
    package func deltas(at place: DeltaReference) throws(ReplicaFault) -> [Delta] {
        try self.reading { connection throws(ReplicaFault) in
            guard let author = try connection.row(of: place.author) else { return [] }
            let statement = try connection.prepare(
                """
                SELECT d.arrival, d.fate, \(Connection.deltaColumns) FROM delta d
                WHERE d.author_id = ? AND d.seq = ? ORDER BY d.id
                """)
            defer { statement.reset() }
            statement.bind(1, author)
            statement.bind(2, unsigned: place.seq)
            return try connection.logEntries(statement, hashing: self.hashing).map(\.delta)
        }
    }

    /// Reads the keys of the deltas' parts that this site holds, each once, in order of need.
    package func wrappedKeys(of deltas: [Delta]) throws(ReplicaFault) -> [ScopedKey] {
        try self.reading { connection throws(ReplicaFault) in
            var keys: [ScopedKey] = []
            var seen: Set<KeyPlace> = []
            for delta in deltas { try connection.collectKeys(of: delta, into: &keys, &seen) }
            return keys
        }
    }

    /// Counts the deltas of ranges by document and author.
    ///
    /// - Complexity: O(deltas of the ranges).
    package func countByDocument(_ ranges: [DeltaRange]) throws(ReplicaFault) -> [DocumentCount] {
        try self.reading { connection throws(ReplicaFault) in
            var counts: [DocumentCount] = []
            for range in ranges {
                try connection.count(range, into: &counts)
            }
            return counts
        }
    }

    /// Lists the ids of a range by (seq, id); nil where a place is not held.
    package func ids(in range: DeltaRange) throws(ReplicaFault) -> [DeltaID]? {
        try self.reading { connection throws(ReplicaFault) in
            guard let author = try connection.row(of: range.author) else { return nil }
            let statement = try connection.prepare(
                "SELECT seq, id FROM delta WHERE author_id = ? AND seq BETWEEN ? AND ? ORDER BY seq, id")
            defer { statement.reset() }
            statement.bind(1, author)
            statement.bind(2, unsigned: range.first)
            statement.bind(3, unsigned: range.last)
            var ids: [DeltaID] = []
            var next = range.first
            while try statement.step() {
                let seq = statement.unsigned(0)
                guard seq <= next, let id = DeltaID(statement.bytes(1)) else { return nil }
                if seq == next { next += 1 }
                ids.append(id)
            }
            return next == range.last + 1 ? ids : nil
        }
    }
}

/// Goes through documents and gathers a page.
private struct CatchUpLook {
    var share: UrgentShare
    var deltas: [Delta] = []
    /// Their authors have had their share.
    var deferred: [DocumentID] = []
    /// Not looked at.
    var left: [DocumentID] = []

    init(share: UrgentShare) { self.share = share }

    mutating func take(
        _ documents: [DocumentID], _ lacking: HaveSet, isSecond: Bool, _ connection: Connection,
        _ hashing: any Hashing, _ mayTravel: (Delta) -> Bool
    ) throws(ReplicaFault) {
        for (index, document) in documents.enumerated() {
            guard !self.share.isFull else {
                // What was deferred goes first when the next page is read, so that it is not deferred for ever.
                self.left = isSecond ? documents[index...] + self.left : Array(documents[index...])
                return
            }
            let wanted = try connection.arrivals(of: document, lacking: lacking)
            guard let first = wanted.first else { continue }
            if !isSecond, !self.share.admits(first.author) {
                self.deferred.append(document)
                continue
            }
            for entry in wanted {
                guard !self.share.isFull else {
                    self.deferred.append(document)
                    break
                }
                guard let delta = try connection.logEntry(row: entry.arrival, hashing: hashing)?.delta else {
                    throw ReplicaFault.damaged("the index of documents")
                }
                guard mayTravel(delta) else { continue }
                self.share.charge(entry.author, delta.pageBytes)
                self.deltas.append(delta)
            }
        }
    }
}

extension Connection {
    /// Lists the deltas of a document that are not in a set, by arrival: from the index alone.
    fileprivate func arrivals(
        of document: DocumentID, lacking: HaveSet
    ) throws(ReplicaFault) -> [(arrival: Int64, author: Author)] {
        guard let row = try self.row(of: document) else { return [] }
        let statement = try self.prepare("SELECT arrival, author_id, seq FROM delta WHERE document_id = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        var found: [(arrival: Int64, author: Author)] = []
        while try statement.step() {
            let author = try self.author(row: statement.integer(1))
            let place = DeltaReference(author: author, seq: statement.unsigned(2))
            if !lacking.contains(place) { found.append((statement.integer(0), author)) }
        }
        return found.sorted { $0.arrival < $1.arrival }
    }

    fileprivate func count(_ range: DeltaRange, into counts: inout [DocumentCount]) throws(ReplicaFault) {
        guard let author = try self.row(of: range.author) else { return }
        let statement = try self.prepare(
            """
            SELECT d.id, c.count, c.newest, i.lane FROM (
                SELECT document_id, count(*) AS count, max(stamp) AS newest FROM delta
                WHERE author_id = ? AND seq BETWEEN ? AND ? GROUP BY document_id
            ) c JOIN document d USING (document_id) LEFT JOIN document_index i USING (document_id)
            ORDER BY c.newest DESC, d.document_id
            """)
        defer { statement.reset() }
        statement.bind(1, author)
        statement.bind(2, unsigned: range.first)
        statement.bind(3, unsigned: range.last)
        while try statement.step() {
            guard let document = DocumentID(statement.bytes(0)) else { throw .damaged("a document") }
            counts.append(
                DocumentCount(
                    document: document, author: range.author, count: statement.unsigned(1),
                    newest: HybridTime(stored: statement.integer(2)),
                    lane: statement.integerOrNil(3).map { UInt8(clamping: $0) }))
        }
    }
}
