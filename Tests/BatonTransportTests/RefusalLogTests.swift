import BatonTransport
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Keeps log lines for a test to read.
private final class LogKeeper: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let text: String
        let metadata: Logger.Metadata
    }

    private let kept = Mutex<[Line]>([])
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation

    init() {
        (self.arrivals, self.arrival) = AsyncStream.makeStream()
    }

    var lines: [Line] { self.kept.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(keeper: self) }
    }

    /// Waits until one more line was written.
    func waitForLine() async {
        _ = await self.arrivals.first { _ in true }
    }

    private struct Handler: LogHandler {
        let keeper: LogKeeper
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = Line(
                level: event.level, text: event.message.description, metadata: event.metadata ?? [:])
            self.keeper.kept.withLock { $0.append(line) }
            self.keeper.arrival.yield()
        }
    }
}

@Suite("RefusalLog", .timeLimit(.minutes(1)))
struct RefusalLogTests {
    /// Listens with a key, dials with another, and returns what the listener wrote.
    private func refuse(
        pins: @escaping PinCheck, limits: PeerLinkLimits = PeerLinkLimits(),
        _ knock: (Int) async throws -> Void
    ) async throws -> [LogKeeper.Line] {
        let keeper = LogKeeper()
        let context = PeerLinkContext(
            group: MultiThreadedEventLoopGroup.singleton, identity: try TestKey(1).identity, pins: pins,
            sha256: sha256, limits: limits, logger: keeper.logger)
        let listener = try await PeerListener.listen(host: "127.0.0.1", port: 0, context: context) { _ in
            Issue.record("a link was opened")
        }
        try await knock(listener.port)
        await keeper.waitForLine()
        await listener.close()
        return keeper.lines
    }

    @Test("a stranger's key is one warning with address and reason")
    func stranger() async throws {
        let lines = try await self.refuse(pins: { _ in nil }) { port in
            let client = PeerLinkContext(
                group: MultiThreadedEventLoopGroup.singleton, identity: try TestKey(2).identity,
                pins: { _ in "syd" }, sha256: sha256, logger: LogKeeper().logger)
            await #expect(throws: TransportFault.self) {
                _ = try await PeerDialer(context: client).dial(host: "127.0.0.1", port: port)
            }
        }
        #expect(lines.map(\.text) == ["peer link refused"])
        #expect(lines.first?.level == .warning)
        #expect(lines.first?.metadata["reason"] == "transport.pin-unknown")
        #expect(lines.first?.metadata["peer.address"]?.description.hasPrefix("127.0.0.1:") == true)
    }

    @Test("a client that says nothing is one line of information")
    func silent() async throws {
        var limits = PeerLinkLimits()
        limits.handshakeTimeout = .milliseconds(200)
        limits.tick = .milliseconds(20)
        let lines = try await self.refuse(pins: { _ in "nyc" }, limits: limits) { port in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
            try await channel.closeFuture.get()
        }
        #expect(lines.map(\.text) == ["peer link refused"])
        #expect(lines.first?.level == .info)
        #expect(lines.first?.metadata["reason"] == "transport.handshake-timeout")
    }

    @Test("a client that speaks something other than TLS is one line of information")
    func noTLS() async throws {
        let lines = try await self.refuse(pins: { _ in "nyc" }) { port in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: port).get()
            try await channel.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
            try await channel.closeFuture.get()
        }
        #expect(lines.map(\.text) == ["peer link refused"])
        #expect(lines.first?.metadata["reason"] == "transport.handshake")
    }
}
