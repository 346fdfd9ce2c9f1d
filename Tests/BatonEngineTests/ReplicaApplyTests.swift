import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

/// What the suites on sessions share: a team, a document, and sessions with batches made by hand.
enum SessionSamples {
    static let team = SimulatedTeam()
    static let document = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 5, count: 15))
    static let other = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 6, count: 15))

    static func peer(_ index: Int, incarnation: UInt32 = 1) -> ReplicaPeer {
        ReplicaPeer(Self.team.context(Self.team.sites[index], incarnation: incarnation))
    }

    static func person(_ peer: ReplicaPeer) -> OperatorID { Self.team.person(at: peer.site) }

    @discardableResult
    static func author(
        _ peer: ReplicaPeer, _ operations: [Operation], on document: DocumentID = Self.document
    ) -> Delta {
        peer.author(document, operations, by: Self.person(peer))
    }

    static func keys(_ peer: ReplicaPeer, _ deltas: [Delta]) -> [BareKey] {
        var keys: [BareKey] = []
        for delta in deltas {
            for (scope, key) in peer.replica.keys(for: delta) {
                let bare = BareKey(scope: scope, id: key.id, bytes: key.bytes)
                if !keys.contains(bare) { keys.append(bare) }
            }
        }
        return keys
    }

    /// Applies a batch with exactly these keys.
    static func apply(
        _ deltas: [Delta], keys: [BareKey], to peer: ReplicaPeer, from site: SiteID = Self.team.sites[0]
    ) throws(ReplicaFault) -> ApplyReport {
        try peer.replica.write { (replica) throws(ReplicaFault) in
            let session = try ReplicaSession(peer.context, in: replica, wallMilliseconds: peer.wall)
            try session.apply(IncomingBatch(from: site, deltas: deltas, keys: keys))
            return try session.finish()
        }
    }

    /// Authors a draft that may be refused.
    static func author(_ draft: Draft, at peer: ReplicaPeer) throws(ReplicaFault) -> Result<
        Delta, AuthorFault
    > {
        try peer.replica.write { (replica) throws(ReplicaFault) in
            let session = try ReplicaSession(peer.context, in: replica, wallMilliseconds: peer.wall)
            let outcome = Self.author(draft, in: session)
            _ = try session.finish()
            return outcome
        }
    }

    static func author(_ draft: Draft, in session: ReplicaSession) -> Result<Delta, AuthorFault> {
        do throws(AuthorFault) {
            return .success(try session.author(draft))
        } catch {
            return .failure(error)
        }
    }

    static func withPart(_ delta: Delta, _ part: [UInt8]?) -> Delta {
        var copy = delta
        copy.parts[0] = part
        return copy
    }
}

private typealias Samples = SessionSamples

