internal import Glibc
internal import NIOCore

/// The process at the other end of a Unix socket, as it was when it connected (unix(7), SO_PEERCRED).
struct PeerCredentials: Sendable {
    let pid: Int32
    let uid: UInt32
    let gid: UInt32

    static func read(from channel: any Channel) -> EventLoopFuture<PeerCredentials> {
        guard let provider = channel as? any SocketOptionProvider else {
            let fault = TransportFault(.socketPath, "the socket has no peer credentials")
            return channel.eventLoop.makeFailedFuture(fault)
        }
        // `struct ucred` is three 32-bit numbers: pid, uid, gid. Glibc's module does not show it.
        let raw: EventLoopFuture<[3 of UInt32]> = provider.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        return raw.map { Self(pid: Int32(bitPattern: $0[0]), uid: $0[1], gid: $0[2]) }
    }
}
