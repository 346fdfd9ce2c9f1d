import BatonModel

/// What is certain of the epochs and offers, asked of the whole set of operations.
extension CustodyFolding {
    /// The first certain answer of an offer's target. Certain acts of a site stand in one line, so that there
    /// is one.
    func outcome(_ offer: Int) -> Int? { self.answersOf(offer).first { self.graph.items[$0].isFirm } }

    /// Says whether a reader knows that an offer can never be accepted any more.
    func isEndedWithoutAccept(_ offer: Int, from reader: Int?) -> Bool {
        if let outcome = self.outcome(offer), self.graph.isAfter(reader, outcome) {
            return self.graph.items[outcome].body.kind != .accept
        }
        guard !self.answersOf(offer).contains(where: { self.graph.items[$0].body.kind == .accept }) else {
            return false
        }
        if Mutant.isOn(.withdrawalEndsOffer),
            self.holds(.withdrawn, of: .offer(offer), site: self.offers[offer].to, from: reader)
        {
            return true
        }
        return self.isVoided(offer, from: reader)
    }

    /// A deposition of the target ends the offers that had been made before it was known.
    private func isVoided(_ offer: Int, from reader: Int?) -> Bool {
        let maker = self.makers[offer]
        if Mutant.isOn(.offersExpire), self.isOld(offer, for: reader) { return true }
        return self.graph.items.indices.contains { index in
            self.graph.isDeposition(index, self.facts) && self.graph.isAfter(reader, index)
                && self.graph.items[index].body.site == self.offers[offer].to
                && !self.graph.isAfter(maker, index)
        }
    }

    /// Only a planted bug asks: expiry pages people and ends nothing.
    private func isOld(_ offer: Int, for reader: Int?) -> Bool {
        let times = self.graph.items.indices.filter { self.graph.isAfter(reader, $0) || reader == $0 }.map {
            self.graph.items[$0].source.write.stamp.milliseconds
        }
        return (times.max() ?? 0) > self.offers[offer].madeAt.milliseconds + 5_000
    }

    /// Gifts of the epoch before that the opening had in its past, as far as it trusts them.
    private func rivals(of epoch: Int) -> [Int] {
        guard let parent = self.epochs[epoch].parent, let opener = self.giftBehind(epoch) else { return [] }
        return self.giftsOf(parent).filter { $0 != opener && self.graph.isAfter(opener, $0) }
    }

    /// The operation by which the epoch before was given: the offer, the settlement, the deposition.
    private func giftBehind(_ epoch: Int) -> Int? {
        guard let opener = self.openersOf(epoch).first else { return nil }
        switch self.epochs[epoch].opening {
        case .accept: return self.offersReached(by: opener).first.map { self.makers[$0] }
        case .settlement, .heir: return opener
        case .origin, .take, .standIn: return nil
        }
    }

    func areRivalsEnded(_ epoch: Int, from reader: Int?) -> Bool {
        self.rivals(of: epoch).allSatisfy { rival in
            guard let offer = self.offerMade(by: rival) else { return false }
            return self.isEndedWithoutAccept(offer, from: reader)
        }
    }

    /// The epoch before needed no confirm when this one opened, or is confirmed in the reader's past.
    func isParentConfirmed(_ epoch: Int, from reader: Int?) -> Bool {
        guard let parent = self.epochs[epoch].parent else { return true }
        guard self.epochs[parent].needsConfirm else { return true }
        return self.isConfirmed(parent, from: reader)
    }

    /// A certain confirm by the epoch's site, valid by what it had read itself.
    func isConfirmed(_ epoch: Int, from reader: Int?) -> Bool {
        self.graph.items.indices.contains { index in
            let item = self.graph.items[index]
            guard item.body.kind == .confirm, item.isFirm, item.isEffective,
                self.graph.isAfter(reader, index),
                self.epoch(of: index) == epoch
            else { return false }
            return CustodyTable.rule(.confirm).neededFacts.allSatisfy {
                self.holds($0, of: .epoch(epoch), site: item.site, from: index)
            }
        }
    }

    mutating func weigh() {
        for epoch in self.epochs.indices { self.weigh(epoch) }
        for offer in self.offers.indices { self.weighOffer(offer) }
        self.endEpochs()
        self.nameHolders()
    }

    private mutating func weigh(_ epoch: Int) {
        guard let parent = self.epochs[epoch].parent else { return }
        var doubts: [CustodyEpoch.Doubt] = []
        var isAuthorCertain = true
        var seal = self.openersOf(epoch).first
        switch self.epochs[epoch].opening {
        case .origin: return
        case .take: if !Mutant.isOn(.takeIsFirm) { doubts.append(.emergency) }
        case .standIn: doubts.append(.standIn)
        case .heir: isAuthorCertain = self.openersOf(epoch).allSatisfy { !self.graph.items[$0].isForked }
        case .settlement: isAuthorCertain = self.openersOf(epoch).allSatisfy { self.graph.items[$0].isFirm }
        case .accept:
            guard let maker = self.giftBehind(epoch), let offer = self.offerMade(by: maker) else { return }
            let outcome = self.outcome(offer)
            let isOther = outcome.map { self.graph.items[$0].body.kind != .accept } ?? false
            if isOther { doubts.append(.answered) }
            isAuthorCertain = self.graph.items[maker].isFirm && (outcome != nil)
            seal = outcome ?? seal
        }
        if !isAuthorCertain { doubts.append(.author) }
        if self.hasRivalHeir(epoch) { doubts.append(.rivalHeir) }
        if !self.epochs[parent].isFirm { doubts.append(.parent) }
        // The gift decides what stood against it, its opening what the epoch before had shown.
        let isClean = self.areRivalsEnded(epoch, from: self.giftBehind(epoch))
        let isInherited = !self.isParentConfirmed(epoch, from: seal)
        let needsConfirm = (!isClean || isInherited) && !Mutant.isOn(.promotionForgotten)
        if needsConfirm, !self.isConfirmed(epoch, from: nil) {
            doubts.append(isClean ? .parent : .rivalOffer)
        }
        let unique = doubts.reduce(into: [CustodyEpoch.Doubt]()) { if !$0.contains($1) { $0.append($1) } }
        self.setDoubts(unique, needsConfirm: needsConfirm, of: epoch)
    }

