package import BatonDesk
import BatonEngine
package import BatonModel

/// What each machine of a world knows of the batons: worked out once for each state of a case, as the desk does.
package final class CustodyBook {
    /// The site that made a document first: all views of a run go by it. A label of a scenario is one document
    /// from the start, so that two sites can begin it apart; a real case has one maker.
    private var origins: [DocumentID: SiteID] = [:]
    /// Cases whose baton was ever moved, in that order.
    package private(set) var documents: [DocumentID] = []
    private var views: [Key: View] = [:]
    /// Cases in which somebody with the authority deposed a site.
    private var deposedIn: Set<DocumentID> = []

    private struct Key: Hashable {
        let node: NodeID
        let document: DocumentID
    }

    private struct View {
        let frontier: [DeltaPosition]
        let forked: [Author]
        let epoch: UInt64
        let state: CustodyState
    }

    /// Handoffs for which the escalation path was paged.
    package private(set) var escalated: Set<DocumentID> = []

    package init() {}

    /// Takes note of a delta that was made.
    package func note(_ delta: Delta) {
        let document = delta.header.document
        if self.origins[document] == nil { self.origins[document] = delta.header.author.site }
        guard delta.header.shape.contains(where: { $0.kind == .custody }),
            !self.documents.contains(document)
        else { return }
        self.documents.append(document)
    }

    package func noteEscalated(_ handoff: DocumentID) { self.escalated.insert(handoff) }
    package func noteDeposition(_ document: DocumentID) { self.deposedIn.insert(document) }
    package func hasDeposition(_ document: DocumentID) -> Bool { self.deposedIn.contains(document) }

    package func origin(_ document: DocumentID) -> SiteID? { self.origins[document] }

    /// The custody of a case as a machine's disk has it; nil where the case is not there.
    package func state(_ document: DocumentID, at node: WorldNode) -> CustodyState? {
        guard let origin = self.origins[document], let folded = node.replica.folded(document) else {
            return nil
        }
        let key = Key(node: node.id, document: document)
        let membership = node.context.membership
        if let view = self.views[key], view.frontier == folded.frontier, view.forked == folded.forked,
            view.epoch == membership.epoch
        {
            return view.state
        }
        let facts = CustodyFacts(origin: origin, membership: membership, state: folded)
        let state = CustodyState(of: folded[.global]?.ledgers[CaseField.custody] ?? [], facts)
        self.views[key] = View(
            frontier: folded.frontier, forked: folded.forked, epoch: membership.epoch, state: state)
        return state
    }

    /// What every machine knows, clones and those that are down too.
    package func sights(of document: DocumentID, in world: World) -> [CustodySight] {
        world.nodeIDs.compactMap { id in
            guard let node = world.machines[id], let state = self.state(document, at: node) else {
                return nil
            }
            return CustodySight(site: id.site, state: state)
        }
    }
}
