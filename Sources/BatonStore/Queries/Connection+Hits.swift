import BatonDesk
import BatonEngine
import BatonModel

/// What a search found, and cases that are alike.
extension Connection {
    func hit(_ row: Int64) throws(ReplicaFault) -> FindHit? {
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

    func similar(
        _ keys: [SimilarKey], except: DocumentID, limit: Int
    ) throws(ReplicaFault) -> [SimilarHit] {
        var shared: [Int64: [SimilarKey]] = [:]
        let own = try self.row(of: except)
        for key in keys.sorted() {
            for row in try self.documents(with: CaseTerm(key)) where row != own {
                shared[row, default: []].append(key)
            }
        }
        var hits: [(hit: SimilarHit, newest: Int64)] = []
        for row in shared.keys.sorted() {
            let statement = try self.prepare(
                """
                SELECT d.id, i.last_stamp FROM document_index i JOIN document d USING (document_id)
                WHERE i.document_id = ?
                """)
            defer { statement.reset() }
            statement.bind(1, row)
            guard try statement.step(), let id = DocumentID(statement.bytes(0)) else { continue }
            hits.append((SimilarHit(document: id, keys: shared[row] ?? []), statement.integer(1)))
        }
        hits.sort {
            ($1.hit.keys.count, $1.newest, $0.hit.document) < ($0.hit.keys.count, $0.newest, $1.hit.document)
        }
        return hits.prefix(limit).map(\.hit)
    }

    /// Newest rows first, so that a key that thousands share still shows what came in last.
    private func documents(with term: CaseTerm) throws(ReplicaFault) -> [Int64] {
        let statement = try self.prepare(
            """
            SELECT d.document_id FROM search_document_term d
            WHERE d.term = (SELECT term FROM search_term WHERE kind = ?1 AND value = ?2)
            ORDER BY d.document_id DESC LIMIT ?3
            """)
        defer { statement.reset() }
        statement.bind(1, Int(term.kind.rawValue))
        statement.bind(2, term.value)
        statement.bind(3, FindLimits.alike)
        var rows: [Int64] = []
        while try statement.step() { rows.append(statement.integer(0)) }
        return rows
    }

    func documents(
        with kind: CaseDate.Kind, upTo instant: UInt64, limit: Int
    ) throws(ReplicaFault) -> [DocumentID] {
        let statement = try self.prepare(
            """
            SELECT d.id, min(s.at_ms) AS first FROM search_date s JOIN document d USING (document_id)
            WHERE s.kind = ?1 AND s.at_ms <= ?2 GROUP BY s.document_id ORDER BY first, s.document_id LIMIT ?3
            """)
        defer { statement.reset() }
        statement.bind(1, Int(kind.rawValue))
        statement.bind(2, unsigned: instant)
        statement.bind(3, limit)
        var found: [DocumentID] = []
        while try statement.step() {
            guard let id = DocumentID(statement.bytes(0)) else { throw .damaged("a document id") }
            found.append(id)
        }
        for (row, id) in try self.queuedDocuments(limit: FindLimits.tail) where !found.contains(id) {
            guard found.count < limit, let state = try self.state(of: id, row: row) else { continue }
            if CaseDate.all(of: state).contains(where: { $0.kind == kind && $0.at <= instant }) {
                found.append(id)
            }
        }
        return found
    }
}
