package import BatonModel

/// One running, standing or stopped clock of a case, worked out from what the case says.
package struct Clock: Hashable, Sendable {
    /// A stretch of time in which a soft clock stands still.
    package struct Pause: Hashable, Sendable {
        package let fromMilliseconds: Int64
        /// Nil while it lasts.
        package let toMilliseconds: Int64?
        package let code: String
        package let waitingFor: String
        package let by: Actor
    }

    /// What stopped a clock.
    package enum Stop: Hashable, Sendable {
        case milestone(Milestone, atMilliseconds: Int64)
        case entry(by: Actor, atMilliseconds: Int64)
        /// The case was closed with the clock unmet. A hard clock never ends so.
        case closing(atMilliseconds: Int64)

        package var atMilliseconds: Int64 {
            switch self {
            case .milestone(_, let at), .entry(_, let at), .closing(let at): at
            }
        }
    }

    package let key: ClockKey
    package let title: String
    package let isHard: Bool
    /// No counsel has agreed to its rule yet: shown as `~`.
    package let needsCounsel: Bool
    /// The claim that is due first; what alerts count from.
    package let claim: ClockClaim
    /// Nil while it is paused and while no number stands in its rule.
    package let dueMilliseconds: Int64?
    /// In order of time; they do not overlap.
    package let still: StillTime
    /// Everybody's pauses, as they were said.
    package let pauses: [Pause]
    package let stop: Stop?
    package let isRecurring: Bool

    package var startedMilliseconds: Int64 { self.claim.originMilliseconds }
}

/// From when a clock runs and how long. Several may stand beside each other: the one that is due first counts.
package struct ClockClaim: Hashable, Sendable {
    package let originMilliseconds: Int64
    /// Nil: no number.
    package let withinMilliseconds: Int64?
    package let isHard: Bool
    package let severity: Severity?
    /// The version of the rule; 0 where it is not known.
    package let version: Int

    package init(
        originMilliseconds: Int64, withinMilliseconds: Int64?, isHard: Bool, severity: Severity?, version: Int
    ) {
        self.originMilliseconds = originMilliseconds
        self.withinMilliseconds = withinMilliseconds
        self.isHard = isHard
        self.severity = severity
        self.version = version
    }

    init(_ body: ClockBody) {
        self.init(
            originMilliseconds: body.atMilliseconds, withinMilliseconds: body.withinMilliseconds,
            isHard: body.isHard, severity: body.severity, version: body.version)
    }
}

/// The stretches in which a clock stands still: in order of time, never overlapping, the last one perhaps open.
package struct StillTime: Hashable, Sendable {
    package struct Stretch: Hashable, Sendable {
        package let from: Int64
        package let to: Int64?
    }

    package private(set) var stretches: [Stretch] = []

    package init() {}

    /// - Parameter pauses: In any order, overlapping or not; empty and backward ones count for nothing.
    package init(_ pauses: [(from: Int64, to: Int64?)]) {
        for pause in pauses.sorted(by: { ($0.from, $0.to ?? .max) < ($1.from, $1.to ?? .max) }) {
            if let to = pause.to, to <= pause.from { continue }
            guard let last = self.stretches.last, (last.to ?? .max) >= pause.from else {
                self.stretches.append(Stretch(from: pause.from, to: pause.to))
                continue
            }
            guard let end = last.to else { continue }
            self.stretches[self.stretches.count - 1] = Stretch(
                from: last.from, to: pause.to.map { max(end, $0) })
        }
    }

    /// The instant by which a clock has run so long; nil when it stands still for good before that.
    ///
    /// - Parameter running: Milliseconds of running time; none or fewer gives `origin + running`.
    package func instant(from origin: Int64, running: Int64) -> Int64? {
        guard running > 0 else { return origin + running }
        var now = origin
        var left = running
        for stretch in self.stretches where (stretch.to ?? .max) > now {
            let run = max(0, stretch.from - now)
            if run >= left { return now + left }
            left -= run
            guard let end = stretch.to else { return nil }
            now = end
        }
        return now + left
    }

    /// Milliseconds that a clock has run between two instants.
    package func running(from origin: Int64, to end: Int64) -> Int64 {
        guard end > origin else { return 0 }
        var still: Int64 = 0
        for stretch in self.stretches {
            let from = max(stretch.from, origin)
            let to = min(stretch.to ?? .max, end)
            if to > from { still += to - from }
        }
        return end - origin - still
    }

    package func contains(_ instant: Int64) -> Bool {
        self.stretches.contains { $0.from <= instant && instant < ($0.to ?? .max) }
    }
}
