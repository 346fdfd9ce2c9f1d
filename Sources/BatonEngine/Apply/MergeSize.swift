/// How many deltas one transaction takes from peers: many, while nobody waits for its end.
///
/// A transaction writes each document once, however many of its deltas came, and syncs the disk once. But whoever
/// comes in the middle waits until the documents so far are written. So the first one who does makes transactions
/// small, and they grow again while none is cut.
package struct MergeSize: Hashable, Sendable {
    package static let smallest = 4_096
    package static let largest = 16_384

    /// From how many deltas on a transaction takes no further batch.
    package private(set) var deltas = Self.largest

    package init() {}

    /// Notes how a transaction ended.
    ///
    /// - Parameters:
    ///   - deltas: How many it was given.
    ///   - wasCut: True where it ended early, because somebody waited.
    package mutating func note(deltas: Int, wasCut: Bool) {
        if wasCut {
            self.deltas = Self.smallest
        } else if deltas * 4 >= self.deltas * 3 {
            self.deltas = min(self.deltas * 2, Self.largest)
        }
    }
}
