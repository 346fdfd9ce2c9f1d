import BatonModel

extension ReplicaSession {
    /// Logs and folds a batch of authentic deltas. Any order, any batching, any duplication ends in the
    /// same state.
    package func apply(_ batch: IncomingBatch) throws(ReplicaFault) {
        try self.adopt(batch.keys, namedBy: batch.deltas)
        var runs = RunCollector()
        for delta in batch.deltas {
            if try self.take(delta) { runs.include(delta.reference) }
        }
        for range in runs.ranges {
            try self.audit(.merged, actor: nil, range: range, site: batch.from)
        }
    }

    /// Takes the keys that deltas of the same batch name, and no others: a peer must not fill our key
    /// store, nor choose a key for a log that it does not write.
    private func adopt(_ keys: [BareKey], namedBy deltas: [Delta]) throws(ReplicaFault) {
        guard !keys.isEmpty else { return }
        var named: Set<KeyPlace> = []
        for delta in deltas {
            for (index, part) in delta.header.parts.enumerated() {
                named.insert(KeyPlace(scope: delta.header.keyScope(part: index), id: part.key))
            }
        }
        let clearances = self.context.clearances
        for key in keys {
            guard named.contains(KeyPlace(scope: key.scope, id: key.id)) else { continue }
            guard clearances.contains(key.scope.compartment) else {
                self.report.findings.append(.keyRefused(key.scope))
                continue
            }
            try self.adopt(key)
        }
    }

    private func adopt(_ key: BareKey) throws(ReplicaFault) {
        guard try self.key(key.scope, id: key.id) == nil else { return }
        let wrapped: WrappedKey
        do throws(SealingFault) {
            wrapped = try self.context.sealing.adopt(
                bareKey: key.bytes, scope: key.scope, expecting: key.id, nonce: self.context.entropy.bytes(24)
            )
        } catch {
            self.report.findings.append(.keyRefused(key.scope))
            return
        }
        try self.keep(wrapped, scope: key.scope)
    }

    /// - Returns: True when the delta was new here.
    private func take(_ received: Delta) throws(ReplicaFault) -> Bool {
        let delta = try self.withoutWrongParts(received)
        let held = try self.transaction.logged(at: delta.reference)
        if let known = held.first(where: { $0.id == delta.id }) {
            try self.fill(known, from: delta)
            return false
        }
        // Without its global part it is not held: the have-set would tell everybody who has the part not to
        // send it.
        guard delta.hasGlobalPart else { return false }
        self.observe(delta.header)
        let isChained = try self.have(delta.header.author)
            .endsRun(at: delta.header.seq - 1, with: delta.header.prev)
        try self.log(delta, others: held)
        if !held.isEmpty || !isChained { try self.reportFork(delta, held) }
        try self.passThrough(delta)
        return true
    }

    /// A delta that is here already may bring a part or a key that was missing.
    private func fill(_ known: LoggedDelta, from delta: Delta) throws(ReplicaFault) {
        self.report.duplicateCount += 1
        let brings = !known.hasAllParts && delta.parts.contains { $0 != nil }
        if brings { try self.transaction.fill(delta.id, parts: delta.parts) }
        guard known.fate == .waiting, let whole = try self.transaction.delta(delta.id) else { return }
        try self.passThrough(whole)
    }

    /// Leaves out parts whose bytes are not what the header commits to: they are not that part, and another
    /// peer may have it.
    private func withoutWrongParts(_ delta: Delta) throws(ReplicaFault) -> Delta {
        var kept = delta
        for index in delta.parts.indices where delta.parts[index] != nil {
            let compartment = delta.header.parts[index].compartment
            guard self.context.clearances.contains(compartment) else {
                kept.parts[index] = nil
                continue
            }
            switch try self.plaintext(of: delta, part: index) {
            case .plaintext, .absent: continue
            case .mismatch, .noKey:
                // A key goes ahead of its first part, so a part without one breaks the protocol like a
                // wrong part.
                kept.parts[index] = nil
                self.report.findings.append(.partRefused(delta.reference))
            }
        }
        return kept
    }

