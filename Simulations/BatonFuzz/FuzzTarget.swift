import BatonEncoding
import BatonHTTP2
import BatonModel
import BatonProtocol

/// What bytes from outside are given to. Each target takes any bytes and never traps; what it accepts is what its
/// writer would have written, to the byte.
package enum FuzzTarget: String, Sendable, CaseIterable {
    /// Any CBOR (RFC 8949, deterministic).
    case cbor
    /// The signed header of a delta.
    case header
    /// A stream of frames with messages, as a link carries them.
    case messages
    /// The body of a frame of runs.
    case runs
    /// The plaintext of a part, global and padded.
    case part
    /// An entry of the membership and the file of entries.
    case membership
    /// A folded document as stored.
    case state
    /// An HTTP/2 connection's bytes, at either end.
    case http2

    package func run(_ bytes: [UInt8]) {
        switch self {
        case .cbor: Self.cbor(bytes)
        case .header: Self.header(bytes)
        case .messages: Self.messages(bytes)
        case .runs: Self.runs(bytes)
        case .part: Self.part(bytes)
        case .membership: Self.membership(bytes)
        case .state: Self.state(bytes)
        case .http2: Self.http2(bytes)
        }
    }

    private static func cbor(_ bytes: [UInt8]) {
        var reader = CBORReader(bytes)
        guard let value = try? reader.value(), (try? reader.finish()) != nil else { return }
        var writer = CBORWriter(reservingCapacity: bytes.count)
        writer.value(value)
        precondition(writer.bytes == bytes, "what was read is not what is written")
    }

    private static func header(_ bytes: [UInt8]) {
        guard let header = try? Header(decoding: bytes) else { return }
        precondition(header.encoded() == bytes, "a header was read that nobody writes")
    }

    private static func messages(_ bytes: [UInt8]) {
        let limits = WireLimits()
        var decoder = FrameDecoder(bytesMax: limits.frameBytesMax)
        decoder.feed(bytes)
        while let frame = try? decoder.next() {
            guard let message = try? Message(decoding: frame, limits: limits) else { return }
            precondition(message.encoded() == frame, "a message was read that nobody writes")
        }
    }

    private static func runs(_ bytes: [UInt8]) {
        let (limits, hashing) = (WireLimits(), QuickHashing())
        guard let content = try? RunCodec.decode(bytes, limits: limits, hashing: hashing) else { return }
        // The same deltas can be said in several ways; a sender's is one that a receiver takes.
        let again = RunCodec.encode(content.deltas, keys: content.keys, hashing: hashing)
        guard let second = try? RunCodec.decode(again, limits: limits, hashing: hashing) else {
            // Said without its shortcuts a frame may be longer than one may be.
            precondition(again.count > limits.frameBytesMax, "what was read cannot be written")
            return
        }
        precondition(second.deltas == content.deltas, "deltas changed on their way")
    }

    private static func part(_ bytes: [UInt8]) {
        for compartment in [Compartment.global, .us] {
            guard
                let bodies = try? PartPlaintext.decode(bytes, compartment: compartment, operationCount: 16)
            else { continue }
            for body in bodies { _ = Settlement(body: body.body) }
        }
    }

    private static func membership(_ bytes: [UInt8]) {
        if let entry = try? MembershipEntry(decoding: bytes) {
            precondition(entry.encoded() == bytes, "an entry was read that nobody writes")
        }
        var reader = CBORReader(bytes)
        _ = try? SignedMembershipEntry(from: &reader)
    }

    private static func state(_ bytes: [UInt8]) {
        let id = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 7, count: 15))
        guard let state = try? DocumentState(id: id, storage: bytes) else { return }
        // Order within it is this program's own doing, so only what it writes again must hold.
        let again = state.encodedForStorage()
        precondition((try? DocumentState(id: id, storage: again)) != nil, "what is written cannot be read")
    }

    /// The first byte chooses the end and how the rest is cut into pieces.
    private static func http2(_ bytes: [UInt8]) {
        guard let first = bytes.first,
            let session = try? HTTP2Session(role: first & 1 == 0 ? .server : .client)
        else { return }
        if session.role == .client { _ = try? session.submitRequest(Self.request, endStream: false) }
        let size = Int(first >> 1) + 1
        var rest = bytes.dropFirst()
        var now: UInt64 = 0
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            now += 1
            guard let events = try? session.feed(piece, now: now) else { return }
            for case .data(let stream, let data, _) in events {
                _ = try? session.consumed(stream: stream, data.count)
            }
            guard let output = try? session.pull(max: 1 << 16) else { return }
            precondition(output.count <= 1 << 20, "one piece provoked \(output.count) bytes")
        }
    }

    private static let request = [
        HTTP2Field(":method", "POST"), HTTP2Field(":scheme", "https"), HTTP2Field(":authority", "peer"),
        HTTP2Field(":path", "/baton/v1/sync"),
    ]
}

/// A hash that only has to be quick and the same each time: nothing here rests on its strength (FNV-1a, four
/// times with different beginnings).
private struct QuickHashing: Hashing {
    func digest256(_ message: [UInt8]) -> Digest256 { self.digest256(message, []) }

    func digest256(_ first: [UInt8], _ second: [UInt8]) -> Digest256 {
        var words: [4 of UInt64] = [0xCBF2_9CE4_8422_2325, 0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 1]
        for bytes in [first, second] {
            for byte in bytes {
                for index in 0..<4 { words[index] = (words[index] ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            }
        }
        return Digest256(words: words[0], words[1], words[2], words[3])
    }
}
