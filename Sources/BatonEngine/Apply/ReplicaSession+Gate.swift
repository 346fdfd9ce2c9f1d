import BatonModel

/// The gate: a delta passes once its causal past on its document has passed, and its seal matches what is
/// held.
///
/// A waiting delta supersedes nothing. Whatever passes pulls the deltas that waited for it after it.
extension ReplicaSession {
    /// Passes a delta if it can, then everything that waited for it.
    ///
    /// - Parameter opened: The parts of a delta that was logged a moment ago; nil for one of the log.
    func passThrough(_ first: Delta, opened: OpenedDelta? = nil) throws(ReplicaFault) {
        var queue: [Delta] = []
        if let opened {
            guard try self.pass(first, opened) else { return }
            try self.call(by: first, &queue)
        } else {
            queue.append(first)
        }
        while let delta = queue.popLast() {
            // Two deltas that passed may both have called for the same third one.
            guard try self.transaction.logged(delta.id)?.fate == .waiting else { continue }
            var refused: [Int] = []
            let opened = try self.open(delta, refused: &refused)
            guard try self.pass(delta, opened) else { continue }
            try self.call(by: delta, &queue)
        }
    }

    /// Adds what may pass now that `delta` has.
    private func call(by delta: Delta, _ queue: inout [Delta]) throws(ReplicaFault) {
        for id in try self.called(by: delta).reversed().prefix(Mutant.isOn(.oneWaiterWoken) ? 1 : .max)
        where id != delta.id {
            guard let next = try self.transaction.delta(id) else { continue }
            queue.append(next)
        }
    }

    /// Lists what may pass now that `delta` has.
    ///
    /// At a forked place the second branch may be what a seal asks for, whatever reference its delta noted
    /// as missing.
    private func called(by delta: Delta) throws(ReplicaFault) -> [DeltaID] {
        if delta.header.isRelease { return try self.transaction.waiting(in: delta.header.document) }
        let author = try self.slot(of: delta.header.author)
        if author.have.contested.contains(where: { $0.seq == delta.header.seq }),
            try self.transaction.logged(at: delta.reference).count > 1
        {
            return try self.transaction.waiting(in: delta.header.document)
        }
        return try self.transaction.waiting(for: delta.reference)
    }

    /// - Returns: True when the delta passed now.
    private func pass(_ delta: Delta, _ opened: OpenedDelta?) throws(ReplicaFault) -> Bool {
        guard let opened else {
            // A part or its key is to come: it will come with this very delta.
            try self.wait(delta, for: delta.reference)
            return false
        }
        let document = try self.slot(of: delta.header.document)
        if document.releases[delta.id] == nil,
            let parents = self.standingPast(of: delta.header, in: document)
        {
            try self.fold(opened, of: delta, parents: parents, into: document)
            return true
        }
        switch try self.past(of: delta) {
        case .missing(let reference):
            try self.wait(delta, for: reference)
            return false
        case .complete(let parents):
            try self.fold(opened, of: delta, parents: parents, into: document)
            return true
        }
    }

    private func wait(_ delta: Delta, for missing: DeltaReference) throws(ReplicaFault) {
        self.noteWaiting(delta.id)
        try self.transaction.setWaiting(delta.id, document: delta.header.document, for: missing)
    }

    private func fold(
        _ opened: OpenedDelta, of delta: Delta, parents: [DeltaPosition], into document: DocumentSlot
    ) throws(ReplicaFault) {
        try self.transaction.clearWaiting(delta.id)
        let (outcome, vector) = try self.placed(opened, of: delta, parents: parents, into: document)
        try self.transaction.append(outcome.timeline)
        try self.settle(delta, fate: outcome.fate, vector: vector)
        if delta.header.isRelease { try self.takeUpReleases(in: document) }
    }

    /// Folds a delta behind its parents. What it asks to be kept beside the state is the caller's.
    func placed(
        _ opened: OpenedDelta, of delta: Delta, parents: [DeltaPosition], into document: DocumentSlot
    ) throws(ReplicaFault) -> (outcome: Fold.Outcome, vector: CausalVector) {
        var vector = CausalVector()
        for parent in parents { vector.merge(parent.vector) }
        vector.include(delta.reference)
        let position = DeltaPosition(
            id: delta.id, reference: delta.reference, vector: vector, level: delta.header.level)
        document.isChanged = true
        if try self.graph(of: delta.header.document).releasedPast(of: delta) != nil {
            self.noteGap(delta, parents, in: &document.state)
        }
        self.noteFork(delta, in: &document.state)
        let past = try self.pastTest(
            of: delta, vector: vector, parents: parents, forked: document.state.forked)
        let authority = self.authority(of: delta.header)
        let outcome = self.context.fold.apply(
            opened, at: position, to: &document.state, isAuthorised: authority.isAuthorised,
            clearances: authority.clearances, isInPast: past)
        return (outcome, vector)
    }

    /// An author's deltas on a document form one chain. A second one from the same place is a branch, released or
    /// not: whichever of the two comes last must tell.
    private func noteFork(_ delta: Delta, in state: inout DocumentState) {
        let author = delta.header.author
        guard state.latestSeq(of: author) > delta.header.documentPrev, !state.forked.contains(author) else {
            return
        }
        state.forked.append(author)
        state.forked.sort()
        self.report.findings.append(.documentPrevSkipped(delta.reference))
    }

    // Resolving references.

    /// Finds the delta's past among what stands at the document's frontier, without a look into the log.
    ///
    /// The seal names exact deltas, so what matches it here is what the log would give. A merge in causal
    /// order nearly always finds its past here.
    private func standingPast(of header: Header, in document: DocumentSlot) -> [DeltaPosition]? {
        let frontier = document.state.frontier
        var parents: [DeltaPosition] = []
        if header.documentPrev > 0 {
            let place = DeltaReference(author: header.author, seq: header.documentPrev)
            guard let parent = frontier.first(where: { $0.reference == place }) else { return nil }
            parents.append(parent)
        }
        for entry in header.context.entries {
            guard let parent = frontier.first(where: { $0.reference == entry }) else { return nil }
            parents.append(parent)
        }
        return PastGraph.seal(of: parents, header, self.context.hashing) == header.context.seal
            ? parents : nil
    }

    /// Finds the deltas that `document prev` and the context name; see `PastGraph`.
    func past(of delta: Delta) throws(ReplicaFault) -> PastGraph.Past {
        try self.graph(of: delta.header.document).past(of: delta)
    }

    func graph(of document: DocumentID) throws(ReplicaFault) -> PastGraph {
        PastGraph(
            log: self.transaction, releases: try self.slot(of: document).releases,
            hashing: self.context.hashing)
    }

    // Reachability.

    /// Builds the test for "in this delta's past". Numbers decide, except for forked authors, whose
    /// branches are walked.
    private func pastTest(
        of delta: Delta, vector: CausalVector, parents: [DeltaPosition], forked: [Author]
    ) throws(ReplicaFault) -> (DeltaID, DeltaReference) -> Bool {
        let reachable =
            forked.isEmpty
            ? [] : try self.graph(of: delta.header.document).ancestors(of: parents, authors: forked)
        let own = delta.id
        return { id, reference in
            guard id != own else { return false }
            return forked.contains(reference.author) ? reachable.contains(id) : vector.contains(reference)
        }
    }
}
