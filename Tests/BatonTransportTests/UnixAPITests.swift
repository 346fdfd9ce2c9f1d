import BatonTransport
import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// A server on a socket in a folder of its own, removed with it.
private struct UnixFixture {
    let folder: String
    let path: String
    let server: UnixHTTPServer

    init(limits: UnixServerLimits = UnixServerLimits(), handler: @escaping APIHandler) async throws {
        self.folder = try Self.makeFolder()
        self.path = self.folder + "/api.sock"
        self.server = try await Self.listen(self.path, limits, handler)
    }

    static func makeFolder() throws -> String {
        let folder = FileManager.default.temporaryDirectory.path + "/baton-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        return folder
    }

    static func listen(
        _ path: String, _ limits: UnixServerLimits = UnixServerLimits(),
        _ handler: @escaping APIHandler = { _ in APIResponse(status: 200) }
    ) async throws -> UnixHTTPServer {
        try await UnixHTTPServer.listen(
            path: path, group: MultiThreadedEventLoopGroup.singleton, limits: limits,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, handler: handler)
    }

    func end() async throws {
        await self.server.shutdown()
        try FileManager.default.removeItem(atPath: self.folder)
    }

    /// Runs curl on the socket and returns what it printed.
    func curl(_ arguments: [String]) async throws -> String {
        let output = self.folder + "/curl.out"
        try Data().write(to: URL(fileURLWithPath: output))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["curl", "--silent", "--http2-prior-knowledge", "--max-time", "20", "--unix-socket", self.path]
            + arguments
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        // Waiting must not hold a thread that the server's handler may need.
        await withCheckedContinuation { continuation in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume() }
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: output))
        return String(decoding: data, as: UTF8.self)
    }
}

/// Answers with what it was asked.
@Sendable private func echo(_ request: APIRequest) async -> APIResponse {
    let type = request.headers.first { $0.name == "content-type" }?.value ?? "none"
    let head = "\(request.method) \(request.path) \(request.query ?? "-") \(type) \(request.uid)"
    return APIResponse(
        status: 200, headers: [("Content-Type", "text/plain")], body: .bytes(Array(head.utf8) + request.body))
}

/// Tells when the last reference to a stream's source is gone.
private final class LetGo: Sendable {
    private let action: @Sendable () -> Void

    init(_ action: @escaping @Sendable () -> Void) {
        self.action = action
    }

    deinit {
        self.action()
    }
}

@Suite("UnixAPI", .timeLimit(.minutes(2)))
struct UnixAPITests {
    @Test("curl with prior knowledge gets and posts")
    func curl() async throws {
        let fixture = try await UnixFixture(handler: echo)
        let got = try await fixture.curl([
            "--write-out", " %{http_version} %{http_code}", "http://localhost/v1/a?b=c",
        ])
        #expect(got == "GET /v1/a b=c none \(geteuid()) 2 200")
        let posted = try await fixture.curl([
            "--header", "content-type: application/json", "--data", "{}", "http://localhost/v1/a",
        ])
        #expect(posted == "POST /v1/a - application/json \(geteuid()){}")
        try await fixture.end()
    }

    @Test("curl with a body over the cap gets 413, and below it gets it back")
    func curlLarge() async throws {
        let fixture = try await UnixFixture(handler: echo)
        for (count, expected) in [(1 << 20, "200"), (1 << 20 + 1, "413")] {
            let file = fixture.folder + "/body"
            try Data(repeating: 0x61, count: count).write(to: URL(fileURLWithPath: file))
            let code = try await fixture.curl([
                "--output", "/dev/null", "--write-out", "%{http_code}", "--data-binary", "@" + file,
                "http://localhost/",
            ])
            #expect(code == expected)
        }
        try await fixture.end()
    }

