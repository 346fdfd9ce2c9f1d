import BatonEngine
import BatonModel
import CSQLiteShim
import Glibc

/// Where the record of an incarnation may be.
package struct IncarnationSettings: Sendable, Hashable {
    /// Folders to try in order. One that is not on a tmpfs, or not private to this user, is passed over; a
    /// missing one is made.
    package var folders: [String]
    /// Where the kernel tells which boot this is.
    package var bootIDPath: String

    package init(folders: [String], bootIDPath: String = "/proc/sys/kernel/random/boot_id") {
        self.folders = folders
        self.bootIDPath = bootIDPath
    }

    /// `/run/baton`, which a service manager makes, then a folder of this user's in `/dev/shm`.
    package static var standard: IncarnationSettings {
        IncarnationSettings(folders: ["/run/baton", "/dev/shm/baton-\(geteuid())"])
    }
}

/// Where the record of a living incarnation can be kept, and what tells one boot and one file from another: a
/// machine, or the simulator's idea of one.
package protocol IncarnationPlace {
    /// 16 bytes that are other ones after every start of the kernel; nil where nobody knows.
    var bootID: [UInt8]? { get }
    /// Nil when there is no such file.
    func identity(ofDatabase path: String) -> FileIdentity?
    /// Opens a database's record for this process alone; nil where none can be kept.
    func record(of database: FileIdentity) -> (any IncarnationRecord)?
}

/// One record, held until the last reference goes. It does not outlive the kernel.
package protocol IncarnationRecord: AnyObject {
    /// As last stored, whole or not; empty in a new record.
    func load(_ count: Int) -> [UInt8]
    /// Replaces the record by one write.
    ///
    /// - Returns: False when it may hold anything now.
    func store(_ bytes: [UInt8]) -> Bool
    /// Makes it one that proves nothing.
    func clear() -> Bool
}

/// Holds the record of a living incarnation and keeps its claim true (`IncarnationDecision` says what it
/// proves).
final class IncarnationKeeper {
    private let record: any IncarnationRecord
    private var claim: IncarnationClaim

    var author: Author { self.claim.author }

    init(_ record: any IncarnationRecord, _ claim: IncarnationClaim) throws(ReplicaFault) {
        self.record = record
        self.claim = claim
        try self.store()
    }

    /// Says what the commit that comes next will leave.
    func intend(_ head: LogHead) throws(ReplicaFault) {
        self.claim.intended = head
        try self.store()
    }

    /// Says that it has been left.
    func settle() throws(ReplicaFault) {
        self.claim.settled = self.claim.intended
        try self.store()
    }

    /// Makes the record one that proves nothing.
    func invalidate() throws(ReplicaFault) {
        guard self.record.clear() else {
            throw ReplicaFault(
                StoreCode.continuity, "the record of the incarnation can be neither written nor removed")
        }
    }

    private func store() throws(ReplicaFault) {
        guard self.record.store(self.claim.encoded) else {
            throw ReplicaFault(StoreCode.continuity, "the record of the incarnation cannot be written")
        }
    }
}

extension IncarnationSettings: IncarnationPlace {
    package var bootID: [UInt8]? { IncarnationFiles.bootID(at: self.bootIDPath) }

    package func identity(ofDatabase path: String) -> FileIdentity? {
        IncarnationFiles.identity(ofFileAt: path)
    }

    package func record(of database: FileIdentity) -> (any IncarnationRecord)? {
        guard let file = IncarnationFiles.open(self, for: database) else { return nil }
        return IncarnationFile(file)
    }
}

/// A record on a tmpfs, locked while it is held.
private final class IncarnationFile: IncarnationRecord {
    private let file: FileDescriptor

    init(_ file: consuming FileDescriptor) { self.file = file }

    func load(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let taken = unsafe bytes.withUnsafeMutableBytes {
            unsafe pread(self.file.number, $0.baseAddress, $0.count, 0)
        }
        return Array(bytes.prefix(max(0, taken)))
    }

    func store(_ bytes: [UInt8]) -> Bool {
        let written = unsafe bytes.withUnsafeBytes {
            unsafe pwrite(self.file.number, $0.baseAddress, $0.count, 0)
        }
        return written == bytes.count
    }

    func clear() -> Bool { ftruncate(self.file.number, 0) == 0 }
}

/// The record files of a machine.
enum IncarnationFiles {
    /// `TMPFS_MAGIC` of the kernel's `magic.h`.
    private static let temporaryFileSystem: Int64 = 0x0102_1994

    /// Opens and locks the record of a database on the first folder that will do.
    ///
    /// - Returns: Nil when there is none: nothing can be proved then, and every start opens a new one.
    static func open(_ settings: IncarnationSettings, for database: FileIdentity) -> FileDescriptor? {
        for folder in settings.folders {
            guard Self.isUsable(folder) else { continue }
            let path = "\(folder)/\(database.device)-\(database.inode).incarnation"
            let file: FileDescriptor
            do throws(ReplicaFault) {
                file = try FileDescriptor(
                    opening: path, flags: O_RDWR | O_CREAT, "the record of the incarnation")
            } catch {
                continue
            }
            // The file is looked at again: the folder's file system says nothing about a mount on top of
            // the file.
            if file.isPrivate, Self.isVolatile(file.number), file.tryLock() { return file }
        }
        return nil
    }

    private static func isUsable(_ folder: String) -> Bool {
        _ = unsafe mkdir(folder, 0o700)
        var status = stat()
        guard unsafe lstat(folder, &status) == 0 else { return false }
        return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid() && status.st_mode & 0o022 == 0
    }

    private static func isVolatile(_ descriptor: Int32) -> Bool {
        baton_file_system_type(descriptor) == Self.temporaryFileSystem
    }

    static func identity(ofFileAt path: String) -> FileIdentity? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// Reads the kernel's boot id, a UUID as text; nil when there is none.
    static func bootID(at path: String) -> [UInt8]? {
        let number = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        defer { _ = close(number) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(number, $0.baseAddress, $0.count) }
        guard count > 0 else { return nil }
        let digits = String(decoding: bytes[..<count], as: UTF8.self).filter(\.isHexDigit)
        guard let id = BatonModel.bytes(hexadecimal: digits), id.count == IncarnationClaim.bootIDBytes else {
            return nil
        }
        return id
    }
}
