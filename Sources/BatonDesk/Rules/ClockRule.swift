/// When a clock starts, how long it runs and what stops it. Laws and internal targets share this form.
package struct ClockRule: Sendable, Equatable {
    /// What starts a clock.
    package enum Start: Sendable, Equatable {
        /// The time at which the matter reached the team.
        case received
        /// The first time that a milestone was reached.
        case milestone(Milestone)
        /// A person attaches it to the case: an order or a notice came in.
        case attached
    }

    package let start: Start
    /// Nil: no number stands in the rule. The clock then runs without a due time, and says so.
    package let withinMilliseconds: Int64?
    /// A hard clock never pauses, and wins over a soft one.
    package let isHard: Bool
    /// Any of these stops it. Empty: only a person does.
    package let metBy: [Milestone]
    /// It starts by itself only in cases that are at least so grave; nil: in all.
    package let upTo: Severity?
    /// It begins again each time it is met, until one of `metBy` is reached.
    package let isRecurring: Bool

    package init(
        start: Start, withinMilliseconds: Int64?, isHard: Bool, metBy: [Milestone],
        upTo: Severity? = nil, isRecurring: Bool = false
    ) {
        self.start = start
        self.withinMilliseconds = withinMilliseconds
        self.isHard = isHard
        self.metBy = metBy
        self.upTo = upTo
        self.isRecurring = isRecurring
    }
}

/// The team's own clock beside every order or notice that a person attaches: whoever sent it is to hear that we
/// have it, however long the law gives for the rest.
package struct OrderStage: Sendable, Equatable {
    /// Its clocks are `order.ack/eu.tco/2`: the rule, then the clock of the order.
    package static let rule = "order.ack"

    package let title: String
    package let withinMilliseconds: Int64

    package init(title: String, withinMilliseconds: Int64) {
        self.title = title
        self.withinMilliseconds = withinMilliseconds
    }

    package static func key(of order: ClockKey) -> ClockKey {
        ClockKey(rule: Self.rule, instance: order.word)
    }
}

/// A stage of the work on one type of case: what the team's own clocks measure.
package struct ClockStage: Sendable, Equatable {
    /// What starts a stage's clock and what stops it.
    package struct Ends: Sendable, Equatable {
        package let start: ClockRule.Start
        package let metBy: [Milestone]
        package let isRecurring: Bool

        package init(start: ClockRule.Start, metBy: [Milestone], isRecurring: Bool) {
            self.start = start
            self.metBy = metBy
            self.isRecurring = isRecurring
        }
    }

    /// `EDR` and `ack` make `edr.ack`.
    package let type: CaseType
    package let key: String
    package let title: String
    package let ends: Ends
    /// The time allowed by severity, gravest first; nil where that severity has no such clock.
    package let withinMilliseconds: [Int64?]

    /// - Parameter withinMilliseconds: One entry for each severity from S0.
    package init(
        type: CaseType, key: String, title: String, ends: Ends, withinMilliseconds: [Int64?]
    ) {
        precondition(
            withinMilliseconds.count == Severity.allCases.count,
            "a stage has one time for each severity, got \(withinMilliseconds.count)")
        self.type = type
        self.key = key
        self.title = title
        self.ends = ends
        self.withinMilliseconds = withinMilliseconds
    }

    /// The clock of the stage at one severity; nil where that severity has none.
    package func clock(_ severity: Severity) -> ClockRule? {
        self.within(severity).map {
            ClockRule(
                start: self.ends.start, withinMilliseconds: $0, isHard: false, metBy: self.ends.metBy,
                isRecurring: self.ends.isRecurring)
        }
    }

    package func within(_ severity: Severity) -> Int64? { self.withinMilliseconds[Int(severity.rawValue)] }

    /// The id of the stage's clock: `edr.ack`. One clock a stage, whatever the severity.
    package var id: String { "\(self.type.word.lowercased()).\(self.key)" }
}
