import BatonEngine
import BatonModel

/// S8: a stored part is the very part that its author sealed.
struct AlwaysPartsTrue: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .committed(let node, let commit) = fact, !commit.isOwn,
            atlas.honest.contains(node.site), let replica = world.machines[node]?.replica
        else { return nil }
        for added in commit.report.added {
            guard let stored = replica.row(added.id)?.delta, let truth = atlas.truth[added.id] else {
                continue
            }
            for (part, sealed) in zip(stored.parts, truth.parts) where part != nil && part != sealed {
                return Violation(
                    "always-parts-true", "\(node) stores another part for \(added.reference)", node: node)
            }
        }
        return nil
    }
}
