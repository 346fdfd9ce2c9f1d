import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel

/// What a member writes that its own desk would refuse: signed by the right key, and by the rules of the log.
extension LyingPeer {
    /// Acts alone where two people must agree. Each delta is its own: the second one has read the first.
    func decideAlone(_ lie: Lie, _ node: WorldNode) -> Bool {
        guard lie == .approveOwn else { return self.proposeOver(node) }
        let key = ItemKey(number: 1, tag: node.id.site.packed)
        return self.record(self.proposal(key), node, self.document)
            && self.record(DecisionBody(.approve, item: key), node, self.document)
    }

    /// Takes the key of something that others have agreed to, in whichever case there is one.
    private func proposeOver(_ node: WorldNode) -> Bool {
        for document in node.replica.documentIDs where document.kind == .escalation {
            let items = ScenarioRun.file(document, at: node)?.decisions.items ?? []
            guard let agreed = items.last(where: { $0.approval != nil }) else { continue }
            return self.record(self.proposal(agreed.key), node, document)
        }
        return false
    }

    private func proposal(_ key: ItemKey) -> DecisionBody {
        var body = DecisionBody(.propose, item: key)
        body.choice = .disclose
        body.contents = ["everything"]
        return body
    }

    private func record(_ body: DecisionBody, _ node: WorldNode, _ document: DocumentID) -> Bool {
        let entry = Operation(
            shape: OperationShape(kind: .append, field: CaseField.decisions, isMaterial: true),
            body: body.value)
        guard case .success = self.world.write(node.id, document, [entry]) else { return false }
        return true
    }
}
