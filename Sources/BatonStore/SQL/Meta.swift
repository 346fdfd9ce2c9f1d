import BatonEngine

/// Single values of a replica. Names are in databases: never rename one.
enum Meta: String {
    /// The highest stamp issued or followed, as 64 bits.
    case clock
    /// The author whose numbers this database gives out, as deterministic CBOR.
    case author
    /// The last timeline entry in the text index.
    case indexedEntry = "indexed-entry"
    /// The arrival up to which every signature was checked by itself.
    case checkedSignatures = "checked-signatures"
    /// The ids of deltas whose own signature is wrong.
    case wrongSignatures = "wrong-signatures"
    /// The names of indexes that do not match their tables, a line each.
    case damagedIndexes = "damaged-indexes"
    /// What the sites of the team have stated of this site's earlier lives, for the own author.
    case statements
    /// 1 while the derived tables have been dropped and not yet made again.
    case rebuilding
    /// The feature level of the field table by which the derived tables were made.
    case foldLevel = "fold-level"
    /// Which outcomes people were told: rows of person, close and time, as deterministic CBOR.
    case toldOutcomes = "told-outcomes"
}

extension Connection {
    func metaInteger(_ name: Meta) throws(ReplicaFault) -> Int64? {
        let statement = try self.prepare("SELECT value FROM meta WHERE name = ?")
        defer { statement.reset() }
        statement.bind(1, name.rawValue)
        return try statement.step() ? statement.integerOrNil(0) : nil
    }

    func metaBytes(_ name: Meta) throws(ReplicaFault) -> [UInt8]? {
        let statement = try self.prepare("SELECT value FROM meta WHERE name = ?")
        defer { statement.reset() }
        statement.bind(1, name.rawValue)
        return try statement.step() ? statement.bytes(0) : nil
    }

    func setMeta(_ name: Meta, _ value: Int64) throws(ReplicaFault) {
        let statement = try self.prepare(Self.setMetaSQL)
        statement.bind(1, name.rawValue)
        statement.bind(2, value)
        try statement.run()
    }

    func setMeta(_ name: Meta, _ value: [UInt8]) throws(ReplicaFault) {
        let statement = try self.prepare(Self.setMetaSQL)
        statement.bind(1, name.rawValue)
        statement.bind(2, value)
        try statement.run()
    }

    private static let setMetaSQL =
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
}
