import BatonDesk
import BatonEngine
import BatonModel

/// What people do with the batons.
extension ScenarioRun {
    /// Does the first of a person's wishes that the rules allow at that desk.
    func moveBaton(_ event: ScenarioEvent) {
        guard let site = event.site, let label = event.label, let how = event.how,
            let node = self.world.machines[self.desk(of: site, at: event.at)], node.isUp, !node.isPaused,
            let wishes = BatonWish.list(how)
        else { return }
        let document = WriteText.document(label)
        for wish in wishes {
            guard let operations = self.operations(wish, document, node) else { continue }
            if case .failure = self.world.write(node.id, document, operations) { self.mark("write.refused") }
            return
        }
        self.mark("custody.refused")
    }

    /// What a wish comes to; nil where the rules forbid it, or there is nothing to do it to.
    private func operations(_ wish: BatonWish, _ document: DocumentID, _ node: WorldNode) -> [Operation]? {
        guard let state = self.atlas.custody.state(document, at: node) else { return nil }
        let scene = self.custodyScene(document, node, state)
        switch wish.kind {
        case .depose:
            guard let site = wish.site, site != node.id.site, self.mayDepose(node) else { return nil }
            return [self.deposition(of: site, document, node, state).operation]
        case .recovered:
            guard let evidence = scene.evidence else { return nil }
            return [CustodyBody.recovered(node.id.site, node.context.author.incarnation, evidence).operation]
        default:
            let choices = CustodyChoices(
                state, author: node.context.author, sites: self.world.team.sites,
                person: self.world.team.person(at: node.id.site))
            let chosen = choices.all.last {
                $0.kind == wish.kind && (wish.site == nil || $0.site == wish.site)
            }
            guard let chosen else { return nil }
            if chosen.kind == .take { self.mark("custody.taken") }
            return state.operations(chosen, by: scene)
        }
    }

    /// A liar deposes whom it likes; whether that counts is the others' to judge.
    private func mayDepose(_ node: WorldNode) -> Bool {
        self.isKeeper(node) || !self.atlas.honest.contains(node.id.site)
    }

    /// In any entry of the membership: an author may state an old one.
    private func isKeeper(_ node: WorldNode) -> Bool {
        let person = self.world.team.person(at: node.id.site)
        return CustodyAuthority(self.membership.entries.map(\.entry)).rootKeepers.contains(person)
    }

    private func deposition(
        of site: SiteID, _ document: DocumentID, _ node: WorldNode, _ state: CustodyState
    ) -> CustodyBody {
        let heads = (node.replica.folded(document)?.latest ?? []).filter { $0.author.site == site }
        let held = Self.deposable(site, state, by: node.context.author) ?? state.accountable
        if self.isKeeper(node) { self.atlas.custody.noteDeposition(document) }
        return .depose(site, holding: held.cited, heads: heads, heir: node.id.site)
    }

    // A new life.

    func custodyScene(_ document: DocumentID, _ node: WorldNode, _ state: CustodyState) -> CustodyScene {
        CustodyScene(
            author: node.context.author, origin: self.atlas.custody.origin(document) ?? node.id.site,
            evidence: self.evidence(document, node, state))
    }

    /// A new incarnation may count once every member site that was not deposed has stated what it has of the
    /// lives before, and all of that is here.
    private func evidence(
        _ document: DocumentID, _ node: WorldNode, _ state: CustodyState
    ) -> CustodyBody.Evidence? {
        let author = node.context.author
        // A log with two branches never counts for certain: no recovery helps it.
        guard author.incarnation.counter > 1, !state.isTrusted(author),
            node.replica.folded(document)?.forked.contains(author) != true
        else { return nil }
        let mine = state.earlierLives(of: author)
        for other in self.world.nodeIDs where other != node.id {
            guard let machine = self.world.machines[other] else { continue }
            if other.site != author.site {
                if state.isDeposed(other.site) { continue }
                guard machine.isUp, !machine.isPaused, self.world.isReachable(node.id.site, other.site)
                else { return nil }
            }
            let theirs = self.atlas.custody.state(document, at: machine)?.earlierLives(of: author) ?? []
            guard theirs.allSatisfy({ mine.contains($0) }) else { return nil }
        }
        self.mark("custody.recovered")
        return .statements
    }

    // The end.

