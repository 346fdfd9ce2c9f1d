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

    private func act(_ cited: CitedDot?) -> Act? {
        cited.flatMap { dot in self.acts.first { $0.cited == dot } }
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
            guard let opener = self.act(epoch.cited) else { return "nothing opened \(name)" }
            if let broken = self.broken(epoch, by: opener, parent: self.state.epochs[parent]) {
                return "\(name) \(broken)"
            }
        }
        return self.state.offers.lazy.compactMap { self.broken($0) }.first
    }

    private func broken(_ epoch: CustodyEpoch, by opener: Act, parent: CustodyEpoch) -> String? {
        switch opener.body.kind {
        case .accept: return self.brokenAccept(epoch, opener)
        case .take: return epoch.isFirm ? "is firm and was taken in an emergency" : nil
        case .depose:
            let isKeeper = self.keepers.contains(opener.entry.write.actor.person)
            if !isKeeper { return "was opened by a deposition without authority" }
            return opener.body.site == parent.site ? nil : "was given by deposing another site"
        case .settle: return opener.site == parent.site ? nil : "was settled by a site that does not hold"
        default: return "was opened by \(opener.body.kind.word)"
        }
    }

    private func brokenAccept(_ epoch: CustodyEpoch, _ accept: Act) -> String? {
        guard let offer = self.act(accept.body.on), offer.body.kind == .offer else { return "has no offer" }
        guard accept.entry.isAfter(offer.entry) else { return "was accepted without the offer in its past" }
        if accept.site != offer.body.site { return "was accepted by \(accept.site), which nobody asked" }
        if self.hasReadWithdrawal(accept, of: offer) { return "was accepted after the withdrawal was read" }
        if self.hasRefused(accept, offer) { return "was accepted by whoever had refused it before" }
        guard epoch.isFirm else { return nil }
        for act in [accept, offer] where !self.isCertain(act) {
            return "is firm by an act of \(act.author), which does not count yet"
        }
        return self.brokenRival(offer, accept)
    }

    private func hasReadWithdrawal(_ accept: Act, of offer: Act) -> Bool {
        self.acts.contains {
            $0.body.kind == .withdraw && $0.body.on == offer.cited && $0.site == offer.site
                && accept.entry.isAfter($0.entry) && !self.hasDeposition(of: offer.site)
        }
    }

    private func hasRefused(_ accept: Act, _ offer: Act) -> Bool {
        self.acts.contains {
            $0.author == accept.author && accept.entry.isAfter($0.entry) && self.isRefusal($0, of: offer)
        }
    }

    private func isRefusal(_ act: Act, of offer: Act) -> Bool {
        switch act.body.kind {
        case .decline: act.body.on == offer.cited
        case .acknowledge: self.act(act.body.on)?.body.on == offer.cited
        default: false
        }
    }

    /// A first life counts; a later one once its recovery is there, or two leads have vouched for it; a forked
    /// log never does.
    private func isCertain(_ act: Act) -> Bool {
        if self.forked.contains(act.author) { return false }
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
    private func brokenRival(_ offer: Act, _ accept: Act) -> String? {
        let rivals = self.acts.filter {
            $0.body.kind == .offer && $0.body.on == offer.body.on && $0.site == offer.site
                && $0.cited != offer.cited && offer.entry.isAfter($0.entry)
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
        guard let made = self.act(offer.cited) else { return "an offer was made by nothing" }
        let epoch = self.state.epochs[offer.epoch]
        if made.site != epoch.site { return "\(made.site) offers epoch \(epoch.word) of \(epoch.site)" }
        let given = self.state.epochs.first { next in
            guard next.parent == epoch.index, next.isFirm, let opener = self.act(next.cited) else {
                return false
            }
            return opener.body.kind == .accept && made.entry.isAfter(opener.entry)
        }
        return given.map { "\(made.site) offers epoch \(epoch.word), which it knows to be with \($0.site)" }
    }
}
