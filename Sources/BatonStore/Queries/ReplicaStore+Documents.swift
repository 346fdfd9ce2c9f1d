package import BatonDesk
import BatonEncoding
package import BatonEngine
package import BatonModel

/// Documents and the queue, for the desk.
extension ReplicaStore {
    package func document(_ id: DocumentID) throws(ReplicaFault) -> DocumentState? {
        try self.reading { connection throws(ReplicaFault) in
            guard let row = try connection.row(of: id) else { return nil }
            return try connection.state(of: id, row: row)
        }
    }

    /// Projects a document as the queue shows it.
    package func summary(_ id: DocumentID) throws(ReplicaFault) -> CaseSummary? {
        try self.reading { connection throws(ReplicaFault) in
            guard let row = try connection.row(of: id), let state = try connection.state(of: id, row: row)
            else {
                return nil
            }
            return CaseSummary(
                state: state,
                uncoveredCount: try connection.uncoveredCount(of: state, row: row, hashing: self.hashing),
                waitingCount: try connection.waitingCount(document: row), hashing: self.hashing,
                authority: CustodyAuthority.isAsked(by: state) ? try connection.custodyAuthority() : .none)
        }
    }

    /// The name by which people call a document, as long as it must be to be unique here.
    package func handle(of id: DocumentID) throws(ReplicaFault) -> CaseHandle? {
        try self.reading { connection throws(ReplicaFault) in
            guard let row = try connection.row(of: id) else { return nil }
            return try connection.handle(row: row)
        }
    }

    /// Finds the document that a typed handle names. The type is not compared: a case may have changed it
    /// since.
    package func document(handlePrefix query: CaseHandleQuery) throws(ReplicaFault) -> HandleMatch {
        try self.reading { connection throws(ReplicaFault) in
            let statement = try connection.prepare(
                """
                SELECT d.id, i.document_id FROM document_index i JOIN document d USING (document_id)
                WHERE i.code >= ?1 AND i.code < ?1 || '~' ORDER BY i.code, d.id LIMIT 10
                """)
            defer { statement.reset() }
            statement.bind(1, query.prefix)
            var found: [(id: DocumentID, row: Int64)] = []
            while try statement.step() {
                guard let id = DocumentID(statement.bytes(0)) else {
                    throw ReplicaFault.damaged("a document id")
                }
                found.append((id, statement.integer(1)))
            }
            guard let first = found.first else { return .none }
            guard found.count > 1 else { return .one(first.id) }
            var handles: [CaseHandle] = []
            for entry in found {
                if let handle = try connection.handle(row: entry.row) { handles.append(handle) }
            }
            return .several(handles)
        }
    }

    /// Lists documents, most urgent first: by lane, due time, severity, then the one that has waited longest.
    package func queue(
        _ filter: QueueFilter, limit: Int, offset: Int = 0
    ) throws(ReplicaFault) -> [QueueRow] {
        try self.reading { connection throws(ReplicaFault) in
            try connection.queue(filter, limit: limit, offset: offset)
        }
    }

    /// Lists the places of all documents that `queue` would list without limit, in no order.
    ///
    /// - Complexity: O(documents that the filter lets through).
    package func queuePlaces(_ filter: QueueFilter) throws(ReplicaFault) -> [QueuePlace] {
        try self.reading { connection throws(ReplicaFault) in try connection.queuePlaces(filter) }
    }

    /// Counts what `queue` would list without limit, up to a bound.
    package func queueCount(_ filter: QueueFilter, upTo bound: Int) throws(ReplicaFault) -> Int {
        try self.reading { connection throws(ReplicaFault) in
            try connection.queueCount(filter, upTo: bound)
        }
    }

    /// - Complexity: O(open cases), and O(cases in conflict).
    package func queueTotals() throws(ReplicaFault) -> QueueTotals {
        try self.reading { connection throws(ReplicaFault) in try connection.queueTotals() }
    }

    /// Lists documents of the lanes up to one, in order of lane: what goes to a peer first.
    package func documents(upTo lane: Lane, limit: Int) throws(ReplicaFault) -> [DocumentID] {
        try self.reading { connection throws(ReplicaFault) in
            let statement = try connection.prepare(
                """
                SELECT d.id FROM document_index i JOIN document d USING (document_id)
                WHERE i.lane <= ? ORDER BY i.lane, i.document_id DESC LIMIT ?
                """)
            defer { statement.reset() }
            statement.bind(1, Int(lane.rawValue))
            statement.bind(2, limit)
            var found: [DocumentID] = []
            while try statement.step() {
                guard let id = DocumentID(statement.bytes(0)) else {
                    throw ReplicaFault.damaged("a document id")
                }
                found.append(id)
            }
            return found
        }
    }

