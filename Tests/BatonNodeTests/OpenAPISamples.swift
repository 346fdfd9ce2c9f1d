import BatonAPI
import Testing

/// A value of an API type with everything set, and one with the least.
struct OpenAPISample: Sendable, CustomTestStringConvertible {
    let schema: String
    let full: [UInt8]
    let least: [UInt8]

    init(_ schema: String, full: some Encodable, least: some Encodable) throws {
        self.schema = schema
        self.full = try APIText.json(full)
        self.least = try APIText.json(least)
    }

    var testDescription: String { self.schema }
}

enum OpenAPISamples {
    static let all: [OpenAPISample] = {
        do { return try requests + answers + shift + rest(asOf: asOf, bare: bare) } catch {
            preconditionFailure("a sample is not JSON: \(error)")
        }
    }()

    private static let peer = Freshness.Peer(
        site: "usw", state: "live", lastHeardAt: 1, toCome: 1, casesIncomplete: 1, caseBehind: 1,
        desks: [DeskView(by: "kim", ref: "EDR-7K3QM2", intent: "disclose", secondsLeft: 40)])
    private static let asOf = Freshness(site: "syd", at: 1, peers: [peer])
    private static let bare = Freshness(
        site: "syd", at: 1, peers: [.init(site: "usw", state: "down", lastHeardAt: nil)])
    private static let who = Authorship(by: "alee", onBehalfOf: "mo", site: "syd", at: 1)
    private static let someone = Authorship(by: "alee", site: "syd", at: 1)

    private static func row(full: Bool) -> CaseRow {
        var row = CaseRow(
            ref: "EDR-7K3QM2", id: "01", type: "EDR", title: "t", severity: full ? "S1" : nil,
            owner: full ? "alee" : nil,
            ownerSite: full ? "syd" : nil, epoch: full ? "1'" : nil, isProvisional: full, status: "active",
            isClosed: false, unseenByClose: 0,
            situation: full ? "s" : nil, tags: ["x"], agency: full ? "a" : nil, source: full ? "s" : nil,
            receivedAt: full ? 1 : nil, dueAt: full ? 1 : nil, createdAt: 1, updatedAt: 1, changes: 1,
            conflicts: 0,
            waiting: 0, unread: 0)
        row.nextDueAt = full ? 1 : nil
        return row
    }

    private static func detail(full: Bool) -> CaseDetail {
        let written = full ? who : someone
        let version = FieldVersion(
            value: .text("a"), written: written, delta: "d", isShown: true, number: full ? 1 : nil,
            unseen: full ? ["u"] : nil)
        return CaseDetail(
            summary: row(full: full),
            fields: [FieldView(field: "title", value: .text("t"), written: written, others: [version])],
            milestones: [MilestoneView(milestone: "triaged", written: written, note: full ? "n" : nil)],
            closures: [ClosureView(action: "close", written: written, note: full ? "n" : nil)],
            conflicts: [
                ConflictView(
                    ref: "r", caseID: "01", title: "t", field: "agency", versions: [version],
                    notes: full
                        ? .init(
                            id: "i", handle: "h", what: "w", safe: "s", isLook: false, isEscalated: false)
                        : nil)
            ],
            partlySuperseded: [
                PartlySupersededView(delta: "d", written: written, inForce: ["severity"], lost: ["title"])
            ], safeAt: ["syd"], timelineCount: 1)
    }

    private static func peerStatus(full: Bool) -> PeerStatus {
        PeerStatus(
            site: "usw", state: "live", lastHeardAt: full ? 1 : nil, clockOffset: full ? 1 : nil,
            missingThere: 0,
            missingHere: 0, deltasSent: 0, deltasReceived: 0, bytesSent: 0, bytesReceived: 0, refusedFor: 0,
            connections: ["urgent"], roundTrip: full ? 1 : nil,
            lags: [AuthorLag(author: "a", missingHere: 1, lanes: [LaneLag(lane: "open", missingHere: 1)])]
        )
    }

