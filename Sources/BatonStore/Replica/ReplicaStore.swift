package import BatonEngine
package import BatonModel
import CSQLiteShim
import GRDB

/// A site's replica in one SQLite database: the log, the folded documents, and what the desk asks of them.
///
/// Two connections: the *writer*, the only one that ever writes or checkpoints (the WAL-reset bug of SQLite
/// before 3.51.3 needs two that do), and a read-only *reader*, so that questions need not wait for a merge. Where
/// rows have a thread of their own, transactions *read ahead* by a third one, read-only too.
/// Every function blocks: call them from threads that may block.
///
/// Invariant: `Writer` and `Connection` are touched only inside the serial queue of the GRDB connection
/// that they belong to (`writing`, `reading`), the one that reads ahead only inside the writer's, and by the row
/// thread as `RowLane` says; all else is immutable. `StoreDurabilityTests` reads on many threads while it writes.
package final class ReplicaStore: @unchecked Sendable {
    let hashing: any Hashing
    let databasePath: String
    /// True where the process that had the replica before was killed, or its machine: an orderly end leaves no
    /// log.
    package let wasKilled: Bool
    /// Nil on a disk of the simulator, which nobody else can open.
    private let folder: ReplicaFolder?
    private let writerQueue: DatabaseQueue
    private let readerQueue: DatabaseQueue
    /// Keeps the connection open that transactions read ahead by; used on the writer's queue only.
    private let aheadQueue: DatabaseQueue
    private let writer: Writer
    private let reader: Connection

    /// Opens a replica, making it where there is none.
    ///
    /// - Parameter path: The database file, in a folder of its own; with `settings.vfs`, a name on that disk.
    /// - Throws: `store.locked`, `store.unsafe-permissions`, `store.not-a-replica`, `store.newer-schema`,
    ///   `store.half-migrated`, `store.not-durable`, and what SQLite reports. Nothing stays open or locked
    ///   then.
    package init(path: String, settings: ReplicaSettings, hashing: any Hashing) throws(ReplicaFault) {
        self.hashing = hashing
        self.databasePath = path
        self.folder = settings.vfs == nil ? try ReplicaFolder(databasePath: path) : nil
        let location = Self.location(path, settings)
        self.wasKilled = try LogRenewal.run(databasePath: path, vfs: settings.vfs)
        do {
            self.writerQueue = try DatabaseQueue(path: location, configuration: Self.configuration(settings))
            let writing = try Self.openWriting(self.writerQueue, settings)
            self.aheadQueue = try DatabaseQueue(
                path: location, configuration: Self.configuration(settings, isReader: true))
            var aheadSettings = settings
            // SQLite empties its cache at each commit of the other connection: a large one would fill in vain.
            aheadSettings.cacheKibibytes = min(settings.cacheKibibytes, Self.aheadCacheKibibytes)
            let ahead = try self.aheadQueue.inDatabase { database in
                try Self.openReading(database, aheadSettings, names: writing.names)
            }
            self.writer = try self.writerQueue.inDatabase { _ in
                try Writer(writing, readingAhead: ahead, settings, hashing)
            }
            self.readerQueue = try DatabaseQueue(
                path: location, configuration: Self.configuration(settings, isReader: true))
            self.reader = try self.readerQueue.inDatabase { database in
                try Self.openReading(database, settings, names: Names())
            }
        } catch {
            throw ReplicaFault(caught: error)
        }
    }

    private static let aheadCacheKibibytes = 4096

    deinit { self.shutDown() }

    /// Copies the log into the database and lets everything go. Later calls throw `store.closed`.
    package func close() { self.shutDown() }

    private func shutDown() {
        self.readerQueue.inDatabase { _ in self.reader.finalizeStatements() }
        // A close that fails leaves what a killed process leaves: the next opening recovers from the log.
        try? self.readerQueue.close()
        self.writerQueue.inDatabase { database in
            guard unsafe database.sqliteConnection != nil else { return }
            self.writer.shutDown()
        }
        try? self.aheadQueue.close()
        try? self.writerQueue.close()
        self.folder?.unlock()
    }

    // Access.

    /// Runs one write transaction and makes it durable. Nothing of it may leave this node before this
    /// returns.
    ///
    /// - Throws: What `body` throws, and the faults of the disk. Nothing of the transaction is kept then.
    package func write<T>(
        _ body: (any ReplicaTransaction) throws(ReplicaFault) -> T
    ) throws(ReplicaFault) -> T {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in try body(transaction) }
        }
    }

    func writing<T>(_ body: (Writer) throws(ReplicaFault) -> T) throws(ReplicaFault) -> T {
        do {
            return try self.writerQueue.inDatabase { database in
                guard unsafe database.sqliteConnection != nil else { throw Self.closedFault }
                do throws(ReplicaFault) { return try body(self.writer) } catch {
                    throw self.writer.explained(error)
                }
            }
        } catch {
            throw ReplicaFault(caught: error)
        }
    }

    /// Reads one consistent state of everything that has been committed.
    func reading<T>(_ body: (Connection) throws(ReplicaFault) -> T) throws(ReplicaFault) -> T {
        do {
            return try self.readerQueue.inDatabase { database in
                guard unsafe database.sqliteConnection != nil else { throw Self.closedFault }
                try self.reader.explaining { reader throws(ReplicaFault) in try reader.run("BEGIN DEFERRED") }
                defer { try? self.reader.run("COMMIT") }
                return try self.reader.explaining(body)
            }
        } catch {
            throw ReplicaFault(caught: error)
        }
    }

    private static let closedFault = ReplicaFault(StoreCode.closed, "the replica is closed")

    // Opening.

    private static func location(_ path: String, _ settings: ReplicaSettings) -> String {
        guard let vfs = settings.vfs else { return path }
        var escaped = ""
        for character in path.utf8 {
            switch character {
            case UInt8(ascii: "%"): escaped += "%25"
            case UInt8(ascii: "?"): escaped += "%3f"
            case UInt8(ascii: "#"): escaped += "%23"
            default: escaped.unicodeScalars.append(Unicode.Scalar(character))
            }
        }
        return "file:\(escaped)?vfs=\(vfs)"
    }

    private static func configuration(_ settings: ReplicaSettings, isReader: Bool = false) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = isReader
        configuration.busyMode = .timeout(Double(settings.busyMillisecondsMax) / 1000)
        configuration.publicStatementArguments = false
        configuration.observesSuspensionNotifications = false
        configuration.label = isReader ? "baton.replica.reader" : "baton.replica.writer"
        return configuration
    }

    private static func openReading(
        _ database: Database, _ settings: ReplicaSettings, names: Names
    ) throws(ReplicaFault) -> Connection {
        let connection = try Connection(database, names: names)
        try connection.configure(settings, isReader: true)
        return connection
    }

    private static func openWriting(
        _ queue: DatabaseQueue, _ settings: ReplicaSettings
    ) throws(ReplicaFault) -> Connection {
        do {
            let connection = try queue.inDatabase { database in
                let connection = try Connection(database)
                try connection.explaining { connection throws(ReplicaFault) in
                    try Self.checkIdentity(connection)
                    try connection.configure(settings, isReader: false)
                    try connection.makeDurable()
                }
                return connection
            }
            // Migrations run under the durable settings; they leave them as they are, which the second look
            // proves.
            try Schema.migrate(queue)
            try queue.inDatabase { _ in
                try connection.makeDurable()
                // Nothing is answered for before the medium has all that this start builds on.
                try connection.emptyLog()
            }
            return connection
        } catch {
            throw ReplicaFault(caught: error)
        }
    }

    private static func checkIdentity(_ connection: Connection) throws(ReplicaFault) {
        let application = try connection.integer("PRAGMA application_id") ?? 0
        let version = try connection.integer("PRAGMA user_version") ?? 0
        let tables = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        connection.finalizeStatements()
        if application == 0, version == 0, tables == 0 {
            return try connection.pragma("application_id = \(Schema.applicationID)")
        }
        guard application == Schema.applicationID else {
            throw ReplicaFault(StoreCode.notAReplica, "the file belongs to another program")
        }
        guard version <= Schema.version else {
            throw ReplicaFault(
                StoreCode.newerSchema,
                "a newer build wrote the replica (schema \(version), this build knows \(Schema.version))"
            )
        }
    }
}