    /// Lets people do their part once the faults are over: whoever is asked answers, new lives recover, and
    /// sites that are gone are deposed. Then every offer must have ended, and every case be in living hands.
    func endCustody(_ core: [SiteID]) {
        let living = core.filter { self.canWrite($0) }
        guard !living.isEmpty else { return }
        for _ in 0..<Self.endingRounds {
            var isDone = true
            for document in self.atlas.custody.documents {
                for site in living where self.answer(document, at: site, living) { isDone = false }
            }
            guard !isDone else { break }
            self.pass(until: self.world.nowMilliseconds + Self.endingMilliseconds)
            guard self.violations.isEmpty else { return }
        }
        for document in self.atlas.custody.documents {
            let sights = self.atlas.custody.sights(of: document, in: self.world).filter {
                living.contains($0.site)
            }
            for violation in EventuallyOffersEnd.check(sights) { self.found(violation) }
            for violation in EventuallyHeld.check(sights, living) { self.found(violation) }
        }
    }

    private static let endingRounds = 10
    private static let endingMilliseconds: UInt64 = 20_000

    private func canWrite(_ site: SiteID) -> Bool {
        guard let node = self.world.machines[NodeID(site)], node.isUp else { return false }
        let roles = node.context.membership.head.operatorRecord(self.world.team.person(at: site))?.roles ?? []
        return roles.contains(.specialist)
    }

    /// - Returns: True when something was written.
    private func answer(_ document: DocumentID, at site: SiteID, _ living: [SiteID]) -> Bool {
        guard let node = self.world.machines[NodeID(site)],
            let state = self.atlas.custody.state(document, at: node)
        else { return false }
        var bodies: [CustodyBody] = []
        let author = node.context.author
        let scene = self.custodyScene(document, node, state)
        if let evidence = scene.evidence {
            bodies.append(.recovered(author.site, author.incarnation, evidence))
        }
        // One site asks for the depositions: two heirs would have to be settled.
        if site == living.first, bodies.isEmpty {
            bodies += self.world.team.sites.filter {
                !living.contains($0) && self.isInTheWay($0, state, author)
            }.map {
                self.deposition(of: $0, document, node, state)
            }
        }
        if bodies.isEmpty {
            bodies = CustodyChoices(state, author: author, sites: self.world.team.sites).answers
        }
        guard !bodies.isEmpty else { return false }
        if case .failure = self.world.write(node.id, document, bodies.map(\.operation)) { return false }
        return true
    }

    private func isInTheWay(_ site: SiteID, _ state: CustodyState, _ author: Author) -> Bool {
        if state.accountable.site == site { return Self.deposable(site, state, by: author) != nil }
        return !state.isDeposed(site) && (state.firm.site == site || !state.offers(to: site).isEmpty)
    }

    /// The epoch of a site that a deposition can give to its heir: the certain one where nobody has it yet.
    private static func deposable(
        _ site: SiteID, _ state: CustodyState, by author: Author
    ) -> CustodyEpoch? {
        [state.firm, state.accountable].first { epoch in
            guard epoch.site == site else { return false }
            do { try state.judge(.depose, on: epoch, by: author) } catch { return false }
            return true
        }
    }

    /// Tells the recorder whose hands the cases are in that a commit moved.
    func recordHands(_ commit: Commit, at id: NodeID, in recorder: RunRecorder) {
        guard let node = self.world.machines[id] else { return }
        for document in commit.custodyDocuments(node.replica) {
            guard let label = self.labels.first(where: { $0.document == document })?.label,
                let state = self.atlas.custody.state(document, at: node)
            else { continue }
            recorder.note(
                RunRecorder.Hold(
                    at: self.world.nowMilliseconds, node: id, label: label,
                    firm: "\(state.firm.site) \(state.firm.word)", answers: state.accountable.site,
                    epoch: state.accountable.word,
                    isProvisional: state.accountable.isProvisional || state.accountable != state.firm))
        }
    }

    /// Whose hands the cases of the scenario are in.
    var hands: [RunOutcome.Hand] {
        self.labels.flatMap { label, document -> [RunOutcome.Hand] in
            guard self.atlas.custody.documents.contains(document) else { return [] }
            return self.world.nodeIDs.compactMap { id in
                guard let node = self.world.machines[id],
                    let state = self.atlas.custody.state(document, at: node)
                else { return nil }
                return RunOutcome.Hand(
                    label: label, node: id, firm: "\(state.firm.site) \(state.firm.word)",
                    accountable: "\(state.accountable.site) \(state.accountable.word)")
            }
        }
    }
}
