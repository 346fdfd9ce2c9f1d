import BatonAPI
import Foundation
import Glibc

/// Small whole files: read with a bound, replaced as a whole.
package enum Files {
    /// - Throws: `file.unreadable`, `file.too-large`.
    package static func read(_ path: String, bytesMax: Int) throws(NodeFault) -> [UInt8] {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw NodeFault(
                code: "file.unreadable", "\(path) cannot be opened.",
                hint: "Check the name and its permissions.",
                exit: .noSuchThing)
        }
        defer { try? file.close() }
        let bytes: [UInt8]
        do { bytes = Array(try file.read(upToCount: bytesMax + 1) ?? Data()) } catch {
            throw NodeFault(
                code: "file.unreadable", "\(path) cannot be read.",
                hint: "Check the disk and its permissions.")
        }
        guard bytes.count <= bytesMax else {
            throw NodeFault(
                code: "file.too-large", "\(path) is larger than \(bytesMax) bytes.",
                hint: "Check that it is the right file.",
                exit: .usage)
        }
        return bytes
    }

    package static func readText(_ path: String, bytesMax: Int) throws(NodeFault) -> String {
        guard let text = String(validating: try Self.read(path, bytesMax: bytesMax), as: UTF8.self) else {
            throw NodeFault(
                code: "file.not-text", "\(path) is not UTF-8 text.", hint: "Check that it is the right file.",
                exit: .usage)
        }
        return text
    }

    package static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Writes beside, syncs, renames, syncs the folder: a crash leaves the old file or the new one, and a failure
    /// leaves nothing beside it.
    ///
    /// - Throws: `file.unwritable`.
    package static func replace(_ path: String, _ bytes: [UInt8], mode: Int = 0o600) throws(NodeFault) {
        // A name of ours: a file that somebody calls `x.new` is theirs.
        let beside = path + ".baton-new"
        _ = unsafe unlink(beside)
        let file = unsafe open(
            beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(mode))
        guard file >= 0 else { throw Self.unwritable(path) }
        let isWhole = Self.writeAll(file, bytes) && fchmod(file, mode_t(mode)) == 0 && fsync(file) == 0
        guard close(file) == 0, isWhole, unsafe rename(beside, path) == 0 else {
            _ = unsafe unlink(beside)
            throw Self.unwritable(path)
        }
        Self.syncFolder(of: path)
    }

    private static func writeAll(_ file: Int32, _ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Makes a rename last through a loss of power. Where a folder cannot be synced the file is there all the
    /// same.
    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let handle = unsafe open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { return }
        _ = fsync(handle)
        _ = close(handle)
    }

    package static func remove(_ path: String) {
        // A file that is gone already is what was wanted.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Makes a folder that only its user may enter, or checks that one is.
    ///
    /// - Throws: `folder.unwritable`, `folder.not-private`.
    package static func makePrivateFolder(_ path: String) throws(NodeFault) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw NodeFault(
                code: "folder.unwritable", "The folder \(path) cannot be made.",
                hint: "Check its parent's permissions.")
        }
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw NodeFault(
                code: "folder.unwritable", "\(path) is not a folder.", hint: "Name another place.")
        }
        guard status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else {
            throw NodeFault(
                code: "folder.not-private",
                "The folder \(path) is not its user's own, or others may enter it.",
                hint: "Run chmod 700 on it, or choose another.", exit: .refused)
        }
    }

    private static func unwritable(_ path: String) -> NodeFault {
        NodeFault(
            code: "file.unwritable", "\(path) cannot be written.", hint: "Check free space and permissions.")
    }
}
