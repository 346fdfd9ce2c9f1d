import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// The watch handoff and the brief.
extension OperatorService {
    func handoffs(
        _ call: APICall, _ words: [String], _ query: inout APIQuery, _ desk: Desk
    ) async throws(APIFault) -> APIReply {
        let purpose = query.text("for") ?? "status"
        let rows = try query.number("rows", usual: 20, in: 1...100_000)
        try query.finish()
        switch (words.count, words.count == 3 ? words[2] : "") {
        case (1, _):
            if call.method == "POST" { return try await self.openHandoff(call, desk) }
            try Self.expect("GET", call)
            return try await self.reply(try await self.handoffList(desk, rows: rows))
        case (2, _):
            try Self.expect("GET", call)
            let scene = try await self.handoffScene(words[1], for: purpose, desk)
            return try await self.reply(await self.view(scene))
        case (3, "page"):
            try Self.expect("GET", call)
            return try await self.reply(try await self.page(words[1], desk))
        case (3, "steps"):
            try Self.expect("POST", call)
            return try await self.step(words[1], call, desk)
        default: throw Self.noSuchPath
        }
    }

    /// - Parameter rows: How many of those that have ended are listed; all others are.
    private func handoffList(_ desk: Desk, rows: Int) async throws(APIFault) -> HandoffsReply {
        let act = self.actScene(desk)
        let (author, board) = (self.author, self.handoffBoard)
        let (found, older) = try await self.read(desk) { reader throws(ReplicaFault) in
            let reader = HandoffReader(reader: reader, author: author, board: board)
            var found: [HandoffRow] = []
            var ended = 0
            for digest in try reader.digests(act) {
                if !digest.isLive { ended += 1 }
                guard digest.isLive || ended <= rows, let state = try reader.state(digest.document),
                    let row = HandoffViews(state, act).row(items: nil)
                else { continue }
                found.append(row)
            }
            return (found, max(0, ended - rows))
        }
        return HandoffsReply(
            asOf: await self.freshness(), handoffs: found, older: older > 0 ? older : nil)
    }

    private func openHandoff(_ call: APICall, _ desk: Desk) async throws(APIFault) -> APIReply {
        let wanted = try APIText.strictValue(HandoffCall.self, json: call.body)
        let command = try self.command(call, desk)
        if let command, let reply = try await self.repeated(wanted.step, command, desk) { return reply }
        let scene = self.actScene(desk)
        let terms = try await self.stepArguments(wanted, desk)
        let plan: HandoffPlan
        do throws(ActRefusal) { plan = try HandoffSteps.open(terms, scene: scene) } catch {
            throw APIFault(error)
        }
        let deltas = try await self.carryOut(plan, command, desk)
        guard let document = plan.changes.last?.document else { throw Self.noSuchHandoff }
        return try await self.stepReply(document, wanted.step, HandoffOutcome(plan: plan), deltas, desk)
    }

    private func step(_ reference: String, _ call: APICall, _ desk: Desk) async throws(APIFault) -> APIReply {
        let wanted = try APIText.strictValue(HandoffCall.self, json: call.body)
        let command = try self.command(call, desk)
        let step = try await self.stepArguments(wanted, desk)
        if let command, let reply = try await self.repeated(wanted.step, command, desk) { return reply }
        return try await self.deciding { () throws(APIFault) in
            let named = step.value("case").flatMap { bytes(hexadecimal: $0) }.flatMap { DocumentID($0) }
            let scene = try await self.handoffScene(reference, for: wanted.step, naming: named, desk)
            let outcome: HandoffOutcome
            do throws(ActRefusal) { outcome = try HandoffSteps.perform(step, scene) } catch {
                throw APIFault(error)
            }
            let deltas = try await self.carryOut(outcome.plan, command, desk, judgedOn: scene)
            return try await self.stepReply(scene.state.document, wanted.step, outcome, deltas, desk)
        }
    }

