package import BatonModel

/// Why an act of custody may not be done now; by the rows of the transition table.
package enum CustodyRefusal: Error, Hashable, Sendable {
    /// Another site holds the epoch.
    case notHolder(SiteID)
    /// The offer is to another site.
    case notTarget(SiteID)
    /// The offer went to this site itself or to one that is no member.
    case badTarget(SiteID)
    /// The site was deposed and has not been heard since.
    case deposed(SiteID)
    /// The acting site was deposed, as it has read: what stood before does not count for it any more.
    case deposedBefore(SiteID)
    case noSuchOffer
    case noSuchEpoch
    /// What was read forbids it.
    case forbidden(CustodyFact)
    /// What was read does not show it yet.
    case lacks(CustodyFact)
    case needsRootKeeper
    /// This incarnation has acted already under that evidence, or is the first.
    case nothingToRecover
    /// Not everything is here, or stated, that would show what this site did before; these sites are silent.
    case unproven([SiteID])
}

extension CustodyState {
    /// Judges an act about an epoch as every replica will that holds what is held here.
    package func judge(_ kind: CustodyKind, on epoch: CustodyEpoch, by author: Author) throws(CustodyRefusal)
    {
        let rule = CustodyTable.rule(kind)
        guard self.epochs.indices.contains(epoch.index) else { throw .noSuchEpoch }
        if rule.doer == .holder, epoch.site != author.site { throw .notHolder(epoch.site) }
        try self.judgeStanding(kind, on: epoch.cited, author.site)
        try self.judge(rule, .epoch(epoch.index), author)
    }

    /// Judges an act about an offer.
    package func judge(_ kind: CustodyKind, on offer: CustodyOffer, by author: Author) throws(CustodyRefusal)
    {
        let rule = CustodyTable.rule(kind)
        guard let index = self.offers.firstIndex(of: offer) else { throw .noSuchOffer }
        let holder = self.epochs[offer.epoch].site
        if rule.doer == .holder, holder != author.site { throw .notHolder(holder) }
        if rule.doer == .target, offer.to != author.site, !Mutant.isOn(.anyoneAccepts) {
            throw .notTarget(offer.to)
        }
        try self.judgeStanding(kind, on: offer.cited, author.site)
        try self.judge(rule, .offer(index), author)
    }

    private func judgeStanding(_ kind: CustodyKind, on cited: CitedDot?, _ site: SiteID)
        throws(CustodyRefusal)
    {
        guard !Mutant.isOn(.deposedActs),
            self.folding.graph.wouldBeVoid(kind, on: cited, of: site, self.folding.facts)
        else { return }
        throw .deposedBefore(site)
    }

    private func judge(
        _ rule: CustodyRule, _ subject: CustodyFolding.Subject, _ author: Author
    ) throws(CustodyRefusal) {
        for fact in rule.forbiddenFacts
        where self.folding.holds(fact, of: subject, site: author.site, from: nil)
            || (fact == .answered && self.hasAnswered(subject, author))
        {
            throw .forbidden(fact)
        }
        for fact in rule.neededFacts
        where !self.folding.holds(fact, of: subject, site: author.site, from: nil) {
            throw .lacks(fact)
        }
    }

    private func hasAnswered(_ subject: CustodyFolding.Subject, _ author: Author) -> Bool {
        guard case .offer(let offer) = subject else { return false }
        return self.folding.answersOf(offer).contains { self.folding.graph.items[$0].author == author }
    }

    /// Says whether a site was deposed and has done nothing since with that read: nobody there would answer.
    package func isDeposed(_ site: SiteID) -> Bool {
        let graph = self.folding.graph
        return graph.items.indices.contains { deposition in
            graph.isDeposition(deposition, self.folding.facts)
                && graph.items[deposition].body.site == site
                && !graph.items.indices.contains {
                    graph.items[$0].site == site && graph.isAfter($0, deposition)
                }
        }
    }

