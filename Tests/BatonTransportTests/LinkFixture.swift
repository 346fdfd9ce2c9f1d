import BatonTransport
import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Two sites that know each other, a listener of the one and a dialer of the other.
struct LinkFixture {
    let serverKey: TestKey
    let clientKey: TestKey
    /// Key hashes to sites; what is taken out is revoked.
    let roster: Roster
    let server: PeerLinkContext
    let client: PeerLinkContext
    let listener: PeerListener
    /// Links the listener accepted, in order.
    let accepted: AsyncStream<PeerConnection>

    init(limits: PeerLinkLimits = PeerLinkLimits()) async throws {
        let (serverKey, clientKey) = (try TestKey(1), try TestKey(2))
        let roster = Roster([serverKey.spkiHash: "syd", clientKey.spkiHash: "nyc"])
        func context(_ key: TestKey) -> PeerLinkContext {
            PeerLinkContext(
                group: MultiThreadedEventLoopGroup.singleton, identity: key.identity, pins: roster.check,
                sha256: sha256, limits: limits,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
        self.serverKey = serverKey
        self.clientKey = clientKey
        self.roster = roster
        self.server = context(serverKey)
        self.client = context(clientKey)
        let (stream, continuation) = AsyncStream.makeStream(of: PeerConnection.self)
        self.accepted = stream
        self.listener = try await PeerListener.listen(host: "127.0.0.1", port: 0, context: self.server) {
            continuation.yield($0)
        }
    }

    /// Opens a link and returns its two ends: the dialler's, then the listener's.
    func open() async throws -> (PeerConnection, PeerConnection) {
        let dialled = try await PeerDialer(context: self.client)
            .dial(host: "127.0.0.1", port: self.listener.port, expecting: "syd")
        let accepted = try #require(await self.accepted.first { _ in true })
        return (dialled, accepted)
    }

    /// Dials and returns the fault that must come of it.
    func refusal(
        with context: PeerLinkContext? = nil, expecting site: String? = nil, at port: Int? = nil
    ) async throws -> TransportFault {
        do throws(TransportFault) {
            let dialer = PeerDialer(context: context ?? self.client)
            let link = try await dialer.dial(
                host: "127.0.0.1", port: port ?? self.listener.port, expecting: site)
            Issue.record("a link was opened: \(link.remoteSite)")
            return TransportFault(.shutdown, "none")
        } catch {
            return error
        }
    }
}

/// Which key belongs to which site; can change while links are open.
final class Roster: Sendable {
    private let sites: Mutex<[[UInt8]: String]>

    init(_ sites: [[UInt8]: String]) {
        self.sites = Mutex(sites)
    }

    var check: PinCheck {
        { hash in self.sites.withLock { $0[hash] } }
    }

    func remove(_ key: TestKey) {
        _ = self.sites.withLock { $0.removeValue(forKey: key.spkiHash) }
    }
}

extension PeerConnection {
    /// Reads to the end and returns the bytes and how the link ended.
    func drain() async -> (bytes: [UInt8], fault: TransportFault?) {
        var bytes: [UInt8] = []
        for await event in self.events {
            switch event {
            case .bytes(let more): bytes += more
            case .closed(let fault): return (bytes, fault)
            case .opened, .drained: break
            }
        }
        Issue.record("the events ended without a close")
        return (bytes, nil)
    }

    /// Sends bytes as the link has room, reads until as many came, and returns those.
    func exchange(_ bytes: [UInt8], highMark: Int) async -> [UInt8] {
        var (received, sent): ([UInt8], Int) = ([], 0)
        func push() {
            while sent < bytes.count {
                let piece = Array(bytes[sent..<min(sent + 50_000, bytes.count)])
                sent += piece.count
                if self.send(piece) > highMark { return }
            }
        }
        push()
        for await event in self.events {
            switch event {
            case .bytes(let more): received += more
            case .drained: push()
            case .closed(let fault):
                Issue.record("closed early: \(String(describing: fault))")
                return received
            case .opened: break
            }
            if received.count >= bytes.count, sent == bytes.count { break }
        }
        return received
    }
}

/// Bytes of a block whose length is prime, so that a lost or doubled piece shows.
func pattern(_ count: Int, seed: UInt32) -> [UInt8] {
    var state = seed
    let block = (0..<4_099).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(truncatingIfNeeded: state >> 24)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + block.count)
    while bytes.count < count { bytes += block }
    bytes.removeLast(bytes.count - count)
    return bytes
}
