import BatonModel

/// The gate: a delta passes once its causal past on its document has passed, and its seal matches what is
/// held.
///
/// A waiting delta supersedes nothing. Whatever passes pulls the deltas that waited for it after it.
extension ReplicaSession {
    /// What a delta's signed references resolve to here.
    enum Past {
        case complete(parents: [LoggedDelta])
        case missing(DeltaReference)
    }

    private static let combinationsMax = 64

    /// Passes a delta if it can, then everything that waited for it.
    func passThrough(_ first: Delta) throws(ReplicaFault) {
        var queue = [first]
        while let delta = queue.popLast() {
            // Two deltas that passed may both have called for the same third one.
            guard try self.transaction.logged(delta.id)?.fate == .waiting, try self.pass(delta) else {
                continue
            }
            for id in try self.called(by: delta).reversed() where id != delta.id {
                guard let next = try self.transaction.delta(id) else { continue }
                queue.append(next)
            }
        }
    }

    /// Lists what may pass now that `delta` has.
    ///
    /// At a forked place the second branch may be what a seal asks for, whatever reference its delta noted
    /// as missing.
    private func called(by delta: Delta) throws(ReplicaFault) -> [DeltaID] {
        let isContested = try self.transaction.logged(at: delta.reference).count > 1
        return isContested
            ? try self.transaction.waiting(in: delta.header.document)
            : try self.transaction.waiting(for: delta.reference)
    }

    /// - Returns: True when the delta passed now.
    private func pass(_ delta: Delta) throws(ReplicaFault) -> Bool {
        guard let opened = try self.open(delta) else {
            // A part or its key is to come: it will come with this very delta.
            try self.wait(delta, for: delta.reference)
            return false
        }
        switch try self.past(of: delta.header) {
        case .missing(let reference):
            try self.wait(delta, for: reference)
            return false
        case .complete(let parents):
            try self.transaction.clearWaiting(delta.id)
            try self.fold(opened, of: delta, parents: parents)
            return true
        }
    }

    private func wait(_ delta: Delta, for missing: DeltaReference) throws(ReplicaFault) {
        try self.transaction.setWaiting(delta.id, document: delta.header.document, for: missing)
    }

    private func fold(_ opened: OpenedDelta, of delta: Delta, parents: [LoggedDelta]) throws(ReplicaFault) {
        var vector = CausalVector()
        for parent in parents { vector.merge(parent.vector) }
        vector.include(delta.reference)
        let position = DeltaPosition(
            id: delta.id, reference: delta.reference, vector: vector, level: delta.header.level)
        var state = try self.document(delta.header.document)
        self.noteFork(delta, in: &state)
        let past = try self.pastTest(of: delta, vector: vector, parents: parents, forked: state.forked)
        let entry = self.context.membership.entry(for: delta.header.membership, hashing: self.context.hashing)
        let site = entry?.site(delta.header.author.site)
        let outcome = self.context.fold.apply(
            opened, at: position, to: &state, isAuthorised: self.isAuthorised(delta.header, by: entry),
            clearances: site?.clearances ?? [], isInPast: past)
        self.change(state)
        try self.transaction.append(outcome.timeline)
        try self.settle(delta, fate: outcome.fate, vector: vector)
    }

    /// Authority by the membership at the delta's own epoch. The person must belong to the site that signed.
    private func isAuthorised(_ header: Header, by entry: MembershipEntry?) -> Bool {
        guard let entry, entry.site(header.author.site) != nil else { return false }
        guard let person = entry.operatorRecord(header.actor.person) else { return false }
        return person.site == header.author.site
            && person.roles.contains { $0 != .auditor && $0 != .rootKeeper }
    }

    /// An author's deltas on a document form one chain. A second one from the same place is a branch.
    private func noteFork(_ delta: Delta, in state: inout DocumentState) {
        let author = delta.header.author
        guard state.latestSeq(of: author) != delta.header.documentPrev, !state.forked.contains(author) else {
            return
        }
        state.forked.append(author)
        state.forked.sort()
        self.report.findings.append(.documentPrevSkipped(delta.reference))
    }

    // Resolving references.

    /// Finds the deltas that `document prev` and the context name, held to the seal.
    func past(of header: Header) throws(ReplicaFault) -> Past {
        var references = header.context.entries
        if header.documentPrev > 0 {
            references.insert(DeltaReference(author: header.author, seq: header.documentPrev), at: 0)
        }
        var choices: [[LoggedDelta]] = []
        for reference in references {
            let candidates = try self.transaction.logged(at: reference)
                .filter { $0.document == header.document && $0.fate.hasPassedGate }
            guard !candidates.isEmpty else { return .missing(reference) }
            choices.append(candidates)
        }
        if let parents = self.match(choices, header) { return .complete(parents: parents) }
        // The seal names another branch of a place that we hold: its passing calls by document (see
        // `called`).
        return .missing(references.first ?? header.reference)
    }

    /// Tries the branches of forked places against the seal. Without forks there is one combination.
    private func match(_ choices: [[LoggedDelta]], _ header: Header) -> [LoggedDelta]? {
        var combinations: [[LoggedDelta]] = [[]]
        for candidates in choices {
            var longer: [[LoggedDelta]] = []
            for combination in combinations {
                for candidate in candidates where !combination.contains(candidate) {
                    longer.append(combination + [candidate])
                }
            }
            combinations = Array(longer.prefix(Self.combinationsMax))
        }
        return combinations.first { self.sealOf($0, header) == header.context.seal }
    }

    private func sealOf(_ parents: [LoggedDelta], _ header: Header) -> ContextSeal {
        let hasPrev = header.documentPrev > 0
        let prev = hasPrev ? parents[0].id : .none
        let entries = parents.dropFirst(hasPrev ? 1 : 0).map(\.id)
        return ContextSeal(documentPrev: prev, entries: entries, hashing: self.context.hashing)
    }

    // Reachability.

    /// Builds the test for "in this delta's past". Numbers decide, except for forked authors, whose
    /// branches are walked.
    private func pastTest(
        of delta: Delta, vector: CausalVector, parents: [LoggedDelta], forked: [Author]
    ) throws(ReplicaFault) -> (DeltaID, DeltaReference) -> Bool {
        let reachable = forked.isEmpty ? [] : try self.ancestors(of: parents, authors: forked)
        let own = delta.id
        return { id, reference in
            guard id != own else { return false }
            return forked.contains(reference.author) ? reachable.contains(id) : vector.contains(reference)
        }
    }

    /// Walks the document's graph back from `parents` and collects the deltas of the given authors.
    ///
    /// - Complexity: O(history of the document). Only documents with a proven fork pay it.
    private func ancestors(of parents: [LoggedDelta], authors: [Author]) throws(ReplicaFault) -> Set<DeltaID>
    {
        var found: Set<DeltaID> = []
        var visited: Set<DeltaID> = []
        var queue = parents
        while let next = queue.popLast() {
            guard visited.insert(next.id).inserted else { continue }
            if authors.contains(next.reference.author) { found.insert(next.id) }
            guard let delta = try self.transaction.delta(next.id) else { continue }
            if case .complete(let grandparents) = try self.past(of: delta.header) {
                queue.append(contentsOf: grandparents)
            }
        }
        return found
    }
}
