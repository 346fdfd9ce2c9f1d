import BatonDesk
package import BatonModel

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

/// L2 and S7: once the faults are over and the sites that are gone are deposed, a living site answers for every
/// case.
package enum EventuallyHeld {
    package static func check(_ sights: [CustodySight], _ living: [SiteID]) -> [Violation] {
        sights.compactMap { sight in
            let holder = sight.state.accountable.site
            guard !living.contains(holder) else { return nil }
            return Violation(
                "eventually-held", "\(sight.site) sees a case in the hands of \(holder), which is gone")
        }
    }
}