    /// Another deposition of the same holder that does not know of this one names somebody else.
    private func hasRivalHeir(_ epoch: Int) -> Bool {
        guard self.epochs[epoch].opening == .heir, let opener = self.openersOf(epoch).first else {
            return false
        }
        return self.epochs.contains { other in
            guard other.opening == .heir, other.parent == self.epochs[epoch].parent,
                other.site != self.epochs[epoch].site,
                let rival = self.openersOf(other.index).first
            else { return false }
            return self.graph.areConcurrent(opener, rival)
        }
    }

    private mutating func weighOffer(_ offer: Int) {
        let answers = self.answersOf(offer)
        guard let answer = self.outcome(offer) ?? answers.first else {
            if self.isVoided(offer, from: nil) {
                self.setStanding(.voided, of: offer, isProvisional: false)
            } else if self.holds(.withdrawn, of: .offer(offer), site: self.offers[offer].to, from: nil) {
                self.setStanding(.withdrawing, of: offer, isProvisional: false)
            }
            return
        }
        let item = self.graph.items[answer]
        let standing: CustodyOffer.Standing
        switch item.body.kind {
        case .accept: standing = .accepted
        case .decline: standing = .declined(code: item.body.code)
        default: standing = .acknowledged
        }
        self.setStanding(standing, of: offer, isProvisional: !item.isFirm)
    }

    /// Ends epochs: by the target's certain answer, a settlement, a deposition, or their own site's word.
    private mutating func endEpochs() {
        for epoch in self.epochs.indices.dropFirst() {
            if self.epochs[epoch].doubts.contains(.answered) { self.end(epoch) }
        }
        for index in self.graph.items.indices {
            let item = self.graph.items[index]
            if self.graph.isDeposition(index, self.facts), item.lateness != .deposed {
                self.endDeposed(by: index)
            }
            guard item.body.kind == .settle else { continue }
            let isRuling =
                item.isEffective && (self.epochOpened(by: index).map { self.epochs[$0].isFirm } ?? false)
            for cited in item.body.ends {
                guard let ended = self.epoch(cited: cited, from: index) else { continue }
                // A site may always give up what it opened itself; the rest is an opinion.
                let isOwn =
                    self.epochs[ended].site == item.site && item.body.site != item.site
                    && item.lateness != .deposed
                if isRuling || isOwn, self.epochs[ended].isProvisional { self.end(ended) }
            }
        }
    }

    /// The takes that a deposition had read give way to its heir.
    private mutating func endDeposed(by index: Int) {
        guard self.epochOpened(by: index).map({ self.epochs[$0].opening == .heir }) == true else { return }
        for epoch in self.epochs where epoch.isProvisional {
            guard case .take = epoch.opening, let opener = self.openersOf(epoch.index).first,
                self.graph.isAfter(index, opener)
            else { continue }
            self.end(epoch.index)
        }
    }

    /// Gives each epoch its person and the newest word of its site.
    private mutating func nameHolders() {
        for epoch in self.epochs.indices {
            var openers = self.openersOf(epoch)
            switch self.epochs[epoch].opening {
            case .settlement, .heir, .standIn: openers = []
            case .origin, .accept, .take: break
            }
            var words = openers
            for index in self.graph.items.indices {
                let item = self.graph.items[index]
                guard item.isEffective, item.site == self.epochs[epoch].site,
                    item.body.kind == .claim || item.body.kind == .reconfirm,
                    self.epoch(of: index) == epoch
                else { continue }
                words.append(index)
            }
            let stamps = words.map { self.graph.items[$0].source.write.stamp }
            let claims = words.filter { self.graph.items[$0].body.kind != .reconfirm }
            let newest = claims.filter { claim in
                !claims.contains { self.graph.isAfter($0, claim) }
            }.max { self.rank($0) < self.rank($1) }
            let person = newest.map { self.graph.items[$0].body.person ?? self.graph.items[$0].person }
            self.setPerson(person, confirmedAt: stamps.max() ?? self.epochs[epoch].since, of: epoch)
        }
    }

    /// Names that do not know of each other: the greater stamp is shown, then the greater place.
    private func rank(_ index: Int) -> (HybridTime, DeltaReference) {
        let write = self.graph.items[index].source.write
        return (write.stamp, write.reference)
    }
}
