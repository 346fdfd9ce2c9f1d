package import BatonEngine
import BatonModel

/// What a look at some rows of a table found.
package struct IndexLook: Sendable, Equatable {
    /// Indexes that lack an entry of these rows or cannot be read, by name; the table itself where its rows
    /// cannot be read.
    package var damaged: [String] = []
    /// The last row looked at; nil at the end of the table.
    package var last: Int64?

    package init() {}
}

/// Holding the indexes against their tables, some rows at a time.
///
/// SQLite follows an index without asking the table: a page that a disk has put in another one's place gives
/// answers that leave rows out, and no error. Nothing is repaired in place: emptying a damaged index gives
/// pages free that may be those of the log.
extension ReplicaStore {
    /// Tables with indexes whose rows are numbered, those that cannot be made again first.
    package static let indexedTables = [
        "delta", "waiting", "author", "document", "document_index", "timeline", "search_term",
        "command_outcome",
    ]

    /// Looks for the rows after `after` in each index of a table.
    ///
    /// - Complexity: O(rows · indexes · log file).
    package func lookAtIndexes(
        of table: String, after: Int64, rows: Int
    ) throws(ReplicaFault) -> IndexLook {
        precondition(Self.indexedTables.contains(table), "\(table) is no table of rows with numbers")
        return try self.reading { connection throws(ReplicaFault) in
            try connection.lookAtIndexes(of: table, after: after, rows: rows)
        }
    }

    /// Looks at the newest rows of every table: what an opening can afford.
    ///
    /// - Returns: What is damaged, sorted.
    package func lookAtNewest(rows: Int) throws(ReplicaFault) -> [String] {
        try self.reading { connection throws(ReplicaFault) in
            var damaged: [String] = []
            for table in Self.indexedTables {
                let end = try connection.lastRow(of: table)
                let after = max(0, (end ?? 0) - Int64(rows))
                damaged += try connection.lookAtIndexes(of: table, after: after, rows: rows).damaged
            }
            return damaged.sorted()
        }
    }

    /// What earlier looks found, sorted.
    package func damagedIndexes() throws(ReplicaFault) -> [String] {
        try self.reading { connection throws(ReplicaFault) in try connection.damagedIndexes() }
    }

    /// Writes down what is damaged, in place of what was known.
    package func save(damagedIndexes names: [String]) throws(ReplicaFault) {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                let text = Set(names).sorted().joined(separator: "\n")
                try transaction.connection.setMeta(.damagedIndexes, Array(text.utf8))
            }
        }
    }
}

extension Connection {
    func damagedIndexes() throws(ReplicaFault) -> [String] {
        let bytes = try self.metaBytes(.damagedIndexes) ?? []
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// The alarm for damaged indexes; empty while there is none.
    func indexAlarms() throws(ReplicaFault) -> [LogAlarm] {
        let names = try self.damagedIndexes()
        guard !names.isEmpty, let site = try self.owner() else { return [] }
        return [.damagedIndex(site, names: names)]
    }

    fileprivate func lookAtIndexes(
        of table: String, after: Int64, rows: Int
    ) throws(ReplicaFault) -> IndexLook {
        var look = IndexLook()
        let isReadable = try self.survives { () throws(ReplicaFault) in
            look.last = try self.lastRow(of: table, after: after, rows: rows)
        }
        guard isReadable else {
            look.damaged = [table]
            return look
        }
        guard let last = look.last else { return look }
        for index in try self.indexes(of: table) {
            var missing: Int64 = 0
            let isReadable = try self.survives { () throws(ReplicaFault) in
                missing = try self.countMissing(index, of: table, after: after, through: last)
            }
            if !isReadable || missing > 0 { look.damaged.append(index.name) }
        }
        return look
    }

    /// - Returns: False where SQLite met a page that is none.
    private func survives(_ body: () throws(ReplicaFault) -> Void) throws(ReplicaFault) -> Bool {
        do throws(ReplicaFault) {
            try body()
            return true
        } catch {
            guard error.code == StoreCode.corrupt else { throw error }
            return false
        }
    }

    fileprivate func lastRow(of table: String) throws(ReplicaFault) -> Int64? {
        var last: Int64?
        _ = try self.survives { () throws(ReplicaFault) in
            last = try self.integer("SELECT max(rowid) FROM \(table) NOT INDEXED")
        }
        return last
    }

    private func lastRow(of table: String, after: Int64, rows: Int) throws(ReplicaFault) -> Int64? {
        let statement = try self.prepare(
            """
            SELECT max(r) FROM (
                SELECT rowid AS r FROM \(table) NOT INDEXED WHERE rowid > ? ORDER BY rowid LIMIT ?
            )
            """)
        defer { statement.reset() }
        statement.bind(1, after)
        statement.bind(2, rows)
        return try statement.step() ? statement.integerOrNil(0) : nil
    }

    private struct Index {
        let name: String
        let columns: [String]
        /// The condition of an index of some rows only.
        let condition: String?
    }

    private func indexes(of table: String) throws(ReplicaFault) -> [Index] {
        let statement = try self.prepare(
            """
            SELECT name, coalesce(sql, '') FROM sqlite_schema
            WHERE type = 'index' AND tbl_name = ? ORDER BY name
            """)
        var found: [(name: String, sql: String)] = []
        do {
            defer { statement.reset() }
            statement.bind(1, table)
            while try statement.step() { found.append((statement.text(0), statement.text(1))) }
        }
        var indexes: [Index] = []
        for (name, sql) in found {
            let columns = try self.prepare("SELECT name FROM pragma_index_info(?) ORDER BY seqno")
            defer { columns.reset() }
            columns.bind(1, name)
            var names: [String] = []
            while try columns.step() { names.append(columns.text(0)) }
            let condition = sql.range(after: " WHERE ")
            indexes.append(Index(name: name, columns: names, condition: condition))
        }
        return indexes
    }

    private func countMissing(
        _ index: Index, of table: String, after: Int64, through: Int64
    ) throws(ReplicaFault) -> Int64 {
        let condition = index.condition.map { " AND \($0)" } ?? ""
        let equal = index.columns.map { "i.\($0) IS t.\($0) AND " }.joined()
        let statement = try self.prepare(
            """
            SELECT count(*) FROM \(table) AS t NOT INDEXED WHERE t.rowid > ? AND t.rowid <= ?\(condition)
            AND NOT EXISTS (
                SELECT 1 FROM \(table) AS i INDEXED BY \(index.name)
                WHERE \(equal)i.rowid = t.rowid\(condition)
            )
            """)
        defer { statement.reset() }
        statement.bind(1, after)
        statement.bind(2, through)
        return try statement.step() ? statement.integer(0) : 0
    }
}

extension String {
    /// What stands after the last place of a word; nil where it is not there.
    fileprivate func range(after word: String) -> String? {
        guard let range = self.ranges(of: word).last else { return nil }
        return String(self[range.upperBound...])
    }
}
