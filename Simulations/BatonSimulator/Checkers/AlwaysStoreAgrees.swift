import BatonEngine

/// The engine never asks its store for something that the store must refuse.
struct AlwaysStoreAgrees: Checker {
    func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .refused(let node, let fault) = fact, atlas.honest.contains(node.site) else { return nil }
        // A disk that was told to fail may; what it did to a node is what the others look at.
        if world.armedDiskFaults > 0, ["store.io", "store.disk-full"].contains(fault.code) { return nil }
        return Violation("always-store-agrees", "\(node): \(fault)", node: node)
    }
}
