import BatonEngine
import CSQLiteShim

/// Writes a log that an earlier process left once more, before SQLite reads it.
///
/// After a sync that failed, the kernel holds the pages for clean: it shows them to the next process, and never
/// writes them. SQLite would take them for committed and add to them, and all that is acknowledged from then on
/// would hang on frames that the medium does not have; with the power they would be gone, and a checkpoint in
/// between would mix two states. No start can tell such a log from a good one, so every log that is found is
/// written anew: first a copy beside it, then the log itself, so that no power loss finds both torn.
///
/// - Complexity: O(log): nothing after an orderly stop, some 4 MB after another one.
/// - Source: Rebello et al., "Can applications recover from fsync failures?", USENIX ATC 2020.
enum LogRenewal {
    /// - Parameters:
    ///   - databasePath: The database, which no process has open.
    ///   - vfs: The name of its VFS; nil for the system's.
    /// - Returns: True where there was a log: the process before did not come to an orderly end.
    /// - Throws: `store.io`, `store.disk-full`, `store.cannot-open`. The log is as it was then, or its copy is
    ///   whole.
    static func run(databasePath: String, vfs: String?) throws(ReplicaFault) -> Bool {
        guard let system = unsafe sqlite3_vfs_find(vfs) else {
            throw ReplicaFault(StoreCode.cannotOpen, "the disk of the database is unknown to SQLite")
        }
        let place = unsafe VFSPlace(system)
        let log = databasePath + "-wal"
        let copy = log + "-copy"
        let database = try Self.mark(of: databasePath, place)
        var wasThere = false
        if let saved = try Self.saved(copy, database, place) {
            wasThere = true
            try Self.write(saved, to: log, place)
        } else if let bytes = try Self.content(of: log, place), !bytes.isEmpty {
            wasThere = true
            let file = try VFSFile(place, copy, flags: Self.copyFlags | SQLITE_OPEN_CREATE)
            try file.write(Self.sealed(bytes, database))
            try file.sync()
            file.close()
            try Self.write(bytes, to: log, place)
        }
        try place.delete(copy)
        return wasThere
    }

    private static let copyFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MAIN_JOURNAL
    private static let logFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL
    private static let magic: UInt64 = 0x6261_746f_6e6c_6f67
    private static let sealBytes = 32

    /// Tells databases apart by their first page, which holds a count of changes: a copy that was left behind
    /// must not be taken for the log of a backup that somebody has put in the database's place.
    private static func mark(of name: String, _ place: VFSPlace) throws(ReplicaFault) -> UInt64 {
        guard try place.exists(name) else { return 0 }
        let file = try VFSFile(place, name, flags: SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB)
        defer { file.close() }
        return Self.sum(try file.read(bytesMax: 4_096))
    }

    private static func content(of name: String, _ place: VFSPlace) throws(ReplicaFault) -> [UInt8]? {
        guard try place.exists(name) else { return nil }
        let file = try VFSFile(place, name, flags: Self.logFlags)
        defer { file.close() }
        return try file.read()
    }

    private static func write(_ bytes: [UInt8], to name: String, _ place: VFSPlace) throws(ReplicaFault) {
        let file = try VFSFile(place, name, flags: Self.logFlags | SQLITE_OPEN_CREATE)
        defer { file.close() }
        try file.write(bytes)
        try file.sync()
    }

    /// Reads a copy of this database's log that was written whole; nil when there is none.
    private static func saved(
        _ name: String, _ database: UInt64, _ place: VFSPlace
    ) throws(ReplicaFault) -> [UInt8]? {
        guard try place.exists(name) else { return nil }
        let file = try VFSFile(place, name, flags: Self.copyFlags)
        defer { file.close() }
        let bytes = try file.read()
        guard bytes.count > Self.sealBytes else { return nil }
        let content = Array(bytes.dropLast(Self.sealBytes))
        return Self.sealed(content, database) == bytes ? content : nil
    }

