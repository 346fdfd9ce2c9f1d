internal import CNghttp2

extension HTTP2Session {
    /// Makes the C session with every limit set by name.
    static func makePointer(
        role: Role, limits: HTTP2Limits, box: CallbackBox
    ) throws(HTTP2Fault) -> OpaquePointer {
        var newCallbacks: OpaquePointer?
        var newOption: OpaquePointer?
        guard unsafe nghttp2_session_callbacks_new(&newCallbacks) == 0, let callbacks = unsafe newCallbacks
        else { throw .library(call: "callbacks_new", code: NGHTTP2_ERR_NOMEM.rawValue) }
        defer { unsafe nghttp2_session_callbacks_del(callbacks) }
        guard unsafe nghttp2_option_new(&newOption) == 0, let option = unsafe newOption
        else { throw .library(call: "option_new", code: NGHTTP2_ERR_NOMEM.rawValue) }
        defer { unsafe nghttp2_option_del(option) }
        unsafe Self.install(callbacks)
        unsafe Self.apply(limits, to: option)

        var session: OpaquePointer?
        // The box lives as long as the session object, which deletes the C session before it lets go.
        let user = unsafe Unmanaged.passUnretained(box).toOpaque()
        let code =
            switch role {
            case .client: unsafe nghttp2_session_client_new2(&session, callbacks, user, option)
            case .server: unsafe nghttp2_session_server_new2(&session, callbacks, user, option)
            }
        guard code == 0, let session = unsafe session else { throw .library(call: "session_new", code: code) }
        return unsafe session
    }

    @unsafe
    private static func apply(_ limits: HTTP2Limits, to option: OpaquePointer) {
        unsafe nghttp2_option_set_no_auto_window_update(option, 1)
        unsafe nghttp2_option_set_no_closed_streams(option, 1)
        unsafe nghttp2_option_set_max_reserved_remote_streams(option, 0)
        unsafe nghttp2_option_set_max_deflate_dynamic_table_size(option, 0)
        unsafe nghttp2_option_set_max_continuations(option, limits.continuations)
        unsafe nghttp2_option_set_stream_reset_rate_limit(option, limits.resetBurst, limits.resetRate)
        unsafe nghttp2_option_set_max_settings(option, limits.settingsEntries)
        unsafe nghttp2_option_set_max_outbound_ack(option, limits.outboundAcks)
        // Outgoing streams before the peer's SETTINGS arrive.
        unsafe nghttp2_option_set_peer_max_concurrent_streams(option, limits.concurrentStreams)
    }

    /// Queues SETTINGS and the connection window; the first bytes of `pull`.
    func queueSettings() throws(HTTP2Fault) {
        var entries = [
            Self.entry(NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, self.limits.headerTableSize),
            Self.entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, self.limits.concurrentStreams),
            Self.entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, self.limits.streamWindow),
            Self.entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, UInt32(self.limits.headerBytes)),
            Self.entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1),
        ]
        if self.role == .client {
            entries.append(Self.entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
        }
        let flags = UInt8(NGHTTP2_FLAG_NONE.rawValue)
        try Self.demand(
            "submit_settings", unsafe nghttp2_submit_settings(self.pointer, flags, entries, entries.count))
        self.box.settingsOut += 1
        let window = Int32(self.limits.connectionWindow)
        try Self.demand(
            "set_local_window_size",
            unsafe nghttp2_session_set_local_window_size(self.pointer, flags, 0, window))
    }

    private static func entry(_ id: nghttp2_settings_id, _ value: UInt32) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: value)
    }

    /// Turns a negative return code into a fault.
    static func demand(_ call: String, _ code: Int32) throws(HTTP2Fault) {
        guard code >= 0 else { throw .library(call: call, code: code) }
    }
}
