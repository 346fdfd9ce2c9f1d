package import BatonDesk
package import BatonModel

/// What one machine knows of the custody of a case.
package struct CustodySight: Sendable {
    package let site: SiteID
    package let state: CustodyState

    package init(site: SiteID, state: CustodyState) {
        self.site = site
        self.state = state
    }
}

/// S6: no view names two firm holders of one epoch; and no two views of a run do, as long as nobody cloned a
/// machine and nobody deposed a site, which is meant to overrule those who cannot know of it.
package struct AlwaysOneHolder: Sendable {
    private var holders: [Int: SiteID] = [:]

    package init() {}

    /// - Parameter isPlain: No clone and no deposition in the run so far.
    package mutating func check(_ sight: CustodySight, isPlain: Bool) -> Violation? {
        var seen: [Int: SiteID] = [:]
        for epoch in sight.state.epochs where epoch.isFirm {
            let here = seen.updateValue(epoch.site, forKey: epoch.number)
            if let here, here != epoch.site {
                return Violation(
                    "always-one-holder",
                    "\(sight.site) sees epoch \(epoch.number) firm at \(here) and \(epoch.site)")
            }
            guard isPlain else { continue }
            let before = self.holders.updateValue(epoch.site, forKey: epoch.number)
            if let before, before != epoch.site {
                return Violation(
                    "always-one-holder",
                    "epoch \(epoch.number) was firm at \(before) and is at \(epoch.site), as \(sight.site) sees it"
                )
            }
        }
        return nil
    }

    /// What a lost disk alone had claimed is void.
    package mutating func forget() { self.holders = [:] }
}

/// S7: at every instant some site holds the case by what it knows itself.
package enum AlwaysHeld {
    package static func check(_ sights: [CustodySight]) -> Violation? {
        let isHeld = sights.contains { sight in
            sight.state.accountable.site == sight.site || sight.state.firm.site == sight.site
        }
        guard !isHeld else { return nil }
        let words = sights.map { "\($0.site) thinks \($0.state.accountable.site)" }
        return Violation("always-held", "nobody holds the case: \(words.joined(separator: ", "))")
    }
}

/// L2: once the faults are over and people do their part, no offer stays open, even when a site is gone for ever.
package enum EventuallyOffersEnd {
    package static func check(_ sights: [CustodySight]) -> [Violation] {
        sights.flatMap { sight in
            sight.state.offers.filter { !$0.isEnded && !sight.state.epochs[$0.epoch].isEnded }.map { offer in
                Violation(
                    "eventually-offers-end",
                    "\(sight.site) sees the offer of epoch \(offer.epoch) to \(offer.to) open")
            }
        }
    }
}
