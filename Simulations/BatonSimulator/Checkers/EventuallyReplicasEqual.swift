import BatonModel

/// L1 and S1: some time after the last fault every node holds every delta that the faults left anywhere,
/// nothing waits, and all replicas are equal.
package enum EventuallyReplicasEqual {
    package static func check(_ world: World, _ ledger: Ledger) -> [Violation] {
        var found: [Violation] = []
        for site in world.team.sites {
            guard let node = world.nodes[site], node.isUp else {
                found.append(Violation("eventually-all-up", "\(site) is down"))
                continue
            }
            let missing = ledger.owed.filter { node.replica.fate($0.id) != .applied }
            if let first = missing.first {
                found.append(
                    Violation(
                        "eventually-nothing-lost",
                        "\(site) lacks \(missing.count) acknowledged deltas, the first is \(first.reference)")
                )
            }
            if node.replica.waitingCount > 0 {
                found.append(
                    Violation(
                        "eventually-nothing-waits", "\(node.replica.waitingCount) deltas wait at \(site)"))
            }
        }
        if !world.areEqual { found.append(Violation("eventually-replicas-equal", "the digests differ")) }
        return found
    }
}
