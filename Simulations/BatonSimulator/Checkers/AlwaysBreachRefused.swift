import BatonEngine

/// S15: whoever is sent what no peer may send closes the link, once it has read it.
enum AlwaysBreachRefused {
    /// How long the bytes may take.
    static let milliseconds: UInt64 = 8_000

    static func check(
        _ lie: Lie, _ links: [LinkID], _ world: World, _ atlas: FaultAtlas
    ) -> Violation? {
        for link in links where world.hasReadAll(link) {
            guard let node = world.owner(of: link), atlas.honest.contains(node.site) else { continue }
            return Violation(
                "always-breach-refused", "\(node) goes on with a peer that sent it a \(lie.rawValue)",
                node: node)
        }
        return nil
    }
}
