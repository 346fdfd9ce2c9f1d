package import BatonModel

/// Decides which changes the standing closes of a document have read.
///
/// A case is closed when every material change is in the past of a standing close or concur, or has one in
/// its own past.
package struct Closures: Sendable {
    private let standing: [Closure]

    package init(of state: DocumentState) {
        self.standing = state.compartments.flatMap(\.closures)
    }

    package var isEmpty: Bool { self.standing.isEmpty }

    /// Places from which changes may be unread: per author with newer ones, the first `seq` that no close
    /// has in its past.
    ///
    /// Empty for nearly every closed case, so that its history need not be looked at.
    package func unreadTails(of state: DocumentState) -> [DeltaReference] {
        guard !self.isEmpty else { return [] }
        var tails: [DeltaReference] = []
        for latest in state.latest {
            let read = self.standing.reduce(0) { max($0, $1.vector[latest.author]) }
            if latest.seq > read { tails.append(DeltaReference(author: latest.author, seq: read + 1)) }
        }
        return tails
    }

    /// Says whether a change has a standing close in its past.
    ///
    /// - Parameter vector: The change's past, itself included.
    package func isFollowed(by vector: CausalVector) -> Bool {
        self.standing.contains { vector.contains($0.write.reference) }
    }
}
