import BatonEncoding
package import BatonEngine
package import BatonModel

/// The life of a site's log that this process lives.
package struct LivingIncarnation: Hashable, Sendable {
    package let author: Author
    /// Where its log ends; `LogHead.none` when nothing has been written yet.
    package let head: LogHead
    /// The head of the site's incarnation before: what `prev` states in the first delta of this one.
    package let previousHead: DeltaID
    /// Nil when the start proved that it continues.
    package let opened: IncarnationBreak?
    /// False when no record can be kept here: the next start will open another incarnation.
    package let isRecorded: Bool
}

extension ReplicaStore {
    /// Continues this site's incarnation if that can be proved, and opens the next one otherwise.
    ///
    /// Call it once, before anything is authored. From then on every commit that moves the author's head
    /// keeps the record.
    ///
    /// - Parameters:
    ///   - settings: Where the record may be: `IncarnationSettings` on a machine.
    ///   - nonce: 64 random bits, for a new incarnation.
    package func resumeOrOpen(
        site: SiteID, settings: some IncarnationPlace, nonce: UInt64, nowMilliseconds: UInt64
    ) throws(ReplicaFault) -> LivingIncarnation {
        guard let identity = settings.identity(ofDatabase: self.databasePath) else {
            throw ReplicaFault(StoreCode.cannotOpen, "the database file is gone")
        }
        // The lock of a record that this process already holds must go before it is taken again.
        try self.writing { writer throws(ReplicaFault) in writer.keeper = nil }
        var known = try self.reading { connection throws(ReplicaFault) in try connection.ownAuthor(site) }
        guard let bootID = settings.bootID, let record = settings.record(of: identity) else {
            let reason: IncarnationBreak = known.author == nil ? .newReplica : .noVolatileStorage
            return try self.open(known, site, nonce, nowMilliseconds, reason, isRecorded: false)
        }
        let claim = IncarnationClaim(encoded: record.load(IncarnationClaim.byteCount))
        // An older database in the same place has not heard of the incarnation that the record names.
        if let claim, claim.author.site == site {
            known.counterMax = max(known.counterMax, claim.author.incarnation.counter)
        }
        let evidence = IncarnationEvidence(
            bootID: bootID, file: identity, author: known.author, head: known.head)
        let living: LivingIncarnation
        switch IncarnationDecision(claim: claim, evidence: evidence) {
        case .resume(let author, let head):
            living = LivingIncarnation(
                author: author, head: head, previousHead: known.previousHead, opened: nil, isRecorded: true)
        case .open(let reason):
            living = try self.open(known, site, nonce, nowMilliseconds, reason, isRecorded: true)
        }
        let kept = IncarnationClaim(
            bootID: bootID, file: identity, author: living.author, intended: living.head, settled: living.head
        )
        let keeper = try IncarnationKeeper(record, kept)
        try self.writing { writer throws(ReplicaFault) in writer.keeper = keeper }
        return living
    }

    private func open(
        _ known: OwnAuthor, _ site: SiteID, _ nonce: UInt64, _ now: UInt64, _ reason: IncarnationBreak,
        isRecorded: Bool
    ) throws(ReplicaFault) -> LivingIncarnation {
        guard known.counterMax < UInt32.max else {
            throw ReplicaFault(StoreCode.continuity, "this site has used up its incarnations")
        }
        let author = Author(site: site, incarnation: Incarnation(counter: known.counterMax + 1, nonce: nonce))
        // The database knows of the incarnation before anything can be signed in it.
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                _ = try transaction.connection.makeRow(of: author)
                try transaction.connection.setMeta(.author, author.encoded)
                try transaction.append(
                    AuditRecord(
                        kind: .incarnationOpened, atMilliseconds: now, site: site,
                        detail: "\(author) \(reason.rawValue)"))
            }
        }
        return LivingIncarnation(
            author: author, head: .none, previousHead: known.lastHead, opened: reason, isRecorded: isRecorded)
    }
}

extension ReplicaStore {
    /// What was kept of the statements of other sites; nil where nothing was.
    package func statements() throws(ReplicaFault) -> [UInt8]? {
        try self.reading { connection throws(ReplicaFault) in try connection.metaBytes(.statements) }
    }

    /// Keeps what other sites have stated of this site's earlier lives. The caller binds it to the incarnation.
    package func save(statements bytes: [UInt8]) throws(ReplicaFault) {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in
                try transaction.connection.setMeta(.statements, bytes)
            }
        }
    }
}

/// What a database knows of its own site's incarnations.
struct OwnAuthor {
    /// The one that it was living last; nil in a new database.
    var author: Author?
    var head = LogHead.none
    /// The head of the newest incarnation before that one, or none.
    var previousHead = DeltaID.none
    /// The head of the newest incarnation that has any deltas here, `author` included.
    var lastHead = DeltaID.none
    /// The highest counter seen of this site, also in deltas that came back from peers.
    var counterMax: UInt32 = 0
}

extension Connection {
    func ownAuthor(_ site: SiteID) throws(ReplicaFault) -> OwnAuthor {
        var own = OwnAuthor()
        if let bytes = try self.metaBytes(.author) {
            var reader = CBORReader(bytes)
            do throws(ModelFault) {
                own.author = try Author(from: &reader)
            } catch {
                throw .damaged("the name of the own author")
            }
            guard own.author?.site == site else {
                throw ReplicaFault(StoreCode.notAReplica, "the replica belongs to another site")
            }
        }
        for author in try self.authors(of: site) {
            own.counterMax = max(own.counterMax, author.incarnation.counter)
            guard let row = try self.row(of: author),
                let last = try self.have(author, row: row)?.intervals.last
            else {
                continue
            }
            own.lastHead = last.head
            if author == own.author {
                own.head = LogHead(seq: last.last, id: last.head)
            } else {
                own.previousHead = last.head
            }
        }
        return own
    }

    /// The site's incarnations in order.
    private func authors(of site: SiteID) throws(ReplicaFault) -> [Author] {
        let statement = try self.prepare("SELECT site, counter, nonce FROM author WHERE site = ?")
        defer { statement.reset() }
        statement.bind(1, site.description)
        var authors: [Author] = []
        while try statement.step() {
            guard let author = statement.author(from: 0) else { throw .damaged("an author") }
            authors.append(author)
        }
        return authors.sorted()
    }
}