    /// The answer to a step that this very call has made already: judged once more it would be refused.
    private func repeated(
        _ step: String, _ command: [UInt8], _ desk: Desk
    ) async throws(APIFault) -> APIReply? {
        guard let deltas = try await self.outcome(of: Self.key(command, 0), desk), let first = deltas.first
        else { return nil }
        let document = try await self.read(desk) { reader throws(ReplicaFault) in
            try reader.store.delta(first)?.header.document
        }
        guard let document else { return nil }
        let outcome = HandoffOutcome(plan: HandoffPlan([], said: [Self.doneAlready]))
        return try await self.stepReply(document, step, outcome, deltas.map(\.description), desk)
    }

    /// The key of one change of a step.
    ///
    /// - Parameter place: From the end: 0 is the change of the handoff's own document.
    private static func key(_ command: [UInt8], _ place: Int) -> [UInt8] {
        Blake2b().digest256(Array("baton/handoff-step/1/\(place)/".utf8), command).bytes
    }

    private func stepReply(
        _ document: DocumentID, _ step: String, _ outcome: HandoffOutcome, _ deltas: [String], _ desk: Desk
    ) async throws(APIFault) -> APIReply {
        let after = try await self.handoffScene(document.description, for: "status", desk)
        return try await self.reply(
            HandoffStepReply(
                handoff: await self.view(after), step: step, said: outcome.plan.said,
                hints: outcome.plan.hints, isGood: outcome.readBack?.isGood,
                unlisted: outcome.readBack.map(\.unlisted), deltas: deltas))
    }

    /// Writes a plan in one transaction: the whole of it, or nothing where one of its documents has changed since
    /// it was judged.
    private func carryOut(
        _ plan: HandoffPlan, _ command: [UInt8]?, _ desk: Desk, judgedOn scene: HandoffScene? = nil
    ) async throws(APIFault) -> [String] {
        let bases = scene.map { Self.bases($0, plan) } ?? [:]
        let orders = plan.changes.enumerated().map { index, change in
            WriteOrder(
                draft: Draft(
                    document: change.document, operations: change.operations,
                    actor: Actor(person: desk.person.id), basis: bases[change.document]),
                command: command.map { Self.key($0, plan.changes.count - 1 - index) })
        }
        let results: [Result<WriteOutcome, WriteRefusal>]
        do throws(WriteRefusal) { results = try await self.driver.lane.write(whole: orders).get() } catch {
            throw APIFault(error)
        }
        var deltas: [String] = []
        for result in results {
            do throws(WriteRefusal) { deltas += try result.get().deltas.map(\.description) } catch {
                throw APIFault(error)
            }
        }
        return deltas
    }

    /// The frontiers on which a plan was judged, of the documents that it changes once.
    private static func bases(_ scene: HandoffScene, _ plan: HandoffPlan) -> [DocumentID: [DeltaID]] {
        var bases: [DocumentID: [DeltaID]] = [scene.state.document: scene.state.frontier]
        for held in scene.cases { bases[held.file.document] = held.file.state.frontier.map(\.id) }
        // What a draft says several times in one plan moves its own frontier.
        return bases.filter { document, _ in plan.changes.count { $0.document == document } == 1 }
    }

    // Scenes.

    func actScene(_ desk: Desk) -> ActScene {
        ActScene(
            person: desk.person, site: self.ownSite, now: NodeClock.wallMilliseconds,
            membership: desk.membership, rules: self.rules, entropy: self.entropy.bytes(15),
            hashing: Blake2b())
    }

    /// Handles of cases become ids.
    private func stepArguments(_ call: HandoffCall, _ desk: Desk) async throws(APIFault) -> Act {
        var arguments = call.arguments
        if let typed = arguments["case"] {
            var ids: [String] = []
            for reference in typed { ids.append(try await self.resolve(reference, desk).description) }
            arguments["case"] = ids
        }
        return Act(call.step, arguments)
    }

    static let noSuchHandoff = APIFault(
        .noSuchHandoff, "There is no such handoff here.", "List them: handoff status")

