/// The engine never asks its store for something that the store must refuse.
struct AlwaysStoreAgrees: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .refused(let node, let fault) = fact, atlas.honest.contains(node.site) else { return nil }
        return Violation("always-store-agrees", "\(node): \(fault)", node: node)
    }
}
