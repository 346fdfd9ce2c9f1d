import Glibc

/// A key file's way between disk and guarded memory.
extension SecretFile {
    /// Reads a file after checking that no one else may.
    ///
    /// - Throws: `crypto.vault-missing`, `crypto.vault-permissions`, `crypto.vault-damaged`,
    ///   `crypto.memory-exhausted`.
    init(reading path: String) throws(CryptoFault) {
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            throw CryptoFault(.vaultMissing, "\(path) cannot be opened; run baton init or check the folder")
        }
        defer { _ = Glibc.close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw CryptoFault(.vaultDamaged, "\(path) is not a file that can be examined")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw CryptoFault(.vaultPermissions, "\(path) may be read by others; run chmod 600 on it")
        }
        guard status.st_size <= Self.bytesMax else {
            throw CryptoFault(.vaultDamaged, "\(path) is too large to be a key file")
        }
        guard status.st_size > 0 else { throw Self.damaged(path) }
        let memory = try unsafe SecretBytes(count: Int(status.st_size)) { (target) throws(CryptoFault) in
            try unsafe Self.fill(target, from: file, path)
        }
        try self.init(memory, path: path)
    }

    private static func fill(
        _ target: UnsafeMutableRawBufferPointer, from file: Int32, _ path: String
    ) throws(CryptoFault) {
        var filled = 0
        while filled < target.count {
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: target[filled...])
            let count = unsafe Glibc.read(file, room.baseAddress, room.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw CryptoFault(.vaultDamaged, "\(path) ended early while it was read") }
            filled += count
        }
    }

    /// Creates a file that must not exist yet: it is there whole or not at all, also when the process is killed.
    static func create(_ path: String, _ bytes: SecretBytes) throws(CryptoFault) {
        guard unsafe access(path, F_OK) != 0 else { throw Self.exists(path) }
        let beside = path + ".new"
        _ = unsafe unlink(beside)
        try Self.write(beside, bytes)
        defer { _ = unsafe unlink(beside) }
        // A link, unlike a rename, takes no place that another process has taken meanwhile.
        guard unsafe link(beside, path) == 0 else {
            if errno == EEXIST { throw Self.exists(path) }
            throw CryptoFault(
                .vaultUnwritable, "\(path) cannot be created; check the folder and its permissions")
        }
        try Self.syncFolder(of: path)
    }

    private static func exists(_ path: String) -> CryptoFault {
        CryptoFault(.vaultExists, "\(path) exists already; its keys are not overwritten")
    }

    /// Writes a new file. Nothing is left of it when it cannot be written whole.
    private static func write(_ path: String, _ bytes: SecretBytes) throws(CryptoFault) {
        let file = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            throw CryptoFault(
                .vaultUnwritable, "\(path) cannot be created; check the folder and its permissions")
        }
        do throws(CryptoFault) {
            try Self.writeOut(file, bytes, path)
        } catch {
            _ = unsafe unlink(path)
            throw error
        }
    }

    /// Puts a new version in place of the old one; a crash leaves the one or the other.
    static func replace(_ path: String, _ bytes: SecretBytes) throws(CryptoFault) {
        let beside = path + ".new"
        _ = unsafe unlink(beside)
        try Self.write(beside, bytes)
        guard unsafe rename(beside, path) == 0 else {
            throw CryptoFault(
                .vaultUnwritable, "\(path) cannot be replaced; check the folder and its permissions")
        }
        try Self.syncFolder(of: path)
    }

    private static func writeOut(_ file: Int32, _ bytes: SecretBytes, _ path: String) throws(CryptoFault) {
        defer { _ = Glibc.close(file) }
        try unsafe bytes.withBytes { (source) throws(CryptoFault) in
            var written = 0
            while written < source.count {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: source[written...])
                let count = unsafe Glibc.write(file, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    throw CryptoFault(.vaultUnwritable, "\(path) cannot be written; is the disk full?")
                }
                written += count
            }
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
