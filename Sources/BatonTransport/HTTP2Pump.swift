internal import BatonHTTP2
internal import NIOCore

/// Moves bytes between one channel and one HTTP/2 session, and knows when they last moved.
///
/// Output is pulled only while the channel is writable, so a slow reader leaves it in the session's queues,
/// where flow control and the session's own limits bound it. Input is never paused for slow output: two
/// sides that both did so could wait for each other for ever.
final class HTTP2Pump {
    /// Bytes pulled and written at a time; TLS cuts them into records.
    private static let writeBytes = 128 << 10

    let session: HTTP2Session
    /// Bytes handed to the channel and not yet taken by the socket.
    private(set) var pendingBytes = 0
    private(set) var receivedAt = NIODeadline.now()
    private(set) var progressAt = NIODeadline.now()
    /// Called when the socket has taken bytes.
    var onWritten: (() -> Void)?

    init(session: HTTP2Session) {
        self.session = session
    }

    func receive(_ buffer: ByteBuffer) throws(HTTP2Fault) -> [HTTP2Event] {
        let now = NIODeadline.now()
        self.receivedAt = now
        return try self.session.feed(Array(buffer.readableBytesView), now: now.uptimeNanoseconds / 1_000_000)
    }

    /// Writes what the session has to say, as far as the channel takes it.
    ///
    /// - Returns: What happened because of it, such as streams that are now closed.
    func flush(_ context: ChannelHandlerContext) throws(HTTP2Fault) -> [HTTP2Event] {
        while context.channel.isActive, context.channel.isWritable {
            let bytes = try self.session.pull(max: Self.writeBytes)
            guard !bytes.isEmpty else { break }
            self.write(bytes, context)
        }
        return self.session.takeEvents()
    }

    /// Writes the last frame of a failed session.
    func farewell(code: UInt32, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        self.write(self.session.farewell(code: code), context)
    }

    /// Tells the clock that nothing is waiting, so that the next wait is measured from now.
    func markProgress() {
        self.progressAt = .now()
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        self.pendingBytes += bytes.count
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.pendingBytes -= bytes.count
            self.markProgress()
            self.onWritten?()
        }
        let buffer = context.channel.allocator.buffer(bytes: bytes)
        context.writeAndFlush(NIOAny(buffer), promise: promise)
    }
}
