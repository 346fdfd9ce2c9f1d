import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

extension OperatorService {
    func status(_ desk: Desk) async throws(APIFault) -> StatusReply {
        let snapshot = await self.driver.snapshot
        let cache = self.countsCache
        let (author, board) = (self.author, self.handoffBoard)
        let (stored, counts, dues) = try await self.read(desk) { reader throws(ReplicaFault) in
            let stored = try reader.store.counts()
            let totals = try cache.totals(at: stored.deltas, reader)
            return (stored, totals, try reader.dues(author, board))
        }
        let now = Int64(clamping: NodeClock.wallMilliseconds)
        return StatusReply(
            asOf: await self.freshness(), version: BatonVersion.current, site: self.ownSite.description,
            author: self.author.description, team: desk.membership.team.description,
            teamName: desk.membership.head.teamName, membershipEpoch: Int64(clamping: desk.membership.epoch),
            operatorName: desk.person.name, operatorRoles: desk.person.roles.map(\.word),
            operatorChoices: desk.choices.map(\.name),
            counts: StatusReply.Counts(
                cases: stored.documents, openCases: counts.open, openS0: counts.openS0, deltas: stored.deltas,
                waiting: stored.waiting, void: stored.void, unread: stored.unread,
                conflicts: counts.conflicts, late: dues.lateCount(now)),
            nextDueAt: dues.next(after: now),
            logDigest: snapshot.logDigest.description,
            peers: self.statuses(snapshot), listen: self.listen(),
            alarms: try await self.alarms(desk), pages: self.roster.board.view)
    }

    func digest() async throws(APIFault) -> DigestReply {
        let started = ContinuousClock.now
        let result = await self.worker.read { store throws(ReplicaFault) in
            (try store.stateDigest(), try store.logDigest(), try store.counts())
        }
        let (state, log, counts): ((digest: Digest256, documents: Int), Digest256, ReplicaCounts)
        do throws(ReplicaFault) { (state, log, counts) = try result.get() } catch { throw APIFault(error) }
        return DigestReply(
            asOf: await self.freshness(), level: Int64(clamping: DeskFieldTable.level),
            stateDigest: state.digest.description, logDigest: log.description, documents: state.documents,
            deltas: counts.deltas, unread: counts.unread,
            milliseconds: started.duration(to: .now).milliseconds)
    }

    func pause(_ name: String, _ action: String, _ desk: Desk) async throws(APIFault) -> SyncReply {
        guard ["pause", "resume"].contains(action) else { throw Self.noSuchPath }
        guard let site = SiteID(name), site != self.ownSite, desk.membership.head.site(site) != nil else {
            throw APIFault(.noSuchPeer, "There is no such peer.", "Name a site that sync lists.")
        }
        guard desk.person.roles.contains(where: { $0 != .auditor && $0 != .rootKeeper }) else {
            throw APIFault(WriteRefusal.author(.notAuthorised))
        }
        let result = await self.driver.lane.pause(site, action == "pause", by: desk.person.id)
        if case .failure(let refusal) = result { throw APIFault(refusal) }
        return try await self.sync(desk)
    }

    func queue(_ ask: QueueAsk, _ desk: Desk) async throws(APIFault) -> QueueReply {
        let (author, board) = (self.author, self.handoffBoard)
        let (rows, total) = try await self.read(desk) { reader throws(ReplicaFault) in
            try reader.queue(ask, try reader.dues(author, board))
        }
        return QueueReply(asOf: await self.freshness(), cases: rows, total: total)
    }

    func show(_ reference: String, _ desk: Desk) async throws(APIFault) -> CaseReply {
        let id = try await self.resolve(reference, desk)
        await self.driver.note(.seen(id), of: desk.person.id)
        return CaseReply(asOf: await self.freshness(of: id), detail: try await self.detail(id, desk))
    }

    func detail(_ id: DocumentID, _ desk: Desk) async throws(APIFault) -> CaseDetail {
        guard let detail = try await self.read(desk, { reader throws(ReplicaFault) in try reader.detail(id) })
        else {
            throw Self.noSuchCase
        }
        return detail
    }