    private static func status(full: Bool) -> StatusReply {
        StatusReply(
            asOf: full ? asOf : bare, version: "1", site: "syd", author: "a", team: "t", teamName: "T",
            membershipEpoch: 1,
            operatorName: "alee", operatorRoles: ["lead"], operatorChoices: ["alee"],
            counts: .init(
                cases: 1, openCases: 1, openS0: 0, deltas: 1, waiting: 0, void: 0, unread: 0, conflicts: 0),
            nextDueAt: full ? 1 : nil, logDigest: "d", peers: [peerStatus(full: full)],
            listen: full ? "127.0.0.1:1" : nil, alarms: full ? [alarm] : [], pages: pages(full: full))
    }

    private static func pages(full: Bool) -> PagesView {
        PagesView(
            isConfigured: full, waiting: 1, failing: 1, sent: 2, lastSentAt: full ? 1 : nil,
            lastFailure: full ? .init(at: 1, words: "exit 3") : nil)
    }

    private static let alarm = AlarmView(
        code: "alarm.fork", site: "syd", message: "m", hint: "h", deltas: ["d"])

    private static let view = MembershipView(
        team: "t", teamName: "T", epoch: 1, hash: "h", createdAt: 1, rootThreshold: 1, roots: ["r"],
        sites: [
            .init(site: "syd", region: "au", signingKey: "k", tlsPin: "p", unwrapKey: "u", clearances: ["us"])
        ],
        operators: [.init(id: 1, name: "alee", site: "syd", roles: ["lead"], userIDs: [1])])

    private static func audit(full: Bool) -> AuditView {
        AuditView(
            number: 1, at: 1, kind: "authored", by: full ? "alee" : nil, site: full ? "syd" : nil,
            range: full ? "r" : nil,
            detail: "")
    }

    private static func problem(full: Bool) -> APIFault {
        APIFault(
            code: "api.ambiguous", status: 409, exit: .humanMustChoose, message: "m", hint: "h",
            candidates: full ? [.init(ref: "r", title: "t")] : nil, because: full ? ["b"] : nil)
    }

    private static func entry(full: Bool) -> TimelineView {
        TimelineView(
            id: "d:0", text: "t", written: full ? who : someone, originallyAt: full ? 1 : nil,
            originallyBy: full ? "w" : nil)
    }

    private static func item(full: Bool) -> ItemView {
        ItemView(
            id: "1", state: "open", text: "t", by: full ? "alee" : nil, site: full ? "syd" : nil,
            at: full ? 1 : nil, due: full ? 1 : nil, marks: ["hard"],
            details: [.init(key: "k", value: "v")])
    }

    private static func delta(full: Bool) -> DeltaView {
        DeltaView(
            id: "d", author: "a", seq: 1, written: full ? who : someone, fate: "applied",
            operations: [.init(action: "set", field: "title", isMaterial: true)], safeAt: ["syd"])
    }

    private static var requests: [OpenAPISample] {
        get throws {
            let operation = ChangeOperation(.set, field: "title", value: .text("t"))
            return [
                try OpenAPISample(
                    "NewCase",
                    full: NewCase(
                        type: "EDR", title: "t", severity: "S1", source: "s", agency: "a", receivedAt: 1,
                        tags: ["x"],
                        note: "n", id: "01", owner: "alee"),
                    least: NewCase(type: "EDR", title: "t")),
                try OpenAPISample(
                    "ChangeRequest", full: ChangeRequest(operations: [operation], note: "n", mayBegin: true),
                    least: ChangeRequest(operations: [ChangeOperation(.close)])),
                try OpenAPISample(
                    "ActCall", full: ActCall(act: "hold add", arguments: ["rule": ["r"]], confirm: "c"),
                    least: ActCall(act: "check")),
                try OpenAPISample(
                    "BatchRequest",
                    full: BatchRequest(entries: [
                        BatchEntry(document: "01", key: "02", operations: [operation])
                    ]),
                    least: BatchRequest(entries: [])),
            ]
        }
    }

    static func both<Value: Encodable>(
        _ name: String, _ make: (Freshness, Bool) -> Value
    ) throws -> OpenAPISample {
        try OpenAPISample(name, full: make(asOf, true), least: make(bare, false))
    }

