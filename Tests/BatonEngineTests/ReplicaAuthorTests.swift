import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

private typealias Samples = SessionSamples

@Suite("ReplicaSession authoring")
struct ReplicaAuthorTests {
    private static func draft(
        _ operations: [Operation], by person: UInt32 = 1, on document: DocumentID = Samples.document
    ) -> Draft {
        Draft(document: document, operations: operations, actor: Actor(person: OperatorID(person)))
    }

    private static func fault(_ draft: Draft, at peer: ReplicaPeer = Samples.peer(0)) throws -> AuthorFault? {
        switch try Samples.author(draft, at: peer) {
        case .success: nil
        case .failure(let fault): fault
        }
    }

    /// Drafts that must be refused, with the reason.
    private static let refusals: [(Draft, AuthorFault)] = [
        (Self.draft([]), .empty), (Self.draft(owner(1), by: 2), .notAuthorised),
        (Self.draft(owner(1), by: 99), .notAuthorised),
        (Self.draft([operation(.set, FieldCode(99), .null)]), .unknownField(FieldCode(99))),
        (
            Self.draft([operation(.add, SimulatedFields.owner, .unsigned(1))]),
            .unknownField(SimulatedFields.owner)
        ),
        (
            Self.draft([operation(.custody, SimulatedFields.owner, .unsigned(1))]),
            .unknownField(SimulatedFields.owner)
        ),
        (
            Self.draft(owner(1), on: DocumentID(kind: .schedule, suffix: [UInt8](repeating: 1, count: 15))),
            .unknownField(SimulatedFields.owner)
        ),
        (Self.draft(owner(101)), .badValue(SimulatedFields.owner)),
        (Self.draft([operation(.set, SimulatedFields.owner, .null)]), .badValue(SimulatedFields.owner)),
        (
            Self.draft([operation(.append, SimulatedFields.note, .unsigned(1))]),
            .badValue(SimulatedFields.note)
        ),
        (
            Self.draft([operation(.set, SimulatedFields.text, .text(String(repeating: "a", count: 513)))]),
            .badValue(SimulatedFields.text)
        ),
        (
            Self.draft(note("a") + [operation(.append, SimulatedFields.note, .null, in: .us)]),
            .compartmentClosed(.us)
        ),
        (
            Self.draft((0..<257).flatMap { _ in owner(1) }), .tooLarge(limit: DeltaLimits.operationsMax)
        ),
        (
            Self.draft(note(String(repeating: "a", count: 60_000))),
            .tooLarge(limit: DeltaLimits.deltaBytesMax)
        ),
    ]

