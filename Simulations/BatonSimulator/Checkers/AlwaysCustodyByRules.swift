import BatonDesk
import BatonEngine
import BatonModel

/// The written rules of custody, asked of every view one by one: what opened each epoch, and whether that may
/// count. It reads the operations and their pasts itself and shares no judgement with the fold.
struct AlwaysCustodyByRules: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .committed(let node, let commit) = fact, atlas.honest.contains(node.site),
            let machine = world.machines[node]
        else { return nil }
        for document in commit.custodyDocuments(machine.replica) {
            guard let state = atlas.custody.state(document, at: machine),
                let folded = machine.replica.folded(document)
            else { continue }
            let rules = CustodyRules(
                state, folded[.global]?.ledgers[CaseField.custody] ?? [], forked: folded.forked,
                keepers: CustodyFacts(
                    origin: node.site, membership: machine.context.membership, state: folded
                ).rootKeepers)
            if let broken = rules.broken {
                return Violation("always-custody-by-rules", "\(node): \(broken)", node: node)
            }
        }
        return nil
    }
}

/// One view of one case.
private struct CustodyRules {
    private struct Act {
        let body: CustodyBody
        let entry: LedgerEntry
        var author: Author { self.entry.write.reference.author }
        var site: SiteID { self.author.site }
        var dot: Dot { self.entry.write.dot }
        var cited: CitedDot {
            CitedDot(reference: self.entry.write.reference, index: self.entry.write.dot.index)
        }
    }

    private let state: CustodyState
    private let acts: [Act]
    private let forked: [Author]
    private let keepers: [OperatorID]

    init(_ state: CustodyState, _ ledger: [LedgerEntry], forked: [Author], keepers: [OperatorID]) {
        self.state = state
        self.acts = ledger.compactMap { entry in
            entry.write.value.flatMap { CustodyBody($0) }.map { Act(body: $0, entry: entry) }
        }
        self.forked = forked
        self.keepers = keepers
    }

    /// What a citation means: what stands at that place in the citer's past, each branch of a forked log.
    private func meant(by citer: Act) -> [Act] {
        guard let cited = citer.body.on else { return [] }
        return self.acts.filter { $0.cited == cited && citer.entry.isAfter($0.entry) }
    }

    /// The offers that an answer or a withdrawal is about.
    private func offers(of act: Act) -> [Act] {
        switch act.body.kind {
        case .accept, .decline, .withdraw: self.meant(by: act).filter { $0.body.kind == .offer }
        case .acknowledge:
            self.meant(by: act).filter { $0.body.kind == .withdraw }.flatMap { self.offers(of: $0) }
        default: []
        }
    }

    private func isAbout(_ act: Act, _ offer: Act) -> Bool {
        self.offers(of: act).contains { $0.dot == offer.dot }
    }

    /// An act of a site that was deposed counts as far as the deposition had read it, up to the heads that it
    /// names, and once the site had read the deposition.
    private func isLate(_ act: Act) -> Bool {
        self.acts.contains { deposition in
            guard deposition.body.kind == .depose, deposition.body.site == act.site,
                self.keepers.contains(deposition.entry.write.actor.person),
                !act.entry.isAfter(deposition.entry)
            else { return false }
            let isTrusted = deposition.body.heads.contains {
                $0.author == act.author && $0.seq >= act.entry.write.reference.seq
            }
            return !(isTrusted && deposition.entry.isAfter(act.entry))
        }
    }

    private func hasDeposition(of site: SiteID) -> Bool {
        self.acts.contains {
            $0.body.kind == .depose && $0.body.site == site
                && self.keepers.contains($0.entry.write.actor.person)
        }
    }

    /// What does not hold, in words; nil for a view by the rules.
    var broken: String? {
        for epoch in self.state.epochs {
            guard let parent = epoch.parent else { continue }
            let name = "epoch \(epoch.word) of \(epoch.site)"
            if epoch.number != self.state.epochs[parent].number + 1 { return "\(name) is not counted on" }
            guard let opener = self.opener(of: epoch) else { return "nothing opened \(name)" }
            if self.isLate(opener) { return "\(name) was opened by \(opener.author), which is deposed" }
            if let broken = self.broken(epoch, by: opener, parent: self.state.epochs[parent]) {
                return "\(name) \(broken)"
            }
        }
        return self.state.offers.lazy.compactMap { self.broken($0) }.first
    }

    private func opener(of epoch: CustodyEpoch) -> Act? {
        self.state.opening(of: epoch).flatMap { write in self.acts.first { $0.dot == write.dot } }
    }

    private func broken(_ epoch: CustodyEpoch, by opener: Act, parent: CustodyEpoch) -> String? {
        switch opener.body.kind {
        case .accept: return self.brokenAccept(epoch, opener)
        case .take: return epoch.isFirm ? "is firm and was taken in an emergency" : nil
        case .depose:
            let isKeeper = self.keepers.contains(opener.entry.write.actor.person)
            if !isKeeper { return "was opened by a deposition without authority" }
            if opener.body.heir != epoch.site { return "was opened by deposing for another heir" }
            if opener.body.site == parent.site { return nil }
            return epoch.isFirm ? "is firm and was given by deposing another site" : nil
        case .settle: return opener.site == parent.site ? nil : "was settled by a site that does not hold"
        default: return "was opened by \(opener.body.kind.word)"
        }
    }

