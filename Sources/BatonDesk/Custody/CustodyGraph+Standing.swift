import BatonModel

/// Which acts count, and which count for certain.
extension CustodyGraph {
    /// Marks acts of deposed sites, then those that count for certain.
    mutating func judgeAuthors(_ facts: CustodyFacts) {
        let depositions = self.items.indices.filter { self.isDeposition($0, facts) }
        for index in self.items.indices {
            self.items[index].lateness = self.lateness(index, depositions, facts)
        }
        var first = [Bool](repeating: false, count: self.items.count)
        for index in self.items.indices { first[index] = self.isVouchedFor(index, facts) }
        for index in self.items.indices
        where first[index] && (!self.items[index].isForked || Mutant.isOn(.forkedFirm)) {
            // Two lives of one site that both count and do not know of each other: neither is certain.
            let isContested = self.items.indices.contains { other in
                first[other] && self.items[other].site == self.items[index].site
                    && self.items[other].author != self.items[index].author
                    && self.areConcurrent(index, other)
            }
            self.items[index].isFirm = !isContested
            self.items[index].isContested = isContested
        }
    }

    func isDeposition(_ index: Int, _ facts: CustodyFacts) -> Bool {
        self.items[index].body.kind == .depose
            && (facts.rootKeepers.contains(self.items[index].person) || Mutant.isOn(.anyoneDeposes))
    }

    /// A deposition trusts what it has read of the site, up to the heads that it names.
    func isTrusted(_ index: Int, by deposition: Int) -> Bool {
        guard self.isAfter(deposition, index) else { return false }
        let place = self.items[index].source.write.reference
        return self.items[deposition].body.heads.contains {
            $0.author == place.author && $0.seq >= place.seq
        }
    }

    private func lateness(_ index: Int, _ depositions: [Int], _ facts: CustodyFacts) -> CustodyLate.Reason? {
        let item = self.items[index]
        if item.body.kind == .depose, !self.isDeposition(index, facts) { return .unauthorised }
        for deposition in depositions
        where deposition != index && self.items[deposition].body.site == item.site
            && !self.isTrusted(index, by: deposition)
        {
            // A site that knows that it was deposed may act again, on what came after.
            if Mutant.isOn(.deposedActs) { continue }
            guard self.isAfter(index, deposition) else { return .deposed }
            if self.isVoid(item.body.kind, on: self.subjects(of: index), after: deposition) {
                return .deposed
            }
        }
        return nil
    }

    /// Says whether a site that has read its deposition may not act on something: on what came before it.
    private func isVoid(_ kind: CustodyKind, on subjects: [Int], after deposition: Int) -> Bool {
        switch kind {
        case .take, .recovered, .depose: false
        default: subjects.isEmpty || !subjects.allSatisfy { self.isAfter($0, deposition) }
        }
    }

    /// Says whether the next act of a site, which has read everything here, would be void because the site was
    /// deposed.
    func wouldBeVoid(_ kind: CustodyKind, on cited: CitedDot?, of site: SiteID, _ facts: CustodyFacts) -> Bool
    {
        let subjects = self.resolve(cited, from: nil)
        return self.items.indices.contains { index in
            self.isDeposition(index, facts) && self.items[index].body.site == site
                && self.isVoid(kind, on: subjects, after: index)
        }
    }

    /// The operations that made what an act is about; none for the origin's epoch and for nothing known.
    private func subjects(of index: Int) -> [Int] {
        switch self.items[index].body.kind {
        case .accept, .decline, .withdraw, .acknowledge: self.offers(of: index)
        default: self.items[index].on
        }
    }

    /// Says whether an act's incarnation is the first of its site or has recovered with the act in line.
    private func isVouchedFor(_ index: Int, _ facts: CustodyFacts) -> Bool {
        guard self.items[index].isEffective else { return false }
        if self.isFirstLife(self.items[index].author) || Mutant.isOn(.unrecoveredFirm) { return true }
        if self.hasLeads(self.items[index].author, facts) { return true }
        return self.items.indices.contains { self.vouches($0, for: index) }
    }

    /// The first incarnation has no predecessor whose acts it could have lost. Two of them are a lost database.
    private func isFirstLife(_ author: Author) -> Bool {
        guard author.incarnation.counter <= 1 else { return false }
        return !self.items.contains {
            $0.site == author.site && $0.incarnation.counter <= 1 && $0.author != author
        }
    }

    /// A recovery vouches for its own incarnation, and for what it had read of those before: but only for
    /// acts that stand in one line with all that it had read of its site.
    private func vouches(_ recovery: Int, for index: Int) -> Bool {
        let item = self.items[recovery]
        guard item.body.kind == .recovered, item.isEffective, item.site == self.items[index].site,
            item.body.site == item.site, item.body.incarnation == item.incarnation,
            item.body.evidence == .record || item.body.evidence == .statements
        else { return false }
        if recovery == index { return true }
        let isOwn = item.author == self.items[index].author
        if self.isAfter(index, recovery) { return isOwn }
        guard isOwn || self.isAfter(recovery, index) else { return false }
        return !self.items.indices.contains { other in
            self.items[other].site == item.site && self.isAfter(recovery, other)
                && self.areConcurrent(index, other)
        }
    }

    /// Leads of two sites have named the incarnation.
    func hasLeads(_ author: Author, _ facts: CustodyFacts) -> Bool {
        var sites: [SiteID] = []
        for item in self.items
        where item.body.kind == .recovered && item.body.evidence == .leads && item.isEffective
            && item.body.site == author.site && item.body.incarnation == author.incarnation
            && facts.leads.contains(item.person) && !sites.contains(item.site)
        {
            sites.append(item.site)
        }
        return sites.count >= 2
    }
}
