package import BatonModel

/// Who has a case in hand: a pure function of its custody operations, whatever order they came in.
///
/// A *firm* epoch is certain: of one number there is at most one, in every set of operations that holds the
/// past of each. A *provisional* one answers for the case until that is settled. `docs/custody.md` has the rules
/// and why they hold.
package struct CustodyState: Sendable {
    /// The origin's epoch first; each one after its parent.
    package let epochs: [CustodyEpoch]
    /// In causal order.
    package let offers: [CustodyOffer]
    /// Operations without effect.
    package let late: [CustodyLate]
    package let alarms: [CustodyAlarm]
    /// Operations that say nothing here.
    package let unreadable: Int
    /// The last epoch that is firm and whose site knows that: it acts for certain.
    package let firm: CustodyEpoch
    /// The epoch whose site answers for the case now; provisional while the firm one cannot.
    package let accountable: CustodyEpoch
    let folding: CustodyFolding

    /// - Parameter entries: The ledger `CaseField.custody` of the case, in any order.
    /// - Complexity: O(n³) in the number of operations at worst; a case has dozens.
    package init(of entries: [LedgerEntry], _ facts: CustodyFacts) {
        let folding = CustodyFolding(entries, facts)
        self.folding = folding
        self.epochs = folding.epochs
        self.offers = folding.offers
        self.unreadable = folding.graph.unreadable
        self.late = folding.graph.items.compactMap { item in
            item.lateness.map { CustodyLate(entry: item.source, kind: item.body.kind, reason: $0) }
        }
        let walk = CustodyWalk(folding)
        self.firm = walk.firmTip
        self.accountable = walk.accountable
        self.alarms = walk.alarms
    }

    /// Epochs that stand beside the accountable one and its past: what a settlement has to end.
    package var contenders: [CustodyEpoch] {
        var line: [Int] = []
        for start in [self.accountable.index, self.firm.index] {
            var next: Int? = start
            while let index = next {
                line.append(index)
                next = self.epochs[index].parent
            }
        }
        // A stand-in gives way by itself as soon as the holder acts.
        return self.epochs.filter {
            !line.contains($0.index) && !$0.isEnded && !self.isGivenOn($0) && $0.opening != .standIn
        }
    }

    private func isGivenOn(_ epoch: CustodyEpoch) -> Bool {
        self.epochs.contains { $0.parent == epoch.index && !$0.isEnded }
    }

    /// When an offer came to its end: the earliest answer, or for a void one the change of custody that followed.
    ///
    /// - Returns: Nil for one that has not ended.
    package func ended(_ offer: CustodyOffer) -> HybridTime? {
        guard offer.isEnded, let index = self.offers.firstIndex(of: offer) else { return nil }
        let answers = self.folding.answersOf(index).map { self.folding.graph.items[$0].source.write.stamp }
        let next = self.epochs.filter { $0.parent == offer.epoch }.compactMap(\.since)
        return answers.min() ?? next.filter { $0 > offer.madeAt }.min()
    }

    /// Offers of an epoch that have not come to an end.
    package func openOffers(of epoch: CustodyEpoch) -> [CustodyOffer] {
        self.offers.filter { $0.epoch == epoch.index && !$0.isEnded }
    }

    /// Offers that wait for a site's answer.
    package func offers(to site: SiteID) -> [CustodyOffer] {
        self.offers.filter { offer in
            guard offer.to == site, !offer.isEnded else { return false }
            return !self.epochs[offer.epoch].isEnded
        }
    }

    /// Nobody put their name to the case yet, and its origin's watch holds it.
    package var isUntaken: Bool { self.accountable.opening == .origin && self.accountable.person == nil }
}

/// Goes down the epochs of a case to those that hold now.
private struct CustodyWalk {
    private let folding: CustodyFolding
    private(set) var firmTip: CustodyEpoch
    private(set) var accountable: CustodyEpoch
    private(set) var alarms: [CustodyAlarm] = []

    init(_ folding: CustodyFolding) {
        self.folding = folding
        self.firmTip = folding.epochs[0]
        self.accountable = folding.epochs[0]
        var firm = 0
        while let next = self.children(of: firm).first(where: { folding.isGrasped($0.index) }) {
            firm = next.index
        }
        self.firmTip = folding.epochs[firm]
        self.accountable = self.descended(from: firm)
        if let taker = self.standingTakes.first { self.accountable = self.descended(from: taker.index) }
        self.raiseAlarms()
    }

    /// Epochs that were given on by an epoch and stand; those whose site knows that it is firm first, then by
    /// the lesser site.
    private func children(of parent: Int) -> [CustodyEpoch] {
        let children = self.folding.epochs.filter { epoch in
            epoch.parent == parent && !epoch.isEnded && !epoch.opening.isInterim
        }
        guard children.count > 1 else { return children }
        let grasped = children.map(\.index).filter { self.folding.isGrasped($0) }
        return children.sorted { left, right in
            let isLeftGrasped = grasped.contains(left.index)
            if isLeftGrasped != grasped.contains(right.index) { return isLeftGrasped }
            if left.site != right.site { return left.site < right.site }
            return left.index < right.index
        }
    }

    /// Custody moves with an accept, a provisional one too: who accepted answers.
    private func descended(from start: Int) -> CustodyEpoch {
        var epoch = start
        while let next = self.children(of: epoch).first { epoch = next.index }
        return self.folding.epochs[epoch]
    }

    /// Takes and stand-ins that no act of a firm holder has read, the lowest site first: without such an act
    /// nobody knows that the holder is there. What one firm holder has answered stays answered when it gives the
    /// baton on.
    private var standingTakes: [CustodyEpoch] {
        self.folding.epochs.filter { epoch in
            guard epoch.opening.isInterim, !epoch.isEnded, epoch.site != self.firmTip.site,
                let opener = self.folding.openersOf(epoch.index).first
            else { return false }
            return !self.folding.graph.items.indices.contains { index in
                self.folding.graph.isAfter(index, opener) && self.folding.isHoldersAct(index)
            }
        }.sorted { ($0.site, $0.index) < ($1.site, $1.index) }
    }

    private mutating func raiseAlarms() {
        for epoch in self.folding.epochs where epoch.isFirm && !epoch.isEnded {
            let others = self.folding.epochs.filter {
                $0.isFirm && $0.number == epoch.number && $0.site != epoch.site && $0.index > epoch.index
            }
            if !others.isEmpty { self.alarms.append(.twoHolders(number: epoch.number)) }
        }
        for site in self.folding.graph.clonedSites { self.alarms.append(.cloned(site)) }
        for item in self.folding.graph.items where item.lateness == .unauthorised {
            let alarm = CustodyAlarm.unauthorised(item.person)
            if !self.alarms.contains(alarm) { self.alarms.append(alarm) }
        }
    }
}

extension CustodyGraph {
    /// Sites of which two lives that count stand beside each other, or whose log has two branches; sorted.
    fileprivate var clonedSites: [SiteID] {
        var sites: [SiteID] = []
        for item in self.items where (item.isForked || item.isContested) && !sites.contains(item.site) {
            sites.append(item.site)
        }
        return sites.sorted()
    }
}
