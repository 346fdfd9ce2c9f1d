package import BatonModel

/// S5: an honest site never puts two deltas at one place of its log, whatever crashes and old disks it went
/// through.
package struct AlwaysOneDeltaPerPlace: Checker, Sendable {
    private var places: [DeltaReference: DeltaID] = [:]

    package init() {}

    package mutating func check(_ fact: WorldFact, _ world: World, _ atlas: FaultAtlas) -> Violation? {
        guard case .authored(let node, let delta) = fact, atlas.isHonest(delta.header.author) else {
            return nil
        }
        guard var violation = self.check(delta) else { return nil }
        violation.node = node
        return violation
    }

    package mutating func check(_ delta: Delta) -> Violation? {
        let known = self.places.updateValue(delta.id, forKey: delta.reference)
        guard let known, known != delta.id else { return nil }
        return Violation("always-one-delta-per-place", "\(delta.reference) was signed twice")
    }
}