    private func brokenAccept(_ epoch: CustodyEpoch, _ accept: Act) -> String? {
        let offers = self.offers(of: accept)
        guard let first = offers.first else { return "was accepted without the offer in its past" }
        let asked = offers.filter { $0.body.site == accept.site }
        guard !asked.isEmpty else { return "was accepted by \(accept.site), which nobody asked" }
        let flaws = asked.map { self.flaw(of: accept, $0) }
        guard flaws.contains(nil) else { return flaws.compactMap { $0 }.first }
        guard epoch.isFirm else { return nil }
        return self.brokenFirm(epoch, first)
    }

    /// Two lives of a site may both have accepted one offer: the epoch is firm by one of these accepts, which
    /// counts and was free to be made.
    private func brokenFirm(_ epoch: CustodyEpoch, _ offer: Act) -> String? {
        guard self.isCertain(offer) else {
            return "is firm by an act of \(offer.author), which does not count yet"
        }
        let accepts = self.acts.filter {
            $0.body.kind == .accept && $0.site == epoch.site && self.isAbout($0, offer)
        }
        let certain = accepts.filter { self.isCertain($0) }
        guard !certain.isEmpty else {
            let authors = accepts.map { "\($0.author)" }.joined(separator: ", ")
            return "is firm by acts of \(authors), none of which counts yet"
        }
        let flaws = certain.map { self.flaw(of: $0, offer) ?? self.refused(before: $0, offer) }
        guard flaws.contains(nil) else { return flaws.compactMap { $0 }.first }
        return self.brokenRival(offer)
    }

    /// What its author had read that forbids an accept.
    private func flaw(of accept: Act, _ offer: Act) -> String? {
        if self.hasReadWithdrawal(accept, of: offer) { return "was accepted after the withdrawal was read" }
        let hasRefused = self.acts.contains {
            $0.author == accept.author && accept.entry.isAfter($0.entry) && self.isRefusal($0, of: offer)
        }
        return hasRefused ? "was accepted by whoever had refused it before" : nil
    }

    /// A certain answer stands: whatever life of the site comes later cannot give another one.
    private func refused(before accept: Act, _ offer: Act) -> String? {
        let refusal = self.acts.first {
            $0.site == accept.site && accept.entry.isAfter($0.entry) && self.isRefusal($0, of: offer)
                && self.isCertain($0) && !self.hasDeposition(of: $0.site)
        }
        return refusal.map { "is firm though \($0.author) had refused it" }
    }

    private func hasReadWithdrawal(_ accept: Act, of offer: Act) -> Bool {
        self.acts.contains {
            $0.body.kind == .withdraw && $0.site == offer.site && self.isAbout($0, offer)
                && accept.entry.isAfter($0.entry) && !self.hasDeposition(of: offer.site)
        }
    }

    private func isRefusal(_ act: Act, of offer: Act) -> Bool {
        (act.body.kind == .decline || act.body.kind == .acknowledge) && self.isAbout(act, offer)
    }

    /// A first life counts; a later one once its recovery is there, or two leads have vouched for it; a forked
    /// log never does.
    private func isCertain(_ act: Act) -> Bool {
        if self.forked.contains(act.author) || self.isLate(act) { return false }
        if act.author.incarnation.counter <= 1 { return true }
        let vouching = self.acts.filter {
            $0.body.kind == .recovered && $0.body.site == act.site
                && $0.body.incarnation == act.author.incarnation
        }
        // A later life's recovery covers what it had read of the lives before.
        let later = self.acts.contains {
            $0.body.kind == .recovered && $0.site == act.site && $0.entry.isAfter(act.entry)
        }
        return later || vouching.contains { $0.author == act.author }
            || Set(vouching.filter { $0.body.evidence == .leads }.map(\.site)).count >= 2
    }

    /// An offer made before, which the offerer knew of, must have been refused, or its target deposed.
    private func brokenRival(_ offer: Act) -> String? {
        let rivals = self.acts.filter {
            $0.body.kind == .offer && $0.body.on == offer.body.on && $0.site == offer.site
                && $0.dot != offer.dot && offer.entry.isAfter($0.entry)
        }
        for rival in rivals {
            guard let target = rival.body.site, self.state.offers.contains(where: { $0.cited == rival.cited })
            else { continue }
            let isEnded =
                self.hasDeposition(of: target)
                || self.acts.contains { $0.site == target && self.isRefusal($0, of: rival) }
            if !isEnded { return "is firm while the offer to \(target) made before it has not ended" }
        }
        return nil
    }

    /// Only the holder offers, and not what it has read to be given.
    private func broken(_ offer: CustodyOffer) -> String? {
        let made = self.acts.filter {
            $0.cited == offer.cited && $0.body.kind == .offer && $0.body.site == offer.to
        }
        guard let first = made.first else { return "an offer was made by nothing" }
        if made.allSatisfy({ self.isLate($0) }) {
            return "an offer stands of \(first.author), which is deposed"
        }
        let epoch = self.state.epochs[offer.epoch]
        if first.site != epoch.site { return "\(first.site) offers epoch \(epoch.word) of \(epoch.site)" }
        let given = self.state.epochs.first { next in
            guard next.parent == epoch.index, next.isFirm, let opener = self.opener(of: next) else {
                return false
            }
            return opener.body.kind == .accept && made.allSatisfy { $0.entry.isAfter(opener.entry) }
        }
        return given.map { "\(first.site) offers epoch \(epoch.word), which it knows to be with \($0.site)" }
    }
}
