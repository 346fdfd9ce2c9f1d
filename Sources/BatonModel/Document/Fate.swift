/// What became of a delta at this replica.
package enum Fate: UInt8, Sendable, CaseIterable {
    /// Folded into its document.
    case applied = 1
    /// Its past, or a part of it, is not here yet. It supersedes nothing.
    case waiting = 2
    /// Malformed or unauthorised, judged alike everywhere: kept, counted, empty.
    case void = 3
    /// Kept, but not readable here: an unknown operation, a withheld or erased part, a local failure.
    /// Replayed later.
    case unread = 4

    /// True once the delta has its place in the document's history; later deltas may build on it then.
    package var hasPassedGate: Bool { self != .waiting }

    package var word: String {
        switch self {
        case .applied: "applied"
        case .waiting: "waiting"
        case .void: "void"
        case .unread: "unread here"
        }
    }
}
