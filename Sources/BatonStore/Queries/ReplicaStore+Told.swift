import BatonEncoding
package import BatonEngine
package import BatonModel

/// Which outcomes people of this site were told: a note of this replica that no peer has. With the replica it is
/// lost, and some news is told twice.
extension ReplicaStore {
    /// The closes that a person was told of.
    package func toldOutcomes(of person: OperatorID) throws(ReplicaFault) -> [DeltaID] {
        try self.reading { connection throws(ReplicaFault) in
            try connection.told().filter { $0.person == person }.map(\.close)
        }
    }

    /// Notes that are kept: months of a large team's, and a bound on what a program may add.
    private static let toldMax = 10_000

    /// Adds closes that a person was told of, and forgets what is older, and the oldest where there are too many.
    ///
    /// - Parameters:
    ///   - now: Milliseconds since 1970.
    ///   - oldest: What was told before that is never asked for again.
    package func noteTold(
        _ closes: [DeltaID], to person: OperatorID, at now: UInt64, forgettingBefore oldest: UInt64
    ) throws(ReplicaFault) {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                var told = try transaction.connection.told().filter { $0.at >= oldest }
                let known = told.filter { $0.person == person }.map(\.close)
                told += closes.filter { !known.contains($0) }.map { Told(person: person, close: $0, at: now) }
                let value = CBORValue.array(told.suffix(Self.toldMax).map(\.value))
                try transaction.connection.setMeta(.toldOutcomes, CBORValue.encode(value))
            }
        }
    }

    /// Lists cases that are closed, of those that the newest changes of the log are about, the newest first.
    ///
    /// - Parameter looked: How many changes are looked at.
    /// - Complexity: O(looked), through the log's own order.
    package func closedCases(amongNewest looked: Int, limit: Int) throws(ReplicaFault) -> [DocumentVersion] {
        try self.reading { connection throws(ReplicaFault) in
            try connection.versions(
                """
                JOIN (
                    SELECT document_id, max(arrival) AS newest FROM (
                        SELECT document_id, arrival FROM delta ORDER BY arrival DESC LIMIT ?1
                    ) GROUP BY document_id
                ) n USING (document_id)
                WHERE i.kind = ?2 AND i.lane = 3 ORDER BY n.newest DESC LIMIT ?3
                """
            ) {
                $0.bind(1, looked)
                $0.bind(2, Int(DocumentKind.escalation.rawValue))
                $0.bind(3, limit)
            }
        }
    }
}

/// A row of the note.
private struct Told {
    let person: OperatorID
    let close: DeltaID
    let at: UInt64

    init(person: OperatorID, close: DeltaID, at: UInt64) {
        self.person = person
        self.close = close
        self.at = at
    }

    init?(_ value: CBORValue) {
        guard let parts = value.arrayValue, parts.count == 3,
            let person = parts[0].unsignedValue.flatMap({ UInt32(exactly: $0) }),
            let close = parts[1].bytesValue.flatMap({ DeltaID($0) }), let at = parts[2].unsignedValue
        else { return nil }
        self.init(person: OperatorID(person), close: close, at: at)
    }

    var value: CBORValue {
        .array([.unsigned(UInt64(self.person.number)), .bytes(self.close.bytes), .unsigned(self.at)])
    }
}

extension Connection {
    fileprivate func told() throws(ReplicaFault) -> [Told] {
        guard let bytes = try self.metaBytes(.toldOutcomes) else { return [] }
        do throws(CBORError) {
            return try CBORValue.decode(bytes).arrayValue?.compactMap { Told($0) } ?? []
        } catch {
            throw .damaged("the note of outcomes told")
        }
    }
}
