internal import CNghttp2

/// What the owner may ask for; all of it takes effect with the next `pull`.
extension HTTP2Session {
    /// Opens a stream with a request and returns its number; the body follows by `send`.
    package func submitRequest(_ fields: [HTTP2Field], endStream: Bool) throws(HTTP2Fault) -> Int32 {
        let stream = unsafe Self.withFields(fields) { start, count in
            guard !endStream else {
                return unsafe nghttp2_submit_request(self.pointer, nil, start, count, nil, nil)
            }
            var provider = unsafe Self.dataProvider()
            return unsafe nghttp2_submit_request(self.pointer, nil, start, count, &provider, nil)
        }
        try Self.demand("submit_request", stream)
        self.box.openStreams.insert(stream)
        if !endStream {
            self.box.outbound[stream] = OutboundStream()
        }
        return stream
    }

    /// Answers a request; the body follows by `send` unless `endStream`.
    package func submitResponse(
        stream: Int32, _ fields: [HTTP2Field], endStream: Bool
    ) throws(HTTP2Fault) {
        guard self.box.openStreams.contains(stream) else { throw .streamGone(stream) }
        let code = unsafe Self.withFields(fields) { start, count in
            guard !endStream else {
                return unsafe nghttp2_submit_response(self.pointer, stream, start, count, nil)
            }
            var provider = unsafe Self.dataProvider()
            return unsafe nghttp2_submit_response(self.pointer, stream, start, count, &provider)
        }
        try Self.demand("submit_response", code)
        if !endStream {
            self.box.outbound[stream] = OutboundStream()
        }
    }

    /// Queues body bytes; they leave as the peer's windows allow.
    ///
    /// - Throws: `HTTP2Fault.streamGone` when the stream closed or its end was already queued.
    package func send(stream: Int32, _ bytes: [UInt8]) throws(HTTP2Fault) {
        guard let ended = self.box.outbound[stream]?.ended, !ended else { throw .streamGone(stream) }
        guard !bytes.isEmpty else { return }
        self.box.outbound[stream]?.queue.append(bytes)
        self.wake(stream)
    }

    /// Ends this side of the stream after the queued bytes.
    package func endStream(_ stream: Int32) throws(HTTP2Fault) {
        guard self.box.outbound[stream] != nil else { throw .streamGone(stream) }
        self.box.outbound[stream]?.ended = true
        self.wake(stream)
    }

    /// Ends the stream at once in both directions and forgets its queued bytes.
    ///
    /// - Throws: `HTTP2Fault.streamGone` when it has closed already.
    package func reset(stream: Int32, code: UInt32) throws(HTTP2Fault) {
        guard self.box.openStreams.contains(stream) else { throw .streamGone(stream) }
        self.box.outbound[stream] = nil
        self.box.ownResets.insert(stream)
        let flags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        try Self.demand(
            "submit_rst_stream", unsafe nghttp2_submit_rst_stream(self.pointer, flags, stream, code))
    }

    /// Gives received bytes back to the peer's windows; once per byte, also for bytes thrown away.
    package func consumed(stream: Int32, _ count: Int) throws(HTTP2Fault) {
        guard count > 0 else { return }
        try Self.demand("session_consume", unsafe nghttp2_session_consume(self.pointer, stream, count))
    }

    package func ping() throws(HTTP2Fault) {
        let flags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        try Self.demand("submit_ping", unsafe nghttp2_submit_ping(self.pointer, flags, nil))
        self.box.pingsOut += 1
    }

    /// Announces the end without refusing streams yet (server only, RFC 9113 section 6.8).
    package func shutdownNotice() throws(HTTP2Fault) {
        try Self.demand("submit_shutdown_notice", unsafe nghttp2_submit_shutdown_notice(self.pointer))
    }

    /// Refuses new streams; the present ones run to their end.
    package func goAway(code: UInt32) throws(HTTP2Fault) {
        let last = self.box.lastPeerStream
        let flags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        try Self.demand(
            "submit_goaway", unsafe nghttp2_submit_goaway(self.pointer, flags, last, code, nil, 0))
    }

    /// Ends the session: one GOAWAY, then nothing more.
    package func terminate(code: UInt32) throws(HTTP2Fault) {
        try Self.demand("terminate_session", unsafe nghttp2_session_terminate_session(self.pointer, code))
    }

    // MARK: - Parts

    /// Tells the library that a deferred stream has bytes or an end again.
    private func wake(_ stream: Int32) {
        guard self.box.outbound[stream]?.deferred == true else { return }
        self.box.outbound[stream]?.deferred = false
        // The only failure is a stream that closed meanwhile; its close event is on the way.
        _ = unsafe nghttp2_session_resume_data(self.pointer, stream)
    }

    /// Lends fields to the library as C pairs; it copies them during the call.
    private static func withFields<Result>(
        _ fields: [HTTP2Field], _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Result
    ) -> Result {
        var bytes: [UInt8] = []
        var spans: [(name: Int, value: Int)] = []
        for field in fields {
            bytes.append(contentsOf: field.name.utf8)
            bytes.append(contentsOf: field.value.utf8)
            spans.append((field.name.utf8.count, field.value.utf8.count))
        }
        // A spare byte gives an empty block an address too.
        bytes.append(0)
        return unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            var pairs: [nghttp2_nv] = unsafe []
            var offset = 0
            for span in spans {
                let start = unsafe buffer.baseAddress! + offset
                unsafe pairs.append(
                    nghttp2_nv(
                        name: start, value: start + span.name, namelen: span.name, valuelen: span.value,
                        flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)))
                offset += span.name + span.value
            }
            return unsafe body(pairs, pairs.count)
        }
    }
}