    /// - Parameters:
    ///   - reference: An id, a label, or `-` for the one that the purpose can only mean.
    ///   - purpose: The step that is wanted.
    ///   - named: The case that the step is about.
    private func handoffScene(
        _ reference: String, for purpose: String, naming named: DocumentID? = nil, _ desk: Desk
    ) async throws(APIFault) -> HandoffScene {
        let act = self.actScene(desk)
        let (author, board) = (self.author, self.handoffBoard)
        let digests = try await self.read(desk) { reader throws(ReplicaFault) in
            try HandoffReader(reader: reader, author: author, board: board).digests(act)
        }
        let chosen = try self.chosen(reference, purpose, digests)
        let recovery = self.driver.recovery
        let risks = HandoffRisks(try await self.status(desk)).lines(now: act.now)
        let zones = self.siteZones
        let scene = try await self.read(desk) { reader throws(ReplicaFault) -> HandoffScene? in
            let reader = HandoffReader(reader: reader, author: author, board: board, recovery: recovery)
            guard let state = try reader.state(chosen.document) else { return nil }
            var scene = try reader.scene(state, naming: named, act)
            scene.risks = risks
            scene.offsets = [state.terms?.site, state.terms?.body.site].compactMap(\.self)
                .compactMap { zones.offsetMinutes(of: $0, at: act.now) }
            return scene
        }
        guard let scene else { throw Self.noSuchHandoff }
        return scene
    }

    private func chosen(
        _ reference: String, _ purpose: String, _ states: [HandoffDigest]
    ) throws(APIFault) -> HandoffDigest {
        let isLooking = ["status", "print"].contains(purpose)
        let wanted: [HandoffDigest]
        if reference == "-" {
            wanted = HandoffChoice.candidates(purpose, states, at: self.ownSite)
        } else if let id = Self.documentID(reference.lowercased()) {
            wanted = states.filter { $0.document == id }
        } else {
            let named = states.filter { $0.label == reference.uppercased() }
            let fitting = HandoffChoice.candidates(purpose, named, at: self.ownSite)
            wanted = fitting.isEmpty ? named : fitting
        }
        // Who looks means what was offered before what is only a draft.
        guard let first = wanted.first(where: { isLooking && $0.standing != .draft }) ?? wanted.first else {
            guard reference == "-" else { throw Self.noSuchHandoff }
            throw APIFault(
                .noSuchHandoff, "There is no handoff here that this can be about.",
                "List them: handoff status. Begin one: handoff draft --to usw --at 23:00Z")
        }
        guard wanted.count == 1 || isLooking else {
            throw APIFault(
                .ambiguous, "Several handoffs can be meant.", "Name one by its id.",
                candidates: wanted.map {
                    APIFault.Candidate(ref: $0.document.description, title: $0.label)
                })
        }
        return first
    }

    // Views.

    private func view(_ scene: HandoffScene) async -> HandoffReply {
        HandoffViews(scene.state, scene.act).reply(scene, asOf: await self.freshness())
    }

    private func page(_ reference: String, _ desk: Desk) async throws(APIFault) -> HandoffPageReply {
        let scene = try await self.handoffScene(reference, for: "print", desk)
        let views = HandoffViews(scene.state, scene.act)
        guard let (record, hash) = views.record(scene) else {
            throw APIFault(
                .noSuchHandoff, "The draft does not say to whom and when, so there is no page of it.",
                "Say it: handoff draft --to usw --at 23:00Z")
        }
        let zones = self.siteZones
        let wording = Wording(membership: desk.membership)
        let page = HandoffPage(
            record, hash: hash, state: scene.state,
            zones: [record.from, record.to].compactMap { site in
                zones.offsetMinutes(of: site, at: record.custodyAt).map {
                    HandoffPage.Zone(name: site.description, offsetMinutes: $0)
                }
            },
            name: wording.name)
        return HandoffPageReply(
            asOf: await self.freshness(), label: record.label, text: page.text(), html: page.html)
    }
}
