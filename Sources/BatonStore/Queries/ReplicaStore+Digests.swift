import BatonDesk
package import BatonEngine
package import BatonModel

/// Counts, digests, and folding the log again.
extension ReplicaStore {
    package func counts() throws(ReplicaFault) -> ReplicaCounts {
        try self.reading { connection throws(ReplicaFault) in
            var counts = ReplicaCounts()
            // Deltas are never removed and arrivals have no holes, so the last one is their number.
            counts.deltas = Int(try connection.integer("SELECT max(arrival) FROM delta") ?? 0)
            counts.waiting = Int(try connection.integer("SELECT count(*) FROM waiting") ?? 0)
            // Said as the index says it: without its own condition SQLite reads the whole log.
            let odd = "SELECT count(*) FROM delta WHERE fate IN (3, 4) AND fate = "
            counts.void = Int(try connection.integer(odd + "3") ?? 0)
            counts.unread = Int(try connection.integer(odd + "4") ?? 0)
            counts.documents = Int(try connection.integer("SELECT count(*) FROM document_index") ?? 0)
            return counts
        }
    }

    /// Hashes which deltas are held. Equal whenever have-sets are.
    package func logDigest() throws(ReplicaFault) -> Digest256 {
        try self.haveSet().digest(hashing: self.hashing)
    }

    /// Hashes every folded document. Means something between replicas of one level, one clearance, and
    /// nothing unread.
    ///
    /// - Complexity: O(replica): every document and timeline entry is read once, one document at a time.
    package func stateDigest() throws(ReplicaFault) -> (digest: Digest256, documents: Int) {
        try self.reading { connection throws(ReplicaFault) in
            let statement = try connection.prepare(
                """
                SELECT d.id, s.document_id, s.state FROM document d JOIN document_state s USING (document_id)
                ORDER BY d.id
                """)
            defer { statement.reset() }
            var digest = ReplicaDigest()
            var documents = 0
            while try statement.step() {
                guard let id = DocumentID(statement.bytes(0)) else {
                    throw ReplicaFault.damaged("a document id")
                }
                let state = try Connection.state(id, statement.bytes(2))
                documents += 1
                let timeline = try connection.timeline(row: statement.integer(1), of: id)
                for compartment in state.compartments.map(\.compartment) {
                    let part = state.digest(
                        of: compartment, timeline: timeline.filter { $0.compartment == compartment },
                        level: DeskFieldTable.level, hashing: self.hashing)
                    digest.include(id, compartment, part)
                }
            }
            return (digest.finish(hashing: self.hashing), documents)
        }
    }

    /// Drops everything that is made from the log, and marks every delta as waiting.
    ///
    /// Then apply the log to itself, page by page (`log(after:limit:)`), and call `finishRebuild`. If the
    /// process dies in between, `isRebuilding` says so at the next start: begin again.
    package func resetDerived() throws(ReplicaFault) {
        try self.writing { writer throws(ReplicaFault) in
            writer.documents.removeAll()
            try writer.transaction { transaction throws(ReplicaFault) in
                let connection = try transaction.connection
                for statement in [
                    "DELETE FROM document_state", "DELETE FROM document_index", "DELETE FROM timeline",
                    "DELETE FROM waiting", "DELETE FROM search_queue", "DELETE FROM search_document",
                    "DELETE FROM search_document_term", "DELETE FROM search_term", "DELETE FROM search_date",
                    "INSERT INTO search (search) VALUES ('delete-all')",
                    "UPDATE delta SET fate = 2, vector = x''",
                ] { try connection.run(statement) }
                try connection.setMeta(.indexedEntry, 0)
                try connection.setMeta(.rebuilding, 1)
            }
        }
    }

    package func finishRebuild() throws(ReplicaFault) {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                try transaction.connection.setMeta(.rebuilding, 0)
            }
        }
    }

    /// The feature level of the build that folded what is stored; nil where none has said so yet.
    package func foldLevel() throws(ReplicaFault) -> UInt64? {
        try self.reading { connection throws(ReplicaFault) in
            try connection.metaInteger(.foldLevel).map { UInt64(clamping: $0) }
        }
    }

    package func save(foldLevel: UInt64) throws(ReplicaFault) {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                try transaction.connection.setMeta(.foldLevel, Int64(clamping: foldLevel))
            }
        }
    }

    package func isRebuilding() throws(ReplicaFault) -> Bool {
        try self.reading { connection throws(ReplicaFault) in try connection.metaInteger(.rebuilding) == 1 }
    }

    /// Has SQLite look through the whole file, and hold each index against its table: a quick check passes
    /// over a page that landed in an index.
    ///
    /// - Returns: Empty when it is sound, else at most ten findings, which name pages and no content.
    /// - Complexity: O(file · log file).
    package func integrityCheck() throws(ReplicaFault) -> [String] {
        try self.reading { connection throws(ReplicaFault) in
            let statement = try connection.prepare("PRAGMA integrity_check(10)")
            defer { statement.reset() }
            var findings: [String] = []
            while try statement.step() { findings.append(statement.text(0)) }
            return findings == ["ok"] ? [] : findings
        }
    }
}

extension Connection {
    fileprivate func timeline(row: Int64, of document: DocumentID) throws(ReplicaFault) -> [TimelineEntry] {
        let statement = try self.prepare(
            """
            SELECT \(Self.timelineColumns) FROM timeline t JOIN delta d USING (arrival)
            WHERE t.document_id = ? ORDER BY t.stamp
            """)
        defer { statement.reset() }
        statement.bind(1, row)
        var entries: [TimelineEntry] = []
        while try statement.step() { entries.append(try self.timelineEntry(from: statement, of: document)) }
        return entries
    }
}
