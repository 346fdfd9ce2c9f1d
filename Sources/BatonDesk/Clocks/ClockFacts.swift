package import BatonModel

/// What the clocks of one case are worked out from. Filled by whoever reads the case.
package struct ClockFacts: Hashable, Sendable {
    /// Somebody's word that the case is this grave.
    package struct SeverityClaim: Hashable, Sendable {
        package let severity: Severity
        package let atMilliseconds: Int64
        /// Its author had read no severity of this case before: the first triage there. Clocks then run from
        /// their event, not from the claim.
        package let isFirst: Bool

        package init(severity: Severity, atMilliseconds: Int64, isFirst: Bool) {
            self.severity = severity
            self.atMilliseconds = atMilliseconds
            self.isFirst = isFirst
        }
    }

    /// One record of a milestone. Several sites may have one each.
    package struct Reached: Hashable, Sendable {
        package let milestone: Milestone
        package let atMilliseconds: Int64

        package init(milestone: Milestone, atMilliseconds: Int64) {
            self.milestone = milestone
            self.atMilliseconds = atMilliseconds
        }
    }

    package var document: DocumentID
    /// Nil until somebody said what it is: only what is attached by hand runs.
    package var type: CaseType?
    /// The gravest that stands. Nil before triage: the acknowledgement then runs as for S0.
    package var severity: Severity?
    package var severityClaims: [SeverityClaim] = []
    /// When the matter reached the team; else when the case was written.
    package var receivedMilliseconds: Int64
    /// Since when the case is closed or merged into another; nil while it is open. Soft clocks end then.
    package var closedMilliseconds: Int64?
    package var jurisdictions: [String] = []
    package var reached: [Reached] = []
    package var ledger = ClockLedger()

    package init(document: DocumentID, type: CaseType?, receivedMilliseconds: Int64) {
        self.document = document
        self.type = type
        self.receivedMilliseconds = receivedMilliseconds
    }

    /// The earliest record counts.
    func reached(_ milestone: Milestone) -> Int64? {
        self.reached.filter { $0.milestone == milestone }.map(\.atMilliseconds).min()
    }

    /// When a start that is not by hand has happened; nil if it has not.
    func event(_ start: ClockRule.Start) -> Int64? {
        switch start {
        case .received: self.receivedMilliseconds
        case .milestone(let milestone): self.reached(milestone)
        case .attached: nil
        }
    }

    /// When a clock that depends on the severity starts: its event, or when the case became this grave.
    func start(_ event: Int64, at severity: Severity) -> Int64 {
        let claims = self.severityClaims.filter { $0.severity == severity }
        return claims.map { $0.isFirst ? event : max(event, $0.atMilliseconds) }.min() ?? event
    }
}
