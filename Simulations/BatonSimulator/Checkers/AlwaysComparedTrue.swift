import BatonEngine
import BatonModel

/// S8: a comparison of logs tells no two sites apart that hold the same.
///
/// At one place of an honest log that has not forked stands one delta, whoever holds it: only a fork, or a disk
/// that gives back other bytes, makes two sites differ in what both hold.
struct AlwaysComparedTrue: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .compared(let node, let result) = fact, result.end == .done, atlas.isSound(node.site),
            atlas.isSound(result.site)
        else { return nil }
        guard let range = result.unequal.first(where: { atlas.isHonest($0.author) }) else { return nil }
        return Violation(
            "always-compared-true", "\(node) and \(result.site) hold different deltas at \(range)", node: node
        )
    }
}