    func timeline(
        _ reference: String, limit: Int, before: String?, _ desk: Desk
    ) async throws(APIFault) -> TimelineReply {
        let id = try await self.resolve(reference, desk)
        let cursor = try before.map { text throws(APIFault) in try Self.cursor(text) }
        let (ref, entries, next) = try await self.read(desk) { reader throws(ReplicaFault) in
            let page = try reader.store.timeline(id, before: cursor, limit: limit)
            let ref = try reader.store.handle(of: id)?.description ?? id.description
            return (ref, page.entries.reversed().map(reader.timeline), page.next)
        }
        return TimelineReply(
            asOf: await self.freshness(), ref: ref, entries: entries,
            before: next.map { "\($0.stamp.packed).\($0.entry)" })
    }

    private static func cursor(_ text: String) throws(APIFault) -> TimelineCursor {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let stamp = UInt64(parts[0]), let entry = Int64(parts[1]) else {
            throw APIFault(
                .badQuery, "The parameter before is not one that a timeline gave.",
                "Leave it out to begin at the end.")
        }
        return TimelineCursor(stamp: HybridTime(packed: stamp), entry: entry)
    }

    func log(_ reference: String, _ desk: Desk) async throws(APIFault) -> LogReply {
        let id = try await self.resolve(reference, desk)
        let (ref, deltas) = try await self.read(desk) { reader throws(ReplicaFault) in
            let ref = try reader.store.handle(of: id)?.description ?? id.description
            return (ref, try reader.store.deltas(of: id, limit: 10_000).map(reader.delta))
        }
        return LogReply(asOf: await self.freshness(), ref: ref, deltas: deltas)
    }

    /// Finds cases by words and filters (`SearchQuery`).
    func find(_ text: String, limit: Int, _ desk: Desk) async throws(APIFault) -> FindReply {
        let query: SearchQuery
        do throws(ActRefusal) { query = try SearchQuery(text, now: NodeClock.wallMilliseconds) } catch {
            throw APIFault(error)
        }
        guard text.contains(where: { $0.isLetter || $0.isNumber }) else {
            throw APIFault(.badQuery, "Nothing was asked for.", "Give the beginning of a word in q.")
        }
        let owners = try Self.owners(query, desk)
        let rules = self.rules
        let (hits, isComplete) = try await self.read(desk) { reader throws(ReplicaFault) in
            let result = try reader.store.find(query, owners: owners, limit: limit)
            var hits: [FindReply.Hit] = []
            var left = CaseReader.clocksRead
            for hit in result.hits {
                guard let row = try reader.row(hit.document, rules, reading: &left) else { continue }
                let text = hit.entry.flatMap { EntryDetails($0.write.value).text }
                hits.append(FindReply.Hit(summary: row, excerpt: text.map { Self.excerpt($0) }))
            }
            return (hits, result.isComplete)
        }
        return FindReply(asOf: await self.freshness(), hits: hits, isComplete: isComplete)
    }

    /// Everybody whom `owner:` may mean: a desk name is of one site, and sites may share one.
    private static func owners(_ query: SearchQuery, _ desk: Desk) throws(APIFault) -> [OperatorID] {
        guard case .person(let name)? = query.owner else { return [] }
        let people = desk.membership.head.operators
        let found = people.filter { $0.name.lowercased() == name }
        guard !found.isEmpty else {
            throw APIFault(
                ActRefusal(
                    .badValue, "find.bad-filter", "`owner:\(name)` is nobody's desk name.",
                    "`owner:` takes \(people.map(\.name).sorted().joined(separator: ", ")), or nobody."))
        }
        return found.map(\.id)
    }

