package import BatonModel

/// Finds what deltas have in their past by what their seals name: exact deltas, also where a log is forked or a release
/// has left something out, and numbers describe no past.
package struct PastGraph {
    /// What a delta's signed references resolve to here.
    package enum Past {
        case complete(parents: [DeltaPosition])
        case missing(DeltaReference)
    }

    private static let combinationsMax = 64

    let log: any DeltaLog
    /// What people have said of waiting deltas: `DocumentState.releases`.
    let releases: [DeltaID: [ReleaseWord]]
    let hashing: any Hashing

    package init(log: any DeltaLog, releases: [DeltaID: [ReleaseWord]], hashing: any Hashing) {
        self.log = log
        self.releases = releases
        self.hashing = hashing
    }

    /// Finds the deltas that `document prev` and the context name, held to the seal; those that its release
    /// names, where it was released.
    package func past(of delta: Delta) throws(ReplicaFault) -> Past {
        let header = delta.header
        if let parents = try self.releasedPast(of: delta) { return .complete(parents: parents) }
        let references = header.pastReferences
        var choices: [[DeltaPosition]] = []
        for reference in references {
            let candidates = try self.log.logged(at: reference)
                .filter { $0.document == header.document && $0.fate.hasPassedGate }
            if candidates.isEmpty, Mutant.isOn(.gateIgnoresPast) {
                return .complete(parents: choices.flatMap(\.self))
            }
            guard !candidates.isEmpty else { return .missing(reference) }
            choices.append(candidates.map(\.position))
        }
        if let parents = self.match(choices, header) { return .complete(parents: parents) }
        // The seal names another branch of a place that we hold: its passing calls by document (see
        // `called`).
        return .missing(references.first ?? header.reference)
    }

    /// The past that two people have given a delta.
    ///
    /// - Returns: Nil where nobody has, or where a release names what its signers had not read, or what the delta's
    ///   own header does not name: nobody may give a delta a past that its author did not sign.
    func releasedPast(of delta: Delta) throws(ReplicaFault) -> [DeltaPosition]? {
        guard !self.releases.isEmpty, let words = self.releases[delta.id] else { return nil }
        for word in words {
            if let parents = try self.positions(of: word.release.parents, namedBy: delta.header),
                word.isSaidByTwo(havingRead: parents.map(\.reference))
            {
                return parents
            }
        }
        return nil
    }

    private func positions(
        of ids: [DeltaID], namedBy header: Header
    ) throws(ReplicaFault) -> [DeltaPosition]? {
        let named = header.pastReferences
        var positions: [DeltaPosition] = []
        for id in ids {
            guard let logged = try self.log.logged(id), logged.document == header.document,
                logged.fate.hasPassedGate, named.contains(logged.reference)
            else { return nil }
            positions.append(logged.position)
        }
        return positions
    }

    /// Tries the branches of forked places against the seal. Without forks there is one combination.
    private func match(_ choices: [[DeltaPosition]], _ header: Header) -> [DeltaPosition]? {
        var combinations: [[DeltaPosition]] = [[]]
        for candidates in choices {
            var longer: [[DeltaPosition]] = []
            for combination in combinations {
                for candidate in candidates where !combination.contains(candidate) {
                    longer.append(combination + [candidate])
                }
            }
            combinations = Array(longer.prefix(Self.combinationsMax))
        }
        return combinations.first {
            Mutant.isOn(.gateIgnoresSeal) || Self.seal(of: $0, header, self.hashing) == header.context.seal
        }
    }

    static func seal(of parents: [DeltaPosition], _ header: Header, _ hashing: any Hashing) -> ContextSeal {
        let hasPrev = header.documentPrev > 0
        let prev = hasPrev ? parents[0].id : .none
        let entries = parents.dropFirst(hasPrev ? 1 : 0).map(\.id)
        return ContextSeal(documentPrev: prev, entries: entries, hashing: hashing)
    }

    /// Walks the document's graph back from `parents`, themselves included, and collects the deltas of the given
    /// authors.
    ///
    /// - Complexity: O(history of the document). Only documents with a proven fork pay it.
    package func ancestors(
        of parents: [DeltaPosition], authors: [Author]
    ) throws(ReplicaFault) -> Set<DeltaID> {
        var found: Set<DeltaID> = []
        var visited: Set<DeltaID> = []
        var queue = parents
        while let next = queue.popLast() {
            guard visited.insert(next.id).inserted else { continue }
            if authors.contains(next.reference.author) { found.insert(next.id) }
            guard let delta = try self.log.delta(next.id) else { continue }
            if case .complete(let grandparents) = try self.past(of: delta) {
                queue.append(contentsOf: grandparents)
            }
        }
        return found
    }
}
