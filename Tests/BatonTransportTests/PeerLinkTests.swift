import BatonTransport
import Glibc
import Logging
import NIOCore
import NIOPosix
import Testing

@Suite("PeerLink", .timeLimit(.minutes(2)))
struct PeerLinkTests {
    @Test("a mutual TLS link moves twenty megabytes both ways, byte for byte")
    func bulk() async throws {
        let fixture = try await LinkFixture()
        let (dialled, accepted) = try await fixture.open()
        #expect(dialled.remoteSite == "syd")
        #expect(accepted.remoteSite == "nyc")
        #expect(dialled.remoteSPKI == accepted.localSPKI)
        #expect(accepted.remoteSPKI == fixture.clientKey.spkiHash)
        #expect(dialled.dialled && !accepted.dialled)

        let (up, down) = (pattern(20 << 20, seed: 1), pattern(20 << 20, seed: 2))
        let highMark = fixture.client.limits.queueHighMark
        async let atServer = accepted.exchange(down, highMark: highMark)
        let atClient = await dialled.exchange(up, highMark: highMark)
        #expect(atClient == down)
        #expect(await atServer == up)
    }

    @Test("an emptied queue is reported even when the socket never filled")
    func drained() async throws {
        var limits = PeerLinkLimits()
        limits.queueHighMark = 10_000
        limits.queueLowMark = 0
        let fixture = try await LinkFixture(limits: limits)
        let (dialled, accepted) = try await fixture.open()
        let bytes = pattern(500_000, seed: 4)
        async let atServer = accepted.exchange(bytes, highMark: limits.queueHighMark)
        #expect(await dialled.exchange(bytes, highMark: limits.queueHighMark) == bytes)
        #expect(await atServer == bytes)
    }

    @Test("opened is the first event on both ends")
    func opened() async throws {
        let fixture = try await LinkFixture()
        let (dialled, accepted) = try await fixture.open()
        #expect(await dialled.events.first { _ in true } == .opened)
        #expect(await accepted.events.first { _ in true } == .opened)
        #expect(fixture.server.registry.connections.map(\.id) == [accepted.id])
    }

    @Test("a goodbye delivers what was queued before it and ends both ends in order")
    func goodbye() async throws {
        let fixture = try await LinkFixture()
        let (dialled, accepted) = try await fixture.open()
        let bytes = pattern(3 << 20, seed: 3)
        dialled.send(bytes)
        dialled.close()
        let atServer = await accepted.drain()
        #expect(atServer.bytes == bytes)
        #expect(atServer.fault == nil)
        #expect(await dialled.drain().fault == nil)
        #expect(dialled.send([1]) == 0)
        #expect(fixture.server.registry.connections.isEmpty)
    }

    @Test("a client whose key the server does not know gets no link")
    func unknownClient() async throws {
        let fixture = try await LinkFixture()
        fixture.roster.remove(fixture.clientKey)
        let fault = try await fixture.refusal()
        #expect(fault.code == .handshake)
        #expect(fixture.server.registry.connections.isEmpty)
    }

    @Test("a server whose key the client does not know gets no link")
    func unknownServer() async throws {
        let fixture = try await LinkFixture()
        fixture.roster.remove(fixture.serverKey)
        #expect(try await fixture.refusal().code == .pinUnknown)
    }

    @Test("a known server that is not the one dialled gets no link")
    func otherSite() async throws {
        let fixture = try await LinkFixture()
        #expect(try await fixture.refusal(expecting: "lon").code == .pinUnknown)
    }

