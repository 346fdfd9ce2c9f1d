package import BatonEngine
package import BatonModel

/// Receipts that count no longer, and audit records of their own.
extension ReplicaStore {
    /// Forgets what a site has signed to hold of an author's log, whichever of its incarnations did, with an
    /// audit record in the same transaction.
    package func forgetReceipts(
        of site: SiteID, about author: Author, record: AuditRecord
    ) throws(ReplicaFault) {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                let statement = try transaction.connection.prepare(
                    """
                    DELETE FROM receipt WHERE peer_id IN (SELECT author_id FROM author WHERE site = ?)
                        AND author_id = ?
                    """)
                statement.bind(1, site.description)
                statement.bind(2, try transaction.connection.makeRow(of: author))
                try statement.run()
                try transaction.append(record)
            }
        }
    }

    /// Writes one audit record.
    package func append(_ record: AuditRecord) throws(ReplicaFault) {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in try transaction.append(record) }
        }
    }
}
