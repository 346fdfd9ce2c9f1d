import BatonProtocol
import Testing

@testable import BatonEngine

@Suite("Chunks between receipt and commit")
struct ChunksInFlightTests {
    private static let limits: WireLimits = {
        var limits = WireLimits()
        limits.chunksInFlightMax = 8
        limits.chunkBytesInFlightMax = 1_000
        return limits
    }()

    @Test("Many small ones pause reading by their number, and half of them let it go on")
    func number() {
        var chunks = ChunksInFlight()
        for _ in 1...7 { chunks.add(1) }
        #expect(!chunks.isFull(by: Self.limits))
        chunks.add(1)
        #expect(chunks.isFull(by: Self.limits))
        for _ in 1...3 { chunks.done() }
        #expect(!chunks.isHalfEmpty(by: Self.limits))
        chunks.done()
        #expect(chunks.isHalfEmpty(by: Self.limits) && chunks.count == 4)
    }

    @Test("Few large ones pause reading by their bytes, whatever comes of them in the end")
    func bytes() {
        var chunks = ChunksInFlight()
        chunks.add(400)
        chunks.add(600)
        #expect(chunks.isFull(by: Self.limits))
        chunks.done()
        #expect(!chunks.isHalfEmpty(by: Self.limits))
        chunks.done()
        // A link that was made anew hears of chunks of the one before.
        chunks.done()
        #expect(chunks.isHalfEmpty(by: Self.limits) && chunks.isEmpty)
        chunks.add(999)
        #expect(!chunks.isFull(by: Self.limits))
    }
}
