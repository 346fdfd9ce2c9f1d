import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel

/// Documents: state, index row, timeline.
extension StoreTransaction {
    func document(_ id: DocumentID) throws(ReplicaFault) -> DocumentState? {
        guard let row = try self.connection.row(of: id) else { return nil }
        return try self.connection.state(of: id, row: row)
    }

    func save(_ state: DocumentState) throws(ReplicaFault) {
        try self.flush()
        let row = try self.connection.makeRow(of: state.id)
        let statement = try self.connection.prepare(
            """
            INSERT INTO document_state (document_id, state) VALUES (?, ?)
            ON CONFLICT (document_id) DO UPDATE SET state = excluded.state
            """)
        statement.bind(1, row)
        statement.bind(2, state.encodedForStorage())
        try statement.run()
        // Waiting deltas come and go without the state: the queue counts them as it reads.
        let summary = CaseSummary(
            state: state, uncoveredCount: try self.connection.uncoveredCount(of: state, row: row),
            waitingCount: 0,
            hashing: self.hashing)
        try self.index(summary, row: row)
    }

    private func index(_ summary: CaseSummary, row: Int64) throws(ReplicaFault) {
        let statement = try self.connection.prepare(
            """
            INSERT INTO document_index (document_id, kind, code, lane, due_order, severity_order, first_stamp,
                last_stamp, type, owner, status, title, conflict_count, uncovered_count, unread_count,
                void_count, applied_count)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (document_id) DO UPDATE SET lane = excluded.lane, due_order = excluded.due_order,
                severity_order = excluded.severity_order, first_stamp = excluded.first_stamp,
                last_stamp = excluded.last_stamp, type = excluded.type, owner = excluded.owner,
                status = excluded.status, title = excluded.title, conflict_count = excluded.conflict_count,
                uncovered_count = excluded.uncovered_count, unread_count = excluded.unread_count,
                void_count = excluded.void_count, applied_count = excluded.applied_count
            """)
        statement.bind(1, row)
        statement.bind(2, Int(summary.document.kindCode))
        statement.bind(3, summary.code)
        statement.bind(4, Int(summary.lane.rawValue))
        statement.bind(5, summary.dueMilliseconds.map { Int64(clamping: $0) } ?? Int64.max)
        statement.bind(6, summary.severity ?? 9)
        statement.bind(7, summary.firstStamp.stored)
        statement.bind(8, summary.lastStamp.stored)
        statement.bind(9, summary.type?.rawValue)
        statement.bind(10, summary.owner.map { Int64($0.number) })
        statement.bind(11, Int(summary.status.rawValue))
        statement.bind(12, summary.title)
        statement.bind(13, summary.conflicts.count)
        statement.bind(14, summary.uncoveredCount)
        statement.bind(15, summary.unreadCount)
        statement.bind(16, summary.voidCount)
        statement.bind(17, summary.appliedCount)
        try statement.run()
        let queued = try self.connection.prepare(
            "INSERT OR IGNORE INTO search_queue (document_id) VALUES (?)")
        queued.bind(1, row)
        try queued.run()
    }

    func append(_ entries: [TimelineEntry]) throws(ReplicaFault) {
        guard let first = entries.first, !self.hold(entries) else { return }
        // One delta's entries come together; the arrival is looked up once then.
        var arrival = try self.knownArrival(of: first.write.dot.delta)
        var delta = first.write.dot.delta
        for entry in entries {
            if entry.write.dot.delta != delta {
                delta = entry.write.dot.delta
                arrival = try self.knownArrival(of: delta)
            }
            try self.write([entry], arrival: arrival.row)
        }
    }

    func write(_ entries: [TimelineEntry], arrival: Int64) throws(ReplicaFault) {
        for entry in entries {
            let statement = try self.connection.prepare(
                """
                INSERT INTO timeline (document_id, stamp, arrival, operation, compartment, field, actor,
                    on_behalf_of, is_material, value)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
            let write = entry.write
            statement.bind(1, try self.connection.makeRow(of: entry.document))
            statement.bind(2, write.stamp.stored)
            statement.bind(3, arrival)
            statement.bind(4, Int64(write.dot.index))
            statement.bind(5, Int(entry.compartment.code))
            statement.bind(6, Int(entry.field.code))
            statement.bind(7, Int64(write.actor.person.number))
            statement.bind(8, write.actor.onBehalfOf.map { Int64($0.number) })
            statement.bind(9, write.isMaterial)
            statement.bind(10, write.value.map { CBORValue.encode($0) })
            try statement.run()
        }
    }
}

extension Connection {
    func state(of id: DocumentID, row: Int64) throws(ReplicaFault) -> DocumentState? {
        let statement = try self.prepare("SELECT state FROM document_state WHERE document_id = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        guard try statement.step() else { return nil }
        return try Self.state(id, statement.bytes(0))
    }

    static func state(_ id: DocumentID, _ bytes: [UInt8]) throws(ReplicaFault) -> DocumentState {
        do throws(ModelFault) {
            return try DocumentState(id: id, storage: bytes)
        } catch {
            throw .damaged("the state of a document does not decode: rebuild it from the log")
        }
    }

    /// Counts material changes that no standing close has read and that follow none.
    ///
    /// - Complexity: O(authors) for a document that is open, or quiet since its close; else O(changes since).
    func uncoveredCount(of state: DocumentState, row: Int64) throws(ReplicaFault) -> Int {
        let closures = Closures(of: state)
        var count = 0
        for tail in closures.unreadTails(of: state) {
            guard let author = try self.row(of: tail.author) else { continue }
            let statement = try self.prepare(
                """
                SELECT vector FROM delta WHERE document_id = ? AND author_id = ? AND seq >= ?
                    AND is_material = 1 AND fate IN (1, 4)
                """)
            defer { statement.reset() }
            statement.bind(1, row)
            statement.bind(2, author)
            statement.bind(3, unsigned: tail.seq)
            while try statement.step() {
                if !closures.isFollowed(by: try self.decodeVector(statement.bytes(0))) { count += 1 }
            }
        }
        return count
    }
}