    /// Two deltas at one place, or a `prev` that is not the predecessor held, prove a fork of the author's
    /// log.
    private func reportFork(_ delta: Delta, _ held: [LoggedDelta]) throws(ReplicaFault) {
        var ids = held.map(\.id)
        if ids.isEmpty, delta.header.seq > 1 {
            let before = try self.transaction.logged(
                at: DeltaReference(author: delta.header.author, seq: delta.header.seq - 1))
            guard !before.isEmpty, !before.contains(where: { $0.id == delta.header.prev }) else { return }
            ids = before.map(\.id)
        }
        guard !ids.isEmpty else { return }
        self.report.findings.append(.forkProven(delta.reference, ids + [delta.id]))
        try self.audit(
            .forkProven, actor: nil,
            range: DeltaRange(author: delta.header.author, first: delta.header.seq, last: delta.header.seq),
            site: delta.header.author.site)
    }

    // Opening.

    enum PartPlain {
        case plaintext([UInt8])
        case mismatch
        case noKey
        case absent
    }

    func plaintext(of delta: Delta, part index: Int) throws(ReplicaFault) -> PartPlain {
        // Intake opens a part to check it and the fold opens it again a moment later: once is enough.
        if let last = self.lastOpened, last.id == delta.id, last.index == index {
            return .plaintext(last.plaintext)
        }
        guard let sealed = delta.parts[index] else { return .absent }
        let descriptor = delta.header.parts[index]
        let scope = delta.header.keyScope(part: index)
        guard let key = try self.key(scope, id: descriptor.key) else { return .noKey }
        let place = PartPlace(scope: scope, seq: delta.header.seq, index: index)
        do {
            let plaintext = try self.context.sealing.open(
                sealed, at: place, commitment: descriptor.commitment, header: delta.headerBytes, key: key)
            self.lastOpened = (delta.id, index, plaintext)
            return .plaintext(plaintext)
        } catch {
            return .mismatch
        }
    }

    /// Opens what this site may read.
    ///
    /// - Returns: Nil while the global part or its key is missing. Restricted parts never hold a delta back.
    func open(_ delta: Delta) throws(ReplicaFault) -> OpenedDelta? {
        var parts: [OpenedDelta.Part] = []
        let clearances = self.context.clearances
        for (index, descriptor) in delta.header.parts.enumerated() {
            guard clearances.contains(descriptor.compartment) else {
                parts.append(.withheld)
                continue
            }
            switch try self.plaintext(of: delta, part: index) {
            case .plaintext(let plaintext):
                parts.append(Self.decode(plaintext, descriptor.compartment, delta.header.shape.count))
            case .absent, .noKey, .mismatch:
                guard descriptor.compartment != .global else { return nil }
                parts.append(.unread)
            }
        }
        return OpenedDelta(id: delta.id, header: delta.header, parts: parts)
    }

    private static func decode(_ plaintext: [UInt8], _ compartment: Compartment, _ count: Int)
        -> OpenedDelta.Part
    {
        do {
            let bodies = try PartPlaintext.decode(plaintext, compartment: compartment, operationCount: count)
            return .bodies(bodies.map { OpenedDelta.Body(index: $0.index, value: $0.body) })
        } catch {
            return .void
        }
    }
}

/// Gathers references into runs of one author, for one audit record a run.
private struct RunCollector {
    private(set) var ranges: [DeltaRange] = []

    mutating func include(_ reference: DeltaReference) {
        if let index = self.ranges.lastIndex(where: { $0.author == reference.author }),
            self.ranges[index].last + 1 == reference.seq
        {
            self.ranges[index].last = reference.seq
        } else {
            self.ranges.append(
                DeltaRange(author: reference.author, first: reference.seq, last: reference.seq))
        }
    }
}
