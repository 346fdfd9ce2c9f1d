package import BatonModel

/// A property that did not hold, by the name that a shrinker would hold on to.
package struct Violation: Sendable, Hashable, CustomStringConvertible {
    package let property: String
    package let detail: String

    package init(_ property: String, _ detail: String) {
        self.property = property
        self.detail = detail
    }

    package var description: String { "\(self.property): \(self.detail)" }
}

/// What was authored and acknowledged in a run, and which of it the faults may have destroyed.
package struct Ledger: Sendable {
    /// In the order acknowledged.
    package private(set) var authored: [Delta] = []
    /// Authored deltas that were only on a disk that an older copy replaced: nobody can bring them back.
    package private(set) var destroyed: Set<DeltaID> = []

    package init() {}

    package mutating func acknowledge(_ delta: Delta) { self.authored.append(delta) }
    package mutating func destroy(_ id: DeltaID) { self.destroyed.insert(id) }

    package var owed: [Delta] { self.authored.filter { !self.destroyed.contains($0.id) } }
}
