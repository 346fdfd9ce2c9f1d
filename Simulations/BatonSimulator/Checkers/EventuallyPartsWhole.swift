import BatonEngine
package import BatonModel

/// L4: what was damaged on the way to one site of the core and stands whole at another is repaired without an
/// operator: no part stays missing that a neighbour has.
package enum EventuallyPartsWhole {
    package static func check(_ world: World, core: [SiteID]) -> [Violation] {
        let nodes = core.compactMap { world.machines[NodeID($0)] }.filter(\.isUp)
        var whole: Set<DeltaID> = []
        for node in nodes {
            for delta in node.replica.deltasInOrder where delta.hasAllParts { whole.insert(delta.id) }
        }
        return nodes.compactMap { node in
            let missing = node.replica.deltasInOrder.first { !$0.hasAllParts && whole.contains($0.id) }
            guard let missing, Self.mayHold(missing, node) else { return nil }
            return Violation(
                "eventually-parts-whole", "\(node.id) lacks a part of \(missing.reference)", node: node.id)
        }
    }

    private static func mayHold(_ delta: Delta, _ node: WorldNode) -> Bool {
        delta.header.parts.allSatisfy { node.context.clearances.contains($0.compartment) }
    }
}
