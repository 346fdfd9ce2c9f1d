import BatonEngine
import BatonModel

/// S10: each delta that a commit adds is in exactly one audit record of that commit.
struct AlwaysAudited: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .committed(let node, let commit) = fact, atlas.honest.contains(node.site),
            let replica = world.machines[node]?.replica
        else { return nil }
        let records = replica.audit(from: commit.auditBefore).filter {
            $0.kind == (commit.isOwn ? .authored : .merged)
        }
        let covered = records.reduce(0) { total, record in
            total + (record.range.map { Int($0.last - $0.first + 1) } ?? 0)
        }
        guard covered != commit.report.added.count else { return nil }
        return Violation(
            "always-audited",
            "\(node) committed \(commit.report.added.count) deltas and wrote \(covered) down", node: node)
    }
}
