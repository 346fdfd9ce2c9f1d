import BatonModel

/// What the site of an epoch could know itself. An act of somebody else can make an epoch firm long after it was
/// opened: the offerer's new life recovers. Until its own site has acted with that read, the others must not take
/// it for granted that somebody there answers.
extension CustodyFolding {
    /// Says whether a site has acted knowing that its epoch is firm, or that one given on from it is.
    func isGrasped(_ epoch: Int) -> Bool {
        guard self.epochs[epoch].isFirm else { return false }
        switch self.epochs[epoch].opening {
        // The holder who settles and the keeper who deposes decide for those who come after.
        case .origin, .settlement, .heir: return true
        case .accept, .take, .standIn: break
        }
        let isKnown = self.graph.items.indices.contains { index in
            self.graph.items[index].isEffective && self.graph.items[index].site == self.epochs[epoch].site
                && self.wasFirm(epoch, by: index)
        }
        return isKnown || self.epochs.contains { $0.parent == epoch && self.isGrasped($0.index) }
    }

    /// Says whether an epoch was firm by what the author of an act had read, the act included.
    ///
    /// - Complexity: that of a fold of the act's past, where something in the case can make old acts count.
    private func wasFirm(_ epoch: Int, by act: Int) -> Bool {
        let openers = self.openersOf(epoch)
        if openers.isEmpty { return true }
        guard openers.contains(where: { $0 == act || self.graph.isAfter(act, $0) }) else { return false }
        guard self.canPromote else { return true }
        let past = self.graph.items.indices.filter { $0 == act || self.graph.isAfter(act, $0) }
        let then = CustodyFolding(past.map { self.graph.items[$0].source }, self.facts)
        let dots = openers.map { self.graph.items[$0].source.write.dot }
        return then.epochs.contains { epoch in
            epoch.isFirm
                && then.openersOf(epoch.index).contains {
                    dots.contains(then.graph.items[$0].source.write.dot)
                }
        }
    }

    /// Only these let acts count that did not when they were done.
    private var canPromote: Bool {
        self.graph.items.contains { $0.body.kind == .recovered || $0.body.kind == .depose }
    }

    /// Says whether an operation was done with a firm epoch in hand, or took it, and its author knew that.
    func isHoldersAct(_ index: Int) -> Bool {
        let item = self.graph.items[index]
        guard item.isEffective else { return false }
        let epoch: Int?
        switch item.body.kind {
        case .offer, .confirm, .settle, .reconfirm, .claim: epoch = self.epoch(of: index)
        case .withdraw: epoch = self.offersReached(by: index).first.map { self.offers[$0].epoch }
        case .accept: epoch = self.epochOpened(by: index)
        case .decline, .acknowledge, .take, .recovered, .depose: epoch = nil
        }
        guard let epoch, self.epochs[epoch].isFirm, self.epochs[epoch].site == item.site else { return false }
        return self.wasFirm(epoch, by: index)
    }
}
