/// The bytes of one stream on their way out.
struct OutboundStream {
    var queue = ByteQueue()
    /// The owner asked for the end of the stream.
    var ended = false
    /// The library asked for bytes and got none; it must be woken.
    var deferred = false
}

/// What the C callbacks may touch: events to append, bytes to hand over, counters.
///
/// The session owns the box and gives C an unretained pointer to it.
final class CallbackBox {
    struct HeaderBlock {
        var stream: Int32
        var fields: [HTTP2Field] = []
        var count = 0
        var bytes = 0
    }

    let role: HTTP2Session.Role
    let limits: HTTP2Limits
    var bucket: FrameCostBucket
    var events: [HTTP2Event] = []
    var outbound: [Int32: OutboundStream] = [:]
    /// Streams of either side that have not closed.
    var openStreams: Set<Int32> = []
    /// Streams this side resets by its own will; the peer does not pay for them.
    var ownResets: Set<Int32> = []
    var block: HeaderBlock?
    var fault: HTTP2Fault?
    /// The highest stream the peer opened; stays 0 in a client, whose server may open none.
    var lastPeerStream: Int32 = 0
    var sentGoAway: UInt32?
    /// PINGs of ours without an answer; other PING answers cost the peer.
    var pingsOut = 0
    /// SETTINGS of ours without an answer.
    var settingsOut = 0

    init(role: HTTP2Session.Role, limits: HTTP2Limits) {
        self.role = role
        self.limits = limits
        self.bucket = FrameCostBucket(costs: limits.costs)
    }

    /// Charges the peer; what it cannot pay becomes the session's fault.
    func charge(_ cost: Int, for what: String) {
        guard !self.bucket.spend(cost) else { return }
        self.fault = self.fault ?? .abuse(what)
    }

    /// Reports the end of a stream, once.
    func closed(_ stream: Int32, code: UInt32) {
        self.outbound[stream] = nil
        self.ownResets.remove(stream)
        guard self.openStreams.remove(stream) != nil else { return }
        self.events.append(.streamClosed(stream: stream, code: code))
    }

    /// Counts one field and says whether the block is still within its limits.
    func countField(bytes: Int) -> Bool {
        self.block?.count += 1
        self.block?.bytes += bytes
        guard let block = self.block else { return false }
        guard block.count <= self.limits.headerFields, block.bytes <= self.limits.headerBytes else {
            self.fault = self.fault ?? .abuse("header block")
            return false
        }
        return true
    }

    /// Marks the last data event as the end of its stream, or adds an empty one.
    func endData(stream: Int32) {
        if case .data(stream, let bytes, false)? = self.events.last {
            self.events[self.events.count - 1] = .data(stream: stream, bytes: bytes, endStream: true)
        } else {
            self.events.append(.data(stream: stream, bytes: [], endStream: true))
        }
    }
}
