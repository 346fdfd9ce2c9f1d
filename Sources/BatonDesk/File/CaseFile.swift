package import BatonModel

/// All that the desk knows of one case: its state and what the ledgers come to. Pure: the same deltas give
/// the same file everywhere.
package struct CaseFile: Sendable {
    package let state: DocumentState
    package let summary: CaseSummary
    /// Who may do what; nil leaves custody out.
    package let membership: Membership?

    package init(state: DocumentState, summary: CaseSummary, membership: Membership? = nil) {
        self.state = state
        self.summary = summary
        self.membership = membership
    }

    package var document: DocumentID { self.state.id }

    /// The site whose delta began the case; nil while no delta of it counts.
    package var origin: SiteID? { self.state.beginning?.reference.author.site }

    /// Who has the baton; nil where the origin or the membership is not known.
    package var custody: CustodyState? {
        guard let origin = self.origin, let membership = self.membership else { return nil }
        let facts = CustodyFacts(origin: origin, membership: membership, state: self.state)
        return CustodyState(of: self.state[.global]?.ledgers[CaseField.custody] ?? [], facts)
    }

    /// Entries of a ledger of the global compartment, earliest stamp first.
    package func entries(_ field: FieldCode) -> [LedgerEntry] {
        (self.state[.global]?.ledgers[field] ?? []).sorted {
            ($0.write.stamp, $0.write.dot) < ($1.write.stamp, $1.write.dot)
        }
    }
}
