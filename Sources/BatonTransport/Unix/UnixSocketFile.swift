internal import Glibc
internal import NIOCore

/// The file of a listening Unix socket: made for owner and group only, removed only by who made it.
struct UnixSocketFile: Sendable {
    /// Owner and group may connect; the group is the operators'.
    static let mode: mode_t = 0o660

    let path: String
    private let device: dev_t
    private let inode: ino_t

    /// Binds a socket to a path and returns its file with the descriptor, which then belongs to the caller.
    ///
    /// A file that is there already is removed only if it is a socket on which nobody answers. Until the
    /// caller listens, nobody can connect, so the mode is set before the first client.
    ///
    /// - Throws: `transport.socket-in-use`, `transport.socket-path`.
    static func bind(path: String) throws(TransportFault) -> (file: UnixSocketFile, descriptor: CInt) {
        try Self.clear(path)
        let address = try Self.address(path)
        let descriptor = try Self.makeSocket()
        do throws(TransportFault) {
            // The mode at birth; the umask may take more away, which the second change gives back.
            guard fchmod(descriptor, Self.mode) == 0 else { throw Self.fault("could not be prepared") }
            let code = unsafe address.withSockAddr { unsafe Glibc.bind(descriptor, $0, socklen_t($1)) }
            guard code == 0 else { throw Self.fault("could not be bound") }
            guard unsafe chmod(path, Self.mode) == 0, let info = Self.status(path) else {
                throw Self.fault("could not be opened to the group")
            }
            return (UnixSocketFile(path: path, device: info.st_dev, inode: info.st_ino), descriptor)
        } catch {
            Glibc.close(descriptor)
            throw error
        }
    }

    /// Removes the file if it is still the one that was bound.
    func remove() {
        guard let info = Self.status(self.path), info.st_dev == self.device, info.st_ino == self.inode
        else { return }
        _ = unsafe unlink(self.path)
    }

    /// Makes way: an abandoned socket is removed, anything else is somebody's.
    private static func clear(_ path: String) throws(TransportFault) {
        guard let info = Self.status(path) else { return }
        guard info.st_mode & S_IFMT == S_IFSOCK else {
            throw TransportFault(.socketPath, "there is something other than a socket at \(path)")
        }
        let address = try Self.address(path)
        let probe = try Self.makeSocket()
        defer { Glibc.close(probe) }
        let code = unsafe address.withSockAddr { unsafe Glibc.connect(probe, $0, socklen_t($1)) }
        // Only a refusal proves that nobody listens; a full queue or a missing right does not.
        guard code != 0, errno == ECONNREFUSED else {
            throw TransportFault(.socketInUse, "somebody answers at \(path)")
        }
        _ = unsafe unlink(path)
    }

    private static func status(_ path: String) -> stat? {
        var info = stat()
        return unsafe lstat(path, &info) == 0 ? info : nil
    }

    private static func makeSocket() throws(TransportFault) -> CInt {
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw Self.fault("could not be made") }
        return descriptor
    }

    private static func address(_ path: String) throws(TransportFault) -> SocketAddress {
        guard path.utf8.count <= UnixServerLimits.pathBytesMax else {
            let bytes = "\(path.utf8.count), and a socket's has at most \(UnixServerLimits.pathBytesMax)"
            throw TransportFault(.socketPath, "the path \(path) has \(bytes) bytes")
        }
        do {
            return try SocketAddress(unixDomainSocketPath: path)
        } catch {
            throw TransportFault(.socketPath, "\(path) cannot be a socket path", cause: error)
        }
    }

    private static func fault(_ what: String) -> TransportFault {
        TransportFault(.socketPath, "the socket \(what), error number \(errno)")
    }
}
