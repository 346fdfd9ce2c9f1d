internal import BatonHTTP2
internal import Logging
internal import NIOCore

/// Runs one operator connection on its event loop: many requests at once, each answered by the handler.
final class UnixServerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Sent down the pipeline to end the connection after its running requests.
    struct Shutdown: Sendable {}

    struct Exchange {
        var fields: [HTTP2Field]
        var body: [UInt8] = []
        let startedAt = NIODeadline.now()
        /// True once the request is whole or refused.
        var isTaken = false
        var task: Task<Void, Never>?
        /// A streamed answer that waits for room.
        var roomPromise: EventLoopPromise<Bool>?
    }

    let credentials: PeerCredentials
    let limits: UnixServerLimits
    let logger: Logger
    let handler: APIHandler
    var exchanges: [Int32: Exchange] = [:]
    var pump: HTTP2Pump?
    var channelContext: ChannelHandlerContext?
    private var timer: RepeatedTask?
    private var quietSince = NIODeadline.now()

    init(
        credentials: PeerCredentials, limits: UnixServerLimits, logger: Logger, handler: @escaping APIHandler
    ) {
        self.credentials = credentials
        self.limits = limits
        self.logger = logger
        self.handler = handler
    }

    // MARK: - Channel events

    func handlerAdded(context: ChannelHandlerContext) {
        self.channelContext = context
        var limits = HTTP2Limits()
        limits.concurrentStreams = self.limits.streamsMax
        self.guarded { () throws(HTTP2Fault) in
            self.pump = HTTP2Pump(session: try HTTP2Session(role: .server, limits: limits))
        }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let tick = self.limits.tick
        self.timer = context.eventLoop.scheduleRepeatedTask(initialDelay: tick, delay: tick) { _ in
            bound.value.tick()
        }
    }

    func channelActive(context: ChannelHandlerContext) {
        self.flush()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.ended()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.ended()
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

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is Shutdown else { return context.fireUserInboundEventTriggered(event) }
        self.guarded { () throws(HTTP2Fault) in try self.pump?.session.goAway(code: HTTP2Code.noError) }
        self.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    // MARK: - Parts

    func flush() {
        guard let context = self.channelContext, let pump = self.pump else { return }
        self.guarded { () throws(HTTP2Fault) in
            var events = try pump.flush(context)
            while !events.isEmpty {
                for event in events { try self.handle(event) }
                events = try pump.flush(context)
            }
        }
        self.giveRoom(pump)
        if pump.session.isFinished { context.close(promise: nil) }
    }

    /// Runs a step of the session; a fault that breaks the session ends the connection.
    func guarded(_ body: () throws(HTTP2Fault) -> Void) {
        do throws(HTTP2Fault) {
            try body()
        } catch .streamGone {
            // Its close event says the rest.
        } catch {
            self.logger.info(
                "operator connection refused",
                metadata: ["peer.uid": "\(self.credentials.uid)", "reason": "\(error)"])
            guard let context = self.channelContext else { return }
            self.pump?.farewell(code: HTTP2Code.enhanceYourCalm, context)
            // Nothing more is read or said: one fault is one line.
            self.pump = nil
            context.close(promise: nil)
        }
    }

    private func ended() {
        self.timer?.cancel()
        self.timer = nil
        for exchange in self.exchanges.values {
            exchange.task?.cancel()
            exchange.roomPromise?.succeed(false)
        }
        self.exchanges = [:]
        self.pump = nil
        self.channelContext = nil
    }

    /// Lets streamed answers go on whose queue has room again.
    private func giveRoom(_ pump: HTTP2Pump) {
        for (stream, exchange) in self.exchanges {
            guard let promise = exchange.roomPromise else { continue }
            guard pump.session.queuedBytes(stream: stream) <= self.limits.queueHighMark else { continue }
            self.exchanges[stream]?.roomPromise = nil
            promise.succeed(true)
        }
    }

    /// Looks at every deadline of the connection.
    private func tick() {
        guard let pump = self.pump, let context = self.channelContext else { return }
        let now = NIODeadline.now()
        if !self.exchanges.isEmpty { self.quietSince = now }
        if now - self.quietSince >= self.limits.idleTimeout { return context.close(promise: nil) }
        let queued = self.exchanges.keys.reduce(pump.pendingBytes) { sum, stream in
            sum + pump.session.queuedBytes(stream: stream)
        }
        if queued == 0 { pump.markProgress() }
        if now - pump.progressAt >= self.limits.stallTimeout { return context.close(promise: nil) }
        for (stream, exchange) in self.exchanges
        where !exchange.isTaken && now - exchange.startedAt >= self.limits.requestTimeout {
            self.guarded { () throws(HTTP2Fault) in
                try pump.session.reset(stream: stream, code: HTTP2Code.cancel)
            }
        }
        self.flush()
    }
}
