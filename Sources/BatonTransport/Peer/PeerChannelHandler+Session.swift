internal import BatonHTTP2
internal import Logging
internal import NIOCore
internal import NIOSSL

/// The words of the sync exchange: one POST, one 200, then bytes until one side ends.
enum SyncExchange {
    static let path = "/baton/v1/sync"
    static let method = "POST"
    static let contentType = "application/cbor-seq"
}

extension PeerChannelHandler {
    /// Judges the finished handshake; only then does an HTTP/2 session exist.
    func handshakeCompleted(_ negotiated: String?, _ context: ChannelHandlerContext) {
        guard self.phase == .handshaking else { return }
        guard negotiated == PeerTLS.alpn else {
            return self.fail(TransportFault(.alpn, "the other side does not speak h2"))
        }
        // Judged anew on the certificate the library holds now, whatever the callback saw or was not asked.
        let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
        self.verdict.judge(certificate, pins: self.link.pins, sha256: self.link.sha256)
        guard let site = self.verdict.site else {
            return self.fail(TransportFault(.pinUnknown, "the other side's key is not known"))
        }
        guard self.expectedSite == nil || self.expectedSite == site else {
            return self.fail(TransportFault(.pinUnknown, "the key belongs to another site than was dialled"))
        }
        self.enter(.opening)
        self.guarded { () throws(HTTP2Fault) in try self.startSession() }
        self.flush()
    }

    private func startSession() throws(HTTP2Fault) {
        var limits = HTTP2Limits()
        limits.concurrentStreams = 1
        limits.streamWindow = UInt32(self.link.limits.streamWindow)
        limits.connectionWindow = UInt32(self.link.limits.connectionWindow)
        let session = try HTTP2Session(role: self.dialled ? .client : .server, limits: limits)
        let pump = HTTP2Pump(session: session)
        // Without this a queue that empties while the channel stays writable would never be reported.
        pump.onWritten = { self.connection?.noteInside(self.totalQueued) }
        self.pump = pump
        guard self.dialled else { return }
        self.stream = try session.submitRequest(
            [
                HTTP2Field(":method", SyncExchange.method), HTTP2Field(":scheme", "https"),
                HTTP2Field(":authority", "peer"), HTTP2Field(":path", SyncExchange.path),
                HTTP2Field("content-type", SyncExchange.contentType),
            ], endStream: false)
    }

    func handle(_ event: HTTP2Event) throws(HTTP2Fault) {
        switch event {
        case .headers(let stream, let fields, let endStream):
            try self.received(fields, on: stream)
            if endStream { self.receivedEnd(of: stream) }
        case .data(let stream, let bytes, let endStream):
            try self.received(bytes, on: stream)
            if endStream { self.receivedEnd(of: stream) }
        case .streamClosed(let stream, let code):
            self.streamClosed(stream, code: code)
        case .goAway(_, let code) where code != HTTP2Code.noError:
            self.fail(TransportFault(.reset, "the other side ended the session with error \(code)"))
        case .goAway, .settings, .settingsAck:
            break
        }
    }

    private func received(_ fields: [HTTP2Field], on stream: Int32) throws(HTTP2Fault) {
        // Trailers say nothing here.
        guard self.phase == .opening else { return }
        if self.dialled {
            let status = fields.first(named: ":status") ?? "no status"
            guard status == "200" else {
                return self.fail(TransportFault(.refused, "the other side answered \(status)"))
            }
            self.open(stream)
            return
        }
        guard fields.first(named: ":path") == SyncExchange.path else {
            return try self.refuse(stream, status: "404")
        }
        guard fields.first(named: ":method") == SyncExchange.method else {
            return try self.refuse(stream, status: "405")
        }
        guard fields.first(named: "content-type") == SyncExchange.contentType else {
            return try self.refuse(stream, status: "415")
        }
        try self.pump?.session.submitResponse(
            stream: stream,
            [HTTP2Field(":status", "200"), HTTP2Field("content-type", SyncExchange.contentType)],
            endStream: false)
        self.open(stream)
    }

    /// Answers a known peer that asks for something else, then says goodbye.
    private func refuse(_ stream: Int32, status: String) throws(HTTP2Fault) {
        let fields = [HTTP2Field(":status", status)]
        try self.pump?.session.submitResponse(stream: stream, fields, endStream: true)
        if let context = self.channelContext {
            _ = try self.pump?.flush(context)
        }
        self.fail(TransportFault(.refused, "the other side asked for something else and got \(status)"))
    }

