import BatonDesk
import BatonEncoding
package import BatonEngine
package import BatonModel

/// Membership, receipts, settings of peers, audit.
extension ReplicaStore {
    /// Reads the signed entries in order of epoch, as stored: the caller verifies them.
    package func membershipLog() throws(ReplicaFault) -> [SignedMembershipEntry] {
        try self.reading { connection throws(ReplicaFault) in try connection.membershipLog() }
    }

    /// Keeps a verified membership. Entries that are held already stay as they are.
    ///
    /// - Throws: `store.constraint` when it is another history than the one held. Nothing is changed then.
    package func save(membership: [SignedMembershipEntry]) throws(ReplicaFault) {
        let held = try self.membershipLog()
        for (old, new) in zip(held, membership) where old.bytes != new.bytes {
            throw ReplicaFault(StoreCode.constraint, "another membership is held at epoch \(new.entry.epoch)")
        }
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                for entry in membership.dropFirst(held.count) {
                    var bytes = CBORWriter(reservingCapacity: entry.bytes.count + 256)
                    entry.encode(into: &bytes)
                    let statement = try transaction.connection.prepare(
                        "INSERT INTO membership (epoch, entry) VALUES (?, ?)")
                    statement.bind(1, unsigned: entry.entry.epoch)
                    statement.bind(2, bytes.bytes)
                    try statement.run()
                }
            }
        }
    }

    /// Reads every peer's newest word about every author, in order of peer and author.
    package func receipts() throws(ReplicaFault) -> [StoredReceipt] {
        try self.reading { connection throws(ReplicaFault) in
            let statement = try connection.prepare(
                "SELECT peer_id, author_id, seq, head, at_ms, bytes FROM receipt")
            defer { statement.reset() }
            var receipts: [StoredReceipt] = []
            while try statement.step() {
                guard let head = DeltaID(statement.bytes(3)) else { throw ReplicaFault.damaged("a receipt") }
                receipts.append(
                    StoredReceipt(
                        peer: try connection.author(row: statement.integer(0)),
                        about: try connection.author(row: statement.integer(1)),
                        head: LogHead(seq: statement.unsigned(2), id: head),
                        atMilliseconds: statement.unsigned(4),
                        bytes: statement.bytes(5)))
            }
            return receipts.sorted { ($0.peer, $0.about) < ($1.peer, $1.about) }
        }
    }

    /// Keeps receipts. One that says less than what is held of the same peer and author changes nothing.
    package func save(receipts: [StoredReceipt]) throws(ReplicaFault) {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                for receipt in receipts { try transaction.connection.save(receipt) }
            }
        }
    }

    /// Lists the peers that are paused, sorted.
    package func pausedPeers() throws(ReplicaFault) -> [SiteID] {
        try self.reading { connection throws(ReplicaFault) in
            let statement = try connection.prepare("SELECT site FROM peer_setting WHERE is_paused = 1")
            defer { statement.reset() }
            var sites: [SiteID] = []
            while try statement.step() {
                guard let site = SiteID(statement.text(0)) else {
                    throw ReplicaFault.damaged("a peer's setting")
                }
                sites.append(site)
            }
            return sites.sorted()
        }
    }

    /// Pauses or resumes a peer, with its audit record in the same transaction.
    package func setPaused(_ isPaused: Bool, peer: SiteID, record: AuditRecord) throws(ReplicaFault) {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                let statement = try transaction.connection.prepare(
                    """
                    INSERT INTO peer_setting (site, is_paused) VALUES (?, ?)
                    ON CONFLICT (site) DO UPDATE SET is_paused = excluded.is_paused
                    """)
                statement.bind(1, peer.description)
                statement.bind(2, isPaused)
                try statement.run()
                try transaction.append(record)
            }
        }
    }

    /// Reads the newest audit records, oldest of them first.
    package func auditTail(limit: Int) throws(ReplicaFault) -> [AuditLine] {
        try self.reading { connection throws(ReplicaFault) in
            let statement = try connection.prepare(
                "SELECT \(Connection.auditColumns) FROM audit ORDER BY record DESC LIMIT ?")
            defer { statement.reset() }
            statement.bind(1, limit)
            var lines: [AuditLine] = []
            while try statement.step() { lines.append(try connection.auditLine(statement)) }
            return lines.reversed()
        }
    }

    /// Checks the chain of the whole audit log.
    ///
    /// - Returns: The number of the first record that does not follow the one before; nil when all do.
    /// - Complexity: O(records).
    package func firstBrokenAuditRecord() throws(ReplicaFault) -> Int64? {
        try self.reading { connection throws(ReplicaFault) in
            let statement = try connection.prepare(
                "SELECT \(Connection.auditColumns) FROM audit ORDER BY record")
            defer { statement.reset() }
            var before = Digest256.zero
            while try statement.step() {
                let line = try connection.auditLine(statement)
                guard AuditChain.next(after: before, line.record, hashing: self.hashing) == line.chain else {
                    return line.number
                }
                before = line.chain
            }
            return nil
        }
    }
}

extension Connection {
    func membershipLog() throws(ReplicaFault) -> [SignedMembershipEntry] {
        let statement = try self.prepare("SELECT entry FROM membership ORDER BY epoch")
        defer { statement.reset() }
        var entries: [SignedMembershipEntry] = []
        while try statement.step() {
            var reader = CBORReader(statement.bytes(0))
            do throws(ModelFault) {
                entries.append(try SignedMembershipEntry(from: &reader))
                try reader.modelFinish()
            } catch {
                throw ReplicaFault.damaged("an entry of the membership")
            }
        }
        return entries
    }

    /// Who may depose and vouch. The log was verified when it was kept.
    func custodyAuthority() throws(ReplicaFault) -> CustodyAuthority {
        CustodyAuthority(try self.membershipLog().map(\.entry))
    }

    fileprivate static let auditColumns =
        "record, kind, at_ms, actor, author_id, first_seq, last_seq, site, detail, chain"

    fileprivate func auditLine(_ row: SQLStatement) throws(ReplicaFault) -> AuditLine {
        guard let kind = AuditRecord.Kind(rawValue: UInt8(clamping: row.integer(1))),
            let chain = Digest256(row.bytes(9))
        else { throw .damaged("a record of the audit log") }
        var range: DeltaRange?
        if let author = row.integerOrNil(4) {
            range = DeltaRange(
                author: try self.author(row: author), first: row.unsigned(5), last: row.unsigned(6))
        }
        let record = AuditRecord(
            kind: kind, atMilliseconds: row.unsigned(2),
            actor: row.integerOrNil(3).flatMap { UInt32(exactly: $0) }.map { OperatorID($0) }, range: range,
            site: row.isNull(7) ? nil : SiteID(row.text(7)), detail: row.text(8))
        return AuditLine(number: row.integer(0), record: record, chain: chain)
    }

    fileprivate func save(_ receipt: StoredReceipt) throws(ReplicaFault) {
        let statement = try self.prepare(
            """
            INSERT INTO receipt (peer_id, author_id, seq, head, at_ms, bytes) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (peer_id, author_id) DO UPDATE SET seq = excluded.seq, head = excluded.head,
                at_ms = excluded.at_ms, bytes = excluded.bytes
            WHERE excluded.seq >= receipt.seq
            """)
        statement.bind(1, try self.makeRow(of: receipt.peer))
        statement.bind(2, try self.makeRow(of: receipt.about))
        statement.bind(3, unsigned: receipt.head.seq)
        statement.bind(4, receipt.head.id.bytes)
        statement.bind(5, unsigned: receipt.atMilliseconds)
        statement.bind(6, receipt.bytes)
        try statement.run()
    }
}
