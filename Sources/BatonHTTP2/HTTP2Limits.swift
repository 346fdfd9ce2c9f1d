/// Bounds of one HTTP/2 session; the library's own defaults stop few of the known floods.
///
/// - Source: RFC 9113 sections 6.5.2 and 10.5; CVE-2023-44487, CVE-2024-28182, CVE-2025-8671.
package struct HTTP2Limits: Sendable {
    /// SETTINGS_HEADER_TABLE_SIZE: no dynamic table, so no small reference can expand to a large field.
    package var headerTableSize: UInt32 = 0
    /// SETTINGS_MAX_CONCURRENT_STREAMS; unlimited when it is not sent.
    package var concurrentStreams: UInt32 = 16
    /// SETTINGS_INITIAL_WINDOW_SIZE, bytes: the most unread bytes one stream can hold.
    package var streamWindow: UInt32 = 512 << 10
    /// Receive window of the whole connection, bytes.
    package var connectionWindow: UInt32 = 2 << 20
    /// CONTINUATION frames after one HEADERS frame.
    package var continuations = 1
    /// RST_STREAM frames a client may send at once, and more per second after that.
    package var resetBurst: UInt64 = 50
    package var resetRate: UInt64 = 5
    /// Entries in one SETTINGS frame.
    package var settingsEntries = 8
    /// PING and SETTINGS acknowledgements waiting to be sent.
    package var outboundAcks = 64
    /// Header fields in one block, counted before any of them is used.
    package var headerFields = 24
    /// Decoded bytes of names and values in one header block.
    package var headerBytes = 4 << 10
    /// Frames waiting to be sent, data frames of deferred streams apart.
    package var outboundFrames = 256
    package var costs = FrameCosts()

    package init() {}
}

/// Prices of frames that cost the sender little and the receiver more.
package struct FrameCosts: Sendable {
    package var ping = 4
    package var settings = 10
    /// DATA with no bytes or with padding, unless it ends its stream.
    package var emptyData = 2
    /// Frame types this side does not use.
    package var unknown = 10
    package var goAway = 10
    /// PRIORITY and PRIORITY_UPDATE.
    package var priority = 2
    /// A RST_STREAM that the peer made this side send.
    package var provokedReset = 20
    /// Tokens a quiet peer may spend at once.
    package var budget = 200
    /// Tokens that come back per second.
    package var refillPerSecond = 5

    package init() {}
}
