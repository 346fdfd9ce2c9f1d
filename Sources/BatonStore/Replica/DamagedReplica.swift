package import BatonEngine
package import BatonModel
import CSQLiteShim
import GRDB
import Glibc

/// A database file that cannot be trusted any more: its log is taken row by row, and what cannot be read is
/// passed over. Nothing is written to it.
///
/// Use it on one thread.
package final class DamagedReplica {
    /// What a row gives: exact bytes, whose signature the caller checks, and the keys that its parts name.
    package struct Row {
        package let delta: Delta
        package let keys: [(scope: KeyScope, key: WrappedKey)]
    }

    package struct Count: Sendable, Equatable {
        package var read = 0
        /// Rows that are gone; nil where not even the end of the log can be read.
        package var unreadable: Int?

        package init() {}
    }

    /// How many rows in a row may be missing before the log counts as read, where its end is not known.
    private static let gapMax: Int64 = 10_000

    private let queue: DatabaseQueue
    private let hashing: any Hashing

    /// - Throws: `store.not-a-replica`, `store.corrupt`, … when not even the first page can be read.
    package init(path: String, hashing: any Hashing) throws(ReplicaFault) {
        var configuration = Configuration()
        configuration.label = "baton.replica.damaged"
        self.hashing = hashing
        do {
            self.queue = try DatabaseQueue(path: path, configuration: configuration)
            try self.queue.inDatabase { database in
                try Connection(database).configure(ReplicaSettings(), isReader: true)
            }
        } catch {
            throw ReplicaFault(caught: error)
        }
    }

    /// Moves a database and its log out of the way, into a folder of their own beside it. Nothing is deleted.
    ///
    /// - Returns: The path of the database where it lies now.
    /// - Throws: `store.locked`, `store.unsafe-permissions`, `store.cannot-open`.
    package static func setAside(_ path: String) throws(ReplicaFault) -> String {
        let folder = try ReplicaFolder(databasePath: path)
        defer { folder.unlock() }
        let slash = path.lastIndex(of: "/")
        let parent = slash.map { String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        var number = 1
        while unsafe mkdir("\(parent)/damaged-\(number)", 0o700) != 0 {
            guard errno == EEXIST else { throw ReplicaFolder.failed("a folder for the damaged files", errno) }
            number += 1
        }
        let aside = "\(parent)/damaged-\(number)"
        // The log first: without it the database is older, but never wrong.
        for suffix in ["-wal-copy", "-wal", "-shm", ""] {
            let result = unsafe rename("\(path)\(suffix)", "\(aside)/\(name)\(suffix)")
            guard result == 0 || errno == ENOENT else {
                throw ReplicaFolder.failed("the damaged database", errno)
            }
        }
        return "\(aside)/\(name)"
    }

    /// Reads what can be read of the log, in order of arrival.
    ///
    /// - Throws: What `take` throws.
    /// - Complexity: O(log).
    package func salvage(_ take: (Row) throws(ReplicaFault) -> Void) throws(ReplicaFault) -> Count {
        do {
            return try self.queue.inDatabase { database in
                let connection = try Connection(database)
                defer { connection.finalizeStatements() }
                var count = Count()
                let end = Self.end(connection)
                var arrival: Int64 = 1
                var gap: Int64 = 0
                while end.map({ arrival <= $0 }) ?? (gap < Self.gapMax) {
                    if let row = self.row(arrival, connection) {
                        count.read += 1
                        gap = 0
                        try take(row)
                    } else {
                        gap += 1
                    }
                    arrival += 1
                }
                // Arrivals have no holes.
                count.unreadable = end.map { Int($0) - count.read }
                return count
            }
        } catch {
            throw ReplicaFault(caught: error)
        }
    }

    /// The last arrival: from the table, or, where its last page is gone, from the index of ids.
    private static func end(_ connection: Connection) -> Int64? {
        for sql in [
            "SELECT max(arrival) FROM delta", "SELECT max(arrival + 0) FROM delta INDEXED BY delta_by_id",
        ] {
            if let end = try? connection.integer(sql) { return end }
        }
        return nil
    }

    /// Nil when the row is not there or is not what it was.
    private func row(_ arrival: Int64, _ connection: Connection) -> Row? {
        do throws(ReplicaFault) {
            let statement = try connection.prepare(
                """
                SELECT \(Connection.deltaColumns), d.author_id, d.document_id FROM delta d WHERE d.arrival = ?
                """)
            defer { statement.reset() }
            statement.bind(1, arrival)
            guard try statement.step() else { return nil }
            let delta = try connection.delta(from: statement, at: 0, hashing: self.hashing)
            let place = (statement.integer(4), statement.integer(5))
            var keys: [(scope: KeyScope, key: WrappedKey)] = []
            for index in delta.header.parts.indices {
                let scope = delta.header.keyScope(part: index)
                let id = delta.header.parts[index].key
                if let key = try connection.wrappedKey(place, scope, id) { keys.append((scope, key)) }
            }
            return Row(delta: delta, keys: keys)
        } catch {
            return nil
        }
    }
}

extension Connection {
    /// Finds a key by the local numbers that stand beside a delta: the tables of names may be damaged.
    fileprivate func wrappedKey(
        _ place: (author: Int64, document: Int64), _ scope: KeyScope, _ id: KeyID
    ) throws(ReplicaFault) -> WrappedKey? {
        let statement = try self.prepare(
            """
            SELECT wrapped FROM document_key
            WHERE document_id = ? AND author_id = ? AND compartment = ? AND generation = ? AND hash = ?
            """)
        defer { statement.reset() }
        statement.bind(1, place.document)
        statement.bind(2, place.author)
        statement.bind(3, Int(scope.compartment.code))
        statement.bind(4, Int64(scope.generation))
        statement.bind(5, Int64(bitPattern: id.hash))
        return try statement.step() ? WrappedKey(id: id, bytes: statement.bytes(0)) : nil
    }
}
