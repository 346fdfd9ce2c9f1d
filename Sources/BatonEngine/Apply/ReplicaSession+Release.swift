import BatonModel

/// What two people's release of a waiting delta does to the gate.
///
/// State stays a function of the deltas alone: a released delta has the past that its release names, wherever and
/// whenever what was missing is held. Where it had folded with more than that, its document is folded again.
extension ReplicaSession {
    /// A released delta whose `document prev` is left out breaks its author's chain in this document: numbers no
    /// longer tell what is in a past, so the graph is walked for that author from now on.
    func noteGap(_ delta: Delta, _ parents: [DeltaPosition], in state: inout DocumentState) {
        let place = DeltaReference(author: delta.header.author, seq: delta.header.documentPrev)
        guard delta.header.documentPrev > 0, !parents.contains(where: { $0.reference == place }),
            !state.forked.contains(place.author)
        else { return }
        state.forked.append(place.author)
        state.forked.sort()
    }

    /// Reads the releases again after one has folded. Those that wait for it are called by the gate.
    func takeUpReleases(in document: DocumentSlot) throws(ReplicaFault) {
        document.releases = document.state.releases(by: self.context.fold.table)
        // order: any one of them is reason enough
        for (id, words) in document.releases {
            guard words.contains(where: { $0.isSaidByTwo(havingRead: []) }),
                let logged = try self.transaction.logged(id), logged.fate.hasPassedGate
            else { continue }
            return try self.refold(document)
        }
    }

    /// Folds again what has passed in a document, each delta behind its parents. Entries of the timeline stand
    /// whatever covers what, and stay.
    ///
    /// - Complexity: O(history of the document), squared where it arrived in the worst order.
    private func refold(_ document: DocumentSlot) throws(ReplicaFault) {
        var left: [Delta] = []
        for delta in try self.transaction.deltas(of: document.state.id)
        where try self.transaction.logged(delta.id)?.fate.hasPassedGate == true {
            left.append(delta)
        }
        document.state = DocumentState(id: document.state.id)
        var done: Set<DeltaID> = []
        while !left.isEmpty {
            var rest: [Delta] = []
            for delta in left {
                guard case .complete(let parents) = try self.past(of: delta),
                    parents.allSatisfy({ done.contains($0.id) })
                else {
                    rest.append(delta)
                    continue
                }
                var refused: [Int] = []
                guard let opened = try self.open(delta, refused: &refused) else {
                    throw ReplicaFault(
                        code: "engine.refold", message: "\(delta.reference) cannot be opened any more",
                        isFatal: false)
                }
                let (outcome, vector) = try self.placed(
                    opened, of: delta, parents: parents, into: document)
                try self.transaction.update(delta.id, fate: outcome.fate, vector: vector)
                done.insert(delta.id)
            }
            guard rest.count < left.count else {
                throw ReplicaFault(
                    code: "engine.refold", message: "the history of a document goes round in a circle",
                    isFatal: false)
            }
            left = rest
        }
        document.releases = document.state.releases(by: self.context.fold.table)
    }
}

extension Header {
    var isRelease: Bool { self.shape.contains { $0.kind == .release } }
}
