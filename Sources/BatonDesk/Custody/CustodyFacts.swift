package import BatonModel

/// What custody needs to know beside the case's own ledger. All of it follows from the same deltas and the
/// membership, so it is alike at all replicas that hold the same.
package struct CustodyFacts: Sendable, Hashable {
    /// The site whose delta made the document: its watch holds what nobody took.
    package var origin: SiteID
    /// Authors proven to have forked, sorted.
    package var forked: [Author] = []
    /// Operators who may vouch for a recovered incarnation: leads of any membership entry.
    package var leads: [OperatorID] = []
    /// Operators who may depose a site: root keepers of any membership entry.
    package var rootKeepers: [OperatorID] = []

    package init(origin: SiteID) { self.origin = origin }

    package init(origin: SiteID, membership: Membership, state: DocumentState) {
        self.init(
            origin: origin, authority: CustodyAuthority(membership.entries.map(\.entry)),
            forked: state.forked)
    }

    package init(origin: SiteID, authority: CustodyAuthority, forked: [Author]) {
        self.origin = origin
        self.forked = forked
        self.leads = authority.leads
        self.rootKeepers = authority.rootKeepers
    }
}
