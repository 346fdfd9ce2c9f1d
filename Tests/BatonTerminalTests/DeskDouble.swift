import BatonAPI
import BatonDesk
import Synchronization

/// A small real desk in memory: cases, notes, concurrent values, peers. It answers the operator API as a
/// node does.
final class DeskDouble: OperatorAPI {
    struct Case: Sendable {
        var id: String
        var ref: String
        var fields: [String: [FieldVersion]] = [:]
        var tags: [String] = []
        var milestones: [MilestoneView] = []
        var closures: [ClosureView] = []
        var notes: [TimelineView] = []
        var changes = 0
        var unseen = 0
        var updatedAt: Int64 = 0
    }

    struct Model: Sendable {
        var cases: [Case] = []
        var peers: [Freshness.Peer] = []
        var keys: [String: APIReply] = [:]
        /// Faults to answer with before anything else, one a call.
        var faults: [APIFault] = []
        /// Calls that are done although their answer is lost, one a fault.
        var losesAnswers = 0
        var calls: [APICall] = []
        var acts: [ActCall] = []
        var isSound = true
        /// What is to be told of closed cases.
        var outcomes: [OutcomesReply.Outcome] = []
        var counter = 0
    }

    /// 2026-11-22T03:12:00Z.
    static let now: Int64 = 1_795_317_120_000
    let model: Mutex<Model>

    init(peers: [Freshness.Peer] = [.init(site: "usw", state: "live", lastHeardAt: DeskDouble.now - 1_000)]) {
        var model = Model()
        model.peers = peers
        self.model = Mutex(model)
    }

