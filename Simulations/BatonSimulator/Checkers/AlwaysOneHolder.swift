import BatonDesk
import BatonEngine
import BatonModel

/// S6: no view names two firm holders of one epoch; and no two views of a run do, as long as nobody cloned a
/// machine and nobody deposed a site, which is meant to overrule those who cannot know of it.
package struct AlwaysOneHolder: Sendable {
    private var holders: [Int: SiteID] = [:]

    package init() {}

    /// - Parameter isPlain: No clone and no deposition in the run so far.
    package mutating func check(_ sight: CustodySight, isPlain: Bool) -> Violation? {
        var seen: [Int: SiteID] = [:]
        for epoch in sight.state.epochs where epoch.isFirm {
            let here = seen.updateValue(epoch.site, forKey: epoch.number)
            if let here, here != epoch.site {
                return Violation(
                    "always-one-holder",
                    "\(sight.site) sees epoch \(epoch.number) firm at \(here) and \(epoch.site)")
            }
            guard isPlain else { continue }
            let before = self.holders.updateValue(epoch.site, forKey: epoch.number)
            if let before, before != epoch.site {
                return Violation(
                    "always-one-holder",
                    "epoch \(epoch.number) was firm at \(before) and is at \(epoch.site), as \(sight.site) sees it"
                )
            }
        }
        return nil
    }

    /// What a lost disk alone had claimed is void.
    package mutating func forget() { self.holders = [:] }
}

extension AlwaysOneHolder {
    /// The same for every case of a run.
    struct OfRun: Checker {
        private var holders: [DocumentID: AlwaysOneHolder] = [:]
        private var replacedCount = 0

        func isPlain(_ document: DocumentID, _ atlas: FaultAtlas) -> Bool {
            !atlas.custody.hasDeposition(document) && !atlas.hasClone && atlas.forked.isEmpty
                && !(atlas.hasLiar && !atlas.replacedDisks.isEmpty)
        }

        mutating func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
            if atlas.replacedCount != self.replacedCount {
                // What a lost disk alone had claimed is void.
                self.replacedCount = atlas.replacedCount
                self.holders = [:]
            }
            guard case .committed(let node, let commit) = fact, atlas.honest.contains(node.site),
                let machine = world.machines[node]
            else { return nil }
            for document in commit.custodyDocuments(machine.replica) {
                guard let state = atlas.custody.state(document, at: machine) else { continue }
                let sight = CustodySight(site: node.site, state: state)
                let found = self.holders[document, default: AlwaysOneHolder()].check(
                    sight, isPlain: self.isPlain(document, atlas))
                if var found {
                    found.node = node
                    return found
                }
            }
            return nil
        }
    }
}
