/// Says why a session or one of its streams cannot go on.
package enum HTTP2Fault: Error, Equatable, Sendable {
    /// The peer spent its frame budget or broke a declared limit; the connection is to be dropped.
    case abuse(String)
    /// The peer broke the protocol beyond what a GOAWAY can say; the connection is to be dropped.
    case malformed(String)
    /// The stream is unknown or already closed; the session goes on.
    case streamGone(Int32)
    /// The session was ended or has failed before; nothing more goes in.
    case finished
    /// The library refused a call; `code` is its negative error number.
    case library(call: String, code: Int32)
}

/// Error codes of RFC 9113 section 7 that Baton sends.
package enum HTTP2Code {
    package static let noError: UInt32 = 0x0
    package static let protocolError: UInt32 = 0x1
    package static let internalError: UInt32 = 0x2
    package static let refusedStream: UInt32 = 0x7
    package static let cancel: UInt32 = 0x8
    package static let enhanceYourCalm: UInt32 = 0xb
}
