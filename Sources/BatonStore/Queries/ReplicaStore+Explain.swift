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
}

extension Connection {
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
