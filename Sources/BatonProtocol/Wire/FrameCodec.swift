import BatonEncoding
import BatonModel

/// Frames messages on a byte stream: a CBOR sequence (RFC 8742) of byte strings, each holding one message.
///
/// The head of the byte string tells the length first, so that an oversized frame is refused before it is
/// gathered.
package enum FrameCodec {
    /// Wraps one encoded message.
    package static func frame(_ message: [UInt8]) -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: message.count + 9)
        writer.bytes(message)
        return writer.bytes
    }
}

/// Cuts a byte stream into frames.
package struct FrameDecoder: Sendable {
    private var buffer: [UInt8] = []
    private var start = 0
    private let bytesMax: Int

    package init(bytesMax: Int) { self.bytesMax = bytesMax }

    /// True while a frame has begun that is not whole.
    package var isMidFrame: Bool { self.start < self.buffer.count }

    /// Takes bytes as they come.
    package mutating func feed(_ bytes: [UInt8]) {
        if self.start > 0, self.start == self.buffer.count {
            self.buffer.removeAll(keepingCapacity: true)
            self.start = 0
        } else if self.start > 1 << 16 {
            self.buffer.removeFirst(self.start)
            self.start = 0
        }
        self.buffer.append(contentsOf: bytes)
    }

    /// Gives the next whole message; nil until more bytes come.
    ///
    /// - Throws: `PeerFault` for a head that is not a shortest-form byte string, or a frame over the limit.
    package mutating func next() throws(PeerFault) -> [UInt8]? {
        guard let head = try self.head() else { return nil }
        guard head.length <= self.bytesMax || Mutant.isOn(.frameUnbounded) else {
            throw .tooLarge(field: "frame", limit: self.bytesMax, actual: head.length)
        }
        let bodyStart = self.start + head.size
        guard self.buffer.count - bodyStart >= head.length else { return nil }
        self.start = bodyStart + head.length
        return Array(self.buffer[bodyStart..<self.start])
    }

    /// Reads the head of a byte string (major type 2) in its shortest form.
    private func head() throws(PeerFault) -> (size: Int, length: Int)? {
        guard self.start < self.buffer.count else { return nil }
        let first = self.buffer[self.start]
        guard first >> 5 == 2 else { throw .malformed(.malformed("frame head")) }
        let info = Int(first & 31)
        if info < 24 { return (1, info) }
        let widths = [24: 1, 25: 2, 26: 4]
        guard let width = widths[info] else { throw .malformed(.malformed("frame head")) }
        guard self.buffer.count - self.start > width else { return nil }
        var length = 0
        for offset in 1...width { length = length << 8 | Int(self.buffer[self.start + offset]) }
        let isShortest = width == 1 ? length >= 24 : width == 2 ? length >= 1 << 8 : length >= 1 << 16
        guard isShortest else { throw .malformed(.malformed("frame head")) }
        return (1 + width, length)
    }
}
