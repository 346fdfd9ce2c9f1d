/// The frontier that an author had seen on the document: each delta not reachable from `document prev` or
/// another entry.
///
/// `seal` binds it to exact deltas: 16 bytes of a hash over the full ids, so that a place in a forked log
/// cannot stand for two.
package struct Context: Hashable, Sendable {
    /// Sorted. A place repeats only where the author had seen both branches of a fork there.
    package var entries: [DeltaReference]
    package var seal: ContextSeal

    package init(entries: [DeltaReference], seal: ContextSeal) {
        self.entries = entries
        self.seal = seal
    }
}

/// 16 bytes that a context's ids hash to.
package struct ContextSeal: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    private static let domain = Array("baton/seal/1".utf8)

    /// Zeros: where the seal is still to be read.
    package static let zero = ContextSeal(high: 0, low: 0)

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.high = bigEndianWord(bytes, from: 0)
        self.low = bigEndianWord(bytes, from: 8)
    }

    package init?(_ bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.high = bigEndianWord(bytes, from: 0)
        self.low = bigEndianWord(bytes, from: 8)
    }

    /// Hashes `"baton/seal/1" ‖ id of document prev (zeros if none) ‖ the entries' ids in order` and keeps
    /// the first 16 bytes.
    package init(documentPrev: DeltaID, entries: [DeltaID], hashing: some Hashing) {
        var message: [UInt8] = []
        message.reserveCapacity(Self.domain.count + Digest256.byteCount * (entries.count + 1))
        message.append(contentsOf: Self.domain)
        documentPrev.digest.append(to: &message)
        for entry in entries { entry.digest.append(to: &message) }
        let digest = hashing.digest256(message)
        self.high = digest.word0
        self.low = digest.word1
    }

    package var bytes: [UInt8] {
        var out: [UInt8] = []
        appendBigEndian(self.high, to: &out)
        appendBigEndian(self.low, to: &out)
        return out
    }
}
