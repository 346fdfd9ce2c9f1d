import BatonEncoding
import BatonEngine
import BatonModel

/// Keys, have-sets, clock, audit, outcomes.
extension StoreTransaction {
    func have(_ author: Author) throws(ReplicaFault) -> AuthorHave? {
        if let known = self.heads.haves[author] { return known }
        let connection = try self.readingOthers
        guard let row = try connection.row(of: author) else { return nil }
        let have = try connection.have(author, row: row)
        self.heads.haves[author] = have
        return have
    }

    func save(_ have: AuthorHave) throws(ReplicaFault) {
        var set = HaveSet()
        set.set(have)
        let statement = try self.connection.prepare(
            """
            INSERT INTO have (author_id, intervals) VALUES (?, ?)
            ON CONFLICT (author_id) DO UPDATE SET intervals = excluded.intervals
            """)
        statement.bind(1, try self.connection.makeRow(of: have.author))
        statement.bind(2, set.encoded())
        try statement.run()
        self.heads.haves[have.author] = have
        self.noteOwnHead(have)
    }

    func clock() throws(ReplicaFault) -> HybridTime {
        if let known = self.heads.clock { return known }
        let packed = try self.readingOthers.metaInteger(.clock) ?? 0
        let clock = HybridTime(packed: UInt64(bitPattern: packed))
        self.heads.clock = clock
        return clock
    }

    func save(clock: HybridTime) throws(ReplicaFault) {
        try self.connection.setMeta(.clock, Int64(bitPattern: clock.packed))
        self.heads.clock = clock
    }

    func append(_ record: AuditRecord) throws(ReplicaFault) {
        // Read once: asking for every record would each time wait for the rows that are under way.
        let before: Digest256
        if let known = self.heads.audit { before = known } else { before = try self.reading.auditChain() }
        let chain = AuditChain.next(after: before, record, hashing: self.hashing)
        let author = try record.range.map { (range) throws(ReplicaFault) in try self.row(of: range.author) }
        try self.add(.audit) { cells in
            cells.add(Int(record.kind.rawValue))
            cells.add(unsigned: record.atMilliseconds)
            cells.add(record.actor.map { Int64($0.number) })
            cells.add(author)
            cells.add(record.range.map { Int64(clamping: $0.first) })
            cells.add(record.range.map { Int64(clamping: $0.last) })
            cells.add(record.site?.description)
            cells.add(record.detail)
            cells.add(chain.bytes)
        }
        self.heads.audit = chain
    }

    func outcome(ofCommand key: [UInt8]) throws(ReplicaFault) -> [DeltaID]? {
        try self.readingOthers.outcome(ofCommand: key)
    }

    func save(outcome: [DeltaID], ofCommand key: [UInt8]) throws(ReplicaFault) {
        let statement = try self.connection.prepare(
            """
            INSERT INTO command_outcome (idempotency_key, deltas) VALUES (?, ?)
            ON CONFLICT (idempotency_key) DO UPDATE SET deltas = excluded.deltas
            """)
        statement.bind(1, key)
        statement.bind(2, outcome.flatMap(\.bytes))
        try statement.run()
        // A command is tried again within minutes, not after a million others.
        let prune = try self.connection.prepare("DELETE FROM command_outcome WHERE command <= ?")
        prune.bind(1, try self.connection.lastRow - 1_000_000)
        try prune.run()
    }
}

/// Chains audit records: each carries the hash of the one before and of itself.
enum AuditChain {
    static func next(after before: Digest256, _ record: AuditRecord, hashing: any Hashing) -> Digest256 {
        var writer = CBORWriter(reservingCapacity: 128)
        writer.arrayHeader(7)
        writer.bytes(before.bytes)
        writer.unsigned(UInt64(record.kind.rawValue))
        writer.unsigned(record.atMilliseconds)
        if let actor = record.actor { writer.unsigned(UInt64(actor.number)) } else { writer.null() }
        if let range = record.range {
            writer.arrayHeader(3)
            range.author.encode(into: &writer)
            writer.unsigned(range.first)
            writer.unsigned(range.last)
        } else {
            writer.null()
        }
        if let site = record.site { writer.text(site.description) } else { writer.null() }
        writer.text(record.detail)
        return hashing.digest256(Array("baton/audit/1".utf8), writer.bytes)
    }
}

extension Connection {
    func key(_ scope: KeyScope, id: KeyID?) throws(ReplicaFault) -> WrappedKey? {
        guard let document = try self.row(of: scope.document), let author = try self.row(of: scope.author)
        else {
            return nil
        }
        let statement = try self.prepare(
            fixed: """
                SELECT generation, hash, wrapped FROM document_key
                WHERE document_id = ?1 AND author_id = ?2 AND compartment = ?3 AND generation = ?4
                    AND (?5 IS NULL OR hash = ?5)
                LIMIT 1
                """)
        defer { statement.reset() }
        statement.bind(1, document)
        statement.bind(2, author)
        statement.bind(3, Int(scope.compartment.code))
        statement.bind(4, Int64(scope.generation))
        statement.bind(5, id.map { Int64(bitPattern: $0.hash) })
        guard id == nil || id?.generation == scope.generation, try statement.step() else { return nil }
        let found = KeyID(generation: scope.generation, hash: UInt64(bitPattern: statement.integer(1)))
        return WrappedKey(id: found, bytes: statement.bytes(2))
    }

    func have(_ author: Author, row: Int64) throws(ReplicaFault) -> AuthorHave? {
        let statement = try self.prepare("SELECT intervals FROM have WHERE author_id = ?")
        defer { statement.reset() }
        statement.bind(1, row)
        guard try statement.step() else { return nil }
        return try Self.haveSet(statement.bytes(0))[author]
    }

    static func haveSet(_ bytes: [UInt8]) throws(ReplicaFault) -> HaveSet {
        var reader = CBORReader(bytes)
        do throws(ModelFault) {
            let set = try HaveSet(from: &reader)
            try reader.modelFinish()
            return set
        } catch {
            throw .damaged("what is held of an author")
        }
    }

    func auditChain() throws(ReplicaFault) -> Digest256 {
        let statement = try self.prepare("SELECT chain FROM audit ORDER BY record DESC LIMIT 1")
        defer { statement.reset() }
        guard try statement.step() else { return .zero }
        guard let chain = Digest256(statement.bytes(0)) else { throw .damaged("the audit log") }
        return chain
    }
}

extension Connection {
    /// What a command wrote; nil for one that is not known.
    func outcome(ofCommand key: [UInt8]) throws(ReplicaFault) -> [DeltaID]? {
        let statement = try self.prepare(
            "SELECT deltas FROM command_outcome WHERE idempotency_key = ?")
        defer { statement.reset() }
        statement.bind(1, key)
        guard try statement.step() else { return nil }
        let bytes = statement.bytes(0)
        var ids: [DeltaID] = []
        for start in stride(from: 0, to: bytes.count, by: Digest256.byteCount) {
            guard let id = DeltaID(bytes[start..<min(start + Digest256.byteCount, bytes.count)]) else {
                throw .damaged("the outcome of a command")
            }
            ids.append(id)
        }
        return ids
    }
}
