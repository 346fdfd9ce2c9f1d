package import Logging
package import NIOCore
internal import NIOPosix

/// Serves the operator API on a Unix socket: HTTP/2 in clear with prior knowledge (RFC 9113 section 3.3).
package final class UnixHTTPServer: Sendable {
    package let path: String
    private let file: UnixSocketFile
    private let channel: any Channel
    private let clients: ChannelSet
    private let limits: UnixServerLimits

    private init(
        file: UnixSocketFile, channel: any Channel, clients: ChannelSet, limits: UnixServerLimits
    ) {
        self.path = file.path
        self.file = file
        self.channel = channel
        self.clients = clients
        self.limits = limits
    }

    /// Binds the socket file with mode 0660 and begins to answer.
    ///
    /// - Parameter handler: Called for each whole request, concurrently; see `APIHandler`.
    /// - Throws: `transport.socket-in-use` when something answers at the path, `transport.socket-path`.
    package static func listen(
        path: String, group: any EventLoopGroup, limits: UnixServerLimits = UnixServerLimits(),
        logger: Logger, handler: @escaping APIHandler
    ) async throws(TransportFault) -> UnixHTTPServer {
        let (file, descriptor) = try UnixSocketFile.bind(path: path)
        let clients = ChannelSet(max: limits.connectionsMax)
        let bootstrap = ServerBootstrap(group: group)
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
            .childChannelInitializer { channel in
                guard clients.add(channel) else {
                    let fault = TransportFault(.crowded, "too many connections at once")
                    logger.info("operator connection refused", metadata: ["reason": "\(fault.code.rawValue)"])
                    return channel.eventLoop.makeFailedFuture(fault)
                }
                return PeerCredentials.read(from: channel).flatMapThrowing { credentials in
                    try channel.pipeline.syncOperations.addHandler(
                        UnixServerHandler(
                            credentials: credentials, limits: limits, logger: logger, handler: handler))
                }
            }
        do {
            let channel = try await bootstrap.withBoundSocket(descriptor).get()
            return UnixHTTPServer(file: file, channel: channel, clients: clients, limits: limits)
        } catch {
            file.remove()
            throw TransportFault(.bind, "the operator socket could not be opened", cause: error)
        }
    }

    /// Stops accepting, lets running requests finish within the shutdown time, and removes the socket file.
    package func shutdown() async {
        self.file.remove()
        // Closing what is closed already is the only way to fail here and below.
        try? await self.channel.close().get()
        let channels = self.clients.all
        for channel in channels {
            let deadline = channel.eventLoop.scheduleTask(in: self.limits.shutdownTimeout) {
                channel.close(promise: nil)
            }
            channel.closeFuture.whenComplete { _ in deadline.cancel() }
            channel.pipeline.fireUserInboundEventTriggered(UnixServerHandler.Shutdown())
        }
        for channel in channels {
            try? await channel.closeFuture.get()
        }
    }
}
