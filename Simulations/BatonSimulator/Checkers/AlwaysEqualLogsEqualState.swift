import BatonEngine
import BatonModel

/// S2: replicas that hold the same deltas, read at one level with none unread, have the same state, document
/// by document.
package enum AlwaysEqualLogsEqualState {
    package static func check(_ world: World, _ atlas: FaultAtlas) -> Violation? {
        let nodes = world.nodeIDs.filter { atlas.honest.contains($0.site) }
        for (index, one) in nodes.enumerated() {
            for other in nodes.dropFirst(index + 1) {
                guard let left = world.machines[one], let right = world.machines[other],
                    left.level == right.level, left.currentHaveDigest() == right.currentHaveDigest(),
                    left.context.membership.epoch == right.context.membership.epoch
                else { continue }
                if let violation = self.compare(left, right) { return violation }
            }
        }
        return nil
    }

    private static func compare(_ left: WorldNode, _ right: WorldNode) -> Violation? {
        let documents = Set(left.replica.documentIDs).union(right.replica.documentIDs).sorted()
        for id in documents {
            let one = self.digest(left, id)
            let other = self.digest(right, id)
            guard let one, let other, one == other else {
                return Violation(
                    "always-equal-logs-equal-state",
                    "\(left.id) and \(right.id) hold the same deltas and differ in document \(id)",
                    node: left.id)
            }
        }
        return nil
    }

    private static func digest(_ node: WorldNode, _ id: DocumentID) -> Digest256? {
        guard let state = node.replica.folded(id) else { return nil }
        return node.replica.digest(of: state, .global, level: node.level, hashing: StandInHashing())
    }
}
