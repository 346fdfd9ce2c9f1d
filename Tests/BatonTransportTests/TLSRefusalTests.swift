import BatonHTTP2
import BatonTransport
import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@Suite("TLSRefusals", .timeLimit(.minutes(2)))
struct TLSRefusalTests {
    @Test("openssl is refused without the right certificate, version, protocol or with a stolen ticket")
    func openssl() async throws {
        let fixture = try await LinkFixture()
        let folder = FileManager.default.temporaryDirectory.path + "/baton-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let certificate = folder + "/known.pem"
        let key = folder + "/known.key"
        try Data(fixture.clientKey.identity.certificatePEM.utf8).write(to: URL(fileURLWithPath: certificate))
        let keyText = try TLSIdentity.privateKeyPEM(seed: [UInt8](repeating: 2, count: 32))
        try Data(keyText.utf8).write(to: URL(fileURLWithPath: key))

        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Interop/tls_refusals.py").path
        let output = folder + "/table"
        try Data().write(to: URL(fileURLWithPath: output))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script, "127.0.0.1", "\(fixture.listener.port)", certificate, key]
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        // Waiting must not hold a thread that the listener's side may need.
        let status = await withCheckedContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(returning: -1) }
        }
        let table = try String(contentsOfFile: output, encoding: .utf8)
        #expect(status == 0, "\(table)")
        #expect(table.split(separator: "\n").count == 8, "\(table)")
    }

    @Test(
        "a known peer that asks for something else is answered and sent away",
        arguments: [
            ("POST", "/other", "application/cbor-seq", "404"),
            ("GET", "/baton/v1/sync", "application/cbor-seq", "405"),
            ("POST", "/baton/v1/sync", "text/plain", "415"),
        ])
    func otherRequest(method: String, path: String, type: String, status: String) async throws {
        let fixture = try await LinkFixture()
        let asked = HTTP2Field("content-type", type)
        let events = try await RawPeer.run(
            port: fixture.listener.port, key: fixture.clientKey,
            request: [
                HTTP2Field(":method", method), HTTP2Field(":scheme", "https"),
                HTTP2Field(":authority", "peer"), HTTP2Field(":path", path), asked,
            ])
        let answer = HTTP2Event.headers(stream: 1, fields: [HTTP2Field(":status", status)], endStream: true)
        #expect(events.contains(answer))
        #expect(fixture.server.registry.connections.isEmpty)
    }
}

/// A peer with a known key that writes HTTP/2 by hand and reads until the other side closes.
private final class RawPeer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let session: HTTP2Session
    private let promise: EventLoopPromise<[HTTP2Event]>
    private var events: [HTTP2Event] = []

    init(_ request: [HTTP2Field], _ promise: EventLoopPromise<[HTTP2Event]>) throws {
        self.session = try HTTP2Session(role: .client)
        self.promise = promise
        _ = try self.session.submitRequest(request, endStream: false)
    }

    static func run(port: Int, key: TestKey, request: [HTTP2Field]) async throws -> [HTTP2Event] {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateChain = [
            .certificate(try NIOSSLCertificate(bytes: key.identity.certificateDER, format: .der))
        ]
        let pem = try TLSIdentity.privateKeyPEM(seed: [UInt8](repeating: 2, count: 32))
        configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(pem.utf8), format: .pem))
        configuration.certificateVerification = .none
        configuration.applicationProtocols = ["h2"]
        configuration.verifySignatureAlgorithms = [.ed25519]
        configuration.signingSignatureAlgorithms = [.ed25519]
        let tls = try NIOSSLContext(configuration: configuration)
        let group = MultiThreadedEventLoopGroup.singleton
        let eventLoop = group.next()
        let promise = eventLoop.makePromise(of: [HTTP2Event].self)
        let channel = try await ClientBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers(
                        NIOSSLClientHandler(context: tls, serverHostname: nil), RawPeer(request, promise))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.closeFuture.get()
        return try await promise.futureResult.get()
    }

    func channelActive(context: ChannelHandlerContext) {
        self.write(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Array(self.unwrapInboundIn(data).readableBytesView)
        self.events += (try? self.session.feed(bytes, now: 0)) ?? []
        self.write(context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.promise.succeed(self.events)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func write(_ context: ChannelHandlerContext) {
        guard let bytes = try? self.session.pull(max: 1 << 16), !bytes.isEmpty else { return }
        context.writeAndFlush(NIOAny(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }
}
