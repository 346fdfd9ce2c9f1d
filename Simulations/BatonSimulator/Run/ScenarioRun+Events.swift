import BatonEngine
import BatonModel
import BatonProtocol

extension ScenarioRun {
    func perform(_ event: ScenarioEvent) {
        if !event.verb.isWork, event.verb != .quiet, event.verb != .heal {
            self.count(event.verb == .lie ? "lie.\(event.how ?? "")" : event.verb.rawValue)
        }
        self.noteDisturbance(event)
        switch event.verb {
        case .write: self.write(event)
        case .baton: self.moveBaton(event)
        case .handoff: self.handOn(event)
        case .decide: self.decide(event)
        case .compare: self.compare(event)
        case .quiet: self.quiet(event)
        case .jump, .drift, .freeze, .setClock: self.turnClock(event)
        case .crash, .pause, .slow, .upgrade: self.disturb(event)
        case .backup, .restore, .amnesia, .clone, .liveClone, .endClone: self.swapDisk(event)
        case .diskFault, .powerLoss, .rot: self.strikeDisk(event)
        case .retire: self.retire(event)
        case .lie: self.lie(event)
        default: self.disturbNetwork(event)
        }
    }

    // Work.

    private func write(_ event: ScenarioEvent) {
        guard let site = event.site, let label = event.label else { return }
        let operations = event.writes.compactMap(WriteText.operation)
        guard !operations.isEmpty else { return }
        let node = self.desk(of: site, at: event.at)
        let document = WriteText.document(label)
        let key = self.world.random.drawn(.workload, site.packed, at: event.at &* 31 &+ document.low)
        if key % 4 == 1 { self.announce(document, at: node, key) }
        let command = self.commandKey(key)
        if case .failure = self.world.write(node, document, operations, command: command) {
            self.mark("write.refused")
        }
        // Some press twice, or ask again because the answer was lost.
        guard key % 6 == 0 else { return }
        self.later(after: key >> 8 & 1 == 0 ? 1 : 1 + (key >> 16) % 4_000) { run in
            _ = run.world.write(node, document, operations, command: command)
        }
    }

    /// Whoever is about to do what cannot be taken back has said so first; some think better of it.
    private func announce(_ document: DocumentID, at node: NodeID, _ key: UInt64) {
        guard self.world.machines[node]?.isUp == true else { return }
        let acts = PlannedAct.allCases
        let word = Presence(
            person: self.world.team.person(at: node.site), document: document,
            act: acts[Int(key >> 24) % acts.count],
            remainingMilliseconds: 1 + (key >> 32) % Presence.millisecondsMax)
        self.mark("presence.stated")
        self.world.schedule(.input(.presenceStated([DeskPresence(word)])), at: node, after: 0)
        self.later(after: 200) { run in
            let now = EngineTime(
                monotonicMilliseconds: run.world.ticks, wallMilliseconds: run.world.nowMilliseconds)
            let isShown = run.world.machines.contains { _, machine in
                !machine.engine.peerPresence(at: now).isEmpty
            }
            if isShown { run.mark("presence.shown") }
        }
        guard key >> 12 & 3 == 0 else { return }
        self.later(after: 1 + (key >> 20) % 10_000) { run in
            guard run.world.machines[node]?.isUp == true else { return }
            run.world.schedule(.input(.presenceStated([])), at: node, after: 0)
        }
    }

    private func compare(_ event: ScenarioEvent) {
        guard let site = event.site, let peer = event.peer else { return }
        self.world.feed(.comparisonAsked(peer), to: site)
    }

