import BatonModel

/// S12: the stamps of one author rise strictly, whatever its wall clock does.
struct AlwaysStampsRise: Checker {
    private var latest: [Author: HybridTime] = [:]

    mutating func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .authored(let node, let delta) = fact, atlas.isHonest(delta.header.author) else {
            return nil
        }
        let stamp = delta.header.stamp
        let before = self.latest.updateValue(stamp, forKey: delta.header.author)
        guard let before, before >= stamp else { return nil }
        return Violation(
            "always-stamps-rise", "\(delta.reference) has the stamp \(stamp) after \(before)", node: node)
    }
}
