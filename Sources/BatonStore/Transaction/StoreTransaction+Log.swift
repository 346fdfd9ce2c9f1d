import BatonEngine
import BatonModel

/// The log's statements.
extension StoreTransaction {
    func write(
        _ delta: Delta, _ fate: Fate, _ vector: CausalVector, arrival: Int64
    ) throws(ReplicaFault) {
        let author = try self.row(of: delta.header.author)
        let document = try self.row(of: delta.header.document)
        // Names are made before the row begins: they may be rows themselves.
        for entry in vector.entries { _ = try self.row(of: entry.author) }
        try self.add(.delta) { (cells) throws(ReplicaFault) in
            cells.add(arrival)
            cells.add(author)
            cells.add(unsigned: delta.header.seq)
            cells.addBlob { delta.id.digest.append(to: &$0) }
            cells.add(document)
            cells.add(unsigned: delta.header.documentPrev)
            cells.add(unsigned: delta.header.level)
            cells.add(delta.header.stamp.stored)
            cells.add(Int(fate.rawValue))
            cells.add(delta.header.shape.contains { $0.isMaterial })
            cells.add(!delta.hasAllParts)
            try cells.addBlob { (bytes) throws(ReplicaFault) in
                for entry in vector.entries {
                    appendVariable(UInt64(try self.row(of: entry.author)), to: &bytes)
                    appendVariable(entry.seq, to: &bytes)
                }
            }
            cells.add(delta.headerBytes)
            cells.add(delta.signature)
            cells.addBlob { PartsColumn.encode(delta.parts, into: &$0) }
        }
    }

    // What waits.

    func setWaiting(_ id: DeltaID, document: DocumentID, for missing: DeltaReference) throws(ReplicaFault) {
        let arrival = try self.knownArrival(of: id)
        // Both may be rows that SQLite has not yet: the connection comes after them.
        let (document, author) = (try self.row(of: document), try self.row(of: missing.author))
        let statement = try self.connection.prepare(
            """
            INSERT INTO waiting (arrival, document_id, missing_author_id, missing_seq) VALUES (?, ?, ?, ?)
            ON CONFLICT (arrival) DO UPDATE SET document_id = excluded.document_id,
                missing_author_id = excluded.missing_author_id, missing_seq = excluded.missing_seq
            """)
        statement.bind(1, arrival.row)
        statement.bind(2, document)
        statement.bind(3, author)
        statement.bind(4, unsigned: missing.seq)
        try statement.run()
        self.heads.mayHaveWaiting = true
    }

    func clearWaiting(_ id: DeltaID) throws(ReplicaFault) {
        guard !self.isHeldBack(id), try self.hasWaiting() else { return }
        guard let arrival = try self.arrival(of: id) else { return }
        let statement = try self.connection.prepare("DELETE FROM waiting WHERE arrival = ?")
        statement.bind(1, arrival.row)
        try statement.run()
    }

    func waiting(for missing: DeltaReference) throws(ReplicaFault) -> [DeltaID] {
        guard try self.hasWaiting() else { return [] }
        let connection = try self.connection
        guard let author = try connection.row(of: missing.author) else { return [] }
        let statement = try connection.prepare(
            """
            SELECT d.id, d.author_id, d.seq FROM waiting w JOIN delta d USING (arrival)
            WHERE w.missing_author_id = ? AND w.missing_seq = ?
            """)
        defer { statement.reset() }
        statement.bind(1, author)
        statement.bind(2, unsigned: missing.seq)
        var found: [(place: DeltaReference, id: DeltaID)] = []
        while try statement.step() {
            guard let id = DeltaID(statement.bytes(0)) else { throw .damaged("a row of the log") }
            let waiter = try connection.author(row: statement.integer(1))
            found.append((DeltaReference(author: waiter, seq: statement.unsigned(2)), id))
        }
        return found.sorted { ($0.place, $0.id) < ($1.place, $1.id) }.map(\.id)
    }

