import BatonDesk
import BatonEngine
package import BatonModel

/// Watches a run with all that was ever written in view, and counts: how many hold each case for certain, and how
/// far each site's own view lags behind.
package final class CustodyProof: Checker {
    /// Moments in which a baton was moved.
    package private(set) var instants = 0
    /// Of them: how often not exactly one site held the case for certain.
    package private(set) var wrongHolderCount = 0
    /// Pairs of a moment and a site, by how many accepts the site's view lags behind.
    package private(set) var lags: [Int: Int] = [:]
    package private(set) var cases: Set<DocumentID> = []
    private var log: [DocumentID: [LedgerEntry]] = [:]
    private var handoffs: [DocumentID] = []

    package init() {}

    package func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .authored(let id, let delta) = fact, let node = world.machines[id] else { return nil }
        let document = delta.header.document
        if document.kind == .handoff, !self.handoffs.contains(document) { self.handoffs.append(document) }
        guard delta.header.shape.contains(where: { $0.kind == .custody }),
            let folded = node.replica.folded(document), let origin = atlas.custody.origin(document)
        else { return nil }
        let entries = folded[.global]?.ledgers[CaseField.custody] ?? []
        self.log[document, default: []] += entries.filter { $0.write.dot.delta == delta.id }
        self.cases.insert(document)
        self.instants += 1
        let facts = CustodyFacts(origin: origin, membership: node.context.membership, state: folded)
        let truth = CustodyState(of: self.log[document] ?? [], facts)
        let tips = truth.epochs.filter { $0.isFirm && !$0.isEnded && $0.number == truth.firm.number }
        if Set(tips.map(\.site)).count != 1 { self.wrongHolderCount += 1 }
        for sight in atlas.custody.sights(of: document, in: world) {
            self.lags[truth.firm.number - sight.state.firm.number, default: 0] += 1
        }
        return nil
    }

    /// What became of the handoffs that were offered.
    package struct Handoffs: Sendable, Equatable {
        package var offered = 0
        /// Within the time that the record gives.
        package var inTime = 0
        /// Later: the escalation path was paged before.
        package var late = 0
        /// Not until the end, and paged.
        package var escalated = 0
        /// Neither taken nor paged.
        package var dropped = 0
    }

    /// - Parameter run: The run that was watched, after its end.
    package func handoffs(_ run: ScenarioRun) -> Handoffs {
        var count = Handoffs()
        for document in self.handoffs {
            let papers = run.world.nodeIDs.compactMap { run.world.machines[$0]?.replica.folded(document) }
                .map { HandoffState($0) }
            guard let paper = papers.max(by: { $0.moves.entries.count < $1.moves.entries.count }),
                let hash = paper.offered?.body.record,
                let record = paper.record(hash, hashing: StandInHashing())
            else { continue }
            count.offered += 1
            let isPaged = run.atlas.custody.escalated.contains(document)
            let accepted = paper.standing == .accepted ? paper.accepted?.at : nil
            if let accepted, accepted <= record.expiresAt {
                count.inTime += 1
            } else if accepted != nil, isPaged {
                count.late += 1
            } else if isPaged {
                count.escalated += 1
            } else {
                count.dropped += 1
            }
        }
        return count
    }

    package var lagMax: Int { self.lags.keys.max() ?? 0 }
}
