import BatonEngine
import BatonModel

/// S8: a membership that no root has signed is never adopted.
struct AlwaysMembershipSigned: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .noted(let node, .membershipAdvanced(let epoch), _) = fact,
            atlas.honest.contains(node.site), let machine = world.machines[node],
            !atlas.memberships.contains(machine.context.membership.headHash)
        else { return nil }
        return Violation(
            "always-membership-signed", "\(node) adopted epoch \(epoch), which no root has signed", node: node
        )
    }
}
