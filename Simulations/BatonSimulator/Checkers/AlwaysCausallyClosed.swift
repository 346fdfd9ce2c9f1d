import BatonEngine
import BatonModel

/// S4: nothing passes its gate before what it names as its past has passed.
struct AlwaysCausallyClosed: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .committed(let node, let commit) = fact, atlas.honest.contains(node.site),
            let replica = world.machines[node]?.replica
        else { return nil }
        for id in commit.passed {
            guard let header = replica.row(id)?.delta.header else { continue }
            if self.isReleased(id, replica, at: node, world) { continue }
            var past = header.context.entries
            if header.documentPrev > 0 {
                past.append(DeltaReference(author: header.author, seq: header.documentPrev))
            }
            let missing = past.first { reference in
                !replica.ids(at: reference).contains { replica.fate($0)?.hasPassedGate == true }
            }
            if let missing {
                return Violation(
                    "always-causally-closed", "\(node) shows \(header.reference) without \(missing)",
                    node: node)
            }
            // Where a log has forked a number says too little: the seal names the branch.
            guard atlas.forked.contains(where: { author in past.contains { $0.author == author } }),
                !self.hasSealedPast(header, past, replica, world.team.suite.hashing)
            else { continue }
            return Violation(
                "always-causally-closed",
                "\(node) shows \(header.reference) on a branch that it has not read", node: node)
        }
        return nil
    }

    /// Says whether two people have let a delta count with the past that is named and has passed here.
    private func isReleased(
        _ id: DeltaID, _ replica: MemoryReplica, at node: NodeID, _ world: World
    ) -> Bool {
        guard let header = replica.row(id)?.delta.header, let state = replica.folded(header.document),
            let table = world.machines[node]?.context.fold.table
        else { return false }
        return (state.releases(by: table)[id] ?? []).contains { word in
            Set(word.entries.map(\.write.actor.person)).count > 1
                && word.release.parents.allSatisfy { replica.fate($0)?.hasPassedGate == true }
        }
    }

    /// Says whether what has passed here holds the very deltas that a header was written on.
    private func hasSealedPast(
        _ header: Header, _ past: [DeltaReference], _ replica: MemoryReplica, _ hashing: any Hashing
    ) -> Bool {
        var choices: [[DeltaID]] = [[]]
        for reference in past {
            let branches = replica.ids(at: reference).filter { replica.fate($0)?.hasPassedGate == true }
            choices = choices.flatMap { chosen in branches.map { chosen + [$0] } }
        }
        let hasPrevious = header.documentPrev > 0
        return choices.contains { ids in
            let previous = hasPrevious ? ids.last ?? .none : .none
            let entries = hasPrevious ? Array(ids.dropLast()) : ids
            return ContextSeal(documentPrev: previous, entries: entries, hashing: hashing)
                == header.context.seal
        }
    }
}
