import BatonProtocol

/// Chunks of one link between receipt and commit: bounded in number and in bytes, since a peer that means harm sends
/// large ones.
struct ChunksInFlight: Sendable {
    /// In the order received, which is nearly always that of their commits.
    private var bytes: [Int] = []
    private var total = 0

    var count: Int { self.bytes.count }
    var isEmpty: Bool { self.bytes.isEmpty }

    mutating func add(_ bytes: Int) {
        self.bytes.append(bytes)
        self.total += bytes
    }

    /// Notes that one is committed, or was no good. More than there are change nothing: links are made anew.
    mutating func done() {
        guard !self.bytes.isEmpty else { return }
        self.total -= self.bytes.removeFirst()
    }

    /// True when reading is to pause.
    func isFull(by limits: WireLimits) -> Bool {
        self.count >= limits.chunksInFlightMax || self.total >= limits.chunkBytesInFlightMax
    }

    /// True when reading may go on.
    func isHalfEmpty(by limits: WireLimits) -> Bool {
        self.count * 2 <= limits.chunksInFlightMax && self.total * 2 <= limits.chunkBytesInFlightMax
    }
}
