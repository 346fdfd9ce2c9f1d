package import BatonModel

/// What the statistics take from one case: times and counts, no text and no person.
package struct CaseFigures: Hashable, Sendable {
    package let type: CaseType?
    /// The site whose delta began the case.
    package let site: SiteID?
    package let receivedMilliseconds: Int64
    package let isClosed: Bool
    /// From receipt to the first word of somebody who has it; nil while there is none.
    package let acknowledgedAfter: Int64?
    /// From receipt to the first decision that a second person approved, or the first answer or action that
    /// its type's milestones name; nil while there is none.
    package let decidedAfter: Int64?
    package let clocksMet: Int
    /// Met late, or past due now.
    package let clocksMissed: Int
    /// When the next clock is due that still runs: from then on the figures are others, though nothing was written.
    /// Nil while none does.
    package let changesAt: Int64?

    /// - Parameter now: Milliseconds since 1970.
    package init(_ file: CaseFile, rules: RuleBook, now: Int64) {
        let received = Int64(clamping: file.receivedMilliseconds)
        func after(_ instants: [UInt64]) -> Int64? {
            instants.min().map { max(0, Int64(clamping: $0) - received) }
        }
        self.type = file.type
        self.site = file.origin
        self.receivedMilliseconds = received
        self.isClosed = file.summary.isClosed
        self.acknowledgedAfter = after(Self.first(file, ["acknowledged", "triaged"]))
        let approved = file.decisions.items.compactMap { $0.approval?.at }
        let words = [
            "confirmed", "disclosed", "refused", "authority-informed", "declared", "policy-decided",
            "decided",
            "filed", "contained",
        ]
        self.decidedAfter = after(approved + Self.first(file, words))
        let clocks = file.clocks(rules)
        let standings = clocks.map { $0.standing(nowMilliseconds: now) }
        self.changesAt = clocks.filter { $0.stop == nil }.compactMap(\.dueMilliseconds).filter { $0 > now }
            .min()
        self.clocksMet = standings.count { $0 == .met }
        self.clocksMissed = standings.count { $0 == .metLate || $0 == .breached }
    }

    package init(
        type: CaseType?, site: SiteID?, receivedMilliseconds: Int64, isClosed: Bool,
        acknowledgedAfter: Int64?,
        decidedAfter: Int64?, clocks: (met: Int, missed: Int)
    ) {
        self.type = type
        self.site = site
        self.receivedMilliseconds = receivedMilliseconds
        self.isClosed = isClosed
        self.acknowledgedAfter = acknowledgedAfter
        self.decidedAfter = decidedAfter
        (self.clocksMet, self.clocksMissed) = clocks
        self.changesAt = nil
    }

    private static func first(_ file: CaseFile, _ words: [String]) -> [UInt64] {
        words.compactMap { Milestone(word: $0) }.compactMap { file.reached($0) }
    }
}

/// What the statistics take from one handoff.
package struct HandoffFigures: Hashable, Sendable {
    package let offeredAt: Int64
    package let isAccepted: Bool
    package let isDeclined: Bool
    /// From the offer to the accept.
    package let acceptedAfter: Int64?
    package let cases: Int
    /// Cases that were read back right, and of those the ones that took a correction.
    package let readBacks: Int
    package let corrections: Int
    /// Parts of changes that the receiver lacked when it signed.
    package let missingParts: Int

    /// - Returns: Nil for a draft: nothing was handed on.
    package init?(_ state: HandoffState, hashing: some Hashing) {
        guard let offer = state.offered else { return nil }
        let hash = offer.body.record
        let accepted = state.standing == .accepted ? state.accepted : nil
        self.offeredAt = Int64(clamping: offer.at)
        self.isAccepted = accepted != nil
        self.isDeclined = state.standing == .declined
        self.acceptedAfter = accepted.map { max(0, Int64(clamping: $0.at) - Int64(clamping: offer.at)) }
        self.cases = state.record(hash, hashing: hashing)?.items.count ?? 0
        self.readBacks = state.readBackCount(hash)
        self.corrections = state.corrections(hash)
        self.missingParts = accepted?.body.held.reduce(0) { $0 + $1.missing.count } ?? 0
    }

    package init(
        offeredAt: Int64, isAccepted: Bool, isDeclined: Bool, acceptedAfter: Int64?, cases: Int,
        readBacks: (right: Int, corrected: Int)
    ) {
        self.offeredAt = offeredAt
        self.isAccepted = isAccepted
        self.isDeclined = isDeclined
        self.acceptedAfter = acceptedAfter
        self.cases = cases
        (self.readBacks, self.corrections) = readBacks
        self.missingParts = 0
    }
}
