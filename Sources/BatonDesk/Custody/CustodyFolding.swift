import BatonModel

/// Works the epochs and offers of a case out of its custody operations.
///
/// One pass in causal order makes epochs and offers; what is certain is then asked of the whole set.
struct CustodyFolding {
    var graph: CustodyGraph
    let facts: CustodyFacts
    private(set) var epochs: [CustodyEpoch] = []
    private(set) var offers: [CustodyOffer] = []
    /// Operations that opened an epoch: several where two lives of a site accepted one offer.
    private var openers: [[Int]] = []
    /// By operation: the epoch that it opened, the offer that it made.
    private var epochOfItem: [Int?]
    private var offerOfItem: [Int?]
    /// By operation: the offers that it is about and may be.
    private var meant: [[Int]]
    /// By offer: the epoch that its accept opened.
    private var epochOfOffer: [Int?] = []
    /// By offer: the operation that made it, and the answers of its target in causal order.
    private(set) var makers: [Int] = []
    private var answers: [[Int]] = []
    /// By epoch: operations that give it on, in causal order: offers, settlements, depositions.
    private var gifts: [[Int]] = []

    init(_ ledger: [LedgerEntry], _ facts: CustodyFacts) {
        self.facts = facts
        self.graph = CustodyGraph(ledger, forked: facts.forked)
        self.epochOfItem = [Int?](repeating: nil, count: self.graph.items.count)
        self.offerOfItem = self.epochOfItem
        self.meant = [[Int]](repeating: [], count: self.graph.items.count)
        self.graph.judgeAuthors(facts)
        self.open(.origin, by: nil, parent: nil, site: facts.origin)
        for index in self.graph.items.indices where self.graph.items[index].isEffective { self.place(index) }
        self.weigh()
    }

    // MARK: Making epochs and offers

    private mutating func open(_ opening: CustodyEpoch.Opening, by item: Int?, parent: Int?, site: SiteID) {
        let source = item.map { self.graph.items[$0] }
        let number = parent.map { self.epochs[$0].number + (Mutant.isOn(.epochReused) ? 0 : 1) } ?? 0
        self.epochs.append(
            CustodyEpoch(
                index: self.epochs.count, opening: opening, cited: source?.cited, parent: parent,
                number: number, site: site, since: source?.source.write.stamp))
        self.openers.append(item.map { [$0] } ?? [])
        self.gifts.append([])
        if let item { self.epochOfItem[item] = self.epochs.count - 1 }
    }

    /// The epoch that an operation is about; nil when it cites what opened none.
    func epoch(of index: Int) -> Int? {
        guard self.graph.items[index].body.on != nil else { return 0 }
        return self.graph.items[index].on.compactMap { self.epochOfItem[$0] }.first
    }

    func epoch(cited: CitedDot, from citer: Int) -> Int? {
        self.graph.resolve(cited, from: citer).compactMap { self.epochOfItem[$0] }.first
    }

    private mutating func place(_ index: Int) {
        if let reason = self.refusal(index) {
            self.graph.items[index].lateness = reason
            return
        }
        let item = self.graph.items[index]
        switch item.body.kind {
        case .offer: self.placeOffer(index)
        case .accept: self.placeAccept(index)
        case .decline, .acknowledge:
            for offer in self.meant[index] { self.answers[offer].append(index) }
        case .take:
            let parent = self.epoch(of: index)
            self.open(.take(code: item.body.code), by: index, parent: parent, site: item.site)
        case .depose, .settle: self.placeGift(index)
        case .withdraw, .confirm, .recovered, .reconfirm, .claim: break
        }
    }

    private mutating func placeOffer(_ index: Int) {
        let item = self.graph.items[index]
        guard let epoch = self.epoch(of: index), let target = item.body.site else {
            return
        }
        self.offerOfItem[index] = self.offers.count
        self.makers.append(index)
        self.answers.append([])
        self.epochOfOffer.append(nil)
        self.gifts[epoch].append(index)
        self.offers.append(
            CustodyOffer(
                cited: item.cited, epoch: epoch, to: target, person: item.body.person, by: item.person,
                madeAt: item.source.write.stamp, record: item.body.record, handoff: item.body.handoff))
    }