    @Test("a port where nobody listens is refused as such")
    func nobodyListens() async throws {
        let fixture = try await LinkFixture()
        // Bound and never listening: the port of a listener that has closed may be another test's by now.
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { _ = Glibc.close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = unsafe withUnsafeMutableBytes(of: &address) { bytes -> UInt16? in
            guard let base = unsafe bytes.bindMemory(to: sockaddr.self).baseAddress,
                unsafe bind(socket, base, size) == 0, unsafe getsockname(socket, base, &size) == 0
            else { return nil }
            return unsafe bytes.load(as: sockaddr_in.self).sin_port.bigEndian
        }
        #expect(try await fixture.refusal(at: Int(try #require(port))).code == .connectRefused)
    }

    @Test("a key taken out of the roster loses its open link")
    func revokedByRoster() async throws {
        var limits = PeerLinkLimits()
        limits.tick = .milliseconds(20)
        let fixture = try await LinkFixture(limits: limits)
        let (dialled, accepted) = try await fixture.open()
        fixture.roster.remove(fixture.clientKey)
        #expect(await accepted.drain().fault?.code == .revoked)
        #expect(await dialled.drain().fault != nil)
    }

    @Test("closing a site ends its links at once")
    func revokedBySite() async throws {
        let fixture = try await LinkFixture()
        let (dialled, accepted) = try await fixture.open()
        fixture.server.registry.closeAll(site: "lon")
        #expect(fixture.server.registry.connections.count == 1)
        fixture.server.registry.closeAll(site: "nyc")
        #expect(await accepted.drain().fault?.code == .revoked)
        #expect(await dialled.drain().fault != nil)
    }

    @Test("a sender that ignores back-pressure overflows and loses the link")
    func overflow() async throws {
        var limits = PeerLinkLimits()
        limits.streamWindow = 64 << 10
        limits.queueMax = 1 << 20
        let fixture = try await LinkFixture(limits: limits)
        let (dialled, _) = try await fixture.open()
        // Nobody reads at the other end, so at most one window leaves.
        for _ in 0..<32 { dialled.send([UInt8](repeating: 1, count: 64 << 10)) }
        #expect(await dialled.drain().fault?.code == .queueOverflow)
    }

    @Test("a peer that takes no bytes loses the link")
    func stalled() async throws {
        var limits = PeerLinkLimits()
        limits.streamWindow = 64 << 10
        limits.tick = .milliseconds(20)
        limits.stallTimeout = .milliseconds(200)
        let fixture = try await LinkFixture(limits: limits)
        let (dialled, _) = try await fixture.open()
        dialled.send([UInt8](repeating: 1, count: 512 << 10))
        #expect(await dialled.drain().fault?.code == .stalled)
    }

    @Test("a link ends at its age limit, in order")
    func lifetime() async throws {
        var limits = PeerLinkLimits()
        limits.tick = .milliseconds(20)
        limits.lifetime = .milliseconds(200)
        let fixture = try await LinkFixture(limits: limits)
        let (dialled, accepted) = try await fixture.open()
        async let atServer = accepted.drain()
        let faults = [await dialled.drain().fault?.code, await atServer.fault?.code]
        #expect(faults.contains(.lifetime))
        #expect(faults.allSatisfy { $0 == nil || $0 == .lifetime })
    }

    @Test("a quiet link is kept alive by pings")
    func keepAlive() async throws {
        var limits = PeerLinkLimits()
        limits.tick = .milliseconds(10)
        limits.keepAlive = .milliseconds(100)
        limits.idleTimeout = .seconds(1)
        limits.lifetime = .seconds(2)
        let fixture = try await LinkFixture(limits: limits)
        let (dialled, accepted) = try await fixture.open()
        async let atServer = accepted.drain()
        let faults = [await dialled.drain().fault?.code, await atServer.fault?.code]
        #expect(faults.contains(.lifetime))
        #expect(!faults.contains(.idle))
    }

    @Test("a client that never begins TLS is dropped after the handshake time")
    func handshakeTimeout() async throws {
        var limits = PeerLinkLimits()
        limits.tick = .milliseconds(20)
        limits.handshakeTimeout = .milliseconds(200)
        let fixture = try await LinkFixture(limits: limits)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: fixture.listener.port).get()
        try await channel.closeFuture.get()
    }

    @Test(
        "a listener that hangs up before TLS is a broken path, and no refusal of our key",
        arguments: [false, true])
    func hangsUp(byReset: Bool) async throws {
        let fixture = try await LinkFixture()
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                let now = channel.eventLoop.makeSucceededVoidFuture()
                // Without any time to linger the socket ends by a reset.
                let none = linger(l_onoff: 1, l_linger: 0)
                let ready = byReset ? (channel as? any SocketOptionProvider)?.setSoLinger(none) : now
                return (ready ?? now).map { channel.close(promise: nil) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(server.localAddress?.port)
        for _ in 0..<20 {
            let fault = try await fixture.refusal(at: port)
            // A reset may come before this side knows that it is connected.
            let known: [TransportFault.Code] =
                byReset ? [.connectionLost, .connectRefused] : [.connectionLost]
            #expect(known.contains(fault.code) && !fault.isRefusal, "\(fault)")
        }
        try await server.close()
    }

    @Test("one connection too many is turned away")
    func crowded() async throws {
        var limits = PeerLinkLimits()
        limits.connectionsMax = 1
        let fixture = try await LinkFixture(limits: limits)
        let (dialled, _) = try await fixture.open()
        let fault = try await fixture.refusal()
        #expect(fault.code == .connectionLost)
        // There may be room in a moment.
        #expect(!fault.isRefusal)
        dialled.close()
    }

    @Test("cancelling the reading task ends its loop and not the link")
    func cancelledReader() async throws {
        let fixture = try await LinkFixture()
        let (dialled, accepted) = try await fixture.open()
        let reader = Task { await accepted.events.first { $0 == .drained } }
        reader.cancel()
        #expect(await reader.value == nil)
        dialled.send([1, 2, 3])
        dialled.close()
        #expect(await accepted.drain().bytes == [1, 2, 3])
    }
}
