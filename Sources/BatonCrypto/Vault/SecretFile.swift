import BatonModel
import Glibc

/// A file of named records that only its owner may read: `vault` and `root.key`.
///
/// Layout: the magic `"BATONV1\0"`, then records of (length of name: 1 byte, name, length of value: 2 bytes
/// big-endian, value), then BLAKE2b-256 over everything before it. Replaced as a whole: written beside,
/// synced, renamed.
enum SecretFile {
    static let magic = Array("BATONV1\0".utf8)
    private static let bytesMax = 64 * 1024

    static func encode(_ records: [(name: String, value: [UInt8])]) -> [UInt8] {
        var out = Self.magic
        for (name, value) in records {
            precondition(name.utf8.count < 256 && value.count < 65_536, "a vault record is too long")
            out.append(UInt8(name.utf8.count))
            out.append(contentsOf: name.utf8)
            out.append(UInt8(value.count >> 8))
            out.append(UInt8(value.count & 255))
            out.append(contentsOf: value)
        }
        out.append(contentsOf: Blake2b().digest256(out).bytes)
        return out
    }

    static func decode(_ bytes: [UInt8], path: String) throws(CryptoFault) -> [(name: String, value: [UInt8])]
    {
        let damaged = CryptoFault(
            .vaultDamaged, "\(path) is not a whole key file; restore it from its backup")
        guard bytes.count >= Self.magic.count + 32, Array(bytes.prefix(Self.magic.count)) == Self.magic else {
            throw damaged
        }
        let body = Array(bytes.dropLast(32))
        guard Sodium.areEqual(Blake2b().digest256(body).bytes, Array(bytes.suffix(32))) else { throw damaged }
        var records: [(name: String, value: [UInt8])] = []
        var place = Self.magic.count
        while place < body.count {
            let nameEnd = place + 1 + Int(body[place])
            guard nameEnd + 2 <= body.count else { throw damaged }
            let length = Int(body[nameEnd]) << 8 | Int(body[nameEnd + 1])
            let end = nameEnd + 2 + length
            guard end <= body.count else { throw damaged }
            records.append(
                (
                    String(decoding: body[(place + 1)..<nameEnd], as: UTF8.self),
                    Array(body[(nameEnd + 2)..<end])
                ))
            place = end
        }
        return records
    }

    /// Reads a file after checking that no one else may.
    static func read(_ path: String) throws(CryptoFault) -> [UInt8] {
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            throw CryptoFault(.vaultMissing, "\(path) cannot be opened; run baton init or check the folder")
        }
        defer { _ = Glibc.close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else {
            throw CryptoFault(.vaultDamaged, "\(path) cannot be examined")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw CryptoFault(.vaultPermissions, "\(path) may be read by others; run chmod 600 on it")
        }
        guard status.st_size <= Self.bytesMax else {
            throw CryptoFault(.vaultDamaged, "\(path) is too large to be a key file")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(file, buffer.baseAddress! + filled, buffer.count - filled)
            }
            guard count > 0 else { throw CryptoFault(.vaultDamaged, "\(path) ended early while it was read") }
            filled += count
        }
        return bytes
    }

    /// Creates a file that must not exist yet.
    static func create(_ path: String, _ bytes: [UInt8]) throws(CryptoFault) {
        let file = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            if errno == EEXIST {
                throw CryptoFault(.vaultExists, "\(path) exists already; its keys are not overwritten")
            }
            throw CryptoFault(
                .vaultUnwritable, "\(path) cannot be created; check the folder and its permissions")
        }
        try Self.writeOut(file, bytes, path)
        try Self.syncFolder(of: path)
    }

    /// Puts a new version in place of the old one; a crash leaves the one or the other.
    static func replace(_ path: String, _ bytes: [UInt8]) throws(CryptoFault) {
        let beside = path + ".new"
        _ = unsafe unlink(beside)
        try Self.create(beside, bytes)
        guard unsafe rename(beside, path) == 0 else {
            throw CryptoFault(
                .vaultUnwritable, "\(path) cannot be replaced; check the folder and its permissions")
        }
        try Self.syncFolder(of: path)
    }

    private static func writeOut(_ file: Int32, _ bytes: [UInt8], _ path: String) throws(CryptoFault) {
        defer { _ = Glibc.close(file) }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(file, buffer.baseAddress! + written, buffer.count - written)
            }
            guard count > 0 else {
                throw CryptoFault(.vaultUnwritable, "\(path) cannot be written; is the disk full?")
            }
            written += count
        }
        guard fsync(file) == 0 else {
            throw CryptoFault(.vaultUnwritable, "\(path) could not be synced to disk")
        }
    }

    private static func syncFolder(of path: String) throws(CryptoFault) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let handle = unsafe Glibc.open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else {
            throw CryptoFault(.vaultUnwritable, "the folder of \(path) cannot be opened")
        }
        defer { _ = Glibc.close(handle) }
        guard fsync(handle) == 0 else {
            throw CryptoFault(.vaultUnwritable, "the folder of \(path) could not be synced to disk")
        }
    }
}
