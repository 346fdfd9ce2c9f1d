internal import NIOCore
internal import Synchronization

/// One authenticated link to a peer: opaque bytes both ways, in order, with back-pressure both ways.
///
/// - Threads: every member may be used from any task or thread.
/// - Ordering: `send` calls from one task leave in their order. `events` has one reader.
package final class PeerConnection: Sendable {
    /// Unique within one registry, rising in the order links open.
    package let id: UInt64
    package let remoteSite: String
    /// SHA-256 over the own and the peer's SubjectPublicKeyInfo.
    package let localSPKI: [UInt8]
    package let remoteSPKI: [UInt8]
    /// True when this side opened the connection.
    package let dialled: Bool
    /// Address and port of the peer, for logs.
    package let remoteAddress: String
    private let limits: PeerLinkLimits
    private let outbound: Mutex<Outbound>
    let inbox = LinkInbox()

    struct Outbound {
        /// The way to the link's event loop; nil once the link is closed.
        var port: PeerPort?
        var bytes: [[UInt8]] = []
        var waiting = 0
        /// Bytes the event loop holds: in the session and in the channel.
        var inside = 0
        var isScheduled = false
        var owesDrained = false

        var queued: Int { self.waiting + self.inside }
    }

    init(
        id: UInt64, remoteSite: String, remoteSPKI: [UInt8], dialled: Bool, remoteAddress: String,
        context: PeerLinkContext, port: PeerPort
    ) {
        self.id = id
        self.remoteSite = remoteSite
        self.localSPKI = context.localSPKI
        self.remoteSPKI = remoteSPKI
        self.dialled = dialled
        self.remoteAddress = remoteAddress
        self.limits = context.limits
        self.outbound = Mutex(Outbound(port: port))
        self.inbox.onTaken = { count in port.consume(count) }
    }

    /// What the peer sends and what becomes of the link; bytes not taken here stop the peer.
    package var events: PeerEvents {
        PeerEvents(inbox: self.inbox)
    }

    /// Bytes queued and not yet taken by the socket.
    package var queuedBytes: Int {
        self.outbound.withLock { $0.queued }
    }

    /// Queues bytes for the peer and returns how many are queued now, these included.
    ///
    /// Above `PeerLinkLimits.queueHighMark` the caller should wait for `.drained`; above `queueMax` the link
    /// is closed with `transport.queue-overflow`. On a closed link nothing is queued and 0 is returned.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Int {
        let (queued, port, overflows) = self.outbound.withLock { state -> (Int, PeerPort?, Bool) in
            guard let port = state.port else { return (0, nil, false) }
            guard !bytes.isEmpty else { return (state.queued, nil, false) }
            guard state.queued + bytes.count <= self.limits.queueMax else {
                return (state.queued, port, true)
            }
            state.bytes.append(bytes)
            state.waiting += bytes.count
            state.owesDrained = state.owesDrained || state.queued > self.limits.queueHighMark
            defer { state.isScheduled = true }
            return (state.queued, state.isScheduled ? nil : port, false)
        }
        if overflows {
            self.close(TransportFault(.queueOverflow, "more bytes were queued than a link may hold"))
        } else {
            port?.flush()
        }
        return queued
    }

    /// Ends the link: with nil after the queued bytes have left, with a fault at once.
    ///
    /// The reader still gets the bytes that came before, then `.closed` with the same fault.
    package func close(_ fault: TransportFault? = nil) {
        self.outbound.withLock { $0.port }?.close(fault)
    }

    // MARK: - For the event loop

    /// Takes what `send` queued.
    func takeOutbound() -> [[UInt8]] {
        self.outbound.withLock { state in
            let bytes = state.bytes
            state.bytes = []
            state.inside += state.waiting
            state.waiting = 0
            state.isScheduled = false
            return bytes
        }
    }

    /// Notes how many bytes the event loop still holds, and reports `.drained` when it is owed.
    func noteInside(_ count: Int) {
        let isDrained = self.outbound.withLock { state in
            state.inside = count
            guard state.owesDrained, state.queued <= self.limits.queueLowMark else { return false }
            state.owesDrained = false
            return true
        }
        if isDrained {
            self.inbox.deliver(.drained)
        }
    }

    /// Cuts the way to the event loop and delivers the last event, once.
    func finish(_ fault: TransportFault?) {
        let wasOpen = self.outbound.withLock { state in
            defer { state = Outbound(port: nil) }
            return state.port != nil
        }
        guard wasOpen else { return }
        self.inbox.deliver(.closed(fault))
        self.inbox.finish()
    }
}

/// The way from any thread to the handler on its event loop.
struct PeerPort: Sendable {
    let eventLoop: any EventLoop
    let handler: NIOLoopBound<PeerChannelHandler>

    func flush() {
        self.eventLoop.execute { self.handler.value.flushOutbound() }
    }

    func consume(_ count: Int) {
        self.eventLoop.execute { self.handler.value.consume(count) }
    }

    func close(_ fault: TransportFault?) {
        self.eventLoop.execute { self.handler.value.close(fault) }
    }
}
