/// How a clock stands at an instant.
package enum ClockStanding: Hashable, Sendable {
    /// Not stopped, and no number stands in its rule: to be done without delay.
    case openEnded
    case running
    /// 80 % of its time or more is gone.
    case atRisk
    case paused
    case breached
    case met
    /// Stopped, but after it was due.
    case metLate
    /// The case was closed before it was met.
    case ended

    package var word: String {
        switch self {
        case .openEnded: "without delay"
        case .running: "running"
        case .atRisk: "at risk"
        case .paused: "paused"
        case .breached: "breached"
        case .met: "met"
        case .metLate: "met late"
        case .ended: "ended with the case"
        }
    }

    package var isStopped: Bool { self == .met || self == .metLate || self == .ended }
}

extension Clock {
    /// The share of a clock's time after which it is at risk.
    package static let riskPercent: Int64 = 80

    /// - Parameter nowMilliseconds: The wall clock now, milliseconds since 1970.
    package func standing(nowMilliseconds now: Int64) -> ClockStanding {
        if let stop = self.stop {
            if case .closing = stop { return .ended }
            return stop.atMilliseconds <= (self.dueMilliseconds ?? .max) ? .met : .metLate
        }
        guard let within = self.claim.withinMilliseconds else { return .openEnded }
        if let due = self.dueMilliseconds, due <= now { return .breached }
        if self.still.contains(now) { return .paused }
        let run = self.still.running(from: self.claim.originMilliseconds, to: now)
        return run * 100 >= within * Self.riskPercent ? .atRisk : .running
    }

    /// Milliseconds until it is due, negative when it is breached; of a paused clock, what will be left when it
    /// runs again. Nil where there is no due time.
    package func remainingMilliseconds(nowMilliseconds now: Int64) -> Int64? {
        guard let within = self.claim.withinMilliseconds else { return nil }
        if let due = self.dueMilliseconds, due <= now { return due - now }
        return within - self.still.running(from: self.claim.originMilliseconds, to: now)
    }

    /// True when the clocks of sites differ by more than what separates now from the due time, so that nobody
    /// can say for certain whether it is breached.
    ///
    /// - Parameter uncertaintyMilliseconds: How far this node's clock may be off; not negative.
    package func isUncertain(nowMilliseconds now: Int64, uncertaintyMilliseconds: Int64) -> Bool {
        guard self.stop == nil, let due = self.dueMilliseconds else { return false }
        return abs(due - now) <= uncertaintyMilliseconds
    }
}

extension Clock {
    /// An order for people: breached first, then by due time, then hard before soft, then by name. Clocks
    /// without a due time come after those with one, stopped ones last.
    package static func isBefore(_ left: Clock, _ right: Clock) -> Bool {
        let (a, b) = (left.rank, right.rank)
        if a != b { return a < b }
        return left.key < right.key
    }

    private var rank: [Int64] {
        [
            self.stop == nil ? 0 : 1, self.dueMilliseconds ?? .max, self.isHard ? 0 : 1,
            self.claim.originMilliseconds,
        ]
    }
}

/// Compares ranks of one length, the first difference deciding.
private func < (left: [Int64], right: [Int64]) -> Bool { left.lexicographicallyPrecedes(right) }