    func waiting(in document: DocumentID) throws(ReplicaFault) -> [DeltaID] {
        guard try self.hasWaiting() else { return [] }
        let connection = try self.connection
        guard let row = try connection.row(of: document) else { return [] }
        let statement = try connection.prepare(
            "SELECT d.id FROM waiting w JOIN delta d USING (arrival) WHERE w.document_id = ? ORDER BY d.id")
        defer { statement.reset() }
        statement.bind(1, row)
        var found: [DeltaID] = []
        while try statement.step() {
            guard let id = DeltaID(statement.bytes(0)) else { throw .damaged("a row of the log") }
            found.append(id)
        }
        return found
    }

    /// Nearly always nothing waits; one look per transaction then answers every question about it.
    private func hasWaiting() throws(ReplicaFault) -> Bool {
        if let known = self.heads.mayHaveWaiting { return known }
        let found = try self.readingOthers.hasWaiting()
        self.heads.mayHaveWaiting = found
        return found
    }
}

/// Reading whole deltas, by either connection.
extension Connection {
    /// Lists what is logged at a place, sorted by id.
    func logged(at reference: DeltaReference) throws(ReplicaFault) -> [LoggedDelta] {
        guard let author = try self.row(of: reference.author) else { return [] }
        let statement = try self.prepare(
            """
            SELECT d.id, document.id, d.document_prev, d.fate, d.vector, d.level, d.lacks_part
            FROM delta d JOIN document USING (document_id)
            WHERE d.author_id = ? AND d.seq = ? ORDER BY d.id
            """)
        defer { statement.reset() }
        statement.bind(1, author)
        statement.bind(2, unsigned: reference.seq)
        var found: [LoggedDelta] = []
        while try statement.step() {
            guard let id = DeltaID(statement.bytes(0)), let document = DocumentID(statement.bytes(1)),
                let fate = Fate(rawValue: UInt8(truncatingIfNeeded: statement.integer(3)))
            else { throw .damaged("a row of the log") }
            found.append(
                LoggedDelta(
                    id: id, reference: reference, document: document, documentPrev: statement.unsigned(2),
                    fate: fate,
                    vector: try self.decodeVector(statement.bytes(4)),
                    level: statement.unsigned(5),
                    hasAllParts: !statement.flag(6)))
        }
        return found
    }

    func hasWaiting() throws(ReplicaFault) -> Bool {
        try self.integer("SELECT EXISTS (SELECT 1 FROM waiting)") == 1
    }

    static let deltaColumns = "d.header, d.signature, d.parts, d.id"

    /// Reads a delta from the four columns of `deltaColumns`, and holds its bytes to its id.
    func delta(from statement: SQLStatement, at column: Int32, hashing: any Hashing) throws(ReplicaFault)
        -> Delta
    {
        let parts = try PartsColumn.decode(statement.bytes(column + 2))
        do {
            let delta = try Delta(
                headerBytes: statement.bytes(column), signature: statement.bytes(column + 1), parts: parts,
                hashing: hashing)
            guard delta.id.bytes == statement.bytes(column + 3) else {
                throw ReplicaFault.damaged("a delta is not the one that its id names")
            }
            return delta
        } catch let fault as ReplicaFault {
            throw fault
        } catch {
            throw .damaged("a delta of the log does not decode")
        }
    }

    func delta(_ id: DeltaID, hashing: any Hashing) throws(ReplicaFault) -> Delta? {
        let statement = try self.prepare("SELECT \(Self.deltaColumns) FROM delta d WHERE d.id = ?")
        defer { statement.reset() }
        statement.bind(1, id.bytes)
        return try statement.step() ? try self.delta(from: statement, at: 0, hashing: hashing) : nil
    }

    func deltas(of document: DocumentID, hashing: any Hashing) throws(ReplicaFault) -> [Delta] {
        guard let row = try self.row(of: document) else { return [] }
        let statement = try self.prepare(
            "SELECT \(Self.deltaColumns) FROM delta d WHERE d.document_id = ? ORDER BY d.arrival")
        defer { statement.reset() }
        statement.bind(1, row)
        var found: [Delta] = []
        while try statement.step() {
            found.append(try self.delta(from: statement, at: 0, hashing: hashing))
        }
        return found
    }

    func parts(row: Int64) throws(ReplicaFault) -> [[UInt8]?] {
        let statement = try self.prepare("SELECT parts FROM delta WHERE arrival = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        guard try statement.step() else { throw .damaged("a row of the log") }
        return try PartsColumn.decode(statement.bytes(0))
    }
}
