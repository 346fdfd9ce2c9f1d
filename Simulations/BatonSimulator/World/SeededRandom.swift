import BatonEngine
import Synchronization

/// SplitMix64 with golden values in its test: a seed stays valid across toolchains.
package struct SeededRandom: Sendable {
    private var state: UInt64

    package init(seed: UInt64) { self.state = seed }

    package mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Draws 0..<limit. The bias of a modulus over 64 bits is nothing to a test.
    package mutating func below(_ limit: Int) -> Int { Int(self.next() % UInt64(limit)) }

    package mutating func chance(_ numerator: Int, in denominator: Int) -> Bool {
        self.below(denominator) < numerator
    }

    package mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[self.below(elements.count)]
    }

    package mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var out = elements
        guard out.count > 1 else { return out }
        for index in stride(from: out.count - 1, to: 0, by: -1) { out.swapAt(index, self.below(index + 1)) }
        return out
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: self.next() >> 24) }
    }
}

/// Entropy that a seed decides.
package final class SeededEntropy: EntropySource {
    private let random: Mutex<SeededRandom>

    package init(seed: UInt64) { self.random = Mutex(SeededRandom(seed: seed)) }

    package func bytes(_ count: Int) -> [UInt8] { self.random.withLock { $0.bytes(count) } }
}
