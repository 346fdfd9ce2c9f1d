import BatonModel

/// S1, S16: a node that starts again on its own disk still has all that it ever acknowledged, its own and what
/// it has told others to hold; and no disk that was sound is refused.
struct AlwaysNothingForgotten: Checker {
    private var acknowledged: [NodeID: [DeltaReference: DeltaID]] = [:]

    mutating func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        switch fact {
        case .authored(let node, let delta):
            self.acknowledged[node, default: [:]][delta.reference] = delta.id
            return nil
        case .started(let node, _):
            guard atlas.honest.contains(node.site), !atlas.replacedDisks.contains(node.site),
                let replica = world.machines[node]?.replica
            else { return nil }
            if let lost = world.lost[node]?.first {
                return Violation(
                    "always-nothing-forgotten", "\(node) started without \(lost.reference), once committed",
                    node: node)
            }
            let forgotten = (self.acknowledged[node] ?? [:]).filter { replica.fate($0.value) == nil }
            guard let first = forgotten.keys.min() else { return nil }
            return Violation(
                "always-nothing-forgotten", "\(node) started without its own \(first)", node: node)
        case .startRefused(let node, let fault):
            guard !atlas.replacedDisks.contains(node.site) else { return nil }
            return Violation("always-nothing-forgotten", "\(node) does not start: \(fault)", node: node)
        default: return nil
        }
    }
}
