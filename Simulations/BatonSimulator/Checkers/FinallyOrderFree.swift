import BatonEngine
package import BatonModel

/// S3: the same deltas given to a fresh replica in another order, other batches and partly twice make the
/// same bytes.
package enum FinallyOrderFree {
    package static func check(
        _ world: World, core: [SiteID], _ random: inout SeededRandom
    ) -> Violation? {
        guard let site = core.first, let node = world.machines[NodeID(site)] else { return nil }
        let source = ReplicaPeer(node.context, replica: node.replica)
        var context = world.team.context(site, incarnation: 4_000, seed: random.next())
        context.membership = node.context.membership
        context.fold = node.context.fold
        let fresh = ReplicaPeer(context)
        let deltas = node.replica.deltasInOrder
        var order = random.shuffled(deltas + deltas.filter { _ in random.chance(1, in: 5) })
        let batchMax = max(12, deltas.count / 8)
        while !order.isEmpty {
            let count = min(order.count, 1 + random.below(batchMax))
            fresh.apply(Array(order.prefix(count)), from: source)
            order.removeFirst(count)
        }
        guard fresh.fingerprint != source.fingerprint else { return nil }
        return Violation(
            "finally-order-free", "a fresh replica of the same \(deltas.count) deltas has another state",
            node: node.id)
    }
}
