/// How the bytes of a simulated link travel.
package enum TransportKind: String, Sendable, CaseIterable {
    /// As the engine gives them.
    case message = "messages"
    /// Through two HTTP/2 sessions of the shipped library.
    case http2

    /// Makes one end of a link.
    package func end(isDialler: Bool) -> any LinkCodec {
        switch self {
        case .message: MessageLinkEnd()
        case .http2: HTTP2LinkEnd(isDialler: isDialler)
        }
    }
}

/// One end of a simulated link: turns what the engine sends into bytes on the wire and back.
///
/// Everything returned as `wire` is to be carried to the other end in order. `now` is virtual monotonic
/// milliseconds; no other time is known here.
package protocol LinkCodec: AnyObject {
    /// The first bytes, once the connection stands.
    func begin() -> [UInt8]
    /// Sends bytes of the engine.
    func send(_ bytes: [UInt8]) -> [UInt8]
    /// Takes bytes off the wire.
    func receive(_ wire: [UInt8], now: UInt64) -> LinkReception
    /// Says that the engine has taken so many received bytes: the window opens by as much. A reader that does
    /// not say so is a slow reader.
    func consumed(_ count: Int) -> [UInt8]
    /// Says goodbye after what was sent.
    func close() -> [UInt8]
    /// Bytes sent by the engine that the other end's window holds back.
    var queuedBytes: Int { get }
}

/// What came of bytes off the wire.
package struct LinkReception: Sendable, Equatable {
    /// True in the one reception with which the link became usable.
    package var hasOpened = false
    /// Bytes for the engine.
    package var bytes: [UInt8] = []
    /// Bytes to carry back.
    package var wire: [UInt8] = []
    /// The other end has said goodbye, or broken the protocol.
    package var hasEnded = false
    /// How it broke the protocol, in constant words.
    package var fault: String?

    package init() {}
}

/// Carries bytes as they are.
final class MessageLinkEnd: LinkCodec {
    private var isOpen = false
    var queuedBytes: Int { 0 }

    func begin() -> [UInt8] { [] }
    func send(_ bytes: [UInt8]) -> [UInt8] { bytes }
    func consumed(_ count: Int) -> [UInt8] { [] }
    func close() -> [UInt8] { [] }

    /// The first look opens it, also without bytes.
    func receive(_ wire: [UInt8], now: UInt64) -> LinkReception {
        var reception = LinkReception()
        reception.hasOpened = !self.isOpen
        reception.bytes = wire
        self.isOpen = true
        return reception
    }
}