    private mutating func placeAccept(_ index: Int) {
        let offers = self.meant[index]
        guard let first = offers.first else { return }
        for offer in offers { self.answers[offer].append(index) }
        if let known = offers.compactMap({ self.epochOfOffer[$0] }).first {
            self.epochOfItem[index] = known
            self.openers[known].append(index)
        } else {
            let epoch = self.offers[first].epoch
            self.open(.accept, by: index, parent: epoch, site: self.graph.items[index].site)
        }
        for offer in offers where self.epochOfOffer[offer] == nil {
            self.epochOfOffer[offer] = self.epochOfItem[index]
        }
    }

    private mutating func placeGift(_ index: Int) {
        let item = self.graph.items[index]
        let target = item.body.kind == .settle ? item.body.site : item.body.heir
        guard let epoch = self.epoch(of: index), let target else { return }
        if item.body.kind == .depose, self.epochs[epoch].site != item.body.site {
            guard self.epochs[epoch].site != target else { return }
            return self.open(.standIn, by: index, parent: epoch, site: target)
        }
        self.gifts[epoch].append(index)
        if item.body.kind == .depose, Mutant.isOn(.heirForgotten) { return }
        self.open(
            item.body.kind == .settle ? .settlement : .heir, by: index, parent: epoch, site: target)
    }

    /// The offers that an effective answer, withdrawal or acknowledgement reaches.
    func offersReached(by item: Int) -> [Int] { self.meant[item] }

    // MARK: The table

    /// Judges an operation by the transition table, with what its own past holds.
    private mutating func refusal(_ index: Int) -> CustodyLate.Reason? {
        let rule = CustodyTable.rule(self.graph.items[index].body.kind)
        let subjects = self.subjects(index, rule)
        let reasons = subjects.map { self.refusal(index, rule, $0) }
        for (subject, reason) in zip(subjects, reasons) where reason == nil {
            if case .offer(let offer) = subject { self.meant[index].append(offer) }
        }
        // Of the branches of a fork an act reaches those that it may.
        if subjects.isEmpty { return .cited }
        return reasons.contains(nil) ? nil : reasons.compactMap { $0 }.first
    }

    private func refusal(_ index: Int, _ rule: CustodyRule, _ subject: Subject) -> CustodyLate.Reason? {
        let item = self.graph.items[index]
        guard self.isDoer(index, rule, subject) else {
            return item.body.kind == .settle ? .opinion : .notTheDoer
        }
        let broken = rule.forbiddenFacts.first { self.holds($0, of: subject, site: item.site, from: index) }
        // What lacks a need has no effect yet still stands: `weigh` asks for the needs of a confirm.
        return broken.map { .forbidden($0) }
    }

    /// An epoch or an offer, as an operation means it.
    enum Subject {
        case epoch(Int)
        case offer(Int)
        case none
    }

    private func subjects(_ index: Int, _ rule: CustodyRule) -> [Subject] {
        switch rule.subject {
        case .offer, .withdrawal:
            self.graph.offers(of: index).compactMap { self.offerOfItem[$0] }.map { .offer($0) }
        case .epoch: self.epoch(of: index).map { [.epoch($0)] } ?? []
        case .site: [.none]
        }
    }

    private func isDoer(_ index: Int, _ rule: CustodyRule, _ subject: Subject) -> Bool {
        let item = self.graph.items[index]
        switch (rule.doer, subject) {
        case (.anyone, _), (.recovering, _): return true
        case (.holder, .epoch(let epoch)):
            return self.epochs[epoch].site == item.site
                || (item.body.kind == .settle && Mutant.isOn(.opinionSettles))
        case (.holder, .offer(let offer)):
            return self.epochs[self.offers[offer].epoch].site == item.site
        case (.target, .offer(let offer)):
            return self.offers[offer].to == item.site || Mutant.isOn(.anyoneAccepts)
        case (.rootKeeper, .epoch): return true
        default: return false
        }
    }

