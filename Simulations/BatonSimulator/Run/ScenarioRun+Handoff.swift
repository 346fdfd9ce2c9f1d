import BatonDesk
import BatonEngine
import BatonModel

/// Whole watches: the shipped steps of a handoff, from the draft to the receipt.
extension ScenarioRun {
    /// As many cases as can be told in one handoff of a watch.
    private static let casesMax = 4
    static let rules = RuleBook()

    func handOn(_ event: ScenarioEvent) {
        guard let site = event.site, let wish = event.how.flatMap(WatchWish.init),
            let node = self.world.machines[self.desk(of: site, at: event.at)], node.isUp, !node.isPaused
        else { return }
        guard let scene = self.actScene(node, event.at) else { return }
        do throws(ActRefusal) {
            switch wish {
            case .offer(let target):
                let most = event.count.map { Int(clamping: $0) } ?? Self.casesMax
                try self.offerWatch(to: target, node, scene, casesMax: most)
            case .page: self.pageUntaken(node, scene)
            default: try self.answerWatch(wish, node, scene)
            }
        } catch {
            self.mark("handoff.refused")
        }
    }

    func actScene(_ node: WorldNode, _ at: UInt64, rules: RuleBook = ScenarioRun.rules) -> ActScene? {
        let member = node.context.membership
        guard let person = member.head.operatorRecord(self.world.team.person(at: node.id.site)) else {
            return nil
        }
        let entropy = StandInHashing().digest256(Array("handoff of \(node.id) at \(at)".utf8)).bytes
        return ActScene(
            person: person, site: node.id.site, now: self.world.wall(node.id), membership: member,
            rules: rules, entropy: Array(entropy.prefix(15)), hashing: StandInHashing())
    }

    // What a watch has.

    private func held(_ document: DocumentID, _ node: WorldNode, for site: SiteID) -> HandoffCase? {
        guard let folded = node.replica.folded(document),
            let custody = self.atlas.custody.state(document, at: node)
        else { return nil }
        let summary = CaseSummary(
            state: folded, uncoveredCount: 0, waitingCount: 0, hashing: StandInHashing())
        let file = CaseFile(state: folded, summary: summary, membership: node.context.membership)
        let handle = "\(summary.typeWord)-\(summary.code.prefix(CaseHandle.lengthMin))"
        return HandoffCase(
            file: file, custody: custody, lastHeld: custody.lastRead(by: site), news: [], handle: handle)
    }

    /// The cases in a site's hand that are open and not on offer, the newest changes first.
    private func watch(_ node: WorldNode, for target: SiteID, casesMax: Int) -> [HandoffCase] {
        let held = node.replica.documentIDs.filter { $0.kind == .escalation }.compactMap {
            self.held($0, node, for: target)
        }.filter { held in
            held.custody.accountable.site == node.id.site && !held.file.summary.hasClosure
                && held.custody.openOffers(of: held.custody.accountable).isEmpty
        }
        let ranked = held.sorted {
            ($0.file.state.lastStamp, $0.file.document) > ($1.file.state.lastStamp, $1.file.document)
        }
        return Array(ranked.prefix(casesMax))
    }

    private func scenes(_ cases: [HandoffCase], _ node: WorldNode) -> [CustodyScene] {
        cases.map { self.custodyScene($0.file.document, node, $0.custody) }
    }

    // The steps.

    private func offerWatch(
        to target: SiteID, _ node: WorldNode, _ scene: ActScene, casesMax: Int
    ) throws(ActRefusal) {
        let cases = self.watch(node, for: target, casesMax: casesMax)
        guard !cases.isEmpty else { return self.mark("handoff.refused") }
        let opened = try HandoffWork.open(
            to: target, person: nil, at: scene.now + 600_000, scene: scene)
        guard let document = opened.changes.first?.document, self.perform(opened, node) else { return }
        for _ in 0..<2 {
            guard let paper = self.handoff(document, node),
                let draft = HandoffDraft(paper, cases: cases, earlier: [], risks: [], scene: scene)
            else { return }
            let owed = draft.findings.filter(\.isBlocking)
            guard owed.isEmpty else {
                try self.fill(owed, paper, node)
                continue
            }
            let isUnstaffed = !self.world.isReachable(node.id.site, target)
            let plan = try HandoffWork.offer(
                draft, cases: cases, scenes: self.scenes(cases, node), isUnstaffed: isUnstaffed, scene: scene)
            if self.perform(plan, node) { self.mark("handoff.offered") }
            return
        }
    }

    /// Types what the draft asks for.
    private func fill(
        _ findings: [HandoffFinding], _ paper: HandoffState, _ node: WorldNode
    ) throws(ActRefusal) {
        var operations: [Operation] = []
        for finding in findings {
            let body: DraftBody
            switch finding.code {
            case "handoff.no-situation":
                body = DraftBody(.situation, on: finding.document, words: "waits for the partner")
            case "handoff.pending-unsaid":
                body = DraftBody(.nothingPending, on: finding.document, words: "none")
            case "handoff.no-contingency":
                body = DraftBody(.contingency, on: finding.document, words: "if no answer then call")
            default: continue
            }
            operations += try HandoffWork.say(body, in: paper).changes.flatMap(\.operations)
        }
        guard !operations.isEmpty else { return }
        let plan = HandoffPlan([.init(document: paper.document, operations: operations)], said: [])
        _ = self.perform(plan, node)
    }

