package import NIOCore
internal import NIOPosix

/// Asks the operator API over one Unix socket connection; requests may run at the same time.
package final class UnixHTTPClient: Sendable {
    /// Bytes of a whole answer; more is a `transport.too-large` fault.
    package static let responseMax = 32 << 20

    private let channel: any Channel
    private let handler: NIOLoopBound<UnixClientHandler>

    private init(channel: any Channel, handler: NIOLoopBound<UnixClientHandler>) {
        self.channel = channel
        self.handler = handler
    }

    /// Connects to the socket file.
    ///
    /// - Parameter group: Runs the connection; nil takes the process-wide one.
    /// - Throws: `transport.connect-refused` when there is no file or nobody answers.
    package static func connect(
        path: String, group: (any EventLoopGroup)? = nil
    ) async throws(TransportFault) -> UnixHTTPClient {
        let bootstrap = ClientBootstrap(group: group ?? MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(UnixClientHandler())
                }
            }
        do {
            let channel = try await bootstrap.connect(unixDomainSocketPath: path).get()
            let handler = try await channel.eventLoop.submit {
                NIOLoopBound(
                    try channel.pipeline.syncOperations.handler(type: UnixClientHandler.self),
                    eventLoop: channel.eventLoop)
            }.get()
            return UnixHTTPClient(channel: channel, handler: handler)
        } catch {
            throw TransportFault(.connectRefused, "nobody answers at \(path)", cause: error)
        }
    }

    /// Sends a request and returns the whole answer.
    ///
    /// - Parameter path: With its query, percent-encoded.
    /// - Throws: `transport.timeout` (also when the task is cancelled), `transport.too-large`,
    ///   `transport.connection-lost`, `transport.reset`.
    package func request(
        method: String, path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        timeout: Duration = .seconds(30)
    ) async throws(TransportFault) -> APIResponse {
        let request = UnixClientRequest(
            method: method, path: path, headers: headers, body: body, timeout: TimeAmount(timeout))
        let (call, head) = try await self.open(request)
        var bytes: [UInt8] = []
        while let event = await call.inbox.next() {
            switch event {
            case .bytes(let more):
                bytes += more
                guard bytes.count <= Self.responseMax else {
                    self.cancel(call)
                    throw TransportFault(.tooLarge, "the answer is larger than \(Self.responseMax) bytes")
                }
            case .closed(nil):
                return APIResponse(status: head.status, headers: head.headers, body: .bytes(bytes))
            case .closed(let fault?):
                throw fault
            case .opened, .drained:
                break
            }
        }
        self.cancel(call)
        throw TransportFault(.timeout, "the request was cancelled")
    }

    /// Sends a request and returns as soon as the answer begins; its body is a stream.
    ///
    /// The stream ends early, without a fault, when the connection is lost. A reader that stops early cancels
    /// its task; until then the answer waits in the server once its window is full.
    package func stream(
        method: String, path: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []
    ) async throws(TransportFault) -> APIResponse {
        let request = UnixClientRequest(
            method: method, path: path, headers: headers, body: body, timeout: nil)
        let (call, head) = try await self.open(request)
        let pieces = AsyncStream<[UInt8]>(
            unfolding: {
                while let event = await call.inbox.next() {
                    if case .bytes(let bytes) = event { return bytes }
                    if case .closed = event { return nil }
                }
                return nil
            }, onCancel: { self.cancel(call) })
        return APIResponse(status: head.status, headers: head.headers, body: .stream(pieces))
    }

    package func close() async {
        // Closing what is closed already is the only way to fail.
        try? await self.channel.close().get()
    }

    private func open(
        _ request: UnixClientRequest
    ) async throws(TransportFault) -> (UnixClientCall, UnixClientHead) {
        let eventLoop = self.channel.eventLoop
        let handler = self.handler
        let call = UnixClientCall(head: eventLoop.makePromise())
        eventLoop.execute { handler.value.start(request, call) }
        let result: Result<UnixClientHead, TransportFault>
        do {
            result = try await withTaskCancellationHandler {
                try await call.head.futureResult.get()
            } onCancel: {
                self.cancel(call)
            }
        } catch {
            throw TransportFault(.shutdown, "the event loop ended", cause: error)
        }
        return (call, try result.get())
    }

    private func cancel(_ call: UnixClientCall) {
        let handler = self.handler
        self.channel.eventLoop.execute {
            handler.value.cancel(call, TransportFault(.timeout, "the request was cancelled"))
        }
    }
}
