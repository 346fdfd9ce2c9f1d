import BatonEncoding
package import BatonModel

/// Asks a peer for fingerprints of ranges of logs, under a key drawn for this question, so that an answer
/// cannot have been prepared.
package struct Comparison: Sendable, Equatable {
    package var token: UInt64
    /// 16 random bytes.
    package var key: [UInt8]
    package var ranges: [DeltaRange]

    package init(token: UInt64, key: [UInt8], ranges: [DeltaRange]) {
        self.token = token
        self.key = key
        self.ranges = ranges
    }
}

/// One fingerprint per range of the question, in its order; nil where a place of the range is not held.
package struct ComparisonAnswer: Sendable, Equatable {
    package var token: UInt64
    package var fingerprints: [RangeFingerprint?]

    package init(token: UInt64, fingerprints: [RangeFingerprint?]) {
        self.token = token
        self.fingerprints = fingerprints
    }
}

/// 16 bytes that the ids of a range hash to: the first of
/// `H("baton/range/1" ‖ key ‖ ids by (seq, id))`.
package struct RangeFingerprint: Sendable, Hashable {
    package let high: UInt64
    package let low: UInt64

    package init(key: [UInt8], ids: [DeltaID], hashing: some Hashing) {
        var message = Array("baton/range/1".utf8)
        message.reserveCapacity(message.count + key.count + ids.count * Digest256.byteCount)
        message.append(contentsOf: key)
        for id in ids { message.append(contentsOf: id.bytes) }
        let digest = hashing.digest256(message)
        self.high = digest.word0
        self.low = digest.word1
    }

    package init?(_ bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        self.high = bigEndianWord(bytes, from: 0)
        self.low = bigEndianWord(bytes, from: 8)
    }

    package var bytes: [UInt8] {
        var out: [UInt8] = []
        appendBigEndian(self.high, to: &out)
        appendBigEndian(self.low, to: &out)
        return out
    }
}

extension Comparison {
    func encode(into writer: inout CBORWriter) {
        writer.unsigned(self.token)
        writer.bytes(self.key)
        writer.arrayHeader(self.ranges.count)
        for range in self.ranges {
            writer.arrayHeader(3)
            range.author.encode(into: &writer)
            writer.unsigned(range.first)
            writer.unsigned(range.last)
        }
    }

    init(from reader: inout CBORReader, _ limits: WireLimits) throws(ModelFault) {
        let token = try reader.modelUnsigned("compare.token")
        let key = Array(try reader.modelBytes("compare.key", count: 16))
        var ranges: [DeltaRange] = []
        for _ in 0..<(try reader.modelArray("compare.ranges", upTo: limits.comparedRangesMax)) {
            try reader.expectArray(of: 3, "compare.range")
            let author = try Author(from: &reader)
            let first = try reader.modelUnsigned("compare.first")
            let last = try reader.modelUnsigned("compare.last", upTo: UInt64(Int64.max))
            guard first > 0, first <= last else { throw .malformed("compare.range") }
            ranges.append(DeltaRange(author: author, first: first, last: last))
        }
        self.init(token: token, key: key, ranges: ranges)
    }
}

extension ComparisonAnswer {
    func encode(into writer: inout CBORWriter) {
        writer.unsigned(self.token)
        writer.arrayHeader(self.fingerprints.count)
        for fingerprint in self.fingerprints {
            if let fingerprint { writer.bytes(fingerprint.bytes) } else { writer.null() }
        }
    }

    init(from reader: inout CBORReader, _ limits: WireLimits) throws(ModelFault) {
        let token = try reader.modelUnsigned("compared.token")
        var fingerprints: [RangeFingerprint?] = []
        for _ in 0..<(try reader.modelArray("compared", upTo: limits.comparedRangesMax)) {
            if reader.isNull() {
                do { try reader.null() } catch { throw .encoding(error) }
                fingerprints.append(nil)
            } else {
                fingerprints.append(RangeFingerprint(try reader.modelBytes("compared.range", count: 16)))
            }
        }
        self.init(token: token, fingerprints: fingerprints)
    }
}
