internal import BatonHTTP2
internal import NIOCore

struct UnixClientRequest: Sendable {
    let method: String
    let path: String
    let headers: [(name: String, value: String)]
    let body: [UInt8]
    let timeout: TimeAmount?
}

struct UnixClientHead: Sendable {
    let status: Int
    let headers: [(name: String, value: String)]
}

/// One request on its way: the promise of its head, and the body as it comes.
final class UnixClientCall: Sendable {
    /// Succeeded once, with the fault as a value, so that waiting for it keeps its type.
    let head: EventLoopPromise<Result<UnixClientHead, TransportFault>>
    let inbox = LinkInbox()

    init(head: EventLoopPromise<Result<UnixClientHead, TransportFault>>) {
        self.head = head
    }

    /// Tells both waiting places how the request ended.
    func finish(_ fault: TransportFault?) {
        let early = fault ?? TransportFault(.reset, "the answer ended before it began")
        self.head.succeed(.failure(early))
        self.inbox.deliver(.closed(fault))
        self.inbox.finish()
    }
}

/// Runs the client's side of an operator connection on its event loop.
final class UnixClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private struct Exchange {
        let call: UnixClientCall
        var timer: Scheduled<Void>?
        var hasHead = false
        /// Body bytes given to the inbox whose window was not given back yet.
        var unread = 0
    }

    private var exchanges: [Int32: Exchange] = [:]
    private var pump: HTTP2Pump?
    private var channelContext: ChannelHandlerContext?

    // MARK: - Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.channelContext = context
        self.guarded { () throws(HTTP2Fault) in
            self.pump = HTTP2Pump(session: try HTTP2Session(role: .client))
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        self.flush()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.ended(TransportFault(.connectionLost, "the node closed the connection"))
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.ended(TransportFault(.connectionLost, "the connection is closed"))
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let pump = self.pump else { return }
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
        self.ended(TransportFault(.connectionLost, "the connection broke", cause: error))
        context.close(promise: nil)
    }

    // MARK: - Requests

    func start(_ request: UnixClientRequest, _ call: UnixClientCall) {
        guard let context = self.channelContext, let session = self.pump?.session, !session.isFinished else {
            return call.finish(TransportFault(.connectionLost, "the connection is closed"))
        }
        var fields = [
            HTTP2Field(":method", request.method), HTTP2Field(":scheme", "http"),
            HTTP2Field(":authority", "localhost"), HTTP2Field(":path", request.path),
        ]
        fields += request.headers.map { HTTP2Field($0.name.lowercased(), $0.value) }
        do throws(HTTP2Fault) {
            let stream = try session.submitRequest(fields, endStream: request.body.isEmpty)
            let timer = request.timeout.map { timeout in
                context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
                    self.cancel(call, TransportFault(.timeout, "the node took too long to answer"))
                }
            }
            self.exchanges[stream] = Exchange(call: call, timer: timer)
            call.inbox.onTaken = self.makeConsumer(stream, context)
            if !request.body.isEmpty {
                try session.send(stream: stream, request.body)
                try session.endStream(stream)
            }
        } catch {
            call.finish(TransportFault(.http2, "the request could not be sent", cause: error))
        }
        self.flush()
    }

    /// Gives a request up; without effect when it has ended.
    func cancel(_ call: UnixClientCall, _ fault: TransportFault) {
        guard let stream = self.exchanges.first(where: { $0.value.call === call })?.key else { return }
        self.finish(stream, fault)
        self.guarded { () throws(HTTP2Fault) in
            try self.pump?.session.reset(stream: stream, code: HTTP2Code.cancel)
        }
        self.flush()
    }

    // MARK: - Parts

    private func makeConsumer(
        _ stream: Int32, _ context: ChannelHandlerContext
    ) -> @Sendable (Int) -> Void {
        let eventLoop = context.eventLoop
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return { count in
            eventLoop.execute { bound.value.consume(stream, count) }
        }
    }

    private func consume(_ stream: Int32, _ count: Int) {
        // What was unread when the answer ended has been given back by then.
        guard self.exchanges[stream] != nil else { return }
        self.exchanges[stream]?.unread -= count
        self.guarded { () throws(HTTP2Fault) in
            try self.pump?.session.consumed(stream: stream, count)
        }
        self.flush()
    }

    private func handle(_ event: HTTP2Event) throws(HTTP2Fault) {
        switch event {
        case .headers(let stream, let fields, _):
            guard let exchange = self.exchanges[stream], !exchange.hasHead else { return }
            // Informational answers come before the real one.
            guard let status = Int(fields.first(named: ":status") ?? ""), status >= 200 else { return }
            self.exchanges[stream]?.hasHead = true
            let headers = fields.filter { !$0.name.hasPrefix(":") }.map { (name: $0.name, value: $0.value) }
            exchange.call.head.succeed(.success(UnixClientHead(status: status, headers: headers)))
        case .data(let stream, let bytes, _):
            if let exchange = self.exchanges[stream], !bytes.isEmpty {
                self.exchanges[stream]?.unread += bytes.count
                exchange.call.inbox.deliver(.bytes(bytes))
            } else {
                try self.pump?.session.consumed(stream: stream, bytes.count)
            }
        case .streamClosed(let stream, let code):
            let fault = TransportFault(.reset, "the node ended the answer with error \(code)")
            self.finish(stream, code == HTTP2Code.noError ? nil : fault)
        case .goAway, .settings, .settingsAck:
            break
        }
    }

    private func flush() {
        guard let context = self.channelContext, let pump = self.pump else { return }
        self.guarded { () throws(HTTP2Fault) in
            var events = try pump.flush(context)
            while !events.isEmpty {
                for event in events { try self.handle(event) }
                events = try pump.flush(context)
            }
        }
        if pump.session.isFinished { context.close(promise: nil) }
    }

    private func guarded(_ body: () throws(HTTP2Fault) -> Void) {
        do throws(HTTP2Fault) {
            try body()
        } catch .streamGone {
            // Its close event says the rest.
        } catch {
            self.ended(TransportFault(.http2, "the HTTP/2 session failed", cause: error))
            self.channelContext?.close(promise: nil)
        }
    }

    private func finish(_ stream: Int32, _ fault: TransportFault?) {
        guard let exchange = self.exchanges.removeValue(forKey: stream) else { return }
        exchange.timer?.cancel()
        exchange.call.finish(fault)
        // The connection's window outlives the stream and must not lose what nobody may read any more.
        self.guarded { () throws(HTTP2Fault) in
            try self.pump?.session.consumed(stream: stream, exchange.unread)
        }
    }

    private func ended(_ fault: TransportFault) {
        self.pump = nil
        for stream in self.exchanges.keys {
            self.finish(stream, fault)
        }
    }
}
