import BatonDesk
import BatonEngine
import BatonModel

extension Connection {
    func queue(_ filter: QueueFilter, limit: Int, offset: Int) throws(ReplicaFault) -> [QueueRow] {
        let statement = try self.prepare(
            """
            SELECT d.id, i.code, i.lane, i.due_order, i.severity_order, i.first_stamp, i.last_stamp, i.type,
                i.owner, i.status, i.title, i.conflict_count, i.uncovered_count, i.unread_count, i.void_count,
                i.applied_count, (SELECT count(*) FROM waiting w WHERE w.document_id = i.document_id), i.kind
            FROM document_index i \(Self.index(filter)) JOIN document d USING (document_id)
            WHERE \(Self.conditions(filter))
            ORDER BY i.lane, i.due_order, i.severity_order, i.first_stamp LIMIT ?2 OFFSET ?3
            """)
        defer { statement.reset() }
        Self.bind(filter, to: statement)
        statement.bind(2, limit)
        statement.bind(3, offset)
        var rows: [QueueRow] = []
        while try statement.step() { rows.append(try self.queueRow(statement)) }
        return rows
    }

    func queuePlaces(_ filter: QueueFilter) throws(ReplicaFault) -> [QueuePlace] {
        let statement = try self.prepare(
            """
            SELECT d.id, i.lane, i.due_order, i.severity_order, i.first_stamp
            FROM document_index i \(Self.index(filter)) JOIN document d USING (document_id)
            WHERE \(Self.conditions(filter))
            """)
        defer { statement.reset() }
        Self.bind(filter, to: statement)
        var places: [QueuePlace] = []
        while try statement.step() {
            guard let document = DocumentID(statement.bytes(0)) else { throw .damaged("a document id") }
            places.append(
                QueuePlace(
                    document: document, lane: statement.integer(1), dueOrder: statement.integer(2),
                    severityOrder: statement.integer(3), firstStamp: statement.integer(4)))
        }
        return places
    }

    // Filters are a fixed set of conditions, so that there are few statements; values are always bound.
    // A document of void changes alone is nobody's work: a member must not fill the queue with empty rows.
    private static func conditions(_ filter: QueueFilter) -> String {
        var conditions = ["i.kind = ?1", "i.applied_count > 0"]
        if !filter.includesClosed { conditions.append("i.lane < 3") }
        if filter.onlyClosed { conditions.append("i.lane = 3") }
        switch filter.ownership {
        case .anyone: break
        case .nobody: conditions.append("i.owner IS NULL")
        case .person: conditions.append("i.owner = ?4")
        }
        if filter.type != nil { conditions.append("i.type = ?5") }
        if filter.severityMax != nil { conditions.append("i.severity_order <= ?6") }
        if filter.severityMin != nil { conditions.append("i.severity_order >= ?7") }
        if filter.onlyConflicts { conditions.append("i.conflict_count > 0") }
        if filter.tag != nil {
            conditions.append(
                """
                i.document_id IN (SELECT dt.document_id FROM search_term t JOIN search_document_term dt USING (term)
                    WHERE t.kind = \(CaseTerm.Kind.tag.rawValue) AND t.value = ?8)
                """)
        }
        return conditions.joined(separator: " AND ")
    }

    /// Left to itself, SQLite walks every case in the order of the queue to find the few in conflict.
    private static func index(_ filter: QueueFilter) -> String {
        filter.onlyConflicts ? "INDEXED BY document_index_by_conflict" : ""
    }

    private static func bind(_ filter: QueueFilter, to statement: SQLStatement) {
        statement.bind(1, Int(filter.kind.rawValue))
        if case .person(let owner) = filter.ownership { statement.bind(4, Int64(owner.number)) }
        if let type = filter.type { statement.bind(5, type.rawValue) }
        if let severity = filter.severityMax { statement.bind(6, severity) }
        if let severity = filter.severityMin { statement.bind(7, severity) }
        if let tag = filter.tag { statement.bind(8, tag.lowercased()) }
    }

    /// Counts what the queue would list, up to a bound.
    func queueCount(_ filter: QueueFilter, upTo bound: Int) throws(ReplicaFault) -> Int {
        let statement = try self.prepare(
            """
            SELECT count(*) FROM (
                SELECT 1 FROM document_index i WHERE \(Self.conditions(filter)) LIMIT ?2)
            """)
        defer { statement.reset() }
        Self.bind(filter, to: statement)
        statement.bind(2, bound)
        return try statement.step() ? Int(statement.integer(0)) : 0
    }

    /// - Complexity: O(open cases), and O(cases in conflict).
    func queueTotals() throws(ReplicaFault) -> QueueTotals {
        let statement = try self.prepare(
            """
            SELECT count(*), count(*) FILTER (WHERE severity_order = 0),
                (SELECT coalesce(sum(conflict_count), 0) FROM document_index
                    WHERE kind = ?1 AND conflict_count > 0 AND applied_count > 0)
            FROM document_index WHERE kind = ?1 AND lane < 3 AND applied_count > 0
            """)
        defer { statement.reset() }
        statement.bind(1, Int(DocumentKind.escalation.rawValue))
        guard try statement.step() else { return QueueTotals() }
        return QueueTotals(
            open: Int(statement.integer(0)), openS0: Int(statement.integer(1)),
            conflicts: Int(statement.integer(2)))
    }

    private func queueRow(_ row: SQLStatement) throws(ReplicaFault) -> QueueRow {
        guard let document = DocumentID(row.bytes(0)),
            let lane = Lane(rawValue: UInt8(clamping: row.integer(2))),
            let status = CaseStatus(rawValue: UInt8(clamping: row.integer(9)))
        else { throw .damaged("a row of the queue") }
        let code = row.text(1)
        let word = Self.typeWord(row.integerOrNil(7), kind: row.integer(17))
        let due = row.integer(3)
        let severity = row.integer(4)
        return QueueRow(
            document: document,
            handle: CaseHandle(typeWord: word, code: String(code.prefix(try self.codeLength(code)))),
            lane: lane,
            severity: severity == 9 ? nil : severity,
            owner: row.integerOrNil(8).flatMap { UInt32(exactly: $0) }.map { OperatorID($0) }, status: status,
            title: row.text(10), dueMilliseconds: due == .max ? nil : row.unsigned(3),
            firstStamp: HybridTime(stored: row.integer(5)), lastStamp: HybridTime(stored: row.integer(6)),
            conflictCount: Int(row.integer(11)), uncoveredCount: Int(row.integer(12)),
            waitingCount: Int(row.integer(16)), unreadCount: Int(row.integer(13)),
            voidCount: Int(row.integer(14)),
            appliedCount: Int(row.integer(15)))
    }
}
