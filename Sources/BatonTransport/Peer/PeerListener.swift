internal import Logging
internal import NIOCore
internal import NIOPosix

/// Accepts peer links on one address.
package final class PeerListener: Sendable {
    /// The port it listens on, also when 0 was asked for.
    package let port: Int
    private let channel: any Channel

    private init(channel: any Channel, port: Int) {
        self.channel = channel
        self.port = port
    }

    /// Binds and begins to accept.
    ///
    /// - Parameter onConnection: Gets each authenticated, open link; called on event loops, must not block.
    /// - Throws: `transport.bind`.
    package static func listen(
        host: String, port: Int, context: PeerLinkContext,
        onConnection: @escaping @Sendable (PeerConnection) -> Void
    ) async throws(TransportFault) -> PeerListener {
        let clients = ChannelSet(max: context.limits.connectionsMax)
        let bootstrap = ServerBootstrap(group: context.group)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.prepare(channel, context: context, clients: clients, onConnection: onConnection)
                }
            }
        do {
            let channel = try await bootstrap.bind(host: host, port: port).get()
            return PeerListener(channel: channel, port: channel.localAddress?.port ?? port)
        } catch {
            throw TransportFault(.bind, "the peer port could not be opened", cause: error)
        }
    }

    /// Stops accepting; open links stay until their registry ends them.
    package func close() async {
        // Closing twice is the only way to fail, and then there is nothing left to do.
        try? await self.channel.close().get()
    }

    private static func prepare(
        _ channel: any Channel, context: PeerLinkContext, clients: ChannelSet,
        onConnection: @escaping @Sendable (PeerConnection) -> Void
    ) throws(TransportFault) {
        guard clients.add(channel) else {
            let address = channel.remoteAddress?.ipAddress ?? "unknown"
            context.logger.info(
                "peer link refused",
                metadata: ["peer.address": "\(address)", "reason": "\(TransportFault.Code.crowded.rawValue)"])
            throw TransportFault(.crowded, "too many connections at once")
        }
        let verdict = PinVerdict()
        let handler = PeerChannelHandler(link: context, dialled: false, verdict: verdict, expectedSite: nil) {
            if case .success(let connection) = $0 { onConnection(connection) }
        }
        let tls = try PeerTLS.makeHandler(dialled: false, context: context, verdict: verdict)
        do {
            try channel.pipeline.syncOperations.addHandlers(tls, handler)
        } catch {
            throw TransportFault(.connectionLost, "the connection ended at once", cause: error)
        }
    }
}
