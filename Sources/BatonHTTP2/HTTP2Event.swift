/// One header field; pseudo-headers have names that begin with a colon.
package struct HTTP2Field: Sendable, Equatable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What happened in a session, in the order it happened.
package enum HTTP2Event: Sendable, Equatable {
    /// A whole header block: request, response or trailers.
    case headers(stream: Int32, fields: [HTTP2Field], endStream: Bool)
    /// Body bytes; each byte must be given back with `consumed` once. Empty only when it ends the stream.
    case data(stream: Int32, bytes: [UInt8], endStream: Bool)
    /// The stream is gone in both directions; `code` is an RFC 9113 error code.
    case streamClosed(stream: Int32, code: UInt32)
    case goAway(lastStream: Int32, code: UInt32)
    /// The peer's SETTINGS arrived.
    case settings
    /// The peer acknowledged ours.
    case settingsAck
}

extension [HTTP2Field] {
    /// Returns the first value under a lower-case name.
    package func first(named name: String) -> String? {
        self.first { $0.name == name }?.value
    }
}
