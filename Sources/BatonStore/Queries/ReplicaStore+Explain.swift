package import BatonDesk
package import BatonEngine
package import BatonModel

/// What of a document is held, waits, or lacks a part.
package struct DocumentHoldings: Sendable, Equatable {
    package struct Waiting: Sendable, Equatable {
        package let delta: DeltaReference
        package let waitsFor: DeltaReference
    }

    package var held: UInt64 = 0
    package var lackingParts: UInt64 = 0
    /// At most as many as were asked for, in order of arrival.
    package var waiting: [Waiting] = []
    package var places: [DeltaRange] = []
}

extension ReplicaStore {
    package func holdings(
        of document: DocumentID, waitingMax: Int
    ) throws(ReplicaFault) -> DocumentHoldings {
        var found = try self.reading { connection throws(ReplicaFault) in
            var found = DocumentHoldings()
            guard let row = try connection.row(of: document) else { return found }
            try connection.countHoldings(row, into: &found)
            try connection.listWaiting(row, limit: waitingMax, into: &found)
            return found
        }
        found.places = try self.places(of: document)
        return found
    }

    /// The deltas of a document that wait, in order of arrival, with what of their past is here.
    package func waitingDeltas(
        of document: DocumentID, limit: Int
    ) throws(ReplicaFault) -> [WaitingDelta] {
        let hashing = self.hashing
        return try self.reading { connection throws(ReplicaFault) in
            guard let row = try connection.row(of: document) else { return [] }
            var found: [WaitingDelta] = []
            for delta in try connection.waitingDeltas(row, limit: limit, hashing: hashing) {
                var (parents, missing): ([DeltaID], [DeltaReference]) = ([], [])
                for place in delta.header.pastReferences {
                    let passed = try connection.passed(at: place, document: row)
                    if passed.isEmpty { missing.append(place) }
                    parents.append(contentsOf: passed)
                }
                found.append(
                    WaitingDelta(
                        id: delta.id, reference: delta.reference, parents: parents, missing: missing))
            }
            return found
        }
    }
}

extension Connection {
    fileprivate func waitingDeltas(
        _ row: Int64, limit: Int, hashing: any Hashing
    ) throws(ReplicaFault) -> [Delta] {
        let statement = try self.prepare(
            """
            SELECT \(Self.deltaColumns) FROM waiting w JOIN delta d USING (arrival)
            WHERE w.document_id = ? ORDER BY w.arrival LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, row)
        statement.bind(2, limit)
        var found: [Delta] = []
        while try statement.step() {
            found.append(try self.delta(from: statement, at: 0, hashing: hashing))
        }
        return found
    }

    /// The deltas of a document at a place that have passed their gate.
    fileprivate func passed(
        at place: DeltaReference, document row: Int64
    ) throws(ReplicaFault) -> [DeltaID] {
        guard let author = try self.row(of: place.author) else { return [] }
        let statement = try self.prepare(
            """
            SELECT id FROM delta WHERE author_id = ? AND seq = ? AND document_id = ? AND fate <> ? ORDER BY id
            """)
        defer { statement.reset() }
        statement.bind(1, author)
        statement.bind(2, unsigned: place.seq)
        statement.bind(3, row)
        statement.bind(4, Int(Fate.waiting.rawValue))
        var found: [DeltaID] = []
        while try statement.step() {
            guard let id = DeltaID(statement.bytes(0)) else { throw .damaged("a row of the log") }
            found.append(id)
        }
        return found
    }

    fileprivate func countHoldings(_ row: Int64, into found: inout DocumentHoldings) throws(ReplicaFault) {
        let statement = try self.prepare(
            "SELECT count(*), coalesce(sum(lacks_part), 0) FROM delta WHERE document_id = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        guard try statement.step() else { return }
        found.held = statement.unsigned(0)
        found.lackingParts = statement.unsigned(1)
    }

    fileprivate func listWaiting(
        _ row: Int64, limit: Int, into found: inout DocumentHoldings
    ) throws(ReplicaFault) {
        let statement = try self.prepare(
            """
            SELECT d.author_id, d.seq, w.missing_author_id, w.missing_seq
            FROM waiting w JOIN delta d USING (arrival) WHERE w.document_id = ? ORDER BY w.arrival LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, row)
        statement.bind(2, limit)
        while try statement.step() {
            found.waiting.append(
                DocumentHoldings.Waiting(
                    delta: DeltaReference(
                        author: try self.author(row: statement.integer(0)), seq: statement.unsigned(1)),
                    waitsFor: DeltaReference(
                        author: try self.author(row: statement.integer(2)), seq: statement.unsigned(3))))
        }
    }
}