    private func commandKey(_ drawn: UInt64) -> [UInt8] {
        self.commandCount += 1
        return [drawn, self.commandCount].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }
    }

    /// A clone serves its own desk: part of the site's people sit at it.
    func desk(of site: SiteID, at moment: UInt64) -> NodeID {
        let clone = NodeID(site, copy: 1)
        let isAtClone =
            self.world.machines[clone]?.isUp == true
            && self.world.random.drawn(.workload, site.packed, at: moment) & 1 == 1
        return isAtClone ? clone : NodeID(site)
    }

    /// A quiet point: whoever can reach each other is equal then.
    private func quiet(_ event: ScenarioEvent) {
        self.pass(until: self.world.nowMilliseconds + (event.span ?? 60_000))
        if let violation = AlwaysEqualLogsEqualState.check(self.world, self.atlas) { self.found(violation) }
        let honest = self.world.team.sites.filter { self.atlas.honest.contains($0) }
        let isWhole = honest.allSatisfy { one in
            self.world.machines[NodeID(one)].map { $0.isUp && !$0.isPaused } == true
                && honest.allSatisfy { $0 == one || self.world.isReachable(one, $0) }
        }
        guard isWhole else { return }
        for violation in EventuallyReplicasEqual.check(self.world, self.atlas, core: honest) {
            self.found(violation)
        }
    }

    // Clocks.

    private func turnClock(_ event: ScenarioEvent) {
        guard let site = event.site else { return }
        self.atlas.noteClockFault(site)
        self.world.withClock(NodeID(site)) { clock, now in
            switch event.verb {
            case .jump: clock.jump(by: event.by ?? 0, at: now)
            case .drift: clock.drift(partsPerMillion: DriftText.ppm(event.by ?? 0), at: now)
            case .freeze: clock.freeze(true, at: now)
            default: clock.set(to: event.moment ?? 0, at: now)
            }
        }
        guard event.verb == .freeze, let span = event.span else { return }
        self.later(after: span) { run in
            run.world.withClock(NodeID(site)) { clock, now in clock.freeze(false, at: now) }
        }
    }

    // Processes.

    private func disturb(_ event: ScenarioEvent) {
        guard let site = event.site else { return }
        let id = NodeID(site)
        switch event.verb {
        case .crash: self.crash(event, id)
        case .pause:
            self.world.pause(id)
            self.later(after: event.span ?? 1_000) { $0.world.resume(id) }
        case .slow:
            self.world.slow(id, factor: event.count ?? 10)
            if let span = event.span { self.later(after: span) { $0.world.slow(id, factor: 1) } }
        default: self.world.upgrade(id, to: MixedLevels.table)
        }
    }

    private func crash(_ event: ScenarioEvent, _ id: NodeID) {
        guard let node = self.world.machines[id], node.isUp else { return }
        self.atlas.noteKept(id)
        self.restarts[id] = RestartPlan(
            author: node.context.author, disk: nil, span: event.span ?? 1_000,
            isMachine: event.how == "machine")
        if let count = event.count {
            self.world.crash(id.site, afterEffects: Int(clamping: count))
        } else {
            self.world.crash(id.site)
            self.restartLater(id)
        }
    }

    func restartLater(_ id: NodeID) {
        guard let plan = self.restarts[id] else { return }
        self.later(after: max(1, plan.span)) { $0.restart(id) }
    }

    func restart(_ id: NodeID) {
        guard let plan = self.restarts.removeValue(forKey: id), let node = self.world.machines[id],
            !node.isUp
        else { return }
        let disk = plan.disk?.model ?? node.replica
        let author = plan.isMachine ? self.nextAuthor(of: id.site) : plan.author
        self.world.nextDisks[id] = plan.disk?.image
        self.world.restart(id, as: author, on: disk)
    }

    /// A start that cannot prove continuity opens the next incarnation, with a nonce of its own.
    func nextAuthor(of site: SiteID) -> Author {
        let counters = self.world.machines.filter { $0.key.site == site }
            .map(\.value.context.author.incarnation.counter)
        let nonce = self.world.random.next(.crypto, site.packed)
        return Author(
            site: site, incarnation: Incarnation(counter: (counters.max() ?? 0) + 1, nonce: nonce))
    }

    // Trust.

    /// Signs and imports an entry that leaves the site's operator with the role of an auditor.
    private func retire(_ event: ScenarioEvent) {
        guard let site = event.site, let node = self.world.machines[NodeID(site)], node.isUp else { return }
        let person = self.world.team.person(at: site)
        guard let longer = self.world.team.retiring(person, from: self.membership) else { return }
        self.membership = longer
        self.atlas.noteMembership(longer)
        self.world.importMembership(longer, at: node.id)
    }

    private func lie(_ event: ScenarioEvent) {
        guard let site = event.site, let lie = event.how.flatMap(Lie.init) else { return }
        let victims = event.peer.map { [$0] } ?? self.world.team.sites.filter { $0 != site }
        let document = WriteText.document(event.label ?? "C1")
        let liar = LyingPeer(
            world: self.world, atlas: self.atlas, site: site, document: document, victims: victims)
        guard liar.tell(lie) else { return }
        self.mark(Marks.lie(lie))
        guard lie.isBreach else { return }
        let links = victims.flatMap { self.world.linkIDs(at: $0, from: site) }
        self.later(after: AlwaysBreachRefused.milliseconds) { run in
            if let violation = AlwaysBreachRefused.check(lie, links, run.world, run.atlas) {
                run.found(violation)
            }
        }
    }

    // The end.

    /// Takes every fault away from the given sites, and starts what is down.
    func heal(_ sites: [SiteID]) {
        for one in sites { for other in sites where one < other { self.world.heal(one, other) } }
        for one in sites { for other in sites { self.world.takeUp(other, at: one) } }
        for site in sites where self.atlas.rotten.contains(site) { self.exchangeDisk(site) }
        for site in sites {
            self.world.setDeaf(site, false)
            for copy in [0, 1] {
                let id = NodeID(site, copy: copy)
                self.world.resume(id)
                self.world.slow(id, factor: 1)
                self.world.machines[id]?.effectsLeft = nil
                self.world.disarm(id)
                self.restart(id)
            }
        }
    }
}

extension SimulatedTeam {
    /// The next membership entry, in which one operator may only look on; nil where that is so already.
    func retiring(_ person: OperatorID, from membership: Membership) -> Membership? {
        var entry = membership.head
        guard let index = entry.operators.firstIndex(where: { $0.id == person }),
            entry.operators[index].roles != [.auditor]
        else { return nil }
        entry.operators[index].roles = [.auditor]
        entry.epoch += 1
        entry.prev = membership.headHash
        let root = self.suite.signing(named: "root")
        let bytes = entry.encoded()
        let signature = root.sign(SignedMembershipEntry.signedMessage(bytes))
        var longer = membership
        do {
            let signed = try SignedMembershipEntry(
                bytes: bytes, signatures: [.init(key: root.publicKey, signature: signature)])
            try longer.append(signed, hashing: self.suite.hashing, verifying: self.suite.verifying)
        } catch {
            preconditionFailure("the team's next membership was refused: \(error)")
        }
        return longer
    }
}