    /// What a command of an operator wrote when it was first made; nil for one that is not known.
    package func outcome(ofCommand key: [UInt8]) throws(ReplicaFault) -> [DeltaID]? {
        try self.reading { connection throws(ReplicaFault) in try connection.outcome(ofCommand: key) }
    }

    /// Reads a document's timeline backwards.
    package func timeline(
        _ document: DocumentID, before: TimelineCursor? = nil, limit: Int
    ) throws(ReplicaFault) -> TimelinePage {
        try self.reading { connection throws(ReplicaFault) in
            guard let row = try connection.row(of: document) else { return TimelinePage() }
            let statement = try connection.prepare(
                """
                SELECT \(Connection.timelineColumns) FROM timeline t JOIN delta d USING (arrival)
                WHERE t.document_id = ?1 AND (t.stamp, t.entry) < (?2, ?3)
                ORDER BY t.stamp DESC, t.entry DESC LIMIT ?4
                """)
            defer { statement.reset() }
            statement.bind(1, row)
            statement.bind(2, before?.stamp.stored ?? Int64.max)
            statement.bind(3, before?.entry ?? Int64.max)
            statement.bind(4, limit)
            var page = TimelinePage()
            while try statement.step() {
                let entry = try connection.timelineEntry(from: statement, of: document)
                page.entries.append(entry)
                page.next = TimelineCursor(stamp: entry.write.stamp, entry: statement.integer(0))
            }
            if page.entries.count < limit { page.next = nil }
            return page
        }
    }
}

extension Connection {
    static let timelineColumns = """
        t.entry, t.stamp, t.operation, t.compartment, t.field, t.actor, t.on_behalf_of, t.is_material, \
        t.value, d.id, d.author_id, d.seq, d.level
        """

    /// Reads an entry from the columns of `timelineColumns`.
    func timelineEntry(from row: SQLStatement, of document: DocumentID) throws(ReplicaFault) -> TimelineEntry
    {
        guard let id = DeltaID(row.bytes(9)), let compartment = UInt8(exactly: row.integer(3)),
            let operation = UInt32(exactly: row.integer(2)), let person = UInt32(exactly: row.integer(5))
        else { throw .damaged("an entry of a timeline") }
        let principal = row.integerOrNil(6).flatMap { UInt32(exactly: $0) }.map { OperatorID($0) }
        let place = DeltaReference(author: try self.author(row: row.integer(10)), seq: row.unsigned(11))
        let write = Write(
            dot: Dot(delta: id, index: operation), reference: place, level: row.unsigned(12),
            stamp: HybridTime(stored: row.integer(1)),
            actor: Actor(person: OperatorID(person), onBehalfOf: principal), isMaterial: row.flag(7),
            value: row.isNull(8) ? nil : try Self.value(row.bytes(8)))
        return TimelineEntry(
            document: document, compartment: Compartment(code: compartment),
            field: FieldCode(UInt16(clamping: min(row.integer(4), Int64(DeltaLimits.fieldCodeMax)))),
            write: write)
    }

    static func value(_ bytes: [UInt8]) throws(ReplicaFault) -> CBORValue {
        do throws(CBORError) {
            return try CBORValue.decode(bytes)
        } catch {
            throw .damaged("a value of a timeline")
        }
    }

    func waitingCount(document row: Int64) throws(ReplicaFault) -> Int {
        let statement = try self.prepare("SELECT count(*) FROM waiting WHERE document_id = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        return try statement.step() ? Int(statement.integer(0)) : 0
    }

    /// Reads a handle; nil where the document has no index row (nothing of it has passed its gate).
    func handle(row: Int64) throws(ReplicaFault) -> CaseHandle? {
        let statement = try self.prepare("SELECT code, type, kind FROM document_index WHERE document_id = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        guard try statement.step() else { return nil }
        let code = statement.text(0)
        let word = Self.typeWord(statement.integerOrNil(1), kind: statement.integer(2))
        return CaseHandle(typeWord: word, code: String(code.prefix(try self.codeLength(code))))
    }

    static func typeWord(_ type: Int64?, kind: Int64) -> String {
        if let type = type.flatMap({ CaseType(rawValue: $0) }) { return type.word }
        let kind = DocumentKind(rawValue: UInt8(clamping: kind))
        return (kind?.word ?? "document").uppercased()
    }

    /// How much of a code tells it from all others here: two looks into the index.
    func codeLength(_ code: String) throws(ReplicaFault) -> Int {
        var neighbours: [String] = []
        for sql in [
            "SELECT code FROM document_index WHERE code < ? ORDER BY code DESC LIMIT 1",
            "SELECT code FROM document_index WHERE code > ? ORDER BY code LIMIT 1",
        ] {
            let statement = try self.prepare(sql)
            defer { statement.reset() }
            statement.bind(1, code)
            if try statement.step() { neighbours.append(statement.text(0)) }
        }
        return CaseHandle.lengthNeeded(code, neighbours: neighbours)
    }
}
