import BatonModel

/// One transaction's worth of applying and authoring: documents and have-sets are loaded once and written
/// back once.
///
/// Use: make one inside a write transaction, call `apply` and `author` as often as wanted, then `finish`.
/// Where several pieces of work share the transaction, `cut` after each says what that one did.
package final class ReplicaSession {
    let context: ReplicaContext
    let transaction: any ReplicaTransaction
    let wallMilliseconds: UInt64
    /// Compartments that this site may store and read now.
    let clearances: [Compartment]

    private var documents: [DocumentID: DocumentSlot] = [:]
    private var lastDocument: DocumentSlot?
    private var authors: [Author: AuthorSlot] = [:]
    private var lastAuthor: AuthorSlot?
    private var authorities: [AuthorityPlace: Authority] = [:]
    private var clock: HybridClock
    private var clockBefore: HybridTime
    /// Where deltas that were added and wait stand in the report.
    private var waitingPlaces: [DeltaID: Int] = [:]
    var report = ApplyReport()

    package init(
        _ context: ReplicaContext, in transaction: any ReplicaTransaction, wallMilliseconds: UInt64
    ) throws(ReplicaFault) {
        self.context = context
        self.transaction = transaction
        self.wallMilliseconds = wallMilliseconds
        self.clearances = context.clearances
        let latest = try transaction.clock()
        self.clockBefore = latest
        self.clock = HybridClock(latest: latest, skewMillisecondsMax: context.skewMillisecondsMax)
    }

    /// Writes back what changed and says what was done. Call it once, last.
    package func finish() throws(ReplicaFault) -> ApplyReport {
        // order: sorted before use
        let changed = self.documents.values.filter(\.isChanged).sorted { $0.state.id < $1.state.id }
        try self.transaction.save(changed.map(\.state))
        // order: sorted before use
        self.report.documents = self.documents.values.filter { $0.isChanged || $0.isSaved }.map(\.state.id)
            .sorted()
        // order: sorted before use
        for author in self.authors.values.filter(\.isChanged).sorted(by: { $0.have.author < $1.have.author })
        {
            try self.transaction.save(author.have)
        }
        if self.clock.latest != self.clockBefore, !Mutant.isOn(.clockNotSaved) {
            try self.transaction.save(clock: self.clock.latest)
        }
        return self.cut()
    }

    /// Writes back those of these documents that changed. They may change again.
    func save(_ documents: [DocumentID]) throws(ReplicaFault) {
        var changed: [DocumentSlot] = []
        for id in documents {
            guard let slot = self.documents[id], slot.isChanged else { continue }
            changed.append(slot)
        }
        try self.transaction.save(changed.map(\.state))
        for slot in changed {
            slot.isChanged = false
            slot.isSaved = true
        }
    }

    /// Says what was done since the last cut, and begins a new report. Documents are told of by `finish`
    /// alone.
    package func cut() -> ApplyReport {
        // order: sorted before use
        for author in self.authors.values.filter(\.isUntold).sorted(by: { $0.have.author < $1.have.author }) {
            self.report.haves.append(author.have)
            author.isUntold = false
        }
        self.waitingPlaces.removeAll()
        defer { self.report = ApplyReport() }
        return self.report
    }

    // What a transaction keeps at hand.

    /// A document of this transaction. It is changed where it lies: a copy of its state would cost more than
    /// folding a delta.
    final class DocumentSlot {
        var state: DocumentState
        /// True for what is to be written back.
        var isChanged = false
        /// True for what was written back before the end of the session.
        var isSaved = false
        /// What people have said of its waiting deltas; nearly always nothing.
        var releases: [DeltaID: [ReleaseWord]]
        fileprivate var keys: [(scope: KeyScope, key: WrappedKey)] = []

        init(_ state: DocumentState, by table: FieldTable) {
            self.state = state
            self.releases = state.releases(by: table)
        }
    }

    final class AuthorSlot {
        var have: AuthorHave
        var isChanged = false
        /// True while a change is in no report yet.
        var isUntold = false

        init(_ have: AuthorHave) { self.have = have }
    }

    func slot(of id: DocumentID) throws(ReplicaFault) -> DocumentSlot {
        if let last = self.lastDocument, last.state.id == id { return last }
        if let known = self.documents[id] {
            self.lastDocument = known
            return known
        }
        let made = DocumentSlot(
            try self.transaction.document(id) ?? DocumentState(id: id), by: self.context.fold.table)
        self.documents[id] = made
        self.lastDocument = made
        return made
    }

    /// Makes room for this many documents.
    func expect(_ count: Int) { self.documents.reserveCapacity(self.documents.count + count) }

    func document(_ id: DocumentID) throws(ReplicaFault) -> DocumentState { try self.slot(of: id).state }

    func slot(of author: Author) throws(ReplicaFault) -> AuthorSlot {
        if let last = self.lastAuthor, last.have.author == author { return last }
        if let known = self.authors[author] {
            self.lastAuthor = known
            return known
        }
        let made = AuthorSlot(try self.transaction.have(author) ?? AuthorHave(author: author))
        self.authors[author] = made
        self.lastAuthor = made
        return made
    }

    func have(_ author: Author) throws(ReplicaFault) -> AuthorHave { try self.slot(of: author).have }

    func key(_ scope: KeyScope, id: KeyID) throws(ReplicaFault) -> WrappedKey? {
        let slot = try self.slot(of: scope.document)
        for known in slot.keys where known.key.id == id && known.scope == scope { return known.key }
        guard let key = try self.transaction.key(scope, id: id) else { return nil }
        slot.keys.append((scope, key))
        return key
    }

    func keep(_ key: WrappedKey, scope: KeyScope) throws(ReplicaFault) {
        let slot = try self.slot(of: scope.document)
        slot.keys.removeAll { $0.key.id == key.id && $0.scope == scope }
        slot.keys.append((scope, key))
        try self.transaction.save(key, scope: scope)
    }

    func nextStamp() -> HybridTime { self.clock.tick(wallMilliseconds: self.wallMilliseconds) }

    func observe(_ header: Header) {
        guard !self.clock.observe(header.stamp, wallMilliseconds: self.wallMilliseconds) else { return }
        self.report.findings.append(.clockSuspect(header.reference))
    }

    // Authority.

    private struct AuthorityPlace: Hashable {
        let membership: MembershipReference
        let site: SiteID
        let person: OperatorID
    }

    /// What the membership at a delta's epoch says of its site and its person.
    struct Authority {
        let isAuthorised: Bool
        let clearances: [Compartment]
    }

    /// Judges by the membership at the delta's own epoch. The person must belong to the site that signed.
    func authority(of header: Header) -> Authority {
        let place = AuthorityPlace(
            membership: header.membership, site: header.author.site, person: header.actor.person)
        if let known = self.authorities[place] { return known }
        let entry =
            Mutant.isOn(.authorityNow)
            ? self.context.membership.head
            : self.context.membership.entry(for: place.membership, hashing: self.context.hashing)
        let site = entry?.site(place.site)
        let person = site == nil ? nil : entry?.operatorRecord(place.person)
        let hasRole = person?.roles.contains { $0 != .auditor && $0 != .rootKeeper } == true
        let isAuthorised =
            (person?.site == place.site || Mutant.isOn(.anyoneMayWrite))
            && (hasRole || Mutant.isOn(.retiredMayWrite))
        let made = Authority(isAuthorised: isAuthorised, clearances: site?.clearances ?? [])
        self.authorities[place] = made
        return made
    }

    // The log.

    /// Logs a delta as waiting and enters it in its author's have-set.
    func log(_ delta: Delta, others: [LoggedDelta]) throws(ReplicaFault) {
        try self.transaction.insert(delta, fate: .waiting, vector: CausalVector())
        let author = try self.slot(of: delta.header.author)
        try self.enter(delta, others: others, in: author)
        self.report.added.append(
            AddedDelta(
                id: delta.id, reference: delta.reference, document: delta.header.document, fate: .waiting))
    }

    /// Enters a delta in its author's have-set. A `prev` that names another delta than the one held at that
    /// place tells of a branch that is not here yet.
    private func enter(_ delta: Delta, others: [LoggedDelta], in author: AuthorSlot) throws(ReplicaFault) {
        let header = delta.header
        let prevDiffers =
            header.seq > 1 && !author.have.endsRun(at: header.seq - 1, with: header.prev)
            && author.have.contains(header.seq - 1)
        let hasNext = author.have.contains(header.seq + 1)
        author.have.include(header.seq, id: delta.id, others: others.map(\.id))
        author.isChanged = true
        author.isUntold = true
        if prevDiffers {
            let before = DeltaReference(author: header.author, seq: header.seq - 1)
            try self.learn(header.prev, at: before, into: author)
        }
        guard hasNext else { return }
        let next = DeltaReference(author: header.author, seq: header.seq + 1)
        for logged in try self.transaction.logged(at: next) {
            guard let prev = try self.transaction.delta(logged.id)?.header.prev else { continue }
            try self.learn(prev, at: header.reference, into: author)
        }
    }

    private func learn(
        _ id: DeltaID, at place: DeltaReference, into author: AuthorSlot
    ) throws(ReplicaFault) {
        let held = try self.transaction.logged(at: place).map(\.id)
        if !held.isEmpty, !held.contains(id) { author.have.learn(id, at: place.seq, others: held) }
    }

    /// Notes where a delta that was added a moment ago stands in the report: its fate comes later.
    func noteWaiting(_ id: DeltaID) {
        guard let last = self.report.added.last, last.id == id else { return }
        self.waitingPlaces[id] = self.report.added.count - 1
    }

    func settle(_ delta: Delta, fate: Fate, vector: CausalVector) throws(ReplicaFault) {
        try self.transaction.update(delta.id, fate: fate, vector: vector)
        let newest = self.report.added.count - 1
        if newest >= 0, self.report.added[newest].id == delta.id {
            self.report.added[newest].fate = fate
        } else if let place = self.waitingPlaces[delta.id] {
            self.report.added[place].fate = fate
        }
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
