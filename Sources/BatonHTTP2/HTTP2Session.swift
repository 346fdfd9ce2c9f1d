internal import CNghttp2

/// Owns one nghttp2 session: bytes in, events out, bytes out, no sockets and no clock.
///
/// - Threads: one session, one thread or event loop; it is deliberately not `Sendable`.
/// - Lifetime: the C session is made in `init` and released in `deinit`, once.
/// - Source: RFC 9113, RFC 7541.
@safe
package final class HTTP2Session {
    package enum Role: Sendable {
        case client
        case server
    }

    /// Bytes given to the library at a time, so that the outbound queue is looked at in between.
    private static let sliceBytes = 4 << 10

    package let role: Role
    let limits: HTTP2Limits
    let pointer: OpaquePointer
    let box: CallbackBox
    private var scanner: FrameScanner
    private var failed = false

    /// Makes a session and queues its SETTINGS and connection window.
    ///
    /// - Throws: `HTTP2Fault.library` when the library has no memory.
    package init(role: Role, limits: HTTP2Limits = HTTP2Limits()) throws(HTTP2Fault) {
        let box = CallbackBox(role: role, limits: limits)
        self.role = role
        self.limits = limits
        self.box = box
        self.scanner = FrameScanner(role: role, costs: limits.costs)
        unsafe self.pointer = try Self.makePointer(role: role, limits: limits, box: box)
        try self.queueSettings()
    }

    deinit {
        unsafe nghttp2_session_del(self.pointer)
    }

    // MARK: - Bytes

    /// Takes bytes from the peer and returns everything that happened since the last call.
    ///
    /// - Units: `now` is monotonic milliseconds.
    /// - Throws: `HTTP2Fault`; after a throw the session is failed: send `farewell`, close the socket.
    package func feed(_ bytes: [UInt8], now: UInt64) throws(HTTP2Fault) -> [HTTP2Event] {
        guard !self.failed else { throw .finished }
        self.box.bucket.refill(now: now)
        var start = 0
        while start < bytes.count {
            let end = min(start + Self.sliceBytes, bytes.count)
            self.scanner.scan(bytes[start..<end], charging: self.box)
            try self.check(0)
            let used = unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe nghttp2_session_mem_recv(self.pointer, buffer.baseAddress! + start, end - start)
            }
            try self.check(used)
            start = end
        }
        return self.takeEvents()
    }

    /// Returns the next bytes for the peer, whole frames coalesced; empty when there is nothing to send.
    ///
    /// - Shape: stops once `max` bytes are reached, so it may exceed `max` by one frame.
    package func pull(max: Int) throws(HTTP2Fault) -> [UInt8] {
        guard !self.failed else { return [] }
        var output: [UInt8] = []
        while output.count < max {
            var chunk: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(self.pointer, &chunk)
            guard count != 0 else { break }
            try self.check(count)
            unsafe output.append(contentsOf: UnsafeBufferPointer(start: chunk, count: count))
        }
        try self.check(0)
        return output
    }

    /// Returns what happened outside `feed`, such as streams that closed because of what was sent.
    package func takeEvents() -> [HTTP2Event] {
        let events = self.box.events
        self.box.events.removeAll(keepingCapacity: true)
        return events
    }

    /// Makes the GOAWAY frame that a failed session can no longer make itself (RFC 9113 section 6.8).
    package func farewell(code: UInt32) -> [UInt8] {
        let last = UInt32(bitPattern: self.box.lastPeerStream)
        return RawFrame.bytes(type: RawFrame.goAway, RawFrame.bigEndian(last) + RawFrame.bigEndian(code))
    }

    // MARK: - State

    /// True when neither side has anything more to say; close the socket once the output is written.
    package var isFinished: Bool {
        guard !self.failed else { return true }
        let wants = unsafe (
            nghttp2_session_want_read(self.pointer), nghttp2_session_want_write(self.pointer)
        )
        return wants == (0, 0)
    }

    /// The error code of the GOAWAY this side sent, if it did.
    package var sentGoAway: UInt32? {
        self.box.sentGoAway
    }

    /// Bytes of a stream that were given to `send` and not yet pulled.
    package func queuedBytes(stream: Int32) -> Int {
        self.box.outbound[stream]?.queue.count ?? 0
    }

    /// Records a fault found in a callback or in a return code, and stops the session.
    private func check(_ result: Int) throws(HTTP2Fault) {
        if let fault = self.box.fault {
            self.failed = true
            throw fault
        }
        if result < 0 {
            self.failed = true
            throw Self.fault(of: Int32(truncatingIfNeeded: result))
        }
        let waiting = unsafe nghttp2_session_get_outbound_queue_size(self.pointer)
        if waiting > self.limits.outboundFrames {
            self.failed = true
            throw .abuse("outbound queue")
        }
    }

    private static func fault(of code: Int32) -> HTTP2Fault {
        switch code {
        case NGHTTP2_ERR_FLOODED.rawValue: .abuse("flood")
        // Debian's back-port of CVE-2024-28182 has this number; the header of 1.52 may not name it.
        case -905: .abuse("continuation frames")
        case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue: .malformed("client preface")
        default: .library(call: "session", code: code)
        }
    }
}
