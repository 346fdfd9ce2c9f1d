import BatonEngine
package import BatonModel

/// S5: whoever holds both branches of a fork has raised the alarm about that author.
package struct EventuallyForksTold: Sendable {
    private var told: [SiteID: Set<Author>] = [:]

    package init() {}

    package mutating func note(_ fact: WorldFact) {
        guard case .noted(let node, let note, _) = fact else { return }
        switch note {
        case .finding(.forkProven(let place, _)): self.told[node.site, default: []].insert(place.author)
        case .finding(.documentPrevSkipped(let place)):
            self.told[node.site, default: []].insert(place.author)
        case .cloneSuspected(let author): self.told[node.site, default: []].insert(author)
        default: break
        }
    }

    package func check(_ world: World, _ atlas: FaultAtlas, core: [SiteID]) -> [Violation] {
        var found: [Violation] = []
        for site in core where atlas.honest.contains(site) && !atlas.replacedDisks.contains(site) {
            guard let node = world.machines[NodeID(site)], node.isUp else { continue }
            for author in atlas.forked.sorted() where author.site != site {
                guard self.hasFork(of: author, node), self.told[site]?.contains(author) != true else {
                    continue
                }
                found.append(
                    Violation(
                        "eventually-forks-told", "\(site) holds two branches of \(author) and said nothing",
                        node: node.id))
            }
        }
        return found
    }

    private func hasFork(of author: Author, _ node: WorldNode) -> Bool {
        guard let have = node.replica.held(of: author) else { return false }
        for interval in have.intervals {
            for seq in interval.first...interval.last
            where node.replica.ids(at: DeltaReference(author: author, seq: seq)).count > 1 {
                return true
            }
        }
        return false
    }
}