    @Test("each draft that every replica would judge void is refused with its reason")
    func refused() throws {
        for (draft, expected) in Self.refusals { #expect(try Self.fault(draft) == expected) }
    }

    @Test("a site or a person that the membership does not have, or has for reading only, may not write")
    func members() throws {
        func peer(_ change: (inout MembershipEntry) -> Void) throws -> ReplicaPeer {
            var context = Samples.team.context(Samples.team.sites[0])
            context.membership = try Memberships.appended(to: context.membership, change)
            return ReplicaPeer(context)
        }
        let draft = Self.draft(owner(1))
        let removed = try peer { $0.sites.removeAll { $0.site == Samples.team.sites[0] } }
        #expect(try Self.fault(draft, at: removed) == .notAMember)
        for role in [Role.auditor, .rootKeeper] {
            #expect(try Self.fault(draft, at: try peer { $0.operators[0].roles = [role] }) == .notAuthorised)
        }
        let both = try peer { $0.operators[0].roles = [.analyst, .auditor] }
        #expect(try Self.fault(draft, at: both) == nil)
        #expect(try Self.fault(draft, at: try peer { $0.operators[0].roles = [] }) == .notAuthorised)
    }

    @Test("a refused draft leaves nothing: the next delta is the one that would have come without it")
    func leavesNothing() throws {
        let (clean, tried) = (Samples.peer(0), Samples.peer(0))
        let good = Self.draft(owner(7))
        let expected = try Samples.author(good, at: clean).get()
        let made = try tried.replica.write { (replica) throws(ReplicaFault) -> Result<Delta, AuthorFault> in
            let session = try ReplicaSession(tried.context, in: replica, wallMilliseconds: tried.wall)
            for (draft, expected) in Self.refusals {
                if Samples.author(draft, in: session) != .failure(expected) { Issue.record("\(expected)") }
            }
            let outcome = Samples.author(good, in: session)
            _ = try session.finish()
            return outcome
        }
        #expect(made == .success(expected))
        #expect(tried.fingerprint == clean.fingerprint)
        #expect(tried.replica.auditRecords == clean.replica.auditRecords)
    }

    @Test("a draft is refused where the document has moved on from what it was judged on, and writes nothing")
    func movedOn() throws {
        let peer = Samples.peer(0)
        let first = try Samples.author(Self.draft(owner(1)), at: peer).get()
        var judged = Self.draft(owner(2))
        judged.basis = [first.id]
        var late = Self.draft(owner(3))
        late.basis = []
        let before = peer.fingerprint
        #expect(try Self.fault(late, at: peer) == .movedOn)
        #expect(peer.fingerprint == before)
        #expect(try Self.fault(judged, at: peer) == nil)
        #expect(try Self.fault(judged, at: peer) == .movedOn)
    }

    @Test("drafts at the limits are signed, folded and read by others")
    func atLimits() throws {
        let syd = Samples.peer(0)
        let drafts = [
            Self.draft((0..<256).flatMap { _ in owner(1) }),
            Self.draft([operation(.set, SimulatedFields.text, .text(String(repeating: "a", count: 512)))]),
            Self.draft(note(String(repeating: "a", count: 57_000))),
            Self.draft([operation(.milestone, SimulatedFields.acknowledged, .null)]),
            Self.draft([
                operation(.close, SimulatedFields.closure, .null),
                operation(.concur, SimulatedFields.closure, .null),
            ]),
        ]
        for draft in drafts { #expect(try Self.fault(draft, at: syd) == nil) }
        let usw = Samples.peer(1)
        let report = usw.apply(syd.replica.deltasInOrder, from: syd)
        #expect(report.added.map(\.fate) == drafts.map { _ in .applied })
        #expect(usw.fingerprint == syd.fingerprint)
    }

    /// Parts are read with a bounded depth, so a deeper body would make our own delta void everywhere.
    @Test(
        "a body nested deeper than a part is read is refused, so that nothing of ours is ever void",
        arguments: [1, 15, 16, 17, 40])
    func depth(levels: Int) throws {
        var body = CBORValue.text("x")
        for _ in 0..<levels { body = .array([body]) }
        let syd = Samples.peer(0)
        switch try Samples.author(Self.draft([operation(.append, SimulatedFields.note, body)]), at: syd) {
        case .success(let delta): #expect(syd.replica.fate(delta.id) == .applied, "\(levels) levels")
        case .failure(let fault): #expect(fault == .badValue(SimulatedFields.note))
        }
    }

    @Test("deltas of one author count up, chain by id, and cite the frontier of their own document")
    func chain() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let first = Samples.author(syd, owner(1))
        let elsewhere = Samples.author(syd, note("x"), on: Samples.other)
        let third = Samples.author(syd, owner(2))
        #expect([first, elsewhere, third].map(\.header.seq) == [1, 2, 3])
        #expect([first, elsewhere, third].map(\.header.prev) == [.none, first.id, elsewhere.id])
        #expect([first, elsewhere, third].map(\.header.documentPrev) == [0, 0, 1])
        #expect(third.header.context.entries == [])
        usw.apply([first, elsewhere, third], from: syd)
        let answer = Samples.author(usw, owner(3))
        #expect(answer.header.context.entries == [third.reference])
        #expect(answer.header.documentPrev == 0 && answer.header.prev == .none)
        syd.apply([answer], from: usw)
        let last = Samples.author(syd, owner(4))
        #expect(
            last.header.context.entries == [answer.reference],
            "document prev is behind the answer, not in the context")
        #expect(last.header.documentPrev == 3)
        let seal = ContextSeal(documentPrev: third.id, entries: [answer.id], hashing: StandInHashing())
        #expect(last.header.context.seal == seal)
    }

    @Test("the first delta of an incarnation states the head of the one before")
    func previousHead() {
        let head = DeltaID(digest: StandInHashing().digest256([4]))
        let context = Samples.team.context(Samples.team.sites[0], incarnation: 2, previousHead: head)
        let peer = ReplicaPeer(context)
        #expect(Samples.author(peer, owner(1)).header.prev == head)
        #expect(Samples.author(peer, owner(2)).header.prev != head)
    }

    @Test("all deltas of an author on one document share a key, and another document has another")
    func keys() {
        let syd = Samples.peer(0)
        let deltas = [Samples.author(syd, owner(1)), Samples.author(syd, owner(2))]
        let other = Samples.author(syd, owner(1), on: Samples.other)
        #expect(deltas[0].header.parts[0].key == deltas[1].header.parts[0].key)
        #expect(other.header.parts[0].key != deltas[0].header.parts[0].key)
        #expect(deltas[0].header.parts[0].commitment != deltas[1].header.parts[0].commitment)
    }

