internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import Synchronization

/// Opens peer links.
package struct PeerDialer: Sendable {
    private typealias Outcome = Result<PeerConnection, TransportFault>

    private let context: PeerLinkContext

    package init(context: PeerLinkContext) {
        self.context = context
    }

    /// Connects, authenticates both ways and opens the sync stream.
    ///
    /// - Parameter site: The site that must own the answering key; nil accepts any known one.
    /// - Returns: An open link; its first event is `.opened`. It was answered by the server's own 200, so the
    ///   server has accepted this side's certificate too.
    /// - Throws: `transport.connect-refused`, `.handshake` (also when the task is cancelled),
    ///   `.handshake-timeout`, `.alpn`, `.pin-unknown`, `.open-timeout`, `.refused`, `.reset`, `.connection-lost`.
    package func dial(
        host: String, port: Int, expecting site: String? = nil
    ) async throws(TransportFault) -> PeerConnection {
        let eventLoop = self.context.group.next()
        let promise = eventLoop.makePromise(of: Outcome.self)
        let outcome = DialOutcome(promise)
        let connecting = self.bootstrap(on: eventLoop, expecting: site, outcome).connect(
            host: host, port: port)
        connecting.whenFailure { error in
            let fault =
                error as? TransportFault
                ?? TransportFault(.connectRefused, "nobody answered at \(host):\(port)", cause: error)
            outcome.settle(.failure(fault))
        }
        let result: Outcome
        do {
            result = try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                // A connect that nobody answers is not waited for.
                outcome.settle(.failure(TransportFault(.handshake, "the dial was given up")))
                connecting.whenSuccess { $0.close(promise: nil) }
            }
        } catch {
            // The promise is only ever succeeded; an event loop that shuts down may fail it.
            throw TransportFault(.shutdown, "the event loop ended", cause: error)
        }
        return try result.get()
    }

    private func bootstrap(
        on eventLoop: any EventLoop, expecting site: String?, _ outcome: DialOutcome
    ) -> ClientBootstrap {
        let context = self.context
        return ClientBootstrap(group: eventLoop)
            .connectTimeout(context.limits.connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 256 << 10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let verdict = PinVerdict()
                    let handler = PeerChannelHandler(
                        link: context, dialled: true, verdict: verdict, expectedSite: site
                    ) { outcome.settle($0) }
                    let tls = try PeerTLS.makeHandler(dialled: true, context: context, verdict: verdict)
                    try channel.pipeline.syncOperations.addHandlers(tls, handler)
                }
            }
    }
}

/// What became of a dial: the first word counts, whoever says it.
private final class DialOutcome: Sendable {
    private let promise: Mutex<EventLoopPromise<Result<PeerConnection, TransportFault>>?>

    init(_ promise: EventLoopPromise<Result<PeerConnection, TransportFault>>) {
        self.promise = Mutex(promise)
    }

    func settle(_ result: Result<PeerConnection, TransportFault>) {
        let promise = self.promise.withLock { promise in
            defer { promise = nil }
            return promise
        }
        if let promise {
            promise.succeed(result)
        } else if case .success(let connection) = result {
            connection.close()
        }
    }
}
