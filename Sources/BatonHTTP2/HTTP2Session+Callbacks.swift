internal import CNghttp2

/// The C callbacks. They fill the box and never call the session: re-entry would crash the library.
extension HTTP2Session {
    @unsafe
    static func install(_ callbacks: OpaquePointer) {
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
            guard let header = unsafe frame?.pointee.hd, let box = unsafe HTTP2Session.box(user) else {
                return 0
            }
            box.block = CallbackBox.HeaderBlock(stream: header.stream_id)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
            guard let frame = unsafe frame, let box = unsafe HTTP2Session.box(user) else { return 0 }
            unsafe box.received(frame)
            return 0
        }
        unsafe Self.installContent(callbacks)
        unsafe Self.installEnds(callbacks)
    }

    /// What was sent, what was not, and what is over.
    @unsafe
    private static func installEnds(_ callbacks: OpaquePointer) {
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, user in
            guard let frame = unsafe frame, let box = unsafe HTTP2Session.box(user) else { return 0 }
            unsafe box.sent(frame)
            return 0
        }
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, stream, code, user in
            guard let box = unsafe HTTP2Session.box(user) else { return 0 }
            box.closed(stream, code: code)
            return 0
        }
        // A request queued before a GOAWAY arrived never becomes a stream and has no close of its own.
        unsafe nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) { _, frame, _, user in
            guard let header = unsafe frame?.pointee.hd, let box = unsafe HTTP2Session.box(user) else {
                return 0
            }
            if box.role == .client, UInt32(header.type) == NGHTTP2_HEADERS.rawValue {
                box.closed(header.stream_id, code: HTTP2Code.refusedStream)
            }
            return 0
        }
    }

    /// Header fields and body bytes.
    @unsafe
    private static func installContent(_ callbacks: OpaquePointer) {
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks) {
            _, _, name, nameCount, value, valueCount, _, user in
            guard let box = unsafe HTTP2Session.box(user), box.countField(bytes: nameCount + valueCount)
            else { return HTTP2Session.abort }
            let nameBytes = unsafe UnsafeBufferPointer(start: name, count: nameCount)
            let valueBytes = unsafe UnsafeBufferPointer(start: value, count: valueCount)
            let field = unsafe HTTP2Field(
                String(decoding: nameBytes, as: UTF8.self), String(decoding: valueBytes, as: UTF8.self))
            box.block?.fields.append(field)
            return 0
        }
        // Fields the library drops as invalid still cost work, so they count.
        unsafe nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks) {
            _, _, _, nameCount, _, valueCount, _, user in
            guard let box = unsafe HTTP2Session.box(user) else { return 0 }
            return box.countField(bytes: nameCount + valueCount) ? 0 : HTTP2Session.abort
        }
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
            _, _, stream, bytes, count, user in
            guard let box = unsafe HTTP2Session.box(user) else { return 0 }
            let chunk = unsafe [UInt8](UnsafeBufferPointer(start: bytes, count: count))
            box.events.append(.data(stream: stream, bytes: chunk, endStream: false))
            return 0
        }
    }

    /// Makes the body source of a stream: its queue in the box, deferred while that is empty.
    @unsafe
    static func dataProvider() -> nghttp2_data_provider {
        var provider = unsafe nghttp2_data_provider()
        unsafe provider.read_callback = { _, stream, buffer, room, flags, _, user in
            guard let box = unsafe HTTP2Session.box(user), let buffer = unsafe buffer else { return 0 }
            let target = unsafe UnsafeMutableBufferPointer(start: buffer, count: room)
            let end = UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
            guard let moved = unsafe box.outbound[stream]?.queue.move(into: target) else {
                unsafe flags?.pointee |= end
                return 0
            }
            let isEmpty = box.outbound[stream]?.queue.count == 0
            if isEmpty, box.outbound[stream]?.ended == true {
                unsafe flags?.pointee |= end
                return moved
            }
            guard moved == 0 else { return moved }
            box.outbound[stream]?.deferred = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        return unsafe provider
    }

    /// Makes the library stop at once; the box says why.
    fileprivate static var abort: Int32 {
        NGHTTP2_ERR_CALLBACK_FAILURE.rawValue
    }

    @unsafe
    fileprivate static func box(_ user: UnsafeMutableRawPointer?) -> CallbackBox? {
        unsafe user.map { unsafe Unmanaged<CallbackBox>.fromOpaque($0).takeUnretainedValue() }
    }
}

extension CallbackBox {
    /// Turns a whole received frame into an event.
    @unsafe
    fileprivate func received(_ frame: UnsafePointer<nghttp2_frame>) {
        let header = unsafe frame.pointee.hd
        let ends = header.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        switch UInt32(header.type) {
        case NGHTTP2_HEADERS.rawValue:
            self.receivedHeaders(stream: header.stream_id, endStream: ends)
        case NGHTTP2_DATA.rawValue where ends:
            self.endData(stream: header.stream_id)
        case NGHTTP2_SETTINGS.rawValue:
            let acks = header.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
            self.events.append(acks ? .settingsAck : .settings)
        case NGHTTP2_GOAWAY.rawValue:
            let goAway = unsafe frame.pointee.goaway
            unsafe self.events.append(.goAway(lastStream: goAway.last_stream_id, code: goAway.error_code))
        default:
            break
        }
    }

    private func receivedHeaders(stream: Int32, endStream: Bool) {
        let fields = self.block?.fields ?? []
        self.block = nil
        self.openStreams.insert(stream)
        if self.role == .server {
            self.lastPeerStream = max(self.lastPeerStream, stream)
        }
        self.events.append(.headers(stream: stream, fields: fields, endStream: endStream))
    }

    /// Charges resets the peer provoked, and remembers a GOAWAY.
    @unsafe
    fileprivate func sent(_ frame: UnsafePointer<nghttp2_frame>) {
        let header = unsafe frame.pointee.hd
        switch UInt32(header.type) {
        case NGHTTP2_RST_STREAM.rawValue where self.ownResets.remove(header.stream_id) == nil:
            self.charge(self.limits.costs.provokedReset, for: "provoked resets")
        case NGHTTP2_GOAWAY.rawValue:
            self.sentGoAway = unsafe frame.pointee.goaway.error_code
        default:
            break
        }
    }
}