    /// Cases that share an agency, a reference or a digest with one.
    func similar(_ reference: String, limit: Int, _ desk: Desk) async throws(APIFault) -> SimilarReply {
        let id = try await self.resolve(reference, desk)
        let keys = try await self.caseFile(id, desk).similarKeys
        let rules = self.rules
        let (ref, found) = try await self.read(desk) { reader throws(ReplicaFault) in
            var found: [SimilarReply.Hit] = []
            var left = CaseReader.clocksRead
            for hit in try reader.store.similar(to: keys, except: id, limit: limit) {
                guard let row = try reader.row(hit.document, rules, reading: &left) else { continue }
                found.append(SimilarReply.Hit(summary: row, shared: hit.keys.map(\.description)))
            }
            return (try reader.store.handle(of: id)?.description ?? id.description, found)
        }
        return SimilarReply(asOf: await self.freshness(), ref: ref, cases: found)
    }

    /// One line of at most 120 characters.
    private static func excerpt(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return line.count > 120 ? line.prefix(119) + "…" : line
    }

    func conflicts(_ desk: Desk) async throws(APIFault) -> ConflictsReply {
        let found = try await self.read(desk) { reader throws(ReplicaFault) in
            try reader.conflicts(limit: 1000)
        }
        return ConflictsReply(asOf: await self.freshness(), conflicts: found)
    }

    func audit(limit: Int, _ desk: Desk) async throws(APIFault) -> AuditReply {
        let records = try await self.read(desk) { reader throws(ReplicaFault) in
            try reader.store.auditTail(limit: limit).reversed().map { AuditView($0, reader.wording) }
        }
        return AuditReply(asOf: await self.freshness(), records: records)
    }

    func verify() async throws(APIFault) -> VerifyReply {
        let started = ContinuousClock.now
        let cipher = self.worker.cipher
        let membership = self.trust.membership
        let result = await self.worker.read { store throws(ReplicaFault) in
            try LogVerifier(store: store, membership: membership, sealing: cipher).run()
        }
        let finding: LogVerifier.Finding
        do throws(ReplicaFault) { finding = try result.get() } catch { throw APIFault(error) }
        return VerifyReply(
            asOf: await self.freshness(), isSound: finding.problem == nil, authors: finding.authors,
            deltas: finding.deltas, signatureChecks: finding.signatureChecks, problem: finding.problem,
            milliseconds: started.duration(to: .now).milliseconds,
            alarms: finding.alarms.map { AlarmView($0) })
    }

    // Names of cases.

    static let noSuchCase = APIFault(
        .noSuchCase, "There is no such case here.", "Look it up with queue or find.")

    /// Finds the case that a caller names: a handle, a unique prefix of one, or a document id.
    func resolve(_ reference: String, _ desk: Desk) async throws(APIFault) -> DocumentID {
        if let id = Self.documentID(reference) {
            let isHere = try await self.read(desk) { reader throws(ReplicaFault) in
                try reader.store.document(id) != nil
            }
            guard isHere else { throw Self.noSuchCase }
            return id
        }
        let query: CaseHandleQuery
        do throws(CaseHandleFault) { query = try CaseHandleQuery(reference) } catch {
            throw APIFault(
                .badHandle, "The case was not understood: \(error).", "Type it as in the queue: EDR-7K3QM2.")
        }
        let (match, titles) = try await self.read(desk) { reader throws(ReplicaFault) in
            let match = try reader.store.document(handlePrefix: query)
            return (match, try reader.candidates(match))
        }
        switch match {
        case .one(let id): return id
        case .none: throw Self.noSuchCase
        case .several:
            throw APIFault(
                .ambiguous, "Several cases begin like that.",
                "Type more characters of the one that you mean.",
                candidates: titles)
        }
    }

    static func documentID(_ text: String) -> DocumentID? {
        guard text.utf8.count == 32, let bytes = BatonModel.bytes(hexadecimal: text) else { return nil }
        return DocumentID(bytes)
    }
}

extension CaseReader {
    fileprivate func candidates(_ match: HandleMatch) throws(ReplicaFault) -> [APIFault.Candidate] {
        guard case .several(let handles) = match else { return [] }
        var candidates: [APIFault.Candidate] = []
        for handle in handles {
            var title: String?
            if let query = try? CaseHandleQuery(handle.code),
                case .one(let id) = try self.store.document(handlePrefix: query)
            {
                title = try self.store.summary(id)?.title
            }
            candidates.append(APIFault.Candidate(ref: handle.description, title: title))
        }
        return candidates
    }
}
