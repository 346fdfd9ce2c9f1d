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

    /// Says whether a change may be unread: by numbers, or since numbers say nothing of a forked author.
    package func mayHaveMissed(in state: DocumentState) -> Bool {
        guard !self.isEmpty else { return false }
        return !state.forked.isEmpty || !self.unreadTails(of: state).isEmpty
    }

    /// The deltas that the standing closes are part of.
    package var deltas: [DeltaID] { self.standing.map(\.write.dot.delta) }

    /// Says whether a change has a standing close in its past, as far as numbers tell.
    ///
    /// - Parameters:
    ///   - vector: The change's past, itself included.
    ///   - forked: Authors whose numbers describe no past; their closes are left out.
    package func isFollowed(by vector: CausalVector, besides forked: [Author] = []) -> Bool {
        self.standing.contains {
            vector.contains($0.write.reference) && !forked.contains($0.write.reference.author)
        }
    }
}