    /// Says whether a fact of the transition table is in somebody's past; `nil` has read everything here.
    func holds(_ fact: CustodyFact, of subject: Subject, site: SiteID, from reader: Int?) -> Bool {
        switch (fact, subject) {
        case (.answered, .offer(let offer)): self.isAnswered(offer, from: reader)
        case (.withdrawn, .offer(let offer)): self.isWithdrawn(offer, from: reader)
        case (.given, .epoch(let epoch)): self.isGiven(epoch, from: reader)
        case (.offerOpen, .epoch(let epoch)): self.hasOpenOffer(epoch, from: reader)
        case (.rivalsEnded, .epoch(let epoch)): self.areRivalsEnded(epoch, from: reader)
        case (.parentConfirmed, .epoch(let epoch)): self.isParentConfirmed(epoch, from: reader)
        case (.inHand, .epoch(let epoch)): self.epochs[epoch].site == site
        default: false
        }
    }

    func isAnswered(_ offer: Int, from reader: Int?) -> Bool {
        let author = reader.map { self.graph.items[$0].author }
        return self.answers[offer].contains { answer in
            guard self.graph.isAfter(reader, answer) else { return false }
            return self.graph.items[answer].isFirm || self.graph.items[answer].author == author
        }
    }

    private func isWithdrawn(_ offer: Int, from reader: Int?) -> Bool {
        self.graph.items.indices.contains { index in
            self.graph.items[index].body.kind == .withdraw && self.graph.items[index].isEffective
                && self.graph.isAfter(reader, index) && self.meant[index].contains(offer)
        }
    }

    /// An epoch is given on by an accept that no certain decline outweighs, a settlement or a deposition.
    private func isGiven(_ epoch: Int, from reader: Int?) -> Bool {
        self.gifts[epoch].contains { gift in
            guard let offer = self.offerOfItem[gift] else { return self.graph.isAfter(reader, gift) }
            let read = self.answers[offer].filter { self.graph.isAfter(reader, $0) }
            guard read.contains(where: { self.graph.items[$0].body.kind == .accept }) else { return false }
            let certain = read.first { self.graph.items[$0].isFirm }
            return certain.map { self.graph.items[$0].body.kind == .accept } ?? true
        }
    }

    private func hasOpenOffer(_ epoch: Int, from reader: Int?) -> Bool {
        self.gifts[epoch].contains { gift in
            guard let offer = self.offerOfItem[gift], self.graph.isAfter(reader, gift) else { return false }
            return !self.isEndedWithoutAccept(offer, from: reader)
        }
    }

    // MARK: What the weighing reads and sets

    func answersOf(_ offer: Int) -> [Int] { self.answers[offer] }
    func giftsOf(_ epoch: Int) -> [Int] { self.gifts[epoch] }
    func openersOf(_ epoch: Int) -> [Int] { self.openers[epoch] }
    func offerMade(by item: Int) -> Int? { self.offerOfItem[item] }
    func epochOpened(by item: Int) -> Int? { self.epochOfItem[item] }
    mutating func end(_ epoch: Int) { self.epochs[epoch].isEnded = true }

    mutating func setStanding(_ standing: CustodyOffer.Standing, of offer: Int, isProvisional: Bool) {
        self.offers[offer].standing = standing
        self.offers[offer].isAnswerProvisional = isProvisional
    }

    mutating func setPerson(_ person: OperatorID?, confirmedAt stamp: HybridTime?, of epoch: Int) {
        self.epochs[epoch].person = person
        self.epochs[epoch].confirmedAt = stamp
    }

    mutating func setDoubts(_ doubts: [CustodyEpoch.Doubt], needsConfirm: Bool, of epoch: Int) {
        self.epochs[epoch].doubts = doubts
        self.epochs[epoch].needsConfirm = needsConfirm
    }
}