    /// Appends magic, count, the database's mark and a sum: they show a copy that was not finished.
    private static func sealed(_ bytes: [UInt8], _ database: UInt64) -> [UInt8] {
        var out = bytes
        out.reserveCapacity(bytes.count + Self.sealBytes)
        for word in [Self.magic, UInt64(bytes.count), database, Self.sum(bytes)] {
            for shift in stride(from: 56, through: 0, by: -8) {
                out.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return out
    }

    /// FNV-1a, 64 bits.
    private static func sum(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}

/// A VFS of SQLite, which lives as long as the process, or as the simulated disk that is being opened.
@safe private struct VFSPlace {
    let pointer: UnsafeMutablePointer<sqlite3_vfs>

    @unsafe
    init(_ pointer: UnsafeMutablePointer<sqlite3_vfs>) { unsafe self.pointer = pointer }

    /// True for a file that is there and not empty.
    func exists(_ name: String) throws(ReplicaFault) -> Bool {
        var isThere: Int32 = 0
        guard let access = unsafe self.pointer.pointee.xAccess else { return false }
        let result = unsafe access(self.pointer, name, SQLITE_ACCESS_EXISTS, &isThere)
        guard result == SQLITE_OK else { throw ReplicaFault(sqlite: result) }
        return isThere != 0
    }

    /// Deletes a file and makes that durable; a missing one is none to delete.
    func delete(_ name: String) throws(ReplicaFault) {
        guard let delete = unsafe self.pointer.pointee.xDelete else { return }
        let result = unsafe delete(self.pointer, name, 1)
        // SQLITE_IOERR_DELETE_NOENT is a macro of two numbers, which Swift does not import.
        guard result == SQLITE_OK || result == SQLITE_IOERR | 23 << 8 else {
            throw ReplicaFault(sqlite: result)
        }
    }
}

/// Owns an open file of a VFS.
@safe private final class VFSFile {
    private static let pieceBytes = 1 << 16

    private let file: UnsafeMutablePointer<sqlite3_file>
    private let methods: sqlite3_io_methods
    /// SQLite's own file names end in zeros and outlive the file.
    private let name: UnsafeMutablePointer<CChar>
    private var isOpen = true

    init(_ place: VFSPlace, _ path: String, flags: Int32) throws(ReplicaFault) {
        let vfs = unsafe place.pointer
        let bytes = Int(unsafe vfs.pointee.szOsFile)
        let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
        unsafe raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        let file = unsafe raw.bindMemory(to: sqlite3_file.self, capacity: 1)
        let room = Int(unsafe vfs.pointee.mxPathname) + 8
        let name = UnsafeMutablePointer<CChar>.allocate(capacity: room)
        unsafe name.initialize(repeating: 0, count: room)
        var result = unsafe vfs.pointee.xFullPathname?(vfs, path, Int32(room - 4), name) ?? SQLITE_CANTOPEN
        if result & 0xff == SQLITE_OK {
            result = unsafe vfs.pointee.xOpen?(vfs, name, file, flags, nil) ?? SQLITE_CANTOPEN
        }
        guard result == SQLITE_OK, let methods = unsafe file.pointee.pMethods else {
            unsafe raw.deallocate()
            unsafe name.deallocate()
            throw ReplicaFault(sqlite: result)
        }
        unsafe self.file = file
        unsafe self.methods = methods.pointee
        unsafe self.name = name
    }

    deinit {
        self.close()
        unsafe UnsafeMutableRawPointer(self.file).deallocate()
        unsafe self.name.deallocate()
    }

    func close() {
        guard self.isOpen else { return }
        self.isOpen = false
        _ = unsafe self.methods.xClose?(self.file)
    }

    func read(bytesMax: Int = .max) throws(ReplicaFault) -> [UInt8] {
        var size: Int64 = 0
        try Self.check(unsafe self.methods.xFileSize?(self.file, &size))
        var bytes = [UInt8](repeating: 0, count: min(Int(size), bytesMax))
        for start in stride(from: 0, to: bytes.count, by: Self.pieceBytes) {
            let count = min(Self.pieceBytes, bytes.count - start)
            let result = unsafe bytes.withUnsafeMutableBytes {
                unsafe self.methods.xRead?(self.file, $0.baseAddress! + start, Int32(count), Int64(start))
            }
            try Self.check(result)
        }
        return bytes
    }

    /// Replaces the content.
    func write(_ bytes: [UInt8]) throws(ReplicaFault) {
        for start in stride(from: 0, to: bytes.count, by: Self.pieceBytes) {
            let count = min(Self.pieceBytes, bytes.count - start)
            let result = unsafe bytes.withUnsafeBytes {
                unsafe self.methods.xWrite?(self.file, $0.baseAddress! + start, Int32(count), Int64(start))
            }
            try Self.check(result)
        }
        try Self.check(unsafe self.methods.xTruncate?(self.file, Int64(bytes.count)))
    }

    func sync() throws(ReplicaFault) {
        try Self.check(unsafe self.methods.xSync?(self.file, SQLITE_SYNC_NORMAL))
    }

    private static func check(_ result: Int32?) throws(ReplicaFault) {
        guard let result, result != SQLITE_OK else { return }
        throw ReplicaFault(sqlite: result)
    }
}

extension Connection {
    /// Copies the whole log into the database, which makes the database durable too, and empties it.
    ///
    /// - Throws: What the disk says. Nothing was acknowledged meanwhile.
    func emptyLog() throws(ReplicaFault) {
        let mode = SQLITE_CHECKPOINT_TRUNCATE
        guard unsafe sqlite3_wal_checkpoint_v2(self.handle, nil, mode, nil, nil) == SQLITE_OK else {
            throw ReplicaFault(sqlite: unsafe sqlite3_extended_errcode(self.handle))
        }
    }
}
