import BatonDesk
import BatonEngine
import BatonModel

/// What two people must agree to: proposals and second words, by the acts of the desk.
extension ScenarioRun {
    func decide(_ event: ScenarioEvent) {
        guard let site = event.site, let label = event.label,
            let wishes = event.how.flatMap(DecisionWish.list),
            let node = self.world.machines[self.desk(of: site, at: event.at)], node.isUp, !node.isPaused,
            var scene = self.actScene(node, event.at, rules: DecisionWish.rules),
            let file = Self.file(WriteText.document(label), at: node)
        else { return }
        scene.waiting = Self.waiting(in: file.document, node.replica)
        for wish in wishes {
            guard let act = wish.act(on: file, scene), let outcome = Self.outcome(of: act, on: file, scene)
            else {
                self.mark("decision.refused")
                continue
            }
            guard case .success = self.world.write(node.id, file.document, outcome.operations) else { return }
            if wish == .approve { self.mark("decision.approved") }
            if wish == .release { self.mark(outcome.awaitsSecondPerson ? "release.said" : "release.agreed") }
            return
        }
    }

    private static func outcome(of act: Act, on file: CaseFile, _ scene: ActScene) -> ActOutcome? {
        guard let spec = ActTable.spec(act.name) else { return nil }
        do throws(ActRefusal) {
            try ActArguments.check(act, spec)
            return try spec.perform(act, file, scene)
        } catch {
            return nil
        }
    }

    /// The deltas of a document that wait, with what of their past is here, sorted by id.
    private static func waiting(in document: DocumentID, _ replica: MemoryReplica) -> [WaitingDelta] {
        replica.waitingIDs.compactMap { id in
            guard let header = replica.row(id)?.delta.header, header.document == document else { return nil }
            var (parents, missing): ([DeltaID], [DeltaReference]) = ([], [])
            for place in header.pastReferences {
                let passed = replica.ids(at: place).filter { replica.fate($0)?.hasPassedGate == true }
                if passed.isEmpty { missing.append(place) }
                parents.append(contentsOf: passed)
            }
            return WaitingDelta(id: id, reference: header.reference, parents: parents, missing: missing)
        }
    }

    /// A case as a machine's disk has it; nil where it is not there.
    static func file(_ document: DocumentID, at node: WorldNode) -> CaseFile? {
        guard let folded = node.replica.folded(document) else { return nil }
        let summary = CaseSummary(
            state: folded, uncoveredCount: 0, waitingCount: 0, hashing: StandInHashing())
        return CaseFile(state: folded, summary: summary, membership: node.context.membership)
    }
}
