internal import BatonHTTP2
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import NIOTLS

/// Runs one peer link on its event loop, from the end of the TLS handshake to the last byte.
///
/// Before the handshake has been judged there is no HTTP/2 session at all. Afterwards there is one session
/// with one stream, and everything that crosses it belongs to one `PeerConnection`.
final class PeerChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        case handshaking
        /// TLS stands; the sync stream is being asked for.
        case opening
        case open
        /// A goodbye is on its way; nothing new is accepted.
        case closing
        case closed
    }

    let link: PeerLinkContext
    let dialled: Bool
    let verdict: PinVerdict
    /// The site the dialler means; nil accepts any known one.
    let expectedSite: String?
    /// Called once: with the open link, or with the reason there is none.
    var onOutcome: ((Result<PeerConnection, TransportFault>) -> Void)?

    var phase = Phase.handshaking
    var phaseSince = NIODeadline.now()
    var openedAt = NIODeadline.now()
    var pingAt = NIODeadline.now()
    var channelContext: ChannelHandlerContext?
    var pump: HTTP2Pump?
    var connection: PeerConnection?
    var stream: Int32?
    /// Why the link ends, as far as it is known before the channel closes.
    var ending: TransportFault?
    /// True when the peer ended its side of the stream in order.
    var peerEnded = false
    /// Address and port of the other side, kept because a closed channel no longer knows.
    private(set) var remoteAddress = "unknown"
    private var timer: RepeatedTask?

    init(
        link: PeerLinkContext, dialled: Bool, verdict: PinVerdict, expectedSite: String?,
        onOutcome: @escaping (Result<PeerConnection, TransportFault>) -> Void
    ) {
        self.link = link
        self.dialled = dialled
        self.verdict = verdict
        self.expectedSite = expectedSite
        self.onOutcome = onOutcome
    }

    // MARK: - Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.channelContext = context
        self.noteAddress(context)
        let tick = self.link.limits.tick
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        self.timer = context.eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in
            bound.value.tick()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.ended()
    }

    func channelActive(context: ChannelHandlerContext) {
        self.noteAddress(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.ended()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted(let negotiated)? = event as? TLSUserEvent {
            self.handshakeCompleted(negotiated, context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Bytes that arrive after the link was given up are dropped with it.
        guard self.phase != .closed, let pump = self.pump else { return }
        self.guarded { () throws(HTTP2Fault) in
            for event in try pump.receive(self.unwrapInboundIn(data)) { try self.handle(event) }
        }
        self.flush()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { self.flush() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch self.phase {
        case .handshaking where self.verdict.isJudged && self.verdict.site == nil:
            self.fail(TransportFault(.pinUnknown, "the other side's key is not known"))
        case .handshaking, .opening:
            // In TLS 1.3 a client may believe it is connected before the server has judged its certificate.
            self.fail(Self.handshakeFault(error))
        case .open, .closing, .closed:
            // A peer that closes its socket without a TLS goodbye has usually said one in HTTP/2 before.
            let fault = TransportFault(.connectionLost, "the connection broke", cause: error)
            self.fail(self.peerEnded ? nil : fault)
        }
    }

    /// Tells what the other side's TLS said from a path that broke under it.
    private static func handshakeFault(_ error: any Error) -> TransportFault {
        let stack: NIOBoringSSLErrorStack? =
            switch error {
            case NIOSSLError.handshakeFailed(.sslError(let stack)), BoringSSLError.sslError(let stack): stack
            default: nil
            }
        guard let stack, stack != [.eofDuringHandshake] else {
            return TransportFault(
                .connectionLost, "the connection broke before TLS was agreed", cause: error)
        }
        return TransportFault(.handshake, "the TLS handshake failed", cause: error)
    }

    // MARK: - From the connection

    func flushOutbound() {
        guard let connection = self.connection, let stream = self.stream, let pump = self.pump else { return }
        if self.totalQueued == 0 { pump.markProgress() }
        let pieces = connection.takeOutbound()
        guard self.phase == .open else { return }
        for piece in pieces {
            // The stream can only be gone when its close event is already on the way.
            try? pump.session.send(stream: stream, piece)
        }
        self.flush()
    }

    func consume(_ count: Int) {
        guard self.phase == .open || self.phase == .closing, let stream = self.stream, let pump = self.pump
        else { return }
        self.guarded { () throws(HTTP2Fault) in try pump.session.consumed(stream: stream, count) }
        self.flush()
    }

    func close(_ fault: TransportFault?) {
        guard fault == nil else { return self.fail(fault) }
        guard self.phase == .open, let stream = self.stream, let pump = self.pump else { return }
        self.flushOutbound()
        self.enter(.closing)
        self.guarded { () throws(HTTP2Fault) in try pump.session.endStream(stream) }
        self.flush()
    }

    // MARK: - Parts

    func enter(_ phase: Phase) {
        self.phase = phase
        self.phaseSince = .now()
    }

    private func noteAddress(_ context: ChannelHandlerContext) {
        guard let address = context.remoteAddress else { return }
        self.remoteAddress = "\(address.ipAddress ?? "unix"):\(address.port ?? 0)"
    }

    /// Bytes of the stream that the socket has not taken yet.
    var totalQueued: Int {
        guard let pump = self.pump else { return 0 }
        let inSession = self.stream.map { pump.session.queuedBytes(stream: $0) } ?? 0
        return inSession + pump.pendingBytes
    }

    /// Writes what can be written, then looks whether the session has said all it had to say.
    func flush() {
        guard self.phase != .closed, let context = self.channelContext, let pump = self.pump else { return }
        self.guarded { () throws(HTTP2Fault) in
            var events = try pump.flush(context)
            // What an event makes the session say must leave too.
            while !events.isEmpty, self.phase != .closed {
                for event in events { try self.handle(event) }
                events = try pump.flush(context)
            }
        }
        self.connection?.noteInside(self.totalQueued)
        if self.phase != .closed, pump.session.isFinished {
            self.finishSession()
        }
    }

    /// Turns a fault of the session into the end of the link.
    func guarded(_ body: () throws(HTTP2Fault) -> Void) {
        do throws(HTTP2Fault) {
            try body()
        } catch .abuse(let what) {
            self.fail(TransportFault(.abuse, "the other side broke a limit: \(what)"))
        } catch .streamGone {
            // Its close event says the rest.
        } catch {
            self.fail(TransportFault(.http2, "the HTTP/2 session failed", cause: error))
        }
    }

    /// Gives the link up: a last GOAWAY if there is a session, then the socket is closed.
    func fail(_ fault: TransportFault?) {
        guard self.phase != .closed, let context = self.channelContext else { return }
        let hadSession = self.pump != nil && self.phase != .handshaking
        self.ending = self.ending ?? fault
        self.enter(.closed)
        if hadSession, fault?.code != .connectionLost {
            self.pump?.farewell(code: Self.goAwayCode(for: fault), context)
        }
        context.close(promise: nil)
        self.report()
    }

    private static func goAwayCode(for fault: TransportFault?) -> UInt32 {
        switch fault?.code {
        case nil, .refused, .shutdown: HTTP2Code.noError
        case .abuse: HTTP2Code.enhanceYourCalm
        default: HTTP2Code.cancel
        }
    }

    /// Closes the socket of a session that ended in order.
    private func finishSession() {
        guard let context = self.channelContext else { return }
        if let code = self.pump?.session.sentGoAway, code != HTTP2Code.noError, self.ending == nil {
            self.ending = TransportFault(.abuse, "the HTTP/2 session ended with error \(code)")
        }
        self.enter(.closed)
        // Closing waits for the bytes already written.
        context.close(promise: nil)
        self.report()
    }

    /// The channel is gone, for whatever reason.
    private func ended() {
        self.timer?.cancel()
        self.timer = nil
        if self.phase == .handshaking || self.phase == .opening {
            let fault = TransportFault(.connectionLost, "the connection ended before it was open")
            self.ending = self.ending ?? fault
        } else if self.phase == .open, !self.peerEnded {
            let fault = TransportFault(.connectionLost, "the connection ended without a goodbye")
            self.ending = self.ending ?? fault
        }
        self.enter(.closed)
        self.report()
        self.channelContext = nil
        // The pump holds this handler by its closure.
        self.pump?.onWritten = nil
        self.pump = nil
    }
}
