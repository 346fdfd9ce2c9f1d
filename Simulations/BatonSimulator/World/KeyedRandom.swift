/// Randomness by key: each draw is a function of (seed, stream, entity, counter), so that removing one
/// event of a run leaves every other draw as it was.
package struct KeyedRandom: Sendable {
    /// What a draw is for.
    package enum Stream: UInt64, Sendable {
        case schedule = 1, pieces, crypto, workload, faults, delay, loss, target, disk
    }

    private struct Key: Hashable {
        let stream: Stream
        let entity: UInt64
    }

    private let seed: UInt64
    private var streams: [Key: SeededRandom] = [:]

    package init(seed: UInt64) { self.seed = seed }

    package mutating func next(_ stream: Stream, _ entity: UInt64) -> UInt64 {
        let key = Key(stream: stream, entity: entity)
        var random = self.streams[key] ?? self.opened(stream, entity)
        let drawn = random.next()
        self.streams[key] = random
        return drawn
    }

    package mutating func below(_ limit: Int, _ stream: Stream, _ entity: UInt64) -> Int {
        Int(self.next(stream, entity) % UInt64(limit))
    }

    package mutating func bytes(_ count: Int, _ stream: Stream, _ entity: UInt64) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: self.next(stream, entity) >> 24) }
    }

    /// Draws by place in time instead of by count: what happens earlier to the same entity changes nothing.
    package func drawn(_ stream: Stream, _ entity: UInt64, at place: UInt64) -> UInt64 {
        var random = self.opened(stream, entity ^ (place &* 0x94d0_49bb_1331_11eb))
        return random.next()
    }

    private func opened(_ stream: Stream, _ entity: UInt64) -> SeededRandom {
        var mixer = SeededRandom(seed: self.seed)
        let base = mixer.next() ^ stream.rawValue &* 0x9e37_79b9_7f4a_7c15
        return SeededRandom(seed: base ^ (entity &* 0xbf58_476d_1ce4_e5b9))
    }
}
