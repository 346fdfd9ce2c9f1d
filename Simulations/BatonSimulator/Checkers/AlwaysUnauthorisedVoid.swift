import BatonModel

/// S8: what the membership or the field table does not allow counts nowhere.
struct AlwaysUnauthorisedVoid: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .committed(let node, let commit) = fact, atlas.honest.contains(node.site),
            !atlas.mustBeVoid.isEmpty, let replica = world.machines[node]?.replica
        else { return nil }
        for id in commit.passed where atlas.mustBeVoid.contains(id) {
            guard replica.fate(id) == .applied, let row = replica.row(id) else { continue }
            return Violation(
                "always-unauthorised-void", "\(node) counts \(row.delta.reference), which must be void",
                node: node)
        }
        return nil
    }
}
