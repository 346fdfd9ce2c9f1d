package import BatonEngine
package import BatonModel

/// How far a document has come here; what was worked out of it holds as long as this stays the same.
package struct DocumentVersion: Hashable, Sendable {
    package let document: DocumentID
    package let appliedCount: Int
    package let voidCount: Int
    /// A part that becomes readable changes what the document says, and adds nothing to it.
    package let unreadCount: Int
    package let lastStamp: HybridTime
}

extension ReplicaStore {
    /// Lists the open cases, most urgent first, without reading any of them.
    ///
    /// - Complexity: O(open cases), by the index of the queue.
    package func openCases() throws(ReplicaFault) -> [DocumentVersion] {
        try self.reading { connection throws(ReplicaFault) in
            try connection.versions(
                .escalation, "i.lane < 3", order: "i.lane, i.due_order, i.severity_order, i.first_stamp")
        }
    }

    /// Lists all documents of a kind that something was applied to, the one begun last first.
    ///
    /// - Complexity: O(documents of the kind).
    package func versions(of kind: DocumentKind) throws(ReplicaFault) -> [DocumentVersion] {
        try self.reading { connection throws(ReplicaFault) in
            try connection.versions(kind, "true", order: "i.first_stamp DESC, d.id")
        }
    }
}

extension Connection {
    fileprivate func versions(
        _ kind: DocumentKind, _ condition: String, order: String
    ) throws(ReplicaFault) -> [DocumentVersion] {
        try self.versions("WHERE i.kind = ? AND i.applied_count > 0 AND \(condition) ORDER BY \(order)") {
            $0.bind(1, Int(kind.rawValue))
        }
    }

    /// - Parameter rest: What stands after the tables of document (`d`) and its index (`i`): joins, conditions, order.
    func versions(_ rest: String, binding: (SQLStatement) -> Void) throws(ReplicaFault) -> [DocumentVersion] {
        let statement = try self.prepare(
            """
            SELECT d.id, i.applied_count, i.void_count, i.unread_count, i.last_stamp
            FROM document_index i JOIN document d USING (document_id)
            """ + " " + rest)
        defer { statement.reset() }
        binding(statement)
        var found: [DocumentVersion] = []
        while try statement.step() {
            guard let id = DocumentID(statement.bytes(0)) else { throw .damaged("a document id") }
            found.append(
                DocumentVersion(
                    document: id, appliedCount: Int(statement.integer(1)),
                    voidCount: Int(statement.integer(2)), unreadCount: Int(statement.integer(3)),
                    lastStamp: HybridTime(stored: statement.integer(4))))
        }
        return found
    }
}