    /// K is random per author, document, compartment and generation: nobody else chooses it.
    @Test("a key that a peer sends for our own scope is never the one that our next delta is sealed under")
    func injectedKey() throws {
        let (syd, usw) = (Samples.peer(0), Samples.peer(1))
        let scope = KeyScope(
            author: usw.context.author, document: Samples.document, compartment: .global, generation: 1)
        let chosen = try StandInSealing().makeKey(scope: scope, entropy: [UInt8](repeating: 1, count: 56))
        let report = try Samples.apply(
            [], keys: [BareKey(scope: scope, id: chosen.id, bytes: chosen.bytes)], to: usw, from: syd.site)
        #expect(report.added == [])
        #expect(Samples.author(usw, owner(1)).header.parts[0].key != chosen.id)
    }
}

@Suite("ReplicaSession and restricted compartments")
struct ReplicaRestrictedTests {
    /// A delta with a global and a `us` part, and the keys of both.
    private static func restricted() throws -> (delta: Delta, keys: [BareKey]) {
        let usw = Samples.peer(1)
        let made = Samples.author(usw, owner(1))
        let global = usw.replica.keys(for: made)[0].1
        let scope = KeyScope(
            author: usw.context.author, document: Samples.document, compartment: .us, generation: 1)
        let secret = try StandInSealing().makeKey(scope: scope, entropy: [UInt8](repeating: 8, count: 56))
        var header = made.header
        let operations = owner(1) + [operation(.set, SimulatedFields.text, .text("canary"), in: .us)]
        header.shape = operations.map(\.shape)
        header.parts.append(
            PartDescriptor(compartment: .us, key: secret.id, commitment: .zero, length: 0))
        let delta = try DeltaForge.delta(
            header, operations, keys: [global, secret], team: Samples.team.membership.team)
        let keys = Samples.keys(usw, [made]) + [BareKey(scope: scope, id: secret.id, bytes: secret.bytes)]
        return (delta, keys)
    }

    private static func cleared() throws -> ReplicaPeer {
        var context = Samples.team.context(Samples.team.sites[2])
        context.membership = try Memberships.appended(to: context.membership) { entry in
            for index in entry.sites.indices where entry.sites[index].site == context.author.site {
                entry.sites[index].clearances = [.us]
            }
        }
        return ReplicaPeer(context)
    }

    @Test(
        "a cleared site folds a restricted part; a site that is not stores none of its bytes and folds the rest"
    )
    func withheld() throws {
        let (delta, keys) = try Self.restricted()
        let (use, syd) = (try Self.cleared(), Samples.peer(0))
        _ = try Samples.apply([delta], keys: keys, to: use)
        _ = try Samples.apply([delta], keys: keys, to: syd)
        let (full, blind) = (
            try #require(try use.replica.document(Samples.document)),
            try #require(try syd.replica.document(Samples.document))
        )
        #expect(full[.us]?.registers[SimulatedFields.text]?.map(\.value) == [.text("canary")])
        #expect(blind[.us] == nil)
        #expect(try syd.replica.delta(delta.id)?.parts[1] == nil)
        #expect(syd.replica.fate(delta.id) == .applied)
        func digest(_ state: DocumentState) -> Digest256 {
            state.digest(of: .global, timeline: [], level: 1, hashing: StandInHashing())
        }
        #expect(digest(full) == digest(blind))
    }

    @Test("a key of a compartment that this site may not read is not kept")
    func keyNotKept() throws {
        let (delta, keys) = try Self.restricted()
        let syd = Samples.peer(0)
        _ = try Samples.apply([delta], keys: keys, to: syd)
        let secret = try #require(keys.last)
        #expect(try syd.replica.key(secret.scope, id: secret.id) == nil)
    }

    @Test("a restricted part with wrong bytes never holds its delta back")
    func wrongRestrictedPart() throws {
        var (delta, keys) = try Self.restricted()
        let part = try #require(delta.parts[1])
        delta.parts[1] = DeltaForge.flipped(part, at: 0)
        let use = try Self.cleared()
        let report = try Samples.apply([delta], keys: keys, to: use)
        #expect(report.findings == [.partRefused(delta.reference)])
        #expect(use.replica.fate(delta.id) == .applied)
        let state = try #require(try use.replica.document(Samples.document))
        #expect(state[.us]?.unread == [delta.id], "the document is badged")
    }
}
