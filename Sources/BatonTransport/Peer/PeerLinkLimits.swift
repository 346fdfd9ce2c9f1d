package import NIOCore

/// Bounds of one peer link; everything it may hold or wait for has a maximum here.
package struct PeerLinkLimits: Sendable {
    /// TCP connect, client side.
    package var connectTimeout: TimeAmount = .seconds(10)
    /// From TCP accept or connect to the end of the TLS handshake.
    package var handshakeTimeout: TimeAmount = .seconds(10)
    /// From the end of the handshake to the opened sync stream.
    package var openTimeout: TimeAmount = .seconds(10)
    /// No byte received for this long ends the link; must exceed `keepAlive`.
    package var idleTimeout: TimeAmount = .seconds(60)
    /// A PING is sent when nothing was received for this long.
    package var keepAlive: TimeAmount = .seconds(20)
    /// Bytes queued and none accepted by the socket for this long ends the link.
    package var stallTimeout: TimeAmount = .seconds(30)
    /// A goodbye waits this long for queued bytes to leave.
    package var closeTimeout: TimeAmount = .seconds(5)
    /// A link is closed after this long, however well it works.
    package var lifetime: TimeAmount = .hours(6)
    /// How often the deadlines above are looked at.
    package var tick: TimeAmount = .seconds(1)
    /// Outbound bytes above which `.drained` is owed to the sender.
    package var queueHighMark = 1 << 20
    /// Outbound bytes below which `.drained` is reported.
    package var queueLowMark = 256 << 10
    /// Outbound bytes above which the link is closed as overflowing.
    package var queueMax = 16 << 20
    /// HTTP/2 receive window of the stream: the most bytes waiting for the reader.
    package var streamWindow = 512 << 10
    /// HTTP/2 receive window of the connection.
    package var connectionWindow = 2 << 20
    /// Inbound connections, finished or not, a listener holds at once.
    package var connectionsMax = 64

    package init() {}
}