@Suite("ReplicaSession applying")
struct ReplicaApplyTests {
    @Test("a batch is logged, folded, entered in the have-set and reported")
    func plain() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let deltas = (0..<3).map { Samples.author(syd, note("\($0)")) }
        let report = try Samples.apply(deltas, keys: Samples.keys(syd, deltas), to: usw)
        #expect(report.added.map(\.id) == deltas.map(\.id))
        #expect(report.added.allSatisfy { $0.fate == .applied && $0.document == Samples.document })
        #expect(report.documents == [Samples.document])
        #expect(report.haves == syd.replica.haveSet.authors)
        #expect(report.findings == [] && report.duplicateCount == 0)
        #expect(usw.replica.timeline(of: Samples.document).count == 3)
        #expect(usw.fingerprint == syd.fingerprint)
    }

    @Test("a delivery that comes twice changes nothing and is counted")
    func duplicates() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let deltas = (0..<4).map { Samples.author(syd, note("\($0)")) }
        let keys = Samples.keys(syd, deltas)
        _ = try Samples.apply(deltas, keys: keys, to: usw)
        let before = (usw.fingerprint, usw.replica.auditRecords, usw.replica.haveSet)
        let report = try Samples.apply(deltas + deltas.reversed(), keys: keys, to: usw)
        #expect(report.duplicateCount == 8)
        #expect(report.added == [] && report.haves == [] && report.documents == [] && report.findings == [])
        #expect(usw.fingerprint == before.0)
        #expect(usw.replica.auditRecords == before.1)
        #expect(usw.replica.haveSet == before.2)
        let fresh = Samples.peer(2)
        let mixed = try Samples.apply(deltas + deltas, keys: keys, to: fresh)
        #expect(mixed.added.count == 4 && mixed.duplicateCount == 4)
        #expect(fresh.fingerprint == usw.fingerprint)
    }

    @Test("a delta waits for its past and passes when that comes, in one batch or in two")
    func waits() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let deltas = (0..<4).map { Samples.author(syd, owner(UInt64($0))) }
        let keys = Samples.keys(syd, deltas)
        let first = try Samples.apply(Array(deltas[1...]), keys: keys, to: usw)
        #expect(first.added.map(\.fate) == [.waiting, .waiting, .waiting])
        #expect(first.documents == [])
        #expect(usw.replica.waitingCount == 3)
        #expect(try usw.replica.document(Samples.document) == nil, "what waits supersedes nothing")
        let second = try Samples.apply([deltas[0]], keys: [], to: usw)
        #expect(second.added.map(\.fate) == [.applied])
        #expect(usw.replica.waitingCount == 0)
        for delta in deltas { #expect(usw.replica.fate(delta.id) == .applied) }
        #expect(usw.fingerprint == syd.fingerprint)
    }

    @Test("a delta whose part is wrong is noted and not held, and passes when another peer brings it whole")
    func wrongPart() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let deltas = [Samples.author(syd, owner(1)), Samples.author(syd, owner(2))]
        let keys = Samples.keys(syd, deltas)
        let part = try #require(deltas[0].parts[0])
        let wrong = Samples.withPart(deltas[0], DeltaForge.flipped(part, at: 3))
        let report = try Samples.apply([wrong, deltas[1]], keys: keys, to: usw)
        #expect(report.findings == [.partRefused(deltas[0].reference)])
        #expect(report.added.map(\.fate) == [.waiting], "its follower waits for it")
        #expect(try usw.replica.delta(deltas[0].id) == nil)
        #expect(!usw.replica.haveSet.contains(deltas[0].reference), "so whoever has it whole will send it")
        let again = try Samples.apply([wrong], keys: keys, to: usw)
        #expect(again.findings == [.partRefused(deltas[0].reference)])
        #expect(usw.replica.fate(deltas[0].id) == nil)
        let filled = try Samples.apply([deltas[0]], keys: keys, to: usw, from: Samples.team.sites[2])
        #expect(filled.duplicateCount == 0)
        #expect(filled.findings == [])
        #expect(filled.documents == [Samples.document])
        #expect(usw.replica.waitingCount == 0)
        #expect(usw.fingerprint == syd.fingerprint)
    }

    @Test("wrong bytes for a part that is held already change nothing")
    func wrongPartLater() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let delta = Samples.author(syd, owner(1))
        let keys = Samples.keys(syd, [delta])
        let part = try #require(delta.parts[0])
        let wrong = Samples.withPart(delta, DeltaForge.flipped(part, at: 0))
        _ = try Samples.apply([delta, wrong], keys: keys, to: usw)
        #expect(try usw.replica.delta(delta.id)?.parts == delta.parts)
        _ = try Samples.apply([wrong, Samples.withPart(delta, nil)], keys: keys, to: usw)
        #expect(try usw.replica.delta(delta.id)?.parts == delta.parts)
        #expect(usw.fingerprint == syd.fingerprint)
    }

    @Test("a wrong and a right copy of a part in one batch end with the right one", arguments: [true, false])
    func wrongPartSameBatch(wrongFirst: Bool) throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let delta = Samples.author(syd, owner(1))
        let part = try #require(delta.parts[0])
        let wrong = Samples.withPart(delta, DeltaForge.flipped(part, at: 0))
        _ = try Samples.apply(
            wrongFirst ? [wrong, delta] : [delta, wrong], keys: Samples.keys(syd, [delta]), to: usw)
        #expect(usw.replica.fate(delta.id) == .applied)
        #expect(try usw.replica.delta(delta.id)?.parts == delta.parts)
    }

    @Test("a header without its global part is not held, and the whole delta passes later")
    func headerFirst() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let delta = Samples.author(syd, owner(1))
        let keys = Samples.keys(syd, [delta])
        let report = try Samples.apply([Samples.withPart(delta, nil)], keys: keys, to: usw)
        #expect(report.findings == [], "a part that is not there is not a wrong part")
        #expect(usw.replica.fate(delta.id) == nil)
        _ = try Samples.apply([delta], keys: keys, to: usw)
        #expect(usw.replica.fate(delta.id) == .applied)
        #expect(usw.fingerprint == syd.fingerprint)
    }

    @Test("a part whose key is not here blames nobody, and passes when it comes again with the key")
    func keyLater() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let delta = Samples.author(syd, owner(1))
        let report = try Samples.apply([delta], keys: [], to: usw)
        #expect(report.findings == [])
        #expect(usw.replica.fate(delta.id) == nil)
        _ = try Samples.apply([delta], keys: Samples.keys(syd, [delta]), to: usw)
        #expect(usw.replica.fate(delta.id) == .applied)
    }

    @Test("a key that is not the one that it claims to be is refused and not kept")
    func wrongKey() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let delta = Samples.author(syd, owner(1))
        let good = Samples.keys(syd, [delta])[0]
        let wrong = BareKey(scope: good.scope, id: good.id, bytes: DeltaForge.flipped(good.bytes, at: 0))
        let report = try Samples.apply([delta], keys: [wrong], to: usw)
        #expect(report.findings == [.keyRefused(good.scope)])
        #expect(try usw.replica.key(good.scope, id: good.id) == nil)
        _ = try Samples.apply([delta], keys: [good, wrong], to: usw)
        #expect(try usw.replica.key(good.scope, id: good.id)?.bytes == good.bytes)
        #expect(usw.replica.fate(delta.id) == .applied)
    }

    @Test("a stamp far ahead is kept and noted, and our next stamp does not follow it")
    func clockSuspect() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        syd.wall = usw.wall + 1_000_000
        let delta = Samples.author(syd, owner(1))
        let report = try Samples.apply([delta], keys: Samples.keys(syd, [delta]), to: usw)
        #expect(report.findings == [.clockSuspect(delta.reference)])
        #expect(usw.replica.fate(delta.id) == .applied)
        #expect(Samples.author(usw, owner(2)).header.stamp.milliseconds == usw.wall)
        let near = Samples.peer(2)
        near.wall = syd.wall - 100
        _ = try Samples.apply([delta], keys: Samples.keys(syd, [delta]), to: near)
        #expect(
            Samples.author(near, owner(2)).header.stamp > delta.header.stamp,
            "within the bound it is followed")
    }

    @Test("a refused transaction leaves the replica as it was")
    func rollback() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let delta = Samples.author(syd, owner(1))
        let before = usw.fingerprint
        #expect(throws: ReplicaFault.self) {
            try usw.replica.write { (replica) throws(ReplicaFault) in
                let session = try ReplicaSession(usw.context, in: replica, wallMilliseconds: 1)
                try session.apply(
                    IncomingBatch(from: syd.site, deltas: [delta], keys: Samples.keys(syd, [delta])))
                _ = try session.finish()
                throw ReplicaFault(code: "test.disk", message: "the disk failed", isFatal: true)
            }
        }
        #expect(usw.fingerprint == before)
        #expect(usw.replica.fate(delta.id) == nil)
        #expect(usw.replica.auditRecords == [] && usw.replica.haveSet.authors == [])
    }
}

