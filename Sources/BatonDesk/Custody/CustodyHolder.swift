package import BatonModel

/// Who may depose a site and vouch for one, of all entries of the membership.
package struct CustodyAuthority: Sendable, Hashable {
    package var leads: [OperatorID] = []
    package var rootKeepers: [OperatorID] = []

    package static let none = CustodyAuthority([])

    /// A role that was given once counts for ever here: an author states the entry by which it acts, and may
    /// state an old one.
    package init(_ entries: [MembershipEntry]) {
        for entry in entries {
            for record in entry.operators {
                if record.roles.contains(.lead) { self.leads.append(record.id) }
                if record.roles.contains(.rootKeeper) { self.rootKeepers.append(record.id) }
            }
        }
    }

    /// Says whether the custody of a case depends on roles at all: few do, and the others need no membership.
    package static func isAsked(by state: DocumentState) -> Bool {
        (state[.global]?.ledgers[CaseField.custody] ?? []).contains { entry in
            guard let body = entry.write.value.flatMap({ CustodyBody($0) }) else { return false }
            return body.kind == .depose || body.evidence == .leads
        }
    }
}

/// Who answers for a case now, as lists show it.
package struct CustodyHolder: Hashable, Sendable {
    package let site: SiteID
    /// Nil while the site's watch has it and nobody put their name to it.
    package let person: OperatorID?
    /// `4`, `5'` when provisional.
    package let epoch: String
    package let isProvisional: Bool
    /// Epochs stand against each other: a person must settle.
    package let isContested: Bool
    /// Nobody ever put their name to it: the origin's watch has it.
    package let isUntaken: Bool

    /// - Returns: Nil for what is no case, and while no delta of it counts.
    /// - Complexity: O(1) for a case without custody operations, else that of `CustodyState`.
    package init?(state: DocumentState, authority: CustodyAuthority) {
        guard state.id.kind == .escalation, let origin = state.beginning?.reference.author.site else {
            return nil
        }
        let ledger = state[.global]?.ledgers[CaseField.custody] ?? []
        guard !ledger.isEmpty else {
            self.site = origin
            self.person = nil
            self.epoch = "0"
            (self.isProvisional, self.isContested, self.isUntaken) = (false, false, true)
            return
        }
        let custody = CustodyState(
            of: ledger, CustodyFacts(origin: origin, authority: authority, forked: state.forked))
        self.site = custody.accountable.site
        self.person = custody.accountable.person
        self.epoch = custody.accountable.word
        self.isProvisional = custody.accountable.isProvisional
        self.isContested = !custody.contenders.isEmpty
        self.isUntaken = custody.isUntaken
    }
}
