import BatonModel

/// S4: nothing passes its gate before what it names as its past has passed.
struct AlwaysCausallyClosed: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .committed(let node, let commit) = fact, atlas.honest.contains(node.site),
            let replica = world.machines[node]?.replica
        else { return nil }
        for id in commit.passed {
            guard let header = replica.row(id)?.delta.header else { continue }
            var past = header.context.entries
            if header.documentPrev > 0 {
                past.append(DeltaReference(author: header.author, seq: header.documentPrev))
            }
            let missing = past.first { reference in
                !replica.ids(at: reference).contains { replica.fate($0)?.hasPassedGate == true }
            }
            guard let missing else { continue }
            return Violation(
                "always-causally-closed", "\(node) shows \(header.reference) without \(missing)", node: node)
        }
        return nil
    }
}