    @Test("the own client asks many things at once and the peer is this process")
    func ownClient() async throws {
        let fixture = try await UnixFixture { request in
            #expect(request.uid == geteuid())
            #expect(request.gid == getegid())
            #expect(request.pid == getpid())
            return await echo(request)
        }
        let client = try await UnixHTTPClient.connect(path: fixture.path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                group.addTask {
                    let body = pattern(50_000, seed: UInt32(index))
                    let answer = try await client.request(method: "PUT", path: "/\(index)", body: body)
                    #expect(answer.status == 200)
                    #expect(answer.headers.contains { $0 == ("content-type", "text/plain") })
                    #expect(answer.bytes == Array("PUT /\(index) - none \(geteuid())".utf8) + body)
                }
            }
            try await group.waitForAll()
        }
        await client.close()
        try await fixture.end()
    }

    @Test("many megabytes of answers on one connection do not use up its window")
    func windowIsGivenBack() async throws {
        let bytes = pattern(700_000, seed: 5)
        let fixture = try await UnixFixture { _ in APIResponse(status: 200, body: .bytes(bytes)) }
        let client = try await UnixHTTPClient.connect(path: fixture.path)
        for _ in 0..<12 {
            #expect(try await client.request(method: "GET", path: "/").bytes == bytes)
        }
        await client.close()
        try await fixture.end()
    }

    @Test("a streamed answer arrives in order while it is made, with back-pressure")
    func streaming() async throws {
        let pieces = (0..<64).map { pattern(60_000, seed: UInt32($0)) }
        let made = Mutex(0)
        let fixture = try await UnixFixture { _ in
            let source = AsyncStream<[UInt8]> {
                made.withLock { made in
                    defer { made += 1 }
                    return made < pieces.count ? pieces[made] : nil
                }
            }
            return APIResponse(status: 200, body: .stream(source))
        }
        let client = try await UnixHTTPClient.connect(path: fixture.path)
        let answer = try await client.stream(method: "GET", path: "/events")
        guard case .stream(let stream) = answer.body else {
            Issue.record("the body is no stream")
            return
        }
        var received: [UInt8] = []
        for await bytes in stream { received += bytes }
        #expect(received == pieces.flatMap { $0 })
        await client.close()
        try await fixture.end()
    }

    @Test("a streamed answer nobody reads is not made to its end")
    func unreadStream() async throws {
        let (finished, continuation) = AsyncStream.makeStream(of: Void.self)
        let made = Mutex(0)
        let fixture = try await UnixFixture { _ in
            let letGo = LetGo { continuation.finish() }
            let source = AsyncStream<[UInt8]> {
                withExtendedLifetime(letGo) { made.withLock { $0 += 1 } }
                return [UInt8](repeating: 1, count: 100_000)
            }
            return APIResponse(status: 200, body: .stream(source))
        }
        let client = try await UnixHTTPClient.connect(path: fixture.path)
        _ = try await client.stream(method: "GET", path: "/endless")
        await client.close()
        for await _ in finished {}
        // One window, one queue and what the socket holds, in pieces of 100 kB.
        #expect(made.withLock { $0 } < 40)
        try await fixture.end()
    }

    @Test("a request the node does not answer in time is a timeout and is cancelled there")
    func timeout() async throws {
        let (cancelled, continuation) = AsyncStream.makeStream(of: Void.self)
        let fixture = try await UnixFixture { _ in
            await withTaskCancellationHandler {
                for await _ in AsyncStream<Void>.makeStream().stream {}
            } onCancel: {
                continuation.finish()
            }
            return APIResponse(status: 200)
        }
        let client = try await UnixHTTPClient.connect(path: fixture.path)
        do throws(TransportFault) {
            _ = try await client.request(method: "GET", path: "/", timeout: .milliseconds(100))
            Issue.record("there was an answer")
        } catch {
            #expect(error.code == .timeout)
        }
        for await _ in cancelled {}
        await client.close()
        try await fixture.end()
    }

    @Test("the socket file belongs to owner and group, and goes with the server")
    func socketFile() async throws {
        let fixture = try await UnixFixture(handler: echo)
        let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path)
        #expect(attributes[.posixPermissions] as? Int == 0o660)
        #expect(attributes[.type] as? FileAttributeType == .typeSocket)
        await fixture.server.shutdown()
        #expect(!FileManager.default.fileExists(atPath: fixture.path))
        try FileManager.default.removeItem(atPath: fixture.folder)
    }

    @Test("a second server does not take the socket of a living one, but that of a dead one")
    func staleSocket() async throws {
        let fixture = try await UnixFixture(handler: echo)
        await #expect(throws: TransportFault.self) { _ = try await UnixFixture.listen(fixture.path) }
        #expect(try await fixture.curl(["http://localhost/"]).hasPrefix("GET /"))

        let stale = fixture.folder + "/stale.sock"
        let dead = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: stale).get()
        try await dead.close().get()
        #expect(FileManager.default.fileExists(atPath: stale))
        let second = try await UnixFixture.listen(stale)
        #expect(try await UnixHTTPClient.connect(path: stale).request(method: "GET", path: "/").status == 200)
        await second.shutdown()
        try await fixture.end()
    }

    @Test("a file that is no socket is left alone")
    func otherFile() async throws {
        let folder = try UnixFixture.makeFolder()
        let path = folder + "/file"
        try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
        do throws(TransportFault) {
            _ = try await UnixHTTPServer.listen(
                path: path, group: MultiThreadedEventLoopGroup.singleton,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, handler: echo)
            Issue.record("it listens")
        } catch {
            #expect(error.code == .socketPath)
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("mine".utf8))
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test("a shutdown lets a running request finish")
    func gracefulShutdown() async throws {
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        let (release, releasing) = AsyncStream.makeStream(of: Void.self)
        let fixture = try await UnixFixture { request in
            beginning.finish()
            for await _ in release {}
            return await echo(request)
        }
        let client = try await UnixHTTPClient.connect(path: fixture.path)
        async let answer = client.request(method: "GET", path: "/slow")
        for await _ in begun {}
        async let ended: Void = fixture.end()
        releasing.finish()
        #expect(try await answer.status == 200)
        try await ended
        await client.close()
    }
}
