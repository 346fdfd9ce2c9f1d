import BatonModel

/// Draws for one seeded case: SplitMix64 from the seed and the case's number, so that a case is the same whichever
/// others are made beside it.
///
/// - Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
struct SeedDraw {
    private var state: UInt64

    init(seed: UInt64, number: UInt64) {
        self.state = seed &* 0x9e37_79b9_7f4a_7c15 ^ number &* 0xd1b5_4a32_d192_ed03
        _ = self.next()
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// 0 ..< bound.
    mutating func below(_ bound: Int) -> Int { Int(self.next() % UInt64(bound)) }

    mutating func chance(_ percent: Int) -> Bool { self.below(100) < percent }

    mutating func pick<Element>(_ list: [Element]) -> Element { list[self.below(list.count)] }

    /// The index of a weight, drawn in proportion.
    mutating func weighted(_ weights: [Int]) -> Int {
        var rest = self.below(weights.reduce(0, +))
        for (index, weight) in weights.enumerated() {
            if rest < weight { return index }
            rest -= weight
        }
        return weights.count - 1
    }
}