    // long: one line or two per answer.
    private static var answers: [OpenAPISample] {
        get throws {
            [
                try Self.both("StatusReply") { _, full in status(full: full) },
                try Self.both("DigestReply") { asOf, _ in
                    DigestReply(
                        asOf: asOf, level: 1, stateDigest: "s", logDigest: "l", documents: 1, deltas: 1,
                        unread: 0,
                        milliseconds: 1)
                },
                try Self.both("ChangeReply") { asOf, full in
                    ChangeReply(
                        asOf: asOf, detail: detail(full: full), deltas: ["d"], saved: "here", safeAt: ["usw"],
                        isRepeat: false)
                },
                try Self.both("ActReply") { asOf, full in
                    ActReply(
                        change: ChangeReply(
                            asOf: asOf, detail: detail(full: full), deltas: ["d"], saved: "here",
                            safeAt: ["usw"], isRepeat: false), said: ["s"], hints: ["h"],
                        awaitsSecondPerson: true)
                },
                try Self.both("FileReply") { asOf, full in
                    FileReply(
                        asOf: asOf, summary: row(full: full),
                        sections: [SectionView(name: "holds", items: [item(full: full)], unreadable: 0)])
                },
                try Self.both("QueueReply") { asOf, full in
                    QueueReply(asOf: asOf, cases: [row(full: full)], total: 1)
                },
                try Self.both("CaseReply") { asOf, full in CaseReply(asOf: asOf, detail: detail(full: full))
                },
                try Self.both("TimelineReply") { asOf, full in
                    TimelineReply(
                        asOf: asOf, ref: "r", entries: [entry(full: full)], before: full ? "c" : nil)
                },
                try Self.both("LogReply") { asOf, full in
                    LogReply(asOf: asOf, ref: "r", deltas: [delta(full: full)])
                },
                try Self.both("FindReply") { asOf, full in
                    FindReply(asOf: asOf, hits: [.init(summary: row(full: full), excerpt: full ? "e" : nil)])
                },
                try Self.both("SimilarReply") { asOf, full in
                    SimilarReply(
                        asOf: asOf, ref: "r", cases: [.init(summary: row(full: full), shared: ["s"])])
                },
                try Self.both("HoldsReply") { asOf, full in
                    let hold = CaseItemView(summary: row(full: full), item: item(full: full))
                    return HoldsReply(asOf: asOf, until: 1, holds: [hold], isComplete: true)
                },
                try Self.both("ClocksReply") { asOf, full in
                    let clock = CaseItemView(summary: row(full: full), item: item(full: full))
                    return ClocksReply(asOf: asOf, clocks: [clock], breached: 1, looked: 2, isComplete: false)
                },
                try Self.both("ConflictsReply") { asOf, full in
                    ConflictsReply(asOf: asOf, conflicts: detail(full: full).conflicts)
                },
                try Self.both("SyncReply") { asOf, full in
                    SyncReply(
                        asOf: asOf, peers: [peerStatus(full: full)], paused: ["usw"],
                        alarms: [AlarmView(code: "c", site: "syd", message: "m", hint: "h", deltas: ["d"])],
                        pages: pages(full: full))
                },
                try Self.both("ComparisonReply") { asOf, _ in
                    let range = LogRange(author: "a", first: 1, last: 2)
                    return ComparisonReply(
                        asOf: asOf, site: "usw", result: "different", equal: 1, unequal: [range],
                        onlyHere: [range], onlyThere: [range])
                },
                try Self.both("ExplainReply") { asOf, _ in
                    ExplainReply(
                        asOf: asOf, ref: "r", id: "01", held: 1, waiting: [.init(delta: "d", waitsFor: "e")],
                        lackingParts: 1,
                        peers: [.init(site: "usw", state: "live", behind: 1, missingThere: 1)])
                },
                try Self.both("VerifyReply") { asOf, full in
                    VerifyReply(
                        asOf: asOf, isSound: true, authors: 1, deltas: 1, signatureChecks: 1,
                        problem: full ? "p" : nil,
                        milliseconds: 1, alarms: full ? [alarm] : [])
                },
                try Self.both("MembershipReply") { asOf, _ in MembershipReply(asOf: asOf, membership: view) },
                try Self.both("AuditReply") { asOf, full in
                    AuditReply(asOf: asOf, records: [audit(full: full)])
                },
                try Self.both("BatchReply") { asOf, full in
                    let error = full ? problem(full: true) : nil
                    return BatchReply(
                        asOf: asOf, outcomes: [BatchOutcome(.authored, delta: full ? "d" : nil, error: error)]
                    )
                },
                try Self.both("Problem") { _, full in problem(full: full) },
            ]
        }
    }
}
