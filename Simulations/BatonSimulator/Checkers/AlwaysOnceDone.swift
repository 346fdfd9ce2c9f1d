import BatonModel

/// S17: a command that is repeated makes one delta, and its sender is told of that one each time.
struct AlwaysOnceDone: Checker {
    private struct Place: Hashable {
        let node: NodeID
        let command: [UInt8]
    }

    private var answers: [Place: DeltaID] = [:]

    mutating func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .answered(let node, let command, let id) = fact, atlas.honest.contains(node.site) else {
            return nil
        }
        let known = self.answers.updateValue(id, forKey: Place(node: node, command: command))
        // An older disk cannot know what was asked of the newer one.
        guard let known, known != id, !atlas.replacedDisks.contains(node.site) else { return nil }
        return Violation(
            "always-once-done", "\(node) carried a repeated command out a second time", node: node)
    }
}