    func call(_ request: APICall) async throws(APIFault) -> APIReply {
        let outcome: Result<APIReply, APIFault> = self.model.withLock { model in
            model.calls.append(request)
            if !model.faults.isEmpty { return .failure(model.faults.removeFirst()) }
            do throws(APIFault) {
                let reply = try Self.answerOnce(request, &model)
                guard request.method == "GET" || model.losesAnswers == 0 else {
                    model.losesAnswers -= 1
                    return .failure(APIFault(.unreachable, "The node did not answer.", "Try again."))
                }
                return .success(reply)
            } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    private static func answerOnce(_ request: APICall, _ model: inout Model) throws(APIFault) -> APIReply {
        if let key = request.idempotencyKey, let known = model.keys[key] { return known }
        let reply = try self.answer(request, &model)
        if let key = request.idempotencyKey { model.keys[key] = reply }
        return reply
    }

    private static func answer(_ request: APICall, _ model: inout Model) throws(APIFault) -> APIReply {
        let parts = request.path.split(separator: "/").dropFirst().map { APIText.decoded($0) ?? "" }
        let query = { (name: String) in request.query.first { $0.name == name }?.value }
        switch (request.method, parts.first, parts.count) {
        case ("GET", "status", 1): return try self.json(self.status(model))
        case ("GET", "sync", 1): return try self.json(self.sync(model))
        case ("POST", "sync", 3):
            model.peers = model.peers.map {
                $0.site == parts[1]
                    ? .init(
                        site: $0.site, state: parts[2] == "pause" ? "paused" : "live",
                        lastHeardAt: $0.lastHeardAt) : $0
            }
            return try self.json(self.sync(model))
        case ("POST", "verify", 1):
            return try self.json(
                VerifyReply(
                    asOf: self.asOf(model), isSound: model.isSound, authors: 1, deltas: 3, signatureChecks: 1,
                    problem: model.isSound ? nil : "syd/1#2: the signature does not fit", milliseconds: 4))
        case ("GET", "conflicts", 1):
            let all = model.cases.flatMap(self.conflicts)
            return try self.json(ConflictsReply(asOf: self.asOf(model), conflicts: all))
        case ("GET", "outcomes", 1):
            return try self.json(OutcomesReply(asOf: self.asOf(model), outcomes: model.outcomes))
        case ("POST", "outcomes", 1):
            let told = try APIText.value(OutcomesCall.self, json: request.body).deltas
            model.outcomes.removeAll { told.contains($0.delta) }
            return try self.json(OutcomesReply(asOf: self.asOf(model), outcomes: model.outcomes))
        case ("GET", "find", 1): return try self.find(query("q") ?? "", model)
        case ("GET", "cases", 1): return try self.queue(query, model)
        case ("POST", "cases", 1): return try self.create(request.body, &model)
        case ("GET", "cases", 2):
            let index = try self.index(parts[1], model)
            return try self.json(CaseReply(asOf: self.asOf(model), detail: self.detail(model.cases[index])))
        case ("GET", "cases", 3): return try self.history(parts, query, model)
        case ("POST", "cases", 3) where parts[2] == "acts":
            return try self.act(parts[1], request.body, &model)
        case ("POST", "cases", 3): return try self.change(parts[1], request.body, &model)
        default: throw APIFault(.noSuchPath, "No such path.", "See docs/openapi.yaml.")
        }
    }

    static func json(_ value: some Encodable) throws(APIFault) -> APIReply {
        APIReply(status: 200, body: try APIText.json(value))
    }

    static func asOf(_ model: Model) -> Freshness {
        Freshness(site: "syd", at: Self.now, peers: model.peers)
    }

    private static func index(_ reference: String, _ model: Model) throws(APIFault) -> Int {
        if let index = model.cases.firstIndex(where: { $0.id == reference }) { return index }
        let hits = model.cases.indices.filter { model.cases[$0].ref.hasPrefix(reference) }
        guard let first = hits.first else {
            throw APIFault(.noSuchCase, "No case \(reference) here.", "Try: queue all")
        }
        guard hits.count == 1 else {
            let candidates = hits.map { APIFault.Candidate(ref: model.cases[$0].ref, title: "t") }
            throw APIFault(
                .ambiguous, "\(reference) could be several cases.", "Type more of it.", candidates: candidates
            )
        }
        return first
    }
}

extension DeskDouble {
    private static func queue(
        _ query: (String) -> String?, _ model: Model
    ) throws(APIFault) -> APIReply {
        let view = query("view") ?? "team"
        let rows = model.cases.map(self.row).filter { row in
            switch view {
            case "mine": row.owner == "alee" && !row.isClosed
            case "unowned": row.owner == nil && !row.isClosed
            case "closed": row.isClosed
            case "all": true
            default: !row.isClosed
            }
        }
        .filter { row in
            (query("type").map { row.type == $0 } ?? true)
                && (query("severity").map { row.severity == $0 } ?? true)
                && (query("tag").map { row.tags.contains($0) } ?? true)
        }
        .sorted {
            ($0.severity ?? "S9", $0.dueAt ?? .max, $0.ref) < ($1.severity ?? "S9", $1.dueAt ?? .max, $1.ref)
        }
        let offset = query("offset").flatMap { Int($0) } ?? 0
        let limit = query("limit").flatMap { Int($0) } ?? 100
        let page = Array(rows.dropFirst(offset).prefix(limit))
        return try self.json(QueueReply(asOf: self.asOf(model), cases: page, total: rows.count))
    }

    private static func find(_ words: String, _ model: Model) throws(APIFault) -> APIReply {
        let hits = model.cases.filter { kept in
            let text = ([self.row(kept).title] + kept.notes.map(\.text) + kept.tags).joined(separator: " ")
                .lowercased()
            return text.contains(words.lowercased())
        }
        return try self.json(
            FindReply(asOf: self.asOf(model), hits: hits.map { .init(summary: self.row($0), excerpt: words) })
        )
    }

    private static func history(
        _ parts: [String], _ query: (String) -> String?, _ model: Model
    ) throws(APIFault) -> APIReply {
        let kept = model.cases[try self.index(parts[1], model)]
        if parts[2] == "timeline" {
            let limit = query("limit").flatMap { Int($0) } ?? 50
            let page = Array(kept.notes.suffix(limit))
            let before = page.count < kept.notes.count ? page.first?.id : nil
            return try self.json(
                TimelineReply(asOf: self.asOf(model), ref: kept.ref, entries: page, before: before))
        }
        let delta = DeltaView(
            id: "aa", author: "syd/1.9f2c4a01", seq: 1,
            written: Authorship(by: "alee", site: "syd", at: self.now),
            fate: "applied", operations: [.init(action: "set", field: "title", isMaterial: true)],
            safeAt: ["syd", "usw"])
        return try self.json(LogReply(asOf: self.asOf(model), ref: kept.ref, deltas: [delta]))
    }

    private static func create(_ body: [UInt8], _ model: inout Model) throws(APIFault) -> APIReply {
        let new = try APIText.value(NewCase.self, json: body)
        model.counter += 1
        var fresh = Case(id: String(repeating: "0", count: 28) + String(1_000 + model.counter), ref: "")
        fresh.ref = "\(new.type)-7K3Q\(String(model.counter + 33, radix: 32).uppercased())"
        var operations = [
            ChangeOperation(.set, field: "title", value: .text(new.title)),
            ChangeOperation(.set, field: "type", value: .text(new.type)),
        ]
        let values: [(String, String?)] = [
            ("severity", new.severity), ("source", new.source), ("agency", new.agency), ("owner", new.owner),
        ]
        for (field, value) in values where value != nil {
            operations.append(ChangeOperation(.set, field: field, value: value.map { .text($0) }))
        }
        if let at = new.receivedAt {
            operations.append(ChangeOperation(.set, field: "received", value: .integer(at)))
        }
        operations += (new.tags ?? []).map { ChangeOperation(.add, field: "tags", value: .text($0)) }
        if let note = new.note { operations.append(ChangeOperation(.append, value: .text(note))) }
        for operation in operations { self.apply(operation, to: &fresh) }
        fresh.changes = 1
        model.cases.append(fresh)
        return try self.changed(fresh, model)
    }

    private static func change(
        _ reference: String, _ body: [UInt8], _ model: inout Model
    ) throws(APIFault) -> APIReply {
        let request = try APIText.value(ChangeRequest.self, json: body)
        let index = try self.index(reference, model)
        for operation in request.operations { self.apply(operation, to: &model.cases[index]) }
        if let note = request.note {
            self.apply(ChangeOperation(.append, value: .text(note)), to: &model.cases[index])
        }
        model.cases[index].changes += 1
        return try self.changed(model.cases[index], model)
    }

    /// Knows one act: a triage that lowers, which from S0 awaits a second person.
    private static func act(
        _ reference: String, _ body: [UInt8], _ model: inout Model
    ) throws(APIFault) -> APIReply {
        let call = try APIText.value(ActCall.self, json: body)
        let index = try self.index(reference, model)
        guard call.act == "triage", let severity = call.arguments["sev"]?.first else {
            throw APIFault(.noSuchAct, "There is no act of that name.", "See docs/terminal.md.")
        }
        model.acts.append(call)
        let awaits = self.row(model.cases[index]).severity == "S0"
        if !awaits {
            let operation = ChangeOperation(.set, field: "severity", value: .text(severity))
            self.apply(operation, to: &model.cases[index])
        }
        model.cases[index].changes += 1
        let kept = model.cases[index]
        let change = ChangeReply(
            asOf: self.asOf(model), detail: self.detail(kept), deltas: ["d\(kept.changes)"], saved: "here",
            safeAt: [], isRepeat: false)
        return try self.json(ActReply(change: change, said: [], hints: [], awaitsSecondPerson: awaits))
    }

    private static func changed(_ kept: Case, _ model: Model) throws(APIFault) -> APIReply {
        try self.json(
            ChangeReply(
                asOf: self.asOf(model), detail: self.detail(kept), deltas: ["d\(kept.changes)"],
                saved: "here",
                safeAt: [], isRepeat: false))
    }

    private static func apply(_ operation: ChangeOperation, to kept: inout Case) {
        let written = Authorship(by: "alee", site: "syd", at: self.now)
        let value = operation.value ?? .null
        let text = value.text
        switch operation.action {
        case .set:
            kept.fields[operation.field ?? ""] =
                [FieldVersion(value: value, written: written, delta: "d", isShown: true)]
        case .add: kept.tags = Set(kept.tags + [text ?? ""]).sorted()
        case .remove: kept.tags.removeAll { $0 == text }
        case .append:
            let id = "n\(kept.notes.count)"
            kept.notes.append(
                TimelineView(id: id, text: text ?? "", written: written, originallyAt: nil, originallyBy: nil)
            )
        case .milestone:
            kept.milestones.append(
                MilestoneView(milestone: operation.field ?? "", written: written, note: nil))
        case .close: kept.closures.append(ClosureView(action: "close", written: written, note: text))
        case .reopen: kept.closures = []
        }
    }
}

extension DeskDouble {
    private static func text(_ field: String, _ kept: Case) -> String? {
        kept.fields[field]?.first { $0.isShown }?.value.text
    }

    private static func integer(_ field: String, _ kept: Case) -> Int64? {
        kept.fields[field]?.first { $0.isShown }?.value.integer
    }

    static func row(_ kept: Case) -> CaseRow {
        let isClosed = !kept.closures.isEmpty && kept.unseen == 0
        return CaseRow(
            ref: kept.ref, id: kept.id, type: self.text("type", kept) ?? "OTHER",
            title: self.text("title", kept) ?? "",
            severity: self.text("severity", kept), owner: self.text("owner", kept), ownerSite: "syd",
            status: isClosed ? "closed" : kept.milestones.last?.milestone ?? "received", isClosed: isClosed,
            unseenByClose: kept.closures.isEmpty ? 0 : kept.unseen, situation: self.text("situation", kept),
            tags: kept.tags, agency: self.text("agency", kept), source: self.text("source", kept),
            receivedAt: self.integer("received", kept), dueAt: self.integer("due", kept), createdAt: self.now,
            updatedAt: self.now, changes: kept.changes, conflicts: self.conflicts(kept).count, waiting: 0,
            unread: 0)
    }

    static func conflicts(_ kept: Case) -> [ConflictView] {
        kept.fields.keys.sorted().compactMap { field in
            guard let versions = kept.fields[field], versions.count > 1 else { return nil }
            return ConflictView(
                ref: kept.ref, caseID: kept.id, title: self.text("title", kept) ?? "", field: field,
                versions: versions)
        }
    }

    static func detail(_ kept: Case) -> CaseDetail {
        let fields = kept.fields.keys.sorted().compactMap { field -> FieldView? in
            guard let versions = kept.fields[field], let shown = versions.first(where: \.isShown) else {
                return nil
            }
            return FieldView(
                field: field, value: shown.value, written: shown.written,
                others: versions.filter { !$0.isShown })
        }
        return CaseDetail(
            summary: self.row(kept), fields: fields, milestones: kept.milestones, closures: kept.closures,
            conflicts: self.conflicts(kept), safeAt: ["syd"], timelineCount: kept.notes.count)
    }

    private static func peerStatus(_ peer: Freshness.Peer) -> PeerStatus {
        PeerStatus(
            site: peer.site, state: peer.state, lastHeardAt: peer.lastHeardAt, clockOffset: 12,
            missingThere: 17,
            missingHere: 0, deltasSent: 40, deltasReceived: 22, bytesSent: 9_000, bytesReceived: 4_000,
            refusedFor: 0)
    }

    private static func sync(_ model: Model) -> SyncReply {
        SyncReply(
            asOf: self.asOf(model), peers: model.peers.map(self.peerStatus),
            paused: model.peers.filter { $0.state == "paused" }.map(\.site))
    }

    private static func status(_ model: Model) -> StatusReply {
        let rows = model.cases.map(self.row)
        let open = rows.filter { !$0.isClosed }
        return StatusReply(
            asOf: self.asOf(model), version: "0.1.0", site: "syd", author: "syd/1.9f2c4a01", team: "ab",
            teamName: "Escalations",
            membershipEpoch: 1, operatorName: "alee", operatorRoles: ["analyst"], operatorChoices: ["alee"],
            counts: .init(
                cases: rows.count, openCases: open.count, openS0: open.filter { $0.severity == "S0" }.count,
                deltas: 9,
                waiting: 0, void: 0, unread: 0, conflicts: rows.reduce(0) { $0 + $1.conflicts }),
            nextDueAt: open.compactMap(\.dueAt).min(), logDigest: "0123456789abcdef0123",
            peers: model.peers.map(self.peerStatus),
            listen: nil)
    }
}
