import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel

/// One case that three sites give to each other through the shipped engine, authoring and folding, while some of
/// what they know does not arrive, machines forget, and one may be gone for ever.
package struct CustodyRun {
    package struct Outcome: Sendable {
        package let seed: UInt64
        package let violations: [Violation]
        package let actCount: Int
        /// Custody acts by kind, as a coverage of the workload.
        package let kinds: [String: Int]
    }

    private let seed: UInt64
    private let steps: Int
    private var random: SeededRandom
    private let team: SimulatedTeam
    private let document: DocumentID
    private var peers: [ReplicaPeer] = []
    private var backups: [MemoryReplica?]
    private var lives: [UInt32]
    private var dead: Int?
    private var hasDeposed = false
    private var hasForgotten = false
    private var facts: CustodyFacts
    private var holders = AlwaysOneHolder()
    private var kinds: [String: Int] = [:]
    private var violations: [Violation] = []

    package init(seed: UInt64, steps: Int = 40) {
        self.seed = seed
        self.steps = steps
        self.random = SeededRandom(seed: seed &* 31 &+ 7)
        let team = SimulatedTeam(["syd", "use", "usw"], table: DeskFieldTable.current)
        self.team = team
        self.document = DocumentID(kind: .escalation, suffix: self.random.bytes(15))
        self.lives = team.sites.map { _ in 1 }
        self.backups = team.sites.map { _ in nil }
        self.facts = CustodyFacts(origin: team.sites[0])
        self.facts.rootKeepers = team.sites.map { team.person(at: $0) }
        self.peers = team.sites.map { ReplicaPeer(team.context($0, seed: seed)) }
    }

    package mutating func run() -> Outcome {
        self.open()
        for _ in 0..<self.steps {
            self.step()
            self.check()
        }
        self.calmDown()
        self.violations += EventuallyOffersEnd.check(self.sights(living: true))
        return Outcome(
            seed: self.seed, violations: self.violations,
            actCount: self.kinds.values.reduce(0, +), kinds: self.kinds)
    }

    // MARK: What machines know

    private func state(_ place: Int) -> CustodyState {
        let document = try? self.peers[place].replica.document(self.document)
        let entries = document?[.global]?.ledgers[CaseField.custody] ?? []
        return CustodyState(of: entries, self.facts)
    }

    private func sights(living: Bool) -> [CustodySight] {
        self.peers.indices.filter { !living || $0 != self.dead }.map {
            CustodySight(site: self.peers[$0].site, state: self.state($0))
        }
    }

    private mutating func check() {
        let sights = self.sights(living: false)
        for sight in sights {
            if let found = self.holders.check(sight, isPlain: !self.hasDeposed) {
                self.violations.append(found)
            }
        }
        if !self.hasForgotten, let found = AlwaysHeld.check(sights) { self.violations.append(found) }
    }

    // MARK: Happenings

    /// The first site makes the case, and its first change reaches everybody.
    private mutating func open() {
        let type = Operation(
            shape: OperationShape(kind: .set, field: CaseField.type, isMaterial: true), body: .unsigned(1))
        let made = self.peers[0].author(self.document, [type], by: self.team.person(at: self.team.sites[0]))
        for peer in self.peers.dropFirst() { peer.apply([made], from: self.peers[0]) }
    }

    private mutating func step() {
        let place = self.random.below(self.peers.count)
        guard place != self.dead else { return }
        switch self.random.below(12) {
        case 0...4: self.act(place)
        case 5...9: self.exchange(to: place, all: false)
        case 10:
            if self.random.chance(1, in: 2) {
                self.backups[place] = self.peers[place].replica.clone()
            } else if self.random.chance(1, in: 3), self.dead == nil {
                self.dead = place
            }
        default: self.random.chance(1, in: 2) ? self.restore(place) : self.recover(place)
        }
    }

    private mutating func exchange(to place: Int, all: Bool) {
        let source = self.random.below(self.peers.count)
        guard source != place, source != self.dead else { return }
        let known = self.peers[source].replica.deltasInOrder
        let chosen = known.filter { _ in all || self.random.chance(3, in: 4) }
        self.peers[place].apply(all ? chosen : self.random.shuffled(chosen), from: self.peers[source])
    }

    /// An older disk comes back in place of the machine's: the next incarnation begins.
    private mutating func restore(_ place: Int) {
        guard let backup = self.backups[place] else { return }
        self.backups[place] = nil
        self.lives[place] += 1
        self.hasForgotten = true
        self.holders.forget()
        let context = self.team.context(
            self.team.sites[place], incarnation: self.lives[place], seed: self.seed)
        self.peers[place] = ReplicaPeer(context, replica: backup, wall: self.peers[place].wall)
    }

    /// Whoever is not gone has stated what it has of the site's earlier lives: all of that must be here.
    private mutating func recover(_ place: Int) {
        let author = self.peers[place].context.author
        let state = self.state(place)
        guard author.incarnation.counter > 1, !state.isTrusted(author) else { return }
        let mine = state.earlierLives(of: author)
        let everywhere = self.peers.indices.filter { $0 != place }.flatMap {
            self.state($0).earlierLives(of: author)
        }
        guard everywhere.allSatisfy({ mine.contains($0) }) else { return }
        self.write(.recovered(author.site, author.incarnation, .statements), at: place)
    }

    private mutating func write(_ body: CustodyBody, at place: Int) {
        self.kinds[body.kind.word, default: 0] += 1
        self.peers[place].wall += UInt64(1 + self.random.below(1_000))
        _ = self.peers[place].author(
            self.document, [body.operation], by: self.team.person(at: self.team.sites[place]))
    }

    private mutating func act(_ place: Int) {
        let state = self.state(place)
        if let dead = self.dead, !self.hasDeposed, self.random.chance(1, in: 4) {
            self.depose(dead, at: place, state)
            return
        }
        let choices = CustodyChoices(state, author: self.peers[place].context.author, sites: self.team.sites)
        let bodies = choices.all
        guard !bodies.isEmpty else { return }
        // Offers are mostly accepted.
        self.write(self.random.pick(bodies + bodies.filter { $0.kind == .accept }), at: place)
    }

    private mutating func depose(_ dead: Int, at place: Int, _ state: CustodyState) {
        let site = self.team.sites[dead]
        let document = try? self.peers[place].replica.document(self.document)
        let heads = (document?.latest ?? []).filter { $0.author.site == site }
        let held = state.firm.site == site ? state.firm : state.accountable
        self.hasDeposed = true
        self.write(
            .depose(site, holding: held.cited, heads: heads, heir: self.team.sites[place]), at: place)
    }

    /// Everything arrives, the dead are deposed, lives recover, and whoever is asked answers.
    private mutating func calmDown() {
        for _ in 0..<6 {
            for place in self.peers.indices where place != self.dead {
                for source in self.peers.indices where source != place && source != self.dead {
                    self.peers[place].apply(
                        self.peers[source].replica.deltasInOrder, from: self.peers[source])
                }
                let state = self.state(place)
                if let dead = self.dead, !self.hasDeposed { self.depose(dead, at: place, state) }
                self.recoverCalmly(place)
                let choices = CustodyChoices(
                    self.state(place), author: self.peers[place].context.author, sites: self.team.sites)
                for body in choices.answers { self.write(body, at: place) }
            }
        }
    }

    /// After a deposition only the living are asked.
    private mutating func recoverCalmly(_ place: Int) {
        let author = self.peers[place].context.author
        guard author.incarnation.counter > 1, !self.state(place).isTrusted(author) else { return }
        self.write(.recovered(author.site, author.incarnation, .statements), at: place)
    }
}