    private func open(_ stream: Int32) {
        guard let context = self.channelContext, let site = self.verdict.site else { return }
        self.stream = stream
        self.openedAt = .now()
        self.enter(.open)
        let connection = PeerConnection(
            id: self.link.registry.makeID(), remoteSite: site, remoteSPKI: self.verdict.spki,
            dialled: self.dialled, remoteAddress: self.remoteAddress, context: self.link,
            port: PeerPort(
                eventLoop: context.eventLoop, handler: NIOLoopBound(self, eventLoop: context.eventLoop)))
        self.connection = connection
        self.link.registry.add(connection)
        connection.inbox.deliver(.opened)
        self.link.logger.info("peer link opened", metadata: self.metadata)
        self.onOutcome?(.success(connection))
        self.onOutcome = nil
    }

    private func received(_ bytes: [UInt8], on stream: Int32) throws(HTTP2Fault) {
        guard self.phase == .open || self.phase == .closing, stream == self.stream, !bytes.isEmpty else {
            try self.pump?.session.consumed(stream: stream, bytes.count)
            return
        }
        self.connection?.inbox.deliver(.bytes(bytes))
    }

    /// The peer has ended its side: end ours and say goodbye.
    private func receivedEnd(of stream: Int32) {
        guard stream == self.stream else { return }
        self.peerEnded = true
        if self.phase == .open { self.close(nil) }
        if self.phase == .opening {
            self.fail(TransportFault(.refused, "the other side ended the stream before it was open"))
        }
    }

    private func streamClosed(_ stream: Int32, code: UInt32) {
        guard stream == self.stream, self.phase != .closed else { return }
        if code == HTTP2Code.noError {
            self.peerEnded = true
            self.guarded { () throws(HTTP2Fault) in try self.pump?.session.terminate(code: HTTP2Code.noError)
            }
        } else {
            self.fail(TransportFault(.reset, "the other side reset the stream with error \(code)"))
        }
    }

    // MARK: - Timers

    /// Looks at every deadline of the link; runs once per `PeerLinkLimits.tick`.
    func tick() {
        let limits = self.link.limits
        let now = NIODeadline.now()
        switch self.phase {
        case .handshaking where now - self.phaseSince >= limits.handshakeTimeout:
            self.fail(TransportFault(.handshakeTimeout, "the TLS handshake took too long"))
        case .opening where now - self.phaseSince >= limits.openTimeout:
            self.fail(TransportFault(.openTimeout, "the sync stream was not opened in time"))
        case .closing where now - self.phaseSince >= limits.closeTimeout:
            self.fail(TransportFault(.stalled, "the goodbye took too long"))
        case .open:
            self.tickOpen(now, limits)
        case .handshaking, .opening, .closing, .closed:
            break
        }
    }

    private func tickOpen(_ now: NIODeadline, _ limits: PeerLinkLimits) {
        guard let pump = self.pump else { return }
        if self.link.pins(self.verdict.spki) != self.verdict.site {
            return self.fail(TransportFault(.revoked, "the other side's key is no longer known"))
        }
        if now - pump.receivedAt >= limits.idleTimeout {
            return self.fail(TransportFault(.idle, "nothing was received for too long"))
        }
        if self.totalQueued > 0, now - pump.progressAt >= limits.stallTimeout {
            return self.fail(TransportFault(.stalled, "the other side took no bytes for too long"))
        }
        if now - self.openedAt >= limits.lifetime {
            self.ending = TransportFault(.lifetime, "the link reached its age limit")
            return self.close(nil)
        }
        if now - pump.receivedAt >= limits.keepAlive, now - self.pingAt >= limits.keepAlive {
            self.pingAt = now
            self.guarded { () throws(HTTP2Fault) in try pump.session.ping() }
            self.flush()
        }
    }

    // MARK: - Reporting

    private var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [
            "peer.address": "\(self.remoteAddress)", "link.dialled": "\(self.dialled)",
        ]
        if let site = self.verdict.site { metadata["peer.site"] = "\(site)" }
        if let connection = self.connection { metadata["link.id"] = "\(connection.id)" }
        return metadata
    }

    /// Tells everyone concerned, once, how the link ended.
    func report() {
        var metadata = self.metadata
        if let ending = self.ending {
            metadata["reason"] = "\(ending.code.rawValue)"
            metadata["detail"] = "\(ending)"
        }
        if let connection = self.connection {
            self.connection = nil
            connection.finish(self.ending)
            self.link.registry.remove(connection)
            self.link.logger.info("peer link closed", metadata: metadata)
        } else if let onOutcome = self.onOutcome {
            let fault =
                self.ending ?? TransportFault(.connectionLost, "the connection ended before it was open")
            let level: Logger.Level = [.pinUnknown, .abuse].contains(fault.code) ? .warning : .info
            self.link.logger.log(level: level, "peer link refused", metadata: metadata)
            onOutcome(.failure(fault))
        }
        self.onOutcome = nil
    }
}