@Suite("ReplicaSession judging")
struct ReplicaJudgingTests {
    private static let teamID = Samples.team.membership.team

    @Test("a delta of a person of another site, or of nobody, is void everywhere and its followers pass")
    func unauthorised() throws {
        for person in [OperatorID(2), OperatorID(99)] {
            let (syd, usw) = (Samples.peer(0), Samples.peer(1))
            let first = Samples.author(syd, owner(1))
            let keys = Samples.keys(syd, [first])
            let wrapped = syd.replica.keys(for: first).map(\.1)
            var header = Samples.author(syd, owner(2)).header
            header.actor = Actor(person: person)
            let void = try DeltaForge.delta(header, owner(2), keys: wrapped, team: Self.teamID)
            let report = try Samples.apply([first, void], keys: keys, to: usw)
            #expect(report.added.map(\.fate) == [.applied, .void])
            #expect(report.findings == [.voided(void.reference)])
            let state = try #require(try usw.replica.document(Samples.document))
            #expect(state[.global]?.registers[SimulatedFields.owner]?.map(\.value) == [.unsigned(1)])
            #expect(state.frontier.map(\.id) == [void.id])
            let after = Samples.author(usw, owner(3))
            #expect(after.header.context.entries == [void.reference], "a void delta is still cited")
        }
    }

    @Test("an auditor's and a root keeper's deltas are void")
    func roles() throws {
        for role in [Role.auditor, .rootKeeper] {
            let membership = try Memberships.appended(to: Samples.team.membership) {
                $0.operators[0].roles = [role]
            }
            var context = Samples.team.context(Samples.team.sites[1])
            context.membership = membership
            let usw = ReplicaPeer(context)
            let syd = Samples.peer(0)
            let made = Samples.author(syd, owner(1))
            var header = made.header
            header.membership = membership.reference(hashing: StandInHashing())
            let delta = try DeltaForge.delta(
                header, owner(1), keys: syd.replica.keys(for: made).map(\.1), team: Self.teamID)
            _ = try Samples.apply([delta, made], keys: Samples.keys(syd, [made]), to: usw)
            #expect(usw.replica.fate(delta.id) == .void)
            #expect(usw.replica.fate(made.id) == .applied, "authority is judged at a delta's own epoch")
        }
    }

