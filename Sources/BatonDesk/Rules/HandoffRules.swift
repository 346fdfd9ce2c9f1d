/// The numbers that a handoff is held to. All are the team's own policy.
package struct HandoffRules: Sendable, Equatable {
    /// A situation line is no longer than that, in characters.
    package var situationCharactersMax = 200
    /// The least grave severity that needs a situation line.
    package var situationUpTo = Severity.s2
    /// The least grave severity that needs an if-then plan.
    package var contingencyUpTo = Severity.s1
    /// The least grave severity that the receiver reads back.
    package var readBackUpTo = Severity.s1
    /// More cases than this are listed, not told.
    package var casesBudget = 10
    /// Sentences that passed through more handoffs than this unchanged are marked as copied.
    package var copiedHandoffsMax = 2
    /// From this hop on in one day, a read-back on the telephone is asked for.
    package var relayHops = 2
    /// A hard deadline this near to the moment of custody is warned of.
    package var deadlineMarginMilliseconds: Int64 = 20 * 60_000
    /// An offer that nobody accepts pages the escalation path after this time.
    package var offerExpiryMilliseconds: Int64 = 40 * 60_000
    /// Custody of S0 and S1 is confirmed again this often.
    package var confirmEveryMilliseconds: Int64 = 60 * 60_000

    package init() {}
}
