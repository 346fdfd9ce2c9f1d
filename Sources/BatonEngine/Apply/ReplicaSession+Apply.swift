import BatonModel

extension ReplicaSession {
    /// Logs and folds a batch of authentic deltas. Any order, any batching, any duplication ends in the
    /// same state.
    package func apply(_ batch: IncomingBatch) throws(ReplicaFault) {
        try self.transaction.prepare(for: NamedDocuments(in: [batch]).all)
        try self.applyPrepared(batch)
    }

    /// Applies batches one after the other, as far as they go.
    ///
    /// - Parameter mayGoOn: Asked between batches; false leaves the others for another transaction.
    /// - Returns: What each batch did, of those that were applied. At least the first one is.
    package func apply(
        _ batches: [IncomingBatch], while mayGoOn: () -> Bool
    ) throws(ReplicaFault) -> [ApplyReport] {
        let named = NamedDocuments(in: batches)
        try self.transaction.prepare(for: named.all)
        self.expect(named.all.count)
        var reports: [ApplyReport] = []
        for (place, batch) in batches.enumerated() {
            guard reports.isEmpty || mayGoOn() else { break }
            try self.applyPrepared(batch)
            // Their rows are written while the next batch folds; what a later delta still calls is saved again.
            try self.save(named.last[place])
            reports.append(self.cut())
        }
        return reports
    }

    private func applyPrepared(_ batch: IncomingBatch) throws(ReplicaFault) {
        let partCount = batch.deltas.reduce(0) { $0 + $1.header.parts.count }
        let ahead = batch.ahead.flatMap { $0.parts.count == partCount ? $0 : nil }
        try self.adopt(batch.keys, namedBy: batch.deltas, wrapped: ahead?.keys ?? [:])
        self.report.added.reserveCapacity(self.report.added.count + batch.deltas.count)
        var runs = RunCollector()
        var place = 0
        for delta in batch.deltas {
            let end = place + delta.header.parts.count
            if try self.take(delta, ahead?.parts[place..<end]) { runs.include(delta.reference) }
            place = end
        }
        for range in runs.ranges where !Mutant.isOn(.mergeNotAudited) {
            try self.audit(.merged, actor: nil, range: range, site: batch.from)
            if Mutant.isOn(.auditMergesRuns) { break }
        }
    }

    /// Takes the keys that deltas of the same batch name, and no others: a peer must not fill our key
    /// store, nor choose a key for a log that it does not write.
    private func adopt(
        _ keys: [BareKey], namedBy deltas: [Delta], wrapped: [KeyPlace: WrappedKey]
    ) throws(ReplicaFault) {
        guard !keys.isEmpty else { return }
        let offered = Set(keys.map(\.id.hash))
        var named: Set<KeyPlace> = []
        for place in deltas.indices {
            for index in deltas[place].header.parts.indices {
                let id = deltas[place].header.parts[index].key
                guard offered.contains(id.hash) else { continue }
                named.insert(KeyPlace(scope: deltas[place].header.keyScope(part: index), id: id))
            }
        }
        for key in keys {
            let place = KeyPlace(scope: key.scope, id: key.id)
            guard named.contains(place) else { continue }
            guard self.clearances.contains(key.scope.compartment) else {
                self.report.findings.append(.keyRefused(key.scope))
                continue
            }
            try self.adopt(key, wrapped: wrapped[place])
        }
    }

