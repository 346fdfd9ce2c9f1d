/// One node's wall clock: off by a constant, running fast or slow, standing still, or set to anything.
///
/// Times are milliseconds; `truth` counts from the begin of the run.
package struct NodeClock: Sendable, Equatable {
    private var anchorTruth: UInt64 = 0
    private var anchorWall: Int64
    /// Parts per million that the clock is fast.
    package private(set) var driftPPM: Int64 = 0
    package private(set) var isFrozen = false

    /// - Parameter wallMilliseconds: Since 1970, at truth 0.
    package init(wallMilliseconds: UInt64) { self.anchorWall = Int64(wallMilliseconds) }

    /// Milliseconds since 1970, never before it.
    package func wall(at truth: UInt64) -> UInt64 { UInt64(max(0, self.reading(at: truth))) }

    private func reading(at truth: UInt64) -> Int64 {
        guard !self.isFrozen else { return self.anchorWall }
        let passed = Int64(truth - self.anchorTruth)
        return self.anchorWall + passed + passed * self.driftPPM / 1_000_000
    }

    private mutating func anchor(at truth: UInt64) {
        self.anchorWall = self.reading(at: truth)
        self.anchorTruth = truth
    }

    package mutating func jump(by milliseconds: Int64, at truth: UInt64) {
        self.anchor(at: truth)
        self.anchorWall += milliseconds
    }

    package mutating func set(to wallMilliseconds: UInt64, at truth: UInt64) {
        self.anchor(at: truth)
        self.anchorWall = Int64(wallMilliseconds)
    }

    package mutating func drift(partsPerMillion: Int64, at truth: UInt64) {
        self.anchor(at: truth)
        self.driftPPM = partsPerMillion
    }

    /// Stops the clock, or lets it go on from where it stood.
    package mutating func freeze(_ isFrozen: Bool, at truth: UInt64) {
        self.anchor(at: truth)
        self.isFrozen = isFrozen
    }
}
