import BatonEngine

/// S8: an old connection that is played again never becomes a live link.
struct AlwaysFreshGreeting: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .noted(let node, .linkGreeted(let site, _, _), .bytesReceived(let link, _)) = fact,
            atlas.replays.contains(link)
        else { return nil }
        return Violation(
            "always-fresh-greeting", "\(node) took a replayed connection for \(site)", node: node)
    }
}
