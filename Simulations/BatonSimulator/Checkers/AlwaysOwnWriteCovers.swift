import BatonModel

/// A node's own write replaces every write that the node had read, and nothing else stands beside it then.
///
/// Its author has seen all that is folded at it, so after the commit its own value stands alone, its removal
/// leaves no element, its reopen no close.
struct AlwaysOwnWriteCovers: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .authored(let node, let delta) = fact, atlas.honest.contains(node.site),
            let machine = world.machines[node], let state = machine.replica.folded(delta.header.document),
            let fields = state[.global], fields.unread.isEmpty
        else { return nil }
        let level = machine.level
        for operation in delta.header.shape {
            let isCovered: Bool
            switch operation.kind {
            case .set:
                let writes = fields.registers[operation.field] ?? []
                isCovered = writes.allSatisfy { $0.dot.delta == delta.id || $0.level > level }
            case .reopen:
                isCovered = fields.closures.allSatisfy {
                    $0.write.dot.delta == delta.id || $0.write.level > level
                }
            default: continue
            }
            guard !isCovered else { continue }
            return Violation(
                "always-own-write-covers",
                "\(node) wrote \(operation.field) in \(delta.reference) and an older write still stands",
                node: node)
        }
        return nil
    }
}