    @Test(
        "an unknown operation of a newer level is kept unread, and our next write says so and covers none"
    )
    func unread() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let made = Samples.author(syd, owner(1))
        var header = made.header
        header.level = 2
        let operations = owner(1) + [operation(.set, FieldCode(99), .text("new"))]
        header.shape = operations.map(\.shape)
        let newer = try DeltaForge.delta(
            header, operations, keys: syd.replica.keys(for: made).map(\.1), team: Self.teamID)
        let report = try Samples.apply([newer], keys: Samples.keys(syd, [made]), to: usw)
        #expect(report.added.map(\.fate) == [.unread])
        let own = Samples.author(usw, owner(2))
        #expect(own.header.unread == [DeltaRange(author: newer.header.author, first: 1, last: 1)])
        let state = try #require(try usw.replica.document(Samples.document))
        #expect(state[.global]?.registers[SimulatedFields.owner]?.count == 2)
    }

    /// Every second change of a newer site is unread at an older one, and the older one goes on writing.
    @Test("a document with more unread places than a header may list can still be written to")
    func manyUnread() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        var log: [Delta] = []
        var head = DeltaID.none
        for round in 0..<UInt64(DeltaLimits.unreadRangesMax + 1) {
            let made = Samples.author(syd, [operation(.set, SimulatedFields.text, .text("\(round)"))])
            var header = made.header
            header.level = 2
            header.prev = head
            header.shape = [operation(.set, FieldCode(99), .null).shape]
            header.context.seal = ContextSeal(
                documentPrev: log.last(where: { $0.header.document == Samples.document })?.id ?? .none,
                entries: [],
                hashing: StandInHashing())
            log.append(
                try DeltaForge.delta(
                    header, [operation(.set, FieldCode(99), .text("\(round)"))],
                    keys: syd.replica.keys(for: made).map(\.1), team: Self.teamID))
            let between = Samples.author(syd, note("elsewhere"), on: Samples.other)
            let prev = log[log.count - 1].id
            log.append(
                try DeltaForge.resealed(between, syd, note("elsewhere"), after: prev, log, team: Self.teamID))
            head = log[log.count - 1].id
        }
        let report = try Samples.apply(log, keys: Samples.keys(syd, syd.replica.deltasInOrder), to: usw)
        #expect(report.findings == [])
        #expect(report.added.filter { $0.fate == .unread }.count == DeltaLimits.unreadRangesMax + 1)
        let draft = Draft(
            document: Samples.document, operations: owner(1), actor: Actor(person: Samples.person(usw)))
        let outcome = try Samples.author(draft, at: usw)
        #expect(throws: Never.self, "an older node must not be stopped by what newer ones write") {
            try outcome.get()
        }
    }

    @Test("a document prev that skips a delta is noted and never void")
    func skippedPrev() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let made = [Samples.author(syd, owner(1)), Samples.author(syd, owner(2))]
        var header = made[1].header
        header.documentPrev = 0
        header.context.seal = ContextSeal(documentPrev: .none, entries: [], hashing: StandInHashing())
        let skipping = try DeltaForge.delta(
            header, owner(2), keys: syd.replica.keys(for: made[1]).map(\.1), team: Self.teamID)
        let report = try Samples.apply([made[0], skipping], keys: Samples.keys(syd, made), to: usw)
        #expect(report.findings == [.documentPrevSkipped(skipping.reference)])
        #expect(report.added.map(\.fate) == [.applied, .applied])
    }

    @Test("a seal that matches nothing held keeps its delta waiting")
    func otherSeal() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let made = [Samples.author(syd, owner(1)), Samples.author(syd, owner(2))]
        var header = made[1].header
        header.context.seal = ContextSeal(documentPrev: .none, entries: [], hashing: StandInHashing())
        let other = try DeltaForge.delta(
            header, owner(2), keys: syd.replica.keys(for: made[1]).map(\.1), team: Self.teamID)
        let report = try Samples.apply([made[0], other], keys: Samples.keys(syd, made), to: usw)
        #expect(report.added.map(\.fate) == [.applied, .waiting])
    }
}

extension DeltaForge {
    /// Makes a delta of a peer again behind a changed log: its `prev` and its seal follow the log given.
    static func resealed(
        _ delta: Delta, _ peer: ReplicaPeer, _ operations: [Operation], after prev: DeltaID, _ log: [Delta],
        team: TeamID
    ) throws -> Delta {
        var header = delta.header
        header.prev = prev
        header.context.seal = ContextSeal(
            documentPrev: log.last { $0.header.document == header.document }?.id ?? .none, entries: [],
            hashing: StandInHashing())
        return try Self.delta(header, operations, keys: peer.replica.keys(for: delta).map(\.1), team: team)
    }
}
