import BatonModel
import BatonProtocol
import BatonSimulator
import Testing

@Suite("FrameDecoder")
struct FrameDecoderTests {
    private static let limit = 256 * 1024

    /// A message of a length that takes a head of each width, and its neighbours.
    private static let lengths = [0, 1, 23, 24, 255, 256, 65_535, 65_536]

    private static func message(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    }

    private static func drain(_ decoder: inout FrameDecoder) throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        while let frame = try decoder.next() { frames.append(frame) }
        return frames
    }

    private static func fault(_ bytes: [UInt8], limit: Int = Self.limit) -> PeerFault? {
        var decoder = FrameDecoder(bytesMax: limit)
        decoder.feed(bytes)
        do {
            _ = try decoder.next()
            return nil
        } catch {
            return error
        }
    }

    @Test("a head has the shortest width that its length needs")
    func heads() {
        let heads: [(Int, [UInt8])] = [
            (0, [0x40]), (23, [0x57]), (24, [0x58, 24]), (255, [0x58, 255]), (256, [0x59, 1, 0]),
            (65_535, [0x59, 255, 255]), (65_536, [0x5a, 0, 1, 0, 0]),
        ]
        for (count, head) in heads {
            let frame = FrameCodec.frame(Self.message(count))
            #expect(Array(frame.prefix(head.count)) == head)
            #expect(frame.count == head.count + count)
        }
    }

    @Test("frames with heads of all widths come out whole, whatever stands around them")
    func widths() throws {
        var decoder = FrameDecoder(bytesMax: Self.limit)
        decoder.feed(Self.lengths.flatMap { FrameCodec.frame(Self.message($0)) })
        #expect(try Self.drain(&decoder) == Self.lengths.map(Self.message))
        decoder.feed(FrameCodec.frame([7]))
        #expect(try Self.drain(&decoder) == [[7]])
    }

    @Test("a stream cut into two at any byte gives the same frames")
    func everyCut() throws {
        let messages = [0, 3, 24, 300].map(Self.message)
        let stream = messages.flatMap(FrameCodec.frame)
        for cut in 0...stream.count {
            var decoder = FrameDecoder(bytesMax: Self.limit)
            decoder.feed(Array(stream[..<cut]))
            var frames = try Self.drain(&decoder)
            decoder.feed(Array(stream[cut...]))
            frames += try Self.drain(&decoder)
            #expect(frames == messages, "cut at \(cut)")
        }
    }

    @Test("a stream that comes one byte at a time gives each frame with its last byte")
    func oneByte() throws {
        let messages = [0, 1, 23, 24, 255, 256, 1_000].map(Self.message)
        var decoder = FrameDecoder(bytesMax: Self.limit)
        for message in messages {
            let frame = FrameCodec.frame(message)
            for (index, byte) in frame.enumerated() {
                decoder.feed([byte])
                let got = try decoder.next()
                #expect(got == (index == frame.count - 1 ? message : nil))
            }
        }
        #expect(try decoder.next() == nil)
    }

    @Test("a long stream in drawn pieces gives its frames in order", arguments: UInt64(0)..<4)
    func drawnPieces(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let messages = (0..<120).map { _ in
            random.bytes(random.chance(1, in: 6) ? 20_000 + random.below(60_000) : random.below(400))
        }
        var stream = messages.flatMap(FrameCodec.frame)[...]
        var decoder = FrameDecoder(bytesMax: Self.limit)
        var frames: [[UInt8]] = []
        while !stream.isEmpty {
            let count = min(stream.count, 1 + random.below(30_000))
            decoder.feed(Array(stream.prefix(count)))
            stream = stream.dropFirst(count)
            // Reading may pause with whole frames left inside.
            if random.chance(1, in: 2) { frames += try Self.drain(&decoder) }
        }
        frames += try Self.drain(&decoder)
        #expect(frames == messages)
    }

    @Test(
        "a head longer than its length needs is refused",
        arguments: [
            [0x58, 0], [0x58, 23], [0x59, 0, 0], [0x59, 0, 255], [0x5a, 0, 0, 0, 0], [0x5a, 0, 0, 255, 255],
        ] as [[UInt8]])
    func notShortest(head: [UInt8]) {
        #expect(Self.fault(head) == .malformed(.malformed("frame head")))
    }

    @Test("only a byte string of definite length of at most four bytes is a frame")
    func otherHeads() {
        for first in UInt8.min...UInt8.max {
            let fault = Self.fault([first, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], limit: .max)
            let isFrame = (0x40...0x5a).contains(first)
            #expect((fault == nil) == isFrame, "head \(first)")
            if !isFrame { #expect(fault == .malformed(.malformed("frame head"))) }
        }
    }

    @Test("a frame over the limit is refused from its head alone")
    func limitFromHead() {
        #expect(Self.fault([0x58, 101], limit: 100) == .tooLarge(field: "frame", limit: 100, actual: 101))
        #expect(Self.fault([0x59, 1, 0], limit: 255) == .tooLarge(field: "frame", limit: 255, actual: 256))
        #expect(
            Self.fault([0x5a, 0xff, 0xff, 0xff, 0xff])
                == .tooLarge(field: "frame", limit: Self.limit, actual: 4_294_967_295))
        #expect(Self.fault([0x58, 100], limit: 100) == nil, "a frame at the limit is waited for")
        #expect(Self.fault([0x59, 1], limit: 10) == nil, "half a head says nothing yet")
    }

    @Test("frames before a wrong head are still given")
    func framesBeforeFault() throws {
        var decoder = FrameDecoder(bytesMax: 100)
        decoder.feed(FrameCodec.frame([1, 2]) + [0xff])
        #expect(try decoder.next() == [1, 2])
        #expect(throws: PeerFault.self) { try decoder.next() }
        #expect(throws: PeerFault.self, "a broken stream stays broken") { try decoder.next() }
    }
}