    /// The withdrawal of an offer, to be acknowledged.
    package func withdrawal(of offer: CustodyOffer) -> CitedDot? {
        guard let index = self.offers.firstIndex(of: offer) else { return nil }
        return self.folding.graph.items.indices.first {
            self.folding.graph.items[$0].body.kind == .withdraw
                && self.folding.graph.items[$0].isEffective
                && self.folding.offersReached(by: $0).contains(index)
        }.map { self.folding.graph.items[$0].cited }
    }
}

/// What an irreversible act of a site under a case comes to now.
package enum CustodyPower: Hashable, Sendable {
    case firm
    /// It is done, and marked: somebody else may be acting too.
    case provisional([Reason])
    /// Another site answers for the case.
    case none(SiteID)

    package enum Reason: Hashable, Sendable {
        /// The baton is offered: the target may have accepted already.
        case offerOpen(SiteID)
        case epoch(CustodyEpoch.Doubt)
        /// This life of the site's log has not shown that it has all that the one before did.
        case unrecovered
        /// Another site took the case in an emergency.
        case taken(SiteID)
    }
}

extension CustodyState {
    /// - Parameter author: The incarnation that would act.
    package func power(of author: Author) -> CustodyPower {
        let isFirmHolder = self.firm.site == author.site
        guard self.accountable.site == author.site || isFirmHolder else {
            return .none(self.accountable.site)
        }
        let epoch = self.accountable.site == author.site ? self.accountable : self.firm
        var reasons = epoch.doubts.map { CustodyPower.Reason.epoch($0) }
        for offer in self.openOffers(of: epoch) { reasons.append(.offerOpen(offer.to)) }
        if !self.isTrusted(author) { reasons.append(.unrecovered) }
        for other in self.contenders where other.site != author.site { reasons.append(.taken(other.site)) }
        if self.accountable.site != author.site { reasons.append(.taken(self.accountable.site)) }
        return reasons.isEmpty ? .firm : .provisional(reasons)
    }

    /// Says whether an incarnation's next custody act would count for certain, as far as is known here.
    package func isTrusted(_ author: Author) -> Bool {
        self.folding.graph.isTrustedForward(author, self.folding.facts)
    }

    /// The operation that opened an epoch; nil for the origin's.
    package func opening(of epoch: CustodyEpoch) -> Write? {
        self.folding.openersOf(epoch.index).first.map { self.folding.graph.items[$0].source.write }
    }

    /// The newest incarnation of a site that acted here and does not count for certain; nil where all do.
    package func newestUntrusted(of site: SiteID) -> Author? {
        self.folding.graph.items.filter { $0.site == site && !self.isTrusted($0.author) }.map(\.author).max()
    }

    /// The newest custody operation of other incarnations of a site: what a recovery must have read.
    package func earlierLives(of author: Author) -> [DeltaReference] {
        self.folding.graph.items.filter { $0.site == author.site && $0.author != author }
            .map { $0.source.write.reference }.sorted()
    }

    /// Milliseconds until the accountable site must say again that it has the case in hand; negative once
    /// that has lapsed. A lapse pages people and changes nothing.
    ///
    /// - Parameter nowMilliseconds: The wall clock now, milliseconds since 1970.
    package func confirmationLeft(nowMilliseconds now: Int64, every: Int64) -> Int64? {
        guard let last = self.accountable.confirmedAt else { return nil }
        return Int64(last.milliseconds) + every - now
    }
}

extension CustodyGraph {
    fileprivate func isTrustedForward(_ author: Author, _ facts: CustodyFacts) -> Bool {
        guard !facts.forked.contains(author) else { return false }
        if self.hasLeads(author, facts) || Mutant.isOn(.unrecoveredFirm) { return true }
        if author.incarnation.counter <= 1 {
            return !self.items.contains {
                $0.site == author.site && $0.incarnation.counter <= 1 && $0.author != author
            }
        }
        return self.items.contains {
            $0.author == author && $0.body.kind == .recovered && $0.isFirm
        }
    }
}
