package import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// Answers the operator API, version 1: who asks is established, the path is routed, the replica is asked.
package final class OperatorService: Sendable {
    let driver: NodeDriver
    let worker: StoreWorker
    let trust: TrustBoard
    let receipts: ReceiptBoard
    let entropy: any EntropySource
    let author: Author
    let rules: RuleBook
    let roster: RosterParts
    let rest: RestPolicy
    let listen: @Sendable () -> String?
    let countsCache = DeskCountsCache()
    let siteZones: SiteZones
    let rosterCache = RosterCache()
    let figureBoard = FigureBoard()
    let outcomeBoard = OutcomeBoard()
    let handoffBoard: HandoffBoard

    /// The time zones of the roster, and how paging stands.
    struct RosterParts: Sendable {
        let zones: [String: ZoneTable]
        let board: PageBoard
    }

    init(
        driver: NodeDriver, worker: StoreWorker, trust: TrustBoard, receipts: ReceiptBoard,
        entropy: any EntropySource, author: Author, rules: RuleBook, roster: RosterParts,
        rest: RestPolicy, listen: @escaping @Sendable () -> String?
    ) {
        self.driver = driver
        self.worker = worker
        self.trust = trust
        self.receipts = receipts
        self.entropy = entropy
        self.author = author
        self.rules = rules
        self.handoffBoard = HandoffBoard(rules: rules)
        self.siteZones = SiteZones(rules.roster, roster.zones)
        self.roster = roster
        self.rest = rest
        self.listen = listen
    }

    var ownSite: SiteID { self.author.site }

    /// Answers one call of a Unix user.
    package func answer(_ call: APICall, userID: UInt32) async throws(APIFault) -> APIReply {
        let membership = self.trust.membership
        let desk = try Desk(
            userID: userID, actingAs: call.actingAs, site: self.ownSite, membership: membership)
        let parts = call.path.split(separator: "/", omittingEmptySubsequences: true)
        guard parts.first == "v1" else { throw Self.noSuchPath }
        var words: [String] = []
        for part in parts.dropFirst() {
            guard let word = APIText.decoded(part) else { throw Self.noSuchPath }
            words.append(word)
        }
        if words.first != "metrics" { await self.driver.note(.seen(nil), of: desk.person.id) }
        return try await self.route(call, words, desk)
    }

    static let noSuchPath = APIFault(
        .noSuchPath, "There is nothing at this path.", "docs/openapi.yaml lists the paths.")

    private func route(_ call: APICall, _ words: [String], _ desk: Desk) async throws(APIFault) -> APIReply {
        var query = try APIQuery(call.query)
        switch (words.first ?? "", words.count) {
        case ("cases", 1) where call.method == "POST":
            try query.finish()
            return try await self.create(call, desk)
        case ("cases", 1):
            try Self.expect("GET", call)
            let ask = try query.queue(me: desk.person.id)
            return try await self.reply(try await self.queue(ask, desk))
        case ("cases", 2...3): return try await self.oneCase(call, words, &query, desk)
        case ("handoffs", 1...3): return try await self.handoffs(call, words, &query, desk)
        case ("sync", 3) where words[1] == "explain":
            try query.finish()
            try Self.expect("GET", call)
            return try await self.reply(try await self.explain(words[2], desk))
        case ("sync", 3) where words[2] == "verify":
            try query.finish()
            try Self.expect("POST", call)
            return try await self.reply(try await self.compare(words[1], desk))
        case ("sync", 3) where words[2] == "now":
            try query.finish()
            try Self.expect("POST", call)
            return try await self.reply(try await self.dial(words[1], desk))
        case ("sync", 3):
            try query.finish()
            try Self.expect("POST", call)
            return try await self.reply(try await self.pause(words[1], words[2], desk))
        case ("verify", 1):
            try query.finish()
            try Self.expect("POST", call)
            return try await self.reply(try await self.verify())
        case ("batch", 1):
            try query.finish()
            try Self.expect("POST", call)
            return try await self.reply(try await self.batch(call, desk))
        case ("roster", 1) where call.method == "POST":
            try query.finish()
            return try await self.changeRoster(call, desk)
        case ("presence", 1):
            try query.finish()
            try Self.expect("POST", call)
            return try await self.announce(call, desk)
        case ("rest", 1...2): return try await self.rest(call, words, &query, desk)
        case ("outcomes", 1):
            try query.finish()
            return try await self.outcomes(call, desk)
        case (_, 1):
            try Self.expect("GET", call)
            return try await self.single(words[0], &query, desk)
        default: throw Self.noSuchPath
        }
    }

    private func single(_ word: String, _ query: inout APIQuery, _ desk: Desk) async throws(APIFault)
        -> APIReply
    {
        switch word {
        case "find":
            let text = query.text("q") ?? ""
            let limit = try query.number("limit", usual: 20, in: 1...500)
            try query.finish()
            return try await self.reply(try await self.find(text, limit: limit, desk))
        case "holds":
            let within = try query.number("within", usual: 30 * 86_400_000, in: 0...3_660 * 86_400_000)
            let limit = try query.number("limit", usual: 100, in: 1...500)
            try query.finish()
            return try await self.reply(try await self.holds(within: UInt64(within), limit: limit, desk))
        case "clocks":
            let limit = try query.number("limit", usual: 100, in: 1...500)
            try query.finish()
            return try await self.reply(try await self.clocks(limit: limit, desk))
        case "brief": return try await self.reply(try await self.brief(&query, desk))
        case "roster":
            let days = try query.number("days", usual: 14, in: 1...400)
            try query.finish()
            return try await self.reply(try await self.roster(days: days, desk))
        case "stats":
            let days = try query.number("days", usual: 7, in: 1...366)
            let grouping = query.text("by")
            try query.finish()
            return try await self.reply(try await self.stats(days: days, by: grouping, desk))
        case "audit":
            let limit = try query.number("limit", usual: 50, in: 1...1000)
            try query.finish()
            return try await self.reply(try await self.audit(limit: limit, desk))
        default: break
        }
        try query.finish()
        switch word {
        case "status": return try await self.reply(try await self.status(desk))
        case "metrics": return await self.metrics()
        case "digest": return try await self.reply(try await self.digest())
        case "conflicts": return try await self.reply(try await self.conflicts(desk))
        case "agencies": return try await self.reply(try await self.agencies(desk))
        case "sync": return try await self.reply(try await self.sync(desk))
        case "membership":
            return try await self.reply(
                MembershipReply(asOf: await self.freshness(), membership: MembershipView(desk.membership)))
        default: throw Self.noSuchPath
        }
    }

    private func oneCase(
        _ call: APICall, _ words: [String], _ query: inout APIQuery, _ desk: Desk
    ) async throws(APIFault) -> APIReply {
        switch words.count == 3 ? words[2] : "" {
        case "":
            try query.finish()
            try Self.expect("GET", call)
            return try await self.reply(try await self.show(words[1], desk))
        case "timeline":
            try Self.expect("GET", call)
            let limit = try query.number("limit", usual: 50, in: 1...500)
            let before = query.text("before")
            try query.finish()
            return try await self.reply(try await self.timeline(words[1], limit: limit, before: before, desk))
        case "log":
            try query.finish()
            try Self.expect("GET", call)
            return try await self.reply(try await self.log(words[1], desk))
        case "similar":
            try Self.expect("GET", call)
            let limit = try query.number("limit", usual: 5, in: 1...100)
            try query.finish()
            return try await self.reply(try await self.similar(words[1], limit: limit, desk))
        case "changes":
            try query.finish()
            try Self.expect("POST", call)
            return try await self.change(words[1], call, desk)
        case "acts":
            try query.finish()
            try Self.expect("POST", call)
            return try await self.act(words[1], call, desk)
        case "export":
            try Self.expect("GET", call)
            return try await self.reply(try await self.export(words[1], &query, desk))
        case "file":
            try Self.expect("GET", call)
            let section = query.text("section")
            try query.finish()
            return try await self.reply(try await self.file(words[1], section: section, desk))
        default: throw Self.noSuchPath
        }
    }

    static func expect(_ method: String, _ call: APICall) throws(APIFault) {
        guard call.method == method else {
            throw APIFault(.noSuchMethod, "This path does not take that method.", "Use \(method).")
        }
    }

    func reply(_ value: some Encodable & Sendable, status: Int = 200) async throws(APIFault) -> APIReply {
        APIReply(status: status, body: try APIText.json(value))
    }

    // Shared by all answers.

    /// - Parameter shown: A case that the answer is about: how far it is behind each peer is said too.
    func freshness(of shown: DocumentID? = nil) async -> Freshness {
        let snapshot = await self.driver.snapshot
        var behind: [(site: SiteID, count: UInt64)] = []
        let desks = await self.peerDesks()
        if let shown { behind = await self.driver.changesBehind(shown) }
        return Freshness(
            site: self.ownSite.description, at: Int64(NodeClock.wallMilliseconds),
            peers: snapshot.peers.map { peer in
                Freshness.Peer(
                    site: peer.site.description, state: peer.state,
                    lastHeardAt: peer.lastHeardWallMilliseconds.map { Int64($0) },
                    toCome: peer.missingHere > 0 ? Int64(clamping: peer.missingHere) : nil,
                    casesIncomplete: peer.documentsBehind > 0 ? Int64(clamping: peer.documentsBehind) : nil,
                    caseBehind: behind.first { $0.site == peer.site }.map { Int64(clamping: $0.count) },
                    desks: desks[peer.site])
            })
    }

    /// Asks the replica on the thread that reads.
    func read<Value: Sendable>(
        _ desk: Desk, _ body: @escaping @Sendable (CaseReader) throws(ReplicaFault) -> Value
    ) async throws(APIFault) -> Value {
        try await self.read(desk.membership, .people, body)
    }

    func read<Value: Sendable>(
        _ membership: Membership, _ rank: RankedPool.Rank,
        _ body: @escaping @Sendable (CaseReader) throws(ReplicaFault) -> Value
    ) async throws(APIFault) -> Value {
        let wording = Wording(membership: membership)
        let receipts = self.receipts
        let site = self.ownSite
        let result = await self.worker.read(rank) { store throws(ReplicaFault) in
            try body(CaseReader(store: store, wording: wording, receipts: receipts, ownSite: site))
        }
        do throws(ReplicaFault) { return try result.get() } catch {
            // A disk that does not give back what was written is no place to acknowledge anything: the node ends.
            if error.isFatal, error.code == "store.io" { await self.driver.noteFailure(error) }
            throw APIFault(error)
        }
    }
}

