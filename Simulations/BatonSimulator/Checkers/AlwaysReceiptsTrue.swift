import BatonEngine
import BatonModel
import BatonProtocol

/// S1: what a receipt says to be safe elsewhere was committed there before it was said.
struct AlwaysReceiptsTrue: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        switch fact {
        case .authored(let node, let delta):
            atlas.noteHeld(delta.id, at: node.site)
            return nil
        case .started(let node, _):
            for added in world.surfaced[node] ?? [] { atlas.noteHeld(added.id, at: node.site) }
            return nil
        case .committed(let node, let commit):
            for added in commit.report.added { atlas.noteHeld(added.id, at: node.site) }
            return nil
        case .receipt(let node, let peer, let signed):
            guard atlas.honest.contains(peer) else { return nil }
            for have in signed.receipt.haves {
                for interval in have.intervals where atlas.everHeld[peer]?.contains(interval.head) != true {
                    let place = DeltaReference(author: have.author, seq: interval.last)
                    return Violation(
                        "always-receipts-true",
                        "\(peer) told \(node) that \(place) is safe and never committed it", node: node)
                }
            }
            return nil
        default: return nil
        }
    }
}
