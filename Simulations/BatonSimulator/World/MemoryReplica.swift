package import BatonEngine
package import BatonModel

/// A replica in memory: the reference model that the SQLite store must equal.
package final class MemoryReplica: ReplicaTransaction {
    private struct State {
        var deltas: [DeltaID: (delta: Delta, fate: Fate, vector: CausalVector)] = [:]
        var order: [DeltaID] = []
        var places: [DeltaReference: [DeltaID]] = [:]
        var waiting: [DeltaID: (document: DocumentID, missing: DeltaReference)] = [:]
        var documents: [DocumentID: DocumentState] = [:]
        var timeline: [TimelineEntry] = []
        var keys: [KeyScope: [WrappedKey]] = [:]
        var haves: [Author: AuthorHave] = [:]
        var clock = HybridTime.zero
        var audit: [AuditRecord] = []
        var outcomes: [[UInt8]: [DeltaID]] = [:]
    }

    private var state = State()

    package init() {}

    /// Copies the replica: a cloned disk, or a backup.
    package func clone() -> MemoryReplica {
        let copy = MemoryReplica()
        copy.state = self.state
        return copy
    }

    /// Runs a transaction: all of it, or nothing.
    package func write<Value>(
        _ body: (MemoryReplica) throws(ReplicaFault) -> Value
    ) throws(ReplicaFault) -> Value {
        let before = self.state
        do {
            return try body(self)
        } catch {
            self.state = before
            throw error
        }
    }

    // Reading, beyond the port.

    package var haveSet: HaveSet {
        var set = HaveSet()
        for author in self.state.haves.keys.sorted() {
            if let have = self.state.haves[author] { set.set(have) }
        }
        return set
    }

    package var deltasInOrder: [Delta] { self.state.order.compactMap { self.state.deltas[$0]?.delta } }
    package var documentIDs: [DocumentID] { self.state.documents.keys.sorted() }
    package var auditRecords: [AuditRecord] { self.state.audit }
    package var waitingCount: Int { self.state.waiting.count }

    package func fate(_ id: DeltaID) -> Fate? { self.state.deltas[id]?.fate }

    package func timeline(of document: DocumentID) -> [TimelineEntry] {
        self.state.timeline.filter { $0.document == document }
    }

    package func keys(for delta: Delta) -> [(KeyScope, WrappedKey)] {
        delta.header.parts.indices.compactMap { index in
            let scope = delta.header.keyScope(part: index)
            let id = delta.header.parts[index].key
            return self.state.keys[scope]?.first { $0.id == id }.map { (scope, $0) }
        }
    }

    /// Pages deltas of the ranges in order of arrival, as the store does.
    package func load(_ ranges: [DeltaRange], bytesMax: Int, sealing: some PartSealing) -> LoadedChunk {
        var chunk = LoadedChunk(deltas: [], keys: [], rest: [])
        var bytes = 0
        var left: [DeltaReference] = []
        for delta in self.deltasInOrder where ranges.contains(where: { $0.contains(delta.reference) }) {
            guard bytes < bytesMax else {
                left.append(delta.reference)
                continue
            }
            bytes += delta.headerBytes.count + 64 + delta.parts.reduce(0) { $0 + ($1?.count ?? 0) }
            chunk.deltas.append(delta)
            for (scope, key) in self.keys(for: delta) {
                guard let bare = try? sealing.export(key, scope: scope) else { continue }
                let made = BareKey(scope: scope, id: key.id, bytes: bare)
                if !chunk.keys.contains(made) { chunk.keys.append(made) }
            }
        }
        for reference in left.sorted() {
            if let last = chunk.rest.last, last.author == reference.author, last.last + 1 == reference.seq {
                chunk.rest[chunk.rest.count - 1].last = reference.seq
            } else {
                chunk.rest.append(
                    DeltaRange(author: reference.author, first: reference.seq, last: reference.seq))
            }
        }
        return chunk
    }

    /// The digest of the whole replica.
    package func digest(level: UInt64, hashing: some Hashing) -> Digest256 {
        var digest = ReplicaDigest()
        for id in self.documentIDs {
            guard let state = self.state.documents[id] else { continue }
            for compartment in state.compartments {
                let entries = self.state.timeline.filter {
                    $0.document == id && $0.compartment == compartment.compartment
                }
                digest.include(
                    id, compartment.compartment,
                    state.digest(
                        of: compartment.compartment, timeline: entries, level: level, hashing: hashing))
            }
        }
        return digest.finish(hashing: hashing)
    }

    // The port.

    package func logged(at reference: DeltaReference) throws(ReplicaFault) -> [LoggedDelta] {
        var found: [LoggedDelta] = []
        for id in (self.state.places[reference] ?? []).sorted() {
            if let logged = try self.logged(id) { found.append(logged) }
        }
        return found
    }

    package func logged(_ id: DeltaID) throws(ReplicaFault) -> LoggedDelta? {
        guard let row = self.state.deltas[id] else { return nil }
        let header = row.delta.header
        return LoggedDelta(
            id: id, reference: header.reference, document: header.document, documentPrev: header.documentPrev,
            fate: row.fate, vector: row.vector, level: header.level, hasAllParts: row.delta.hasAllParts)
    }

    package func delta(_ id: DeltaID) throws(ReplicaFault) -> Delta? { self.state.deltas[id]?.delta }

    package func insert(_ delta: Delta, fate: Fate, vector: CausalVector) throws(ReplicaFault) {
        precondition(self.state.deltas[delta.id] == nil, "a delta is logged once")
        self.state.deltas[delta.id] = (delta, fate, vector)
        self.state.order.append(delta.id)
        self.state.places[delta.reference, default: []].append(delta.id)
    }

    package func update(_ id: DeltaID, fate: Fate, vector: CausalVector) throws(ReplicaFault) {
        self.state.deltas[id]?.fate = fate
        self.state.deltas[id]?.vector = vector
    }

    package func fill(_ id: DeltaID, parts: [[UInt8]?]) throws(ReplicaFault) {
        guard var row = self.state.deltas[id] else { return }
        for (index, part) in parts.enumerated() where row.delta.parts[index] == nil {
            row.delta.parts[index] = part
        }
        self.state.deltas[id] = row
    }

    package func setWaiting(
        _ id: DeltaID, document: DocumentID, for missing: DeltaReference
    ) throws(ReplicaFault) {
        self.state.waiting[id] = (document, missing)
    }

    package func clearWaiting(_ id: DeltaID) throws(ReplicaFault) { self.state.waiting[id] = nil }

    package func waiting(for missing: DeltaReference) throws(ReplicaFault) -> [DeltaID] {
        self.state.waiting.filter { $0.value.missing == missing }.keys.sorted { left, right in
            self.isBefore(left, right)
        }
    }

    private func isBefore(_ left: DeltaID, _ right: DeltaID) -> Bool {
        guard let first = self.state.deltas[left]?.delta.reference,
            let second = self.state.deltas[right]?.delta.reference
        else { return left < right }
        return first == second ? left < right : first < second
    }

    package func waiting(in document: DocumentID) throws(ReplicaFault) -> [DeltaID] {
        self.state.waiting.filter { $0.value.document == document }.keys.sorted()
    }

    package func document(_ id: DocumentID) throws(ReplicaFault) -> DocumentState? {
        self.state.documents[id]
    }
    package func save(_ state: DocumentState) throws(ReplicaFault) { self.state.documents[state.id] = state }
    package func append(_ entries: [TimelineEntry]) throws(ReplicaFault) {
        self.state.timeline.append(contentsOf: entries)
    }

    package func key(_ scope: KeyScope, id: KeyID?) throws(ReplicaFault) -> WrappedKey? {
        let keys = self.state.keys[scope] ?? []
        guard let id else { return keys.last }
        return keys.first { $0.id == id }
    }

    package func save(_ key: WrappedKey, scope: KeyScope) throws(ReplicaFault) {
        self.state.keys[scope, default: []].append(key)
    }

    package func have(_ author: Author) throws(ReplicaFault) -> AuthorHave? { self.state.haves[author] }
    package func save(_ have: AuthorHave) throws(ReplicaFault) { self.state.haves[have.author] = have }
    package func clock() throws(ReplicaFault) -> HybridTime { self.state.clock }
    package func save(clock: HybridTime) throws(ReplicaFault) { self.state.clock = clock }
    package func append(_ record: AuditRecord) throws(ReplicaFault) { self.state.audit.append(record) }
    package func outcome(ofCommand key: [UInt8]) throws(ReplicaFault) -> [DeltaID]? {
        self.state.outcomes[key]
    }
    package func save(outcome: [DeltaID], ofCommand key: [UInt8]) throws(ReplicaFault) {
        self.state.outcomes[key] = outcome
    }
}