/// Who asks: a Unix user, as one of the operators that the membership lists for it at this site.
struct Desk: Sendable {
    let membership: Membership
    let person: OperatorRecord
    let choices: [OperatorRecord]

    init(userID: UInt32, actingAs: String?, site: SiteID, membership: Membership) throws(APIFault) {
        self.membership = membership
        self.choices = membership.head.operators.filter { $0.site == site && $0.userIDs.contains(userID) }
        guard let first = self.choices.first else {
            throw APIFault(
                .notAnOperator, "User \(userID) is not an operator of \(site).",
                "Have the membership list this user id for an operator of the site.")
        }
        if let actingAs {
            guard let chosen = self.choices.first(where: { $0.name == actingAs }) else {
                throw APIFault(
                    .notAnOperator, "User \(userID) may not act as that operator.",
                    "Use one of \(self.choices.map(\.name).joined(separator: ", ")).")
            }
            self.person = chosen
        } else {
            guard self.choices.count == 1 else {
                throw APIFault(
                    .chooseOperator, "User \(userID) may act as several operators.",
                    "Say which with --as: \(self.choices.map(\.name).joined(separator: ", "))."
                )
            }
            self.person = first
        }
    }
}

extension APIFault {
    /// A fault of the replica, as an answer.
    init(_ fault: ReplicaFault) {
        let words = NodeFault(fault)
        let isTemporary = words.exit == .tryAgain || fault.code == "node.stopping"
        self.init(
            code: fault.code, status: isTemporary ? 503 : 500, exit: isTemporary ? .tryAgain : words.exit,
            message: words.message, hint: words.hint)
    }

    init(_ refusal: WriteRefusal) {
        switch refusal {
        case .stopping:
            self.init(
                .stopping, "The node takes no more changes.", "Start it again, then repeat the command.")
        case .author(.replica(let fault)): self.init(fault)
        case .author(.notAMember), .author(.notAuthorised):
            self.init(
                .notAuthorised, "This operator may not change cases at this site.",
                "Ask the holder of the root key for a role of analyst, specialist or lead.")
        case .author(.tooLarge(let limit)):
            self.init(.tooLarge, "The change is over the limit of \(limit).", "Split it into several.")
        case .author(.movedOn):
            self.init(
                .movedOn, "The case changed while this was being decided.",
                "Nothing was written; look at it and do it again.")
        case .author(.empty):
            self.init(.badBody, "The change has no operation.", "Give at least one operation or a note.")
        case .author(let fault):
            self.init(.badValue, "The change was refused: \(fault).", "Compare it with docs/openapi.yaml.")
        }
    }
}
