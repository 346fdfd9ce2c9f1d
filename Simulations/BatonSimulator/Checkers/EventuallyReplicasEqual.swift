import BatonEngine
package import BatonModel

/// L1 and S1: some time after the last fault every node of the core holds every delta that the faults left
/// anywhere in it, nothing waits that could go on, and all replicas are equal, while the rest stays gone.
package enum EventuallyReplicasEqual {
    package static func check(_ world: World, _ atlas: FaultAtlas, core: [SiteID]) -> [Violation] {
        let nodes = core.compactMap { world.machines[NodeID($0)] }
        var found: [Violation] = []
        let owed = self.owed(nodes, atlas)
        for node in nodes {
            guard node.isUp else {
                found.append(Violation("eventually-all-up", "\(node.id) is down", node: node.id))
                continue
            }
            let missing = owed.filter { node.replica.fate($0.id) == nil }
            if let first = missing.first {
                found.append(
                    Violation(
                        "eventually-nothing-lost",
                        "\(node.id) lacks \(missing.count) acknowledged deltas, the first is \(first.reference)",
                        node: node.id))
            }
            if let stuck = self.stuck(node, nodes) {
                found.append(
                    Violation(
                        "eventually-nothing-waits", "\(stuck) waits at \(node.id) for what is here",
                        node: node.id))
            }
        }
        if let violation = self.unequal(nodes) { found.append(violation) }
        return found
    }

    /// What is on a disk of the core. A delta that never left a site outside of it cannot be asked for.
    private static func owed(_ nodes: [WorldNode], _ atlas: FaultAtlas) -> [Delta] {
        let sites = Set(nodes.map(\.id.site))
        return atlas.owed.filter { delta in
            sites.contains(delta.header.author.site)
                ? nodes.contains { $0.replica.fate(delta.id) != nil }
                    || !atlas.forked.contains(
                        delta.header.author)
                : nodes.contains { $0.replica.fate(delta.id) != nil }
        }
    }

    /// A delta that waits although its whole past stands somewhere in the core and waits for nothing itself.
    private static func stuck(_ node: WorldNode, _ nodes: [WorldNode]) -> DeltaReference? {
        for id in node.replica.waitingIDs {
            guard let header = node.replica.row(id)?.delta.header else { continue }
            var past = header.context.entries
            if header.documentPrev > 0 {
                past.append(DeltaReference(author: header.author, seq: header.documentPrev))
            }
            let isHere = past.allSatisfy { reference in
                nodes.contains { other in
                    other.replica.ids(at: reference).contains {
                        other.replica.fate($0)?.hasPassedGate == true
                    }
                }
            }
            // A seal that matches nothing is a lie; it waits for ever, and rightly.
            if isHere, nodes.contains(where: { $0.replica.fate(id)?.hasPassedGate == true }) {
                return header.reference
            }
            if isHere, self.isSealed(header, nodes) { return header.reference }
        }
        return nil
    }

    private static func isSealed(_ header: Header, _ nodes: [WorldNode]) -> Bool {
        func only(_ reference: DeltaReference) -> DeltaID? {
            let ids = Set(nodes.flatMap { $0.replica.ids(at: reference) })
            return ids.count == 1 ? ids.first : nil
        }
        let previous =
            header.documentPrev > 0
            ? only(DeltaReference(author: header.author, seq: header.documentPrev)) : DeltaID.none
        let entries = header.context.entries.compactMap(only)
        guard let previous, entries.count == header.context.entries.count,
            let hashing = nodes.first?.context.hashing
        else { return false }
        return ContextSeal(documentPrev: previous, entries: entries, hashing: hashing)
            == header.context.seal
    }

    /// Replicas are compared at one level only.
    private static func unequal(_ nodes: [WorldNode]) -> Violation? {
        for (index, left) in nodes.enumerated() where left.isUp {
            for right in nodes.dropFirst(index + 1) where right.isUp && right.level == left.level {
                let level = left.level
                let one = left.replica.digest(level: level, hashing: StandInHashing())
                let other = right.replica.digest(level: level, hashing: StandInHashing())
                guard one != other else { continue }
                return Violation(
                    "eventually-replicas-equal", "the digests of \(left.id) and \(right.id) differ",
                    node: left.id)
            }
        }
        return nil
    }
}