    private func adopt(_ key: BareKey, wrapped ahead: WrappedKey?) throws(ReplicaFault) {
        guard try self.key(key.scope, id: key.id) == nil else { return }
        if let ahead { return try self.keep(ahead, scope: key.scope) }
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
    private func take(
        _ received: Delta, _ ahead: ArraySlice<OpenedAhead.Part?>?
    ) throws(ReplicaFault) -> Bool {
        var refused: [Int] = []
        let opened = try self.open(received, ahead: ahead, refused: &refused)
        guard !refused.isEmpty else { return try self.take(received, opened) }
        // The bytes are not what the header commits to: they are not that part, and another peer may have
        // it. A key goes ahead of its first part, so a part without one is refused alike.
        var delta = received
        for index in refused { delta.parts[index] = nil }
        return try self.take(delta, opened)
    }

    private func take(_ delta: Delta, _ opened: OpenedDelta?) throws(ReplicaFault) -> Bool {
        let author = try self.slot(of: delta.header.author)
        var held: [LoggedDelta] = []
        // What the have-set does not list is not in the log: nearly every delta of a merge costs no look
        // into it.
        if author.have.contains(delta.header.seq) {
            held = try self.transaction.logged(at: delta.reference)
            if let known = held.first(where: { $0.id == delta.id }), !Mutant.isOn(.duplicateLogged) {
                try self.fill(known, from: delta)
                return false
            }
        }
        // Without its global part it is not held: the have-set would tell everybody who has the part not to
        // send it.
        guard delta.hasGlobalPart else { return false }
        self.observe(delta.header)
        let isChained = author.have.endsRun(at: delta.header.seq - 1, with: delta.header.prev)
        try self.log(delta, others: held)
        if !held.isEmpty || !isChained { try self.reportFork(delta, held) }
        try self.passThrough(delta, opened: opened)
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

    private enum PartContent {
        case opened(OpenedDelta.Part)
        case refused
        /// Its key came in a chunk that could not be committed, or never: nobody's fault that could be proven.
        case keyless
        case absent
    }

    private func content(
        of delta: Delta, part index: Int, _ ahead: OpenedAhead.Part?
    ) throws(ReplicaFault) -> PartContent {
        guard let sealed = delta.parts[index] else { return .absent }
        let descriptor = delta.header.parts[index]
        let scope = delta.header.keyScope(part: index)
        guard let key = try self.key(scope, id: descriptor.key) else { return .keyless }
        if let ahead, ahead.key == key { return .opened(ahead.content) }
        let place = PartPlace(scope: scope, seq: delta.header.seq, index: index)
        let plaintext: [UInt8]
        do throws(SealingFault) {
            plaintext = try self.context.sealing.open(
                sealed, at: place, commitment: descriptor.commitment, header: delta.headerBytes, key: key)
        } catch {
            return .refused
        }
        return .opened(
            .decoded(plaintext, descriptor.compartment, operationCount: delta.header.shape.count))
    }

    /// Opens what this site may read.
    ///
    /// - Parameter ahead: One for each part, where they were opened ahead.
    /// - Parameter refused: Parts that are not to be kept: wrong, without their key, or in a compartment that
    ///   this site may not store.
    /// - Returns: Nil while the global part or its key is missing. Restricted parts never hold a delta back.
    func open(
        _ delta: Delta, ahead: ArraySlice<OpenedAhead.Part?>? = nil, refused: inout [Int]
    ) throws(ReplicaFault) -> OpenedDelta? {
        var parts: [OpenedDelta.Part] = []
        parts.reserveCapacity(delta.header.parts.count)
        var isWhole = true
        for index in delta.header.parts.indices {
            let compartment = delta.header.parts[index].compartment
            guard self.clearances.contains(compartment) else {
                if delta.parts[index] != nil, !Mutant.isOn(.withheldKept) { refused.append(index) }
                parts.append(.withheld)
                continue
            }
            let known = ahead.flatMap { $0[$0.startIndex + index] }
            switch try self.content(of: delta, part: index, known) {
            case .opened(let part): parts.append(part)
            case .refused:
                if !Mutant.isOn(.wrongPartKept) { refused.append(index) }
                self.report.findings.append(.partRefused(delta.reference))
                if compartment == .global { isWhole = false }
                parts.append(.unread)
            case .keyless:
                refused.append(index)
                fallthrough
            case .absent:
                if compartment == .global { isWhole = false }
                parts.append(.unread)
            }
        }
        return isWhole ? OpenedDelta(id: delta.id, header: delta.header, parts: parts) : nil
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

/// Which documents batches are about.
private struct NamedDocuments {
    /// In the order in which they are named first.
    private(set) var all: [DocumentID] = []
    /// For each batch those that no later one names.
    private(set) var last: [[DocumentID]]

    /// - Complexity: O(deltas).
    init(in batches: [IncomingBatch]) {
        var lastPlace = [DocumentID: Int](minimumCapacity: batches.reduce(0) { $0 + $1.deltas.count })
        for (place, batch) in batches.enumerated() {
            for index in batch.deltas.indices {
                let document = batch.deltas[index].header.document
                if lastPlace.updateValue(place, forKey: document) == nil { self.all.append(document) }
            }
        }
        self.last = Array(repeating: [], count: batches.count)
        for document in self.all { self.last[lastPlace[document] ?? 0].append(document) }
    }
}
