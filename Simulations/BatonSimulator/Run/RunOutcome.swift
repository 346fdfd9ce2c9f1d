package import BatonModel

/// What one run came to.
package struct RunOutcome: Sendable {
    package let name: String
    package let seed: UInt64
    /// What did not hold; the first one of a run, or all that its end showed.
    package let violations: [Violation]
    package let traceHash: UInt64
    package let eventCount: UInt64
    package let deltaCount: Int
    package let simulatedMilliseconds: UInt64
    /// How often each kind of fault struck.
    package let faults: [String: Int]
    package let marks: Set<String>
    /// The log digest and the state digest of each site at the end.
    package let digests: [SiteDigest]
    /// Whose hands the cases are in at the end, by each site's view; cases whose baton never moved are left out.
    package let hands: [Hand]

    package struct SiteDigest: Sendable {
        package let node: NodeID
        package let deltas: Int
        package let log: Digest256
        package let state: Digest256
    }

    /// One site's view of one case.
    package struct Hand: Sendable, Equatable {
        /// What the scenario calls the case.
        package let label: String
        package let node: NodeID
        /// The last certain epoch and who answers now; they differ while something is provisional.
        package let firm: String
        package let accountable: String
    }
}