    private func handoff(_ document: DocumentID, _ node: WorldNode) -> HandoffState? {
        node.replica.folded(document).map { HandoffState($0) }
    }

    /// The newest handoff that stands as a step needs it.
    private func paper(_ wish: WatchWish, _ node: WorldNode, _ scene: ActScene) -> HandoffState? {
        let papers = node.replica.documentIDs.filter { $0.kind == .handoff }.compactMap {
            self.handoff($0, node)
        }.filter { paper in
            guard let hash = paper.offered?.body.record,
                let record = paper.record(hash, hashing: scene.hashing)
            else { return false }
            switch wish {
            case .withdraw: return paper.standing == .offered && record.from == scene.site
            case .acknowledge: return paper.standing == .withdrawing && record.to == scene.site
            case .addendum: return paper.standing == .accepted
            case .offer, .accept, .decline, .page:
                return paper.standing == .offered && record.to == scene.site
            }
        }
        return papers.max { ($0.offered?.at ?? 0, $0.document) < ($1.offered?.at ?? 0, $1.document) }
    }

    private func answerWatch(_ wish: WatchWish, _ node: WorldNode, _ scene: ActScene) throws(ActRefusal) {
        guard let paper = self.paper(wish, node, scene) else { return self.mark("handoff.refused") }
        let (record, hash) = try HandoffWork.offeredRecord(paper, scene)
        let cases = record.items.compactMap { self.held($0.document, node, for: record.to) }
        let scenes = self.scenes(cases, node)
        let plan: HandoffPlan
        switch wish {
        case .accept:
            return try self.accept(paper, record, hash, cases, node, scene)
        case .decline:
            plan = try HandoffWork.end(
                .decline(code: "REST"), paper, cases: cases, scenes: scenes, scene: scene)
        case .withdraw:
            plan = try HandoffWork.end(.withdraw, paper, cases: cases, scenes: scenes, scene: scene)
        case .acknowledge:
            plan = try HandoffWork.end(.acknowledge, paper, cases: cases, scenes: scenes, scene: scene)
        case .offer, .addendum, .page:
            plan = try HandoffWork.addendum("one thing more", on: nil, paper, scene: scene)
        }
        _ = self.perform(plan, node)
    }

    /// Asks what became of the handoffs that went out from here, and pages where the desk says so.
    private func pageUntaken(_ node: WorldNode, _ scene: ActScene) {
        for document in node.replica.documentIDs where document.kind == .handoff {
            guard let paper = self.handoff(document, node), paper.standing == .offered,
                let hash = paper.offered?.body.record,
                let record = paper.record(hash, hashing: scene.hashing), record.from == scene.site
            else { continue }
            let said = HandoffWork.status(paper, scene: scene)
            guard said.contains(where: { $0.contains("page the escalation path") }) else { continue }
            self.atlas.custody.noteEscalated(document)
            self.mark("handoff.escalated")
        }
    }

    /// Reads each grave case back, then takes them all.
    private func accept(
        _ paper: HandoffState, _ record: HandoffRecord, _ hash: Digest256, _ cases: [HandoffCase],
        _ node: WorldNode, _ scene: ActScene
    ) throws(ActRefusal) {
        let owed = AcceptWork(paper, record, hash, Self.rules.handoff).toReadBack
        var operations: [Operation] = []
        for item in owed {
            // Whoever gets a case that was passed on before rings, or says why not.
            var call = HandoffWork.TelephoneCall.unsaid
            if item.hops >= Self.rules.handoff.relayHops {
                call = item.hops % 2 == 0 ? .made : .gap("no answer")
            }
            let (plan, result) = HandoffWork.readBack(
                "I have \(item.handle)", of: item, record: hash, in: paper, offsets: [], call: call,
                scene: scene)
            guard result.isGood else { continue }
            operations += plan.changes.flatMap(\.operations)
        }
        // Some people try to take a watch without reading it back; the desk refuses them.
        let isHasty = self.world.random.drawn(.workload, node.id.key, at: scene.now) % 4 == 0
        if !isHasty, !operations.isEmpty {
            let plan = HandoffPlan([.init(document: paper.document, operations: operations)], said: [])
            guard self.perform(plan, node) else { return }
        }
        guard let read = self.handoff(paper.document, node) else { return }
        let plan = try HandoffWork.accept(
            read, cases: cases, scenes: self.scenes(cases, node), takesBulk: true, scene: scene)
        if self.perform(plan, node) { self.mark("handoff.accepted") }
    }

    /// Writes a plan, each change as a delta.
    ///
    /// - Returns: False when the node refused, or died on the way.
    private func perform(_ plan: HandoffPlan, _ node: WorldNode) -> Bool {
        for change in plan.changes {
            guard case .success = self.world.write(node.id, change.document, change.operations) else {
                return false
            }
        }
        return true
    }
}
