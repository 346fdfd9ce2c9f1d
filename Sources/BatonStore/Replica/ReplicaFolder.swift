import BatonEngine
import Glibc

/// The folder of one replica: private to its user, and held by one process at a time.
///
/// The lock is a file of its own: SQLite's locks on the database come and go with any descriptor of the
/// process that closes.
final class ReplicaFolder {
    private let lock: FileDescriptor

    /// Makes the folder where it is missing, locks it, and makes an empty database file of mode 0600 where
    /// there is none (SQLite gives its log and index the mode of the database).
    ///
    /// - Throws: `store.locked`, `store.unsafe-permissions`, `store.cannot-open`, `store.disk-full`.
    init(databasePath: String) throws(ReplicaFault) {
        let folder = Self.parent(of: databasePath)
        if unsafe mkdir(folder, 0o700) != 0, errno != EEXIST { throw Self.failed("the data folder", errno) }
        try Self.checkPrivate(folder)
        self.lock = try FileDescriptor(
            opening: folder + "/lock", flags: O_RDWR | O_CREAT, "the lock file of the data folder")
        guard self.lock.tryLock() else {
            throw ReplicaFault(StoreCode.locked, "another process holds the data folder")
        }
        try Self.prepareFile(databasePath)
    }

    /// Lets another process have the folder.
    func unlock() { self.lock.unlock() }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Refuses a folder that others may enter, instead of changing its mode: it may be a shared one, given
    /// by mistake.
    private static func checkPrivate(_ folder: String) throws(ReplicaFault) {
        var status = stat()
        guard unsafe stat(folder, &status) == 0 else { throw Self.failed("the data folder", errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw ReplicaFault(StoreCode.cannotOpen, "the data folder is not a folder")
        }
        guard status.st_mode & 0o077 == 0, status.st_uid == geteuid() else {
            throw ReplicaFault(
                StoreCode.unsafePermissions,
                "the data folder must be its user's own and closed to others (mode 0700)")
        }
    }

    private static func prepareFile(_ path: String) throws(ReplicaFault) {
        let file: FileDescriptor
        do {
            file = try FileDescriptor(opening: path, flags: O_RDWR | O_CREAT, "the database")
        } catch  where error.code == StoreCode.readOnly {
            // A database on a read-only disk is refused later, by its first write, in the same words.
            throw error
        }
        guard file.isPrivate else {
            throw ReplicaFault(
                StoreCode.unsafePermissions, "the database file is open to others (it needs mode 0600)")
        }
    }

    static func failed(_ what: String, _ number: Int32) -> ReplicaFault {
        switch number {
        case ENOSPC, EDQUOT: ReplicaFault(StoreCode.diskFull, "the disk is full: \(what) was not made")
        case EROFS: ReplicaFault(StoreCode.readOnly, "the disk is read-only: \(what) was not opened")
        case EIO: ReplicaFault(StoreCode.io, "the disk failed at \(what)", isFatal: true)
        default: ReplicaFault(StoreCode.cannotOpen, "\(what) cannot be opened (errno \(number))")
        }
    }
}

/// Owns an open file. Closing it lets its lock go.
struct FileDescriptor: ~Copyable {
    let number: Int32

    /// Opens with mode 0600, never through a symbolic link.
    init(opening path: String, flags: Int32, _ what: String) throws(ReplicaFault) {
        let number = unsafe open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o600 as mode_t)
        guard number >= 0 else { throw ReplicaFolder.failed(what, errno) }
        self.number = number
    }

    deinit { _ = close(self.number) }

    /// Takes the lock of the whole file, unless another open description has it.
    borrowing func tryLock() -> Bool {
        while flock(self.number, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EINTR else { return false }
        }
        return true
    }

    borrowing func unlock() { _ = flock(self.number, LOCK_UN) }

    borrowing func status() -> stat? {
        var status = stat()
        return unsafe fstat(self.number, &status) == 0 ? status : nil
    }

    /// True for a plain file of this user that others may neither read nor write.
    var isPrivate: Bool {
        guard let status = self.status() else { return false }
        return status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o077 == 0 && status.st_uid == geteuid()
    }
}
