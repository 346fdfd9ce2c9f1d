import BatonEngine
import BatonModel

/// One transaction on the store and on the reference model at once: every change goes to both, every answer of
/// the store is held against the model's.
final class TeeTransaction: ReplicaTransaction {
    private let store: any ReplicaTransaction
    private let model: MemoryReplica
    /// The model may not know what commands became: a log that was read back does not say.
    private let knowsOutcomes: Bool
    private(set) var differences: [String] = []

    init(_ store: any ReplicaTransaction, _ model: MemoryReplica, knowsOutcomes: Bool) {
        self.store = store
        self.model = model
        self.knowsOutcomes = knowsOutcomes
    }

    private func same<Value: Equatable>(_ stored: Value, _ expected: Value, _ what: String) -> Value {
        if stored != expected { self.differences.append("\(what): the store has another answer") }
        return stored
    }

    // The log.

    func logged(at reference: DeltaReference) throws(ReplicaFault) -> [LoggedDelta] {
        self.same(
            try self.store.logged(at: reference), try self.model.logged(at: reference),
            "logged at \(reference)")
    }

    func logged(_ id: DeltaID) throws(ReplicaFault) -> LoggedDelta? {
        self.same(try self.store.logged(id), try self.model.logged(id), "logged \(id)")
    }

    func delta(_ id: DeltaID) throws(ReplicaFault) -> Delta? {
        self.same(try self.store.delta(id), try self.model.delta(id), "delta \(id)")
    }

    func deltas(of document: DocumentID) throws(ReplicaFault) -> [Delta] {
        self.same(
            try self.store.deltas(of: document), try self.model.deltas(of: document), "deltas of \(document)")
    }

    func insert(_ delta: Delta, fate: Fate, vector: CausalVector) throws(ReplicaFault) {
        try self.store.insert(delta, fate: fate, vector: vector)
        try self.model.insert(delta, fate: fate, vector: vector)
    }

    func update(_ id: DeltaID, fate: Fate, vector: CausalVector) throws(ReplicaFault) {
        try self.store.update(id, fate: fate, vector: vector)
        try self.model.update(id, fate: fate, vector: vector)
    }

    func fill(_ id: DeltaID, parts: [[UInt8]?]) throws(ReplicaFault) {
        try self.store.fill(id, parts: parts)
        try self.model.fill(id, parts: parts)
    }

    // What waits.

    func setWaiting(_ id: DeltaID, document: DocumentID, for missing: DeltaReference) throws(ReplicaFault) {
        try self.store.setWaiting(id, document: document, for: missing)
        try self.model.setWaiting(id, document: document, for: missing)
    }

    func clearWaiting(_ id: DeltaID) throws(ReplicaFault) {
        try self.store.clearWaiting(id)
        try self.model.clearWaiting(id)
    }

    func waiting(for missing: DeltaReference) throws(ReplicaFault) -> [DeltaID] {
        self.same(
            try self.store.waiting(for: missing), try self.model.waiting(for: missing),
            "what waits for \(missing)")
    }

    func waiting(in document: DocumentID) throws(ReplicaFault) -> [DeltaID] {
        self.same(
            try self.store.waiting(in: document), try self.model.waiting(in: document),
            "what waits in \(document)")
    }

    // Documents.

    func document(_ id: DocumentID) throws(ReplicaFault) -> DocumentState? {
        self.same(try self.store.document(id), try self.model.document(id), "document \(id)")
    }

    func save(_ state: DocumentState) throws(ReplicaFault) {
        try self.store.save(state)
        try self.model.save(state)
    }

    func append(_ entries: [TimelineEntry]) throws(ReplicaFault) {
        try self.store.append(entries)
        try self.model.append(entries)
    }

    // Keys, have-sets, bookkeeping.

    /// Wrapped bytes are not compared: a log that was read back wraps its keys anew.
    func key(_ scope: KeyScope, id: KeyID?) throws(ReplicaFault) -> WrappedKey? {
        let stored = try self.store.key(scope, id: id)
        let expected = try self.model.key(scope, id: id)
        // Without an id either of a forked author's two keys is an answer.
        if id == nil {
            _ = self.same(stored == nil, expected == nil, "a key of \(scope)")
        } else {
            _ = self.same(stored?.id, expected?.id, "key of \(scope)")
        }
        return stored
    }

    func save(_ key: WrappedKey, scope: KeyScope) throws(ReplicaFault) {
        try self.store.save(key, scope: scope)
        try self.model.save(key, scope: scope)
    }

    func have(_ author: Author) throws(ReplicaFault) -> AuthorHave? {
        self.same(try self.store.have(author), try self.model.have(author), "have of \(author)")
    }

    func save(_ have: AuthorHave) throws(ReplicaFault) {
        try self.store.save(have)
        try self.model.save(have)
    }

    func clock() throws(ReplicaFault) -> HybridTime {
        self.same(try self.store.clock(), try self.model.clock(), "clock")
    }

    func save(clock: HybridTime) throws(ReplicaFault) {
        try self.store.save(clock: clock)
        try self.model.save(clock: clock)
    }

    func append(_ record: AuditRecord) throws(ReplicaFault) {
        try self.store.append(record)
        try self.model.append(record)
    }

    func outcome(ofCommand key: [UInt8]) throws(ReplicaFault) -> [DeltaID]? {
        let stored = try self.store.outcome(ofCommand: key)
        guard self.knowsOutcomes else { return stored }
        return self.same(stored, try self.model.outcome(ofCommand: key), "outcome of a command")
    }

    func save(outcome: [DeltaID], ofCommand key: [UInt8]) throws(ReplicaFault) {
        try self.store.save(outcome: outcome, ofCommand: key)
        try self.model.save(outcome: outcome, ofCommand: key)
    }
}
