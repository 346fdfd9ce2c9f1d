import BatonEncoding
package import BatonEngine
package import BatonModel

/// A replica in memory: the reference model that the SQLite store must equal.
package final class MemoryReplica: ReplicaTransaction {
    private struct Row {
        var delta: Delta
        var fate: Fate
        var vector: CausalVector
        let place: Int
    }

    private struct State {
        var deltas: [DeltaID: Row] = [:]
        var order: [DeltaID] = []
        var places: [DeltaReference: [DeltaID]] = [:]
        var waiting: [DeltaID: (document: DocumentID, missing: DeltaReference)] = [:]
        var documents: [DocumentID: DocumentState] = [:]
        var timeline: [DocumentID: [TimelineEntry]] = [:]
        var keys: [KeyScope: [WrappedKey]] = [:]
        var haves: [Author: AuthorHave] = [:]
        var clock = HybridTime.zero
        var audit: [AuditRecord] = []
        var outcomes: [[UInt8]: [DeltaID]] = [:]
        var logs: [DocumentID: DocumentLog] = [:]
    }

    /// The deltas of one document in order of arrival.
    private struct DocumentLog {
        var ids: [DeltaID] = []
        var newest = HybridTime.zero
    }

    /// How to take back one step of a transaction that failed.
    private enum Undo {
        case insert(DeltaID, newestBefore: HybridTime)
        case row(DeltaID, Row)
        case waiting(DeltaID, (document: DocumentID, missing: DeltaReference)?)
        case document(DocumentID, DocumentState?)
        case timeline(DocumentID, count: Int)
        case key(KeyScope)
        case have(Author, AuthorHave?)
        case clock(HybridTime)
        case audit
        case outcome([UInt8])
    }

    private var state = State()
    private var journal: [Undo] = []
    private var passed: [DeltaID] = []

    package init() {}

    /// Copies the replica: a cloned disk, or a backup.
    package func clone() -> MemoryReplica {
        let copy = MemoryReplica()
        copy.state = self.state
        return copy
    }

    /// Copies the replica by way of its stored bytes: a snapshot that is taken and read again.
    package func restored() throws(ModelFault) -> MemoryReplica {
        let copy = self.clone()
        for id in self.documentIDs {
            guard let state = self.state.documents[id] else { continue }
            copy.state.documents[id] = try DocumentState(id: id, storage: state.encodedForStorage())
        }
        var reader = CBORReader(self.haveSet.encoded())
        let haves = try HaveSet(from: &reader)
        copy.state.haves = Dictionary(uniqueKeysWithValues: haves.authors.map { ($0.author, $0) })
        return copy
    }

    /// Runs a transaction: all of it, or nothing.
    package func write<Value>(
        _ body: (MemoryReplica) throws(ReplicaFault) -> Value
    ) throws(ReplicaFault) -> Value {
        let passedBefore = self.passed.count
        do {
            let value = try body(self)
            self.journal.removeAll(keepingCapacity: true)
            return value
        } catch {
            for step in self.journal.reversed() { self.takeBack(step) }
            self.journal.removeAll(keepingCapacity: true)
            self.passed.removeLast(self.passed.count - passedBefore)
            throw error
        }
    }

    private func takeBack(_ step: Undo) {
        switch step {
        case .insert(let id, let newestBefore):
            guard let row = self.state.deltas.removeValue(forKey: id) else { return }
            self.state.order.removeLast()
            self.state.logs[row.delta.header.document]?.ids.removeLast()
            self.state.logs[row.delta.header.document]?.newest = newestBefore
            self.state.places[row.delta.reference]?.removeAll { $0 == id }
        case .row(let id, let row): self.state.deltas[id] = row
        case .waiting(let id, let before): self.state.waiting[id] = before
        case .document(let id, let before): self.state.documents[id] = before
        case .timeline(let id, let count): self.state.timeline[id]?.removeLast(count)
        case .key(let scope): self.state.keys[scope]?.removeLast()
        case .have(let author, let before): self.state.haves[author] = before
        case .clock(let before): self.state.clock = before
        case .audit: self.state.audit.removeLast()
        case .outcome(let key): self.state.outcomes[key] = nil
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
    package var deltaCount: Int { self.state.order.count }
    package var documentIDs: [DocumentID] { self.state.documents.keys.sorted() }
    package var auditRecords: [AuditRecord] { self.state.audit }
    package var auditCount: Int { self.state.audit.count }
    package var waitingCount: Int { self.state.waiting.count }
    /// Sorted.
    package var waitingIDs: [DeltaID] { self.state.waiting.keys.sorted() }

    package func fate(_ id: DeltaID) -> Fate? { self.state.deltas[id]?.fate }
    package func row(_ id: DeltaID) -> (delta: Delta, fate: Fate, vector: CausalVector)? {
        self.state.deltas[id].map { ($0.delta, $0.fate, $0.vector) }
    }
    package func ids(at reference: DeltaReference) -> [DeltaID] { self.state.places[reference] ?? [] }
    package func held(of author: Author) -> AuthorHave? { self.state.haves[author] }
    package func folded(_ id: DocumentID) -> DocumentState? { self.state.documents[id] }
    package var latestStamp: HybridTime { self.state.clock }

    package func audit(from place: Int) -> ArraySlice<AuditRecord> { self.state.audit[place...] }

    /// What commands came to, in order of their keys.
    var outcomes: [(command: [UInt8], deltas: [DeltaID])] {
        self.state.outcomes.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { ($0.key, $0.value) }
    }

    /// Takes over what a log does not say: what commands came to, and how far the clock has followed others.
    func adoptUnlogged(of other: MemoryReplica) {
        self.state.outcomes = other.state.outcomes
        self.state.clock = other.state.clock
    }

    /// Gives what has passed its gate since the last call, in that order.
    package func drainPassed() -> [DeltaID] {
        defer { self.passed.removeAll(keepingCapacity: true) }
        return self.passed
    }

    package func timeline(of document: DocumentID) -> [TimelineEntry] {
        self.state.timeline[document] ?? []
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
        let page = self.page(of: ranges, bytesMax: bytesMax)
        var chunk = LoadedChunk(deltas: page.deltas, keys: [], rest: page.rest)
        var known: Set<BareKey> = []
        for delta in page.deltas {
            for (scope, key) in self.keys(for: delta) {
                guard let bare = try? sealing.export(key, scope: scope) else { continue }
                let made = BareKey(scope: scope, id: key.id, bytes: bare)
                if known.insert(made).inserted { chunk.keys.append(made) }
            }
        }
        return chunk
    }

    /// Deltas of the ranges in order of arrival, and what did not fit.
    func page(
        of ranges: [DeltaRange], sent: SentSet = SentSet(), bytesMax: Int
    ) -> (deltas: [Delta], rest: [DeltaRange]) {
        var deltas: [Delta] = []
        var bytes = 0
        var left: [DeltaReference] = []
        for row in self.rows(in: ranges) where !sent.contains(row.delta.reference, id: row.delta.id) {
            guard bytes < bytesMax else {
                left.append(row.delta.reference)
                continue
            }
            bytes += row.delta.pageBytes
            deltas.append(row.delta)
        }
        var rest: [DeltaRange] = []
        for reference in left.sorted() {
            if let last = rest.last, last.author == reference.author, last.last + 1 == reference.seq {
                rest[rest.count - 1].last = reference.seq
            } else if rest.last.map({ !$0.contains(reference) }) ?? true {
                rest.append(
                    DeltaRange(author: reference.author, first: reference.seq, last: reference.seq))
            }
        }
        return (deltas, rest)
    }

    /// Every delta of a document, in order of arrival.
    func log(of document: DocumentID) -> [Delta] {
        (self.state.logs[document]?.ids ?? []).compactMap { self.state.deltas[$0]?.delta }
    }

    /// The newest stamp of each document.
    var newestStamps: [DocumentID: HybridTime] { self.state.logs.mapValues(\.newest) }

    /// What is held of the ranges, in order of arrival.
    package func deltas(in ranges: [DeltaRange]) -> [Delta] { self.rows(in: ranges).map(\.delta) }

    /// Walks only what is held: what a peer asks for may be any numbers.
    private func rows(in ranges: [DeltaRange]) -> [Row] {
        var found: [Row] = []
        var taken: Set<Int> = []
        for range in ranges {
            for interval in self.state.haves[range.author]?.intervals ?? [] {
                let first = max(range.first, interval.first)
                let last = min(range.last, interval.last)
                guard first <= last else { continue }
                for seq in first...last {
                    for id in self.state.places[DeltaReference(author: range.author, seq: seq)] ?? [] {
                        guard let row = self.state.deltas[id] else { continue }
                        if taken.insert(row.place).inserted { found.append(row) }
                    }
                }
            }
        }
        return found.sorted { $0.place < $1.place }
    }

    /// The digest of the whole replica.
    package func digest(level: UInt64, hashing: some Hashing) -> Digest256 {
        var digest = ReplicaDigest()
        for id in self.documentIDs {
            guard let state = self.state.documents[id] else { continue }
            for compartment in state.compartments {
                digest.include(
                    id, compartment.compartment,
                    self.digest(of: state, compartment.compartment, level: level, hashing: hashing))
            }
        }
        return digest.finish(hashing: hashing)
    }

    package func digest(
        of state: DocumentState, _ compartment: Compartment, level: UInt64, hashing: some Hashing
    ) -> Digest256 {
        let entries = self.timeline(of: state.id).filter { $0.compartment == compartment }
        return state.digest(of: compartment, timeline: entries, level: level, hashing: hashing)
    }

    // The port.

    package func logged(at reference: DeltaReference) throws(ReplicaFault) -> [LoggedDelta] {
        guard let ids = self.state.places[reference] else { return [] }
        var found: [LoggedDelta] = []
        for id in ids.sorted() {
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

    package func deltas(of document: DocumentID) throws(ReplicaFault) -> [Delta] { self.log(of: document) }

    package func insert(_ delta: Delta, fate: Fate, vector: CausalVector) throws(ReplicaFault) {
        guard self.state.deltas[delta.id] == nil else {
            throw ReplicaFault(
                code: "simulation.logged-twice", message: "\(delta.reference) is logged already",
                isFatal: true)
        }
        self.state.deltas[delta.id] = Row(
            delta: delta, fate: fate, vector: vector, place: self.state.order.count)
        self.state.order.append(delta.id)
        self.state.places[delta.reference, default: []].append(delta.id)
        let document = delta.header.document
        let newest = self.state.logs[document]?.newest ?? .zero
        self.state.logs[document, default: DocumentLog()].ids.append(delta.id)
        self.state.logs[document]?.newest = max(newest, delta.header.stamp)
        self.journal.append(.insert(delta.id, newestBefore: newest))
    }

    package func update(_ id: DeltaID, fate: Fate, vector: CausalVector) throws(ReplicaFault) {
        guard let before = self.state.deltas[id] else { return }
        if before.fate == .waiting, fate.hasPassedGate { self.passed.append(id) }
        self.state.deltas[id]?.fate = fate
        self.state.deltas[id]?.vector = vector
        self.journal.append(.row(id, before))
    }

    package func fill(_ id: DeltaID, parts: [[UInt8]?]) throws(ReplicaFault) {
        guard var row = self.state.deltas[id] else { return }
        self.journal.append(.row(id, row))
        for (index, part) in parts.enumerated() where row.delta.parts[index] == nil {
            row.delta.parts[index] = part
        }
        self.state.deltas[id] = row
    }

    package func setWaiting(
        _ id: DeltaID, document: DocumentID, for missing: DeltaReference
    ) throws(ReplicaFault) {
        self.journal.append(.waiting(id, self.state.waiting[id]))
        self.state.waiting[id] = (document, missing)
    }

    package func clearWaiting(_ id: DeltaID) throws(ReplicaFault) {
        guard let before = self.state.waiting.removeValue(forKey: id) else { return }
        self.journal.append(.waiting(id, before))
    }

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

    package func save(_ state: DocumentState) throws(ReplicaFault) {
        self.journal.append(.document(state.id, self.state.documents.updateValue(state, forKey: state.id)))
    }

    package func append(_ entries: [TimelineEntry]) throws(ReplicaFault) {
        for entry in entries {
            self.state.timeline[entry.document, default: []].append(entry)
            self.journal.append(.timeline(entry.document, count: 1))
        }
    }

    package func key(_ scope: KeyScope, id: KeyID?) throws(ReplicaFault) -> WrappedKey? {
        let keys = self.state.keys[scope] ?? []
        guard let id else { return keys.last }
        return keys.first { $0.id == id }
    }

    package func save(_ key: WrappedKey, scope: KeyScope) throws(ReplicaFault) {
        self.state.keys[scope, default: []].append(key)
        self.journal.append(.key(scope))
    }

    package func have(_ author: Author) throws(ReplicaFault) -> AuthorHave? { self.state.haves[author] }

    package func save(_ have: AuthorHave) throws(ReplicaFault) {
        self.journal.append(.have(have.author, self.state.haves.updateValue(have, forKey: have.author)))
    }

    package func clock() throws(ReplicaFault) -> HybridTime { self.state.clock }

    package func save(clock: HybridTime) throws(ReplicaFault) {
        self.journal.append(.clock(self.state.clock))
        self.state.clock = clock
    }

    package func append(_ record: AuditRecord) throws(ReplicaFault) {
        self.state.audit.append(record)
        self.journal.append(.audit)
    }

    package func outcome(ofCommand key: [UInt8]) throws(ReplicaFault) -> [DeltaID]? {
        self.state.outcomes[key]
    }

    package func save(outcome: [DeltaID], ofCommand key: [UInt8]) throws(ReplicaFault) {
        self.state.outcomes[key] = outcome
        self.journal.append(.outcome(key))
    }
}
