import BatonEngine
import CSQLiteShim
import GRDB

/// The codes of this module. They appear in logs, at the desk and in `docs/operations.md`; none is ever
/// given a second meaning.
package enum StoreCode {
    package static let diskFull = "store.disk-full"
    package static let io = "store.io"
    package static let corrupt = "store.corrupt"
    package static let logFull = "store.log-full"
    package static let halfMigrated = "store.half-migrated"
    package static let readOnly = "store.read-only"
    package static let busy = "store.busy"
    package static let cannotOpen = "store.cannot-open"
    package static let constraint = "store.constraint"
    package static let sqlite = "store.sqlite"
    package static let locked = "store.locked"
    package static let notAReplica = "store.not-a-replica"
    package static let newerSchema = "store.newer-schema"
    package static let notDurable = "store.not-durable"
    package static let unsafePermissions = "store.unsafe-permissions"
    package static let continuity = "store.continuity"
    package static let unknownDelta = "store.unknown-delta"
    package static let closed = "store.closed"
}

extension ReplicaFault {
    /// Folds an SQLite result into a fault. The text names the result, never a statement's arguments.
    ///
    /// - Parameter result: An extended result code; its low byte is the primary one.
    init(sqlite result: Int32) {
        switch result & 0xff {
        case SQLITE_FULL:
            self.init(StoreCode.diskFull, "the disk is full: nothing of this change was written")
        case SQLITE_IOERR:
            // The kernel may have dropped the pages that it failed to write: only a fresh look at the file
            // tells.
            self.init(StoreCode.io, "the disk failed (SQLite \(result)): stop, reopen, verify", isFatal: true)
        case SQLITE_NOTADB:
            self.init(
                StoreCode.notAReplica, "the file is no database: its first page is not one", isFatal: true)
        case SQLITE_CORRUPT:
            self.init(StoreCode.corrupt, "the database is damaged (SQLite \(result))", isFatal: true)
        case SQLITE_READONLY:
            self.init(StoreCode.readOnly, "the database cannot be written (SQLite \(result))")
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(StoreCode.busy, "the database is in use by another program")
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH:
            self.init(StoreCode.cannotOpen, "the database cannot be opened (SQLite \(result))")
        case SQLITE_CONSTRAINT:
            self.init(StoreCode.constraint, "the change breaks a rule of the schema (SQLite \(result))")
        default:
            self.init(StoreCode.sqlite, "SQLite failed with result \(result)", isFatal: true)
        }
    }

    init(_ code: String, _ message: String, isFatal: Bool = false) {
        self.init(code: code, message: message, isFatal: isFatal)
    }

    /// Folds what GRDB throws, which is untyped, into a fault.
    init(caught error: any Error) {
        switch error {
        case let fault as ReplicaFault: self = fault
        case let error as DatabaseError: self.init(sqlite: error.extendedResultCode.rawValue)
        default: self.init(StoreCode.sqlite, "the database layer failed: \(type(of: error))", isFatal: true)
        }
    }

    static func damaged(_ what: String) -> ReplicaFault {
        ReplicaFault(StoreCode.corrupt, "the database is damaged: \(what)", isFatal: true)
    }
}
