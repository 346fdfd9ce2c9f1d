import BatonHTTP2
import Testing

/// A client and a server session joined back to back, with a clock that only moves by hand.
final class SessionPair {
    let client: HTTP2Session
    let server: HTTP2Session
    var clientEvents: [HTTP2Event] = []
    var serverEvents: [HTTP2Event] = []
    var now: UInt64 = 1_000

    init(clientLimits: HTTP2Limits = HTTP2Limits(), serverLimits: HTTP2Limits = HTTP2Limits()) throws {
        self.client = try HTTP2Session(role: .client, limits: clientLimits)
        self.server = try HTTP2Session(role: .server, limits: serverLimits)
    }

    /// Moves bytes both ways until both sides are silent; returns how many bytes moved.
    @discardableResult
    func exchange() throws -> Int {
        var moved = 0
        while true {
            let up = try self.client.pull(max: 64 << 10)
            self.serverEvents += try self.server.feed(up, now: self.now)
            let down = try self.server.pull(max: 64 << 10)
            self.clientEvents += try self.client.feed(down, now: self.now)
            self.serverEvents += self.server.takeEvents()
            moved += up.count + down.count
            if up.isEmpty, down.isEmpty { return moved }
        }
    }

    /// Opens the long-lived stream both ways and returns its number.
    func openStream() throws -> Int32 {
        let stream = try self.client.submitRequest(SessionPair.request, endStream: false)
        try self.exchange()
        try self.server.submitResponse(stream: stream, [HTTP2Field(":status", "200")], endStream: false)
        try self.exchange()
        self.clientEvents = []
        self.serverEvents = []
        return stream
    }

    static let request = [
        HTTP2Field(":method", "POST"), HTTP2Field(":scheme", "https"), HTTP2Field(":path", "/baton/v1/sync"),
        HTTP2Field(":authority", "peer"), HTTP2Field("content-type", "application/cbor-seq"),
    ]
}

extension [HTTP2Event] {
    /// All body bytes of a stream, joined.
    func body(of stream: Int32) -> [UInt8] {
        self.flatMap { event -> [UInt8] in
            guard case .data(stream, let bytes, _) = event else { return [] }
            return bytes
        }
    }

    func ended(_ stream: Int32) -> Bool {
        self.contains { event in
            switch event {
            case .data(stream, _, true), .headers(stream, _, true): true
            default: false
            }
        }
    }
}

/// Bytes of a block whose length is prime, so that a lost or doubled piece shows.
func pattern(_ count: Int) -> [UInt8] {
    var state: UInt32 = 0x9E37_79B9
    let block = (0..<4_099).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        return UInt8(truncatingIfNeeded: state >> 24)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + block.count)
    while bytes.count < count { bytes += block }
    bytes.removeLast(bytes.count - count)
    return bytes
}

/// Raw frames a hostile peer would write (RFC 9113 section 4.1).
enum Wire {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    static func frame(_ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8]
    {
        let length = payload.count
        return [
            UInt8(length >> 16), UInt8(length >> 8 & 0xff), UInt8(length & 0xff), type, flags,
            UInt8(stream >> 24), UInt8(stream >> 16 & 0xff), UInt8(stream >> 8 & 0xff), UInt8(stream & 0xff),
        ] + payload
    }

    static let settings = frame(4)
    static let ping = frame(6, [UInt8](repeating: 7, count: 8))

    /// HPACK literal without indexing, new name (RFC 7541 section 6.2.2).
    static func literal(_ name: String, _ value: String) -> [UInt8] {
        [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
    }

    /// `:method GET`, `:scheme http`, `:path /` from the static table, then an authority.
    static let getBlock: [UInt8] = [0x82, 0x86, 0x84] + literal(":authority", "a")

    /// HEADERS with END_HEADERS, and END_STREAM unless a body follows.
    static func get(stream: UInt32, more: [UInt8] = [], endStream: Bool = true) -> [UInt8] {
        frame(1, flags: endStream ? 0x5 : 0x4, stream: stream, getBlock + more)
    }
}
