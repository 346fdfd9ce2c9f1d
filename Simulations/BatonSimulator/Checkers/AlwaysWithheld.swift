import BatonEngine
import BatonModel

/// S9: neither a part of a compartment nor its key is ever stored at a site without clearance for it.
struct AlwaysWithheld: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .committed(let node, let commit) = fact, atlas.honest.contains(node.site),
            let machine = world.machines[node]
        else { return nil }
        for added in commit.report.added {
            guard let delta = machine.replica.row(added.id)?.delta, delta.header.parts.count > 1 else {
                continue
            }
            let keys = machine.replica.keys(for: delta)
            if let (scope, _) = keys.first(where: {
                !machine.context.clearances.contains($0.0.compartment)
            }) {
                return Violation(
                    "always-withheld", "\(node) keeps a key of \(scope.compartment)", node: node)
            }
            for (part, bytes) in zip(delta.header.parts, delta.parts) where bytes != nil {
                guard !machine.context.clearances.contains(part.compartment) else { continue }
                return Violation(
                    "always-withheld", "\(node) stores a \(part.compartment) part of \(delta.reference)",
                    node: node)
            }
        }
        return nil
    }
}
