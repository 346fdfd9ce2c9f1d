import BatonEncoding

/// What a register shows while its writes stand side by side.
package struct RegisterView: Sendable, Hashable {
    /// The value in force: for `multiValue` the safe one is the caller's to choose, this is the greatest
    /// write.
    package let shown: Write
    /// The other uncovered writes, in order of dot.
    package let others: [Write]
    /// True when a person must settle: writes of different values under `multiValue`.
    package let isConflict: Bool
}

extension MergePolicy {
    /// Shows a register.
    ///
    /// - Parameter writes: The uncovered writes, in any order.
    /// - Returns: Nil when no write is readable.
    package func view(_ writes: [Write]) -> RegisterView? {
        // Nearly always one write stands.
        if writes.count == 1 {
            guard writes[0].value != nil else { return nil }
            return RegisterView(shown: writes[0], others: [], isConflict: false)
        }
        let readable = writes.filter { $0.value != nil }
        guard var shown = readable.first else { return nil }
        for write in readable.dropFirst() where self.prefers(write, over: shown) { shown = write }
        let others = readable.filter { $0.dot != shown.dot }.sorted { $0.dot < $1.dot }
        let isConflict = self == .multiValue && others.contains { $0.value != shown.value }
        return RegisterView(shown: shown, others: others, isConflict: isConflict)
    }

    private func prefers(_ candidate: Write, over shown: Write) -> Bool {
        switch self {
        case .maximum: self.compare(candidate, shown) { $0 > $1 }
        case .minimum: self.compare(candidate, shown) { $0 < $1 }
        case .multiValue, .greatest, .union: candidate.isLater(than: shown)
        }
    }

    /// Equal or uncomparable values fall back to the later write, so that the order of the list never
    /// decides.
    private func compare(_ candidate: Write, _ shown: Write, _ isBetter: (Int64, Int64) -> Bool) -> Bool {
        guard let left = candidate.value?.intValue, let right = shown.value?.intValue, left != right else {
            return candidate.isLater(than: shown)
        }
        return isBetter(left, right)
    }
}

extension Write {
    /// Orders writes for cosmetic text: greatest signed (stamp, author, seq), then the dot for the two
    /// sides of a fork.
    package func isLater(than other: Write) -> Bool {
        if self.stamp != other.stamp { return self.stamp > other.stamp }
        if self.reference != other.reference { return self.reference > other.reference }
        return self.dot > other.dot
    }
}
