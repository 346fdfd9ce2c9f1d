import BatonDesk
package import BatonEngine
import BatonModel

extension ReplicaStore {
    /// Lists the cases received in a stretch of time, in no order that means anything.
    ///
    /// - Parameters:
    ///   - from: Milliseconds since 1970.
    ///   - end: The first millisecond after it.
    /// - Complexity: O(cases received in it), and O(cases changed since the index last followed).
    package func cases(receivedFrom from: UInt64, before end: UInt64) throws(ReplicaFault)
        -> [DocumentVersion]
    {
        try self.reading { connection throws(ReplicaFault) in
            var found = try connection.received(from: from, before: end)
            let known = Set(found.map(\.document))
            for (row, id) in try connection.queuedDocuments(limit: FindLimits.tail)
            where !known.contains(id) && id.kind == .escalation {
                guard let state = try connection.state(of: id, row: row),
                    CaseDate.all(of: state).contains(where: {
                        $0.kind == .received && $0.at >= from && $0.at < end
                    })
                else { continue }
                found.append(
                    DocumentVersion(
                        document: id, appliedCount: Int(clamping: state.appliedCount),
                        voidCount: Int(clamping: state.voidCount), unreadCount: state.unreadCount,
                        lastStamp: state.lastStamp))
            }
            return found
        }
    }
}

extension Connection {
    fileprivate func received(from: UInt64, before end: UInt64) throws(ReplicaFault) -> [DocumentVersion] {
        try self.versions(
            """
            JOIN search_date s USING (document_id)
            WHERE s.kind = ?1 AND s.at_ms >= ?2 AND s.at_ms < ?3 AND i.applied_count > 0
            """
        ) {
            $0.bind(1, Int(CaseDate.Kind.received.rawValue))
            $0.bind(2, unsigned: from)
            $0.bind(3, unsigned: end)
        }
    }
}
