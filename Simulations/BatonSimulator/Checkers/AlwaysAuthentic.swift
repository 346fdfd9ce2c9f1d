import BatonEngine

/// S8: nothing is logged at an honest node that no holder of a key has signed.
struct AlwaysAuthentic: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .committed(let node, let commit) = fact, atlas.honest.contains(node.site) else {
            return nil
        }
        guard let wrong = commit.report.added.first(where: { !atlas.signed.contains($0.id) }) else {
            return nil
        }
        return Violation(
            "always-authentic", "\(node) logged \(wrong.reference), which nobody has signed", node: node)
    }
}
