import BatonDesk
import BatonEngine
import BatonModel

/// S7: at every instant some site holds the case by what it knows itself.
package enum AlwaysHeld {
    package static func check(_ sights: [CustodySight]) -> Violation? {
        let isHeld = sights.contains { sight in
            sight.state.accountable.site == sight.site || sight.state.firm.site == sight.site
        }
        guard !isHeld else { return nil }
        let words = sights.map { "\($0.site) thinks \($0.state.accountable.site)" }
        return Violation("always-held", "nobody holds the case: \(words.joined(separator: ", "))")
    }
}

extension AlwaysHeld {
    /// The same for every case of a run, as long as no disk was lost and no machine lives twice.
    struct OfRun: Checker {
        func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
            guard case .committed(let node, let commit) = fact, let machine = world.machines[node],
                atlas.replacedDisks.isEmpty, atlas.forked.isEmpty, !atlas.hasClone
            else { return nil }
            for document in commit.custodyDocuments(machine.replica) {
                let sights = atlas.custody.sights(of: document, in: world)
                guard !sights.isEmpty else { continue }
                if var found = AlwaysHeld.check(sights) {
                    found.node = node
                    return found
                }
            }
            return nil
        }
    }
}
