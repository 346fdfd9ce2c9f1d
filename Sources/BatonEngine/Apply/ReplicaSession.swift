import BatonModel

/// One transaction's worth of applying and authoring: documents and have-sets are loaded once and written
/// back once.
///
/// Use: make one inside a write transaction, call `apply` and `author` as often as wanted, then `finish`.
package final class ReplicaSession {
    let context: ReplicaContext
    let transaction: any ReplicaTransaction
    let wallMilliseconds: UInt64

    private var documents: [DocumentID: DocumentState] = [:]
    private var changedDocuments: Set<DocumentID> = []
    private var haves: [Author: AuthorHave] = [:]
    private var changedHaves: Set<Author> = []
    private var clock: HybridClock
    private var clockBefore: HybridTime
    private var keys: [KeyPlace: WrappedKey] = [:]
    private var addedPlaces: [DeltaID: Int] = [:]
    var report = ApplyReport()
    var lastOpened: (id: DeltaID, index: Int, plaintext: [UInt8])?

    /// One key of a scope: the branches of a forked author may have two.
    struct KeyPlace: Hashable {
        let scope: KeyScope
        let id: KeyID
    }

    package init(
        _ context: ReplicaContext, in transaction: any ReplicaTransaction, wallMilliseconds: UInt64
    ) throws(ReplicaFault) {
        self.context = context
        self.transaction = transaction
        self.wallMilliseconds = wallMilliseconds
        let latest = try transaction.clock()
        self.clockBefore = latest
        self.clock = HybridClock(latest: latest, skewMillisecondsMax: context.skewMillisecondsMax)
    }

    /// Writes back what changed and says what was done. Call it once, last.
    package func finish() throws(ReplicaFault) -> ApplyReport {
        for id in self.changedDocuments.sorted() {
            guard let state = self.documents[id] else { continue }
            try self.transaction.save(state)
            self.report.documents.append(id)
        }
        for author in self.changedHaves.sorted() {
            guard let have = self.haves[author] else { continue }
            try self.transaction.save(have)
            self.report.haves.append(have)
        }
        if self.clock.latest != self.clockBefore { try self.transaction.save(clock: self.clock.latest) }
        return self.report
    }

    // Caches.

    func document(_ id: DocumentID) throws(ReplicaFault) -> DocumentState {
        if let known = self.documents[id] { return known }
        let state = try self.transaction.document(id) ?? DocumentState(id: id)
        self.documents[id] = state
        return state
    }

    func change(_ state: DocumentState) {
        self.documents[state.id] = state
        self.changedDocuments.insert(state.id)
    }

    func have(_ author: Author) throws(ReplicaFault) -> AuthorHave {
        if let known = self.haves[author] { return known }
        let have = try self.transaction.have(author) ?? AuthorHave(author: author)
        self.haves[author] = have
        return have
    }

    func key(_ scope: KeyScope, id: KeyID) throws(ReplicaFault) -> WrappedKey? {
        let place = KeyPlace(scope: scope, id: id)
        if let known = self.keys[place] { return known }
        let key = try self.transaction.key(scope, id: id)
        self.keys[place] = key
        return key
    }

    func keep(_ key: WrappedKey, scope: KeyScope) throws(ReplicaFault) {
        self.keys[KeyPlace(scope: scope, id: key.id)] = key
        try self.transaction.save(key, scope: scope)
    }

    func nextStamp() -> HybridTime { self.clock.tick(wallMilliseconds: self.wallMilliseconds) }

    func observe(_ header: Header) {
        guard !self.clock.observe(header.stamp, wallMilliseconds: self.wallMilliseconds) else { return }
        self.report.findings.append(.clockSuspect(header.reference))
    }

    // The log.

    /// Logs a delta as waiting and enters it in its author's have-set.
    func log(_ delta: Delta, others: [LoggedDelta]) throws(ReplicaFault) {
        try self.transaction.insert(delta, fate: .waiting, vector: CausalVector())
        let before = try self.have(delta.header.author)
        var set = HaveSet()
        set.set(before)
        set.insert(delta.reference, id: delta.id, others: others.map(\.id))
        try self.learnBranches(around: delta, before, into: &set)
        self.haves[delta.header.author] = set[delta.header.author]
        self.changedHaves.insert(delta.header.author)
        self.addedPlaces[delta.id] = self.report.added.count
        self.report.added.append(
            AddedDelta(
                id: delta.id, reference: delta.reference, document: delta.header.document, fate: .waiting))
    }

    /// A `prev` that names another delta than the one held at that place tells of a branch that is not here
    /// yet.
    private func learnBranches(
        around delta: Delta, _ have: AuthorHave, into set: inout HaveSet
    ) throws(ReplicaFault) {
        let header = delta.header
        if header.seq > 1, have.contains(header.seq - 1), !have.endsRun(at: header.seq - 1, with: header.prev)
        {
            let before = DeltaReference(author: header.author, seq: header.seq - 1)
            try self.learn(header.prev, at: before, into: &set)
        }
        guard have.contains(header.seq + 1) else { return }
        for next in try self.transaction.logged(
            at: DeltaReference(author: header.author, seq: header.seq + 1))
        {
            guard let prev = try self.transaction.delta(next.id)?.header.prev else { continue }
            try self.learn(prev, at: header.reference, into: &set)
        }
    }

    private func learn(
        _ id: DeltaID, at place: DeltaReference, into set: inout HaveSet
    ) throws(ReplicaFault) {
        let held = try self.transaction.logged(at: place).map(\.id)
        if !held.isEmpty, !held.contains(id) { set.learn(id, at: place, others: held) }
    }

    func settle(_ delta: Delta, fate: Fate, vector: CausalVector) throws(ReplicaFault) {
        try self.transaction.update(delta.id, fate: fate, vector: vector)
        if let place = self.addedPlaces[delta.id] { self.report.added[place].fate = fate }
        if fate == .void { self.report.findings.append(.voided(delta.reference)) }
    }

    func audit(
        _ kind: AuditRecord.Kind, actor: OperatorID?, range: DeltaRange?, site: SiteID?, detail: String = ""
    )
        throws(ReplicaFault)
    {
        try self.transaction.append(
            AuditRecord(
                kind: kind, atMilliseconds: self.wallMilliseconds, actor: actor, range: range, site: site,
                detail: detail))
    }
}
