import BatonDesk
import BatonModel
import BatonSimulator

/// Sites that give one case to each other by the rules, while the network splits and machines lose their memory.
///
/// Everything follows from the seed. Histories are of custody operations alone: a delta each.
struct CustodyTown {
    /// What may happen beside honest work.
    struct Troubles: OptionSet {
        let rawValue: Int
        static let amnesia = Troubles(rawValue: 1)
        static let clone = Troubles(rawValue: 2)
        static let death = Troubles(rawValue: 4)
        static let takes = Troubles(rawValue: 8)
        static let settles = Troubles(rawValue: 16)
        /// A machine restarts with all that it knew and opens a life that has not recovered.
        static let restarts = Troubles(rawValue: 32)
        /// A site is deposed that is alive.
        static let mistakes = Troubles(rawValue: 64)
    }

    /// One running machine that lives as a site.
    struct Machine {
        let site: SiteID
        var incarnation: Incarnation
        var nextSeq: UInt64 = 1
        /// Indices into `entries`, in the order learnt; closed under pasts.
        var known: [Int] = []
        var backup: [Int] = []
        var isUp = true
        var author: Author { Author(site: self.site, incarnation: self.incarnation) }
    }

    var random: SeededRandom
    let sites: [SiteID]
    let troubles: Troubles
    var machines: [Machine]
    /// Every operation that was ever written down, by index.
    private(set) var entries: [LedgerEntry] = []
    /// The entries in each one's past.
    private var pasts: [[Int]] = []
    private(set) var facts: CustodyFacts
    private(set) var dead: [SiteID] = []
    private(set) var deposed: [SiteID] = []
    private var clock: UInt64 = 1_000
    private var lives: UInt64 = 1

    static let rootKeeper = OperatorID(90)
    static let lead = OperatorID(80)

    init(seed: UInt64, troubles: Troubles, sites: [String] = ["syd", "use", "usw"]) {
        self.random = SeededRandom(seed: seed &* 0x9e37 &+ 17)
        self.sites = sites.compactMap { SiteID($0) }
        self.troubles = troubles
        self.facts = CustodyFacts(origin: self.sites[0])
        self.facts.rootKeepers = [Self.rootKeeper]
        self.facts.leads = [Self.lead]
        self.machines = self.sites.map {
            Machine(site: $0, incarnation: Incarnation(counter: 1, nonce: $0.packed))
        }
    }

    var entryCount: Int { self.entries.count }
    func ledger(_ known: [Int]) -> [LedgerEntry] { known.map { self.entries[$0] } }
    func view(_ machine: Machine) -> CustodyState { CustodyState(of: self.ledger(machine.known), self.facts) }
    func person(_ site: SiteID) -> OperatorID {
        OperatorID(UInt32(1 + (self.sites.firstIndex(of: site) ?? 0)))
    }

    var everything: [Int] {
        var all: [Int] = []
        for machine in self.machines {
            for index in machine.known where !all.contains(index) { all.append(index) }
        }
        return all.sorted()
    }

    /// A random set of operations that holds the past of each.
    mutating func closedSubset() -> [Int] {
        var chosen: [Int] = []
        for index in self.everything where self.random.chance(1, in: 3) {
            for member in self.pasts[index] + [index] where !chosen.contains(member) { chosen.append(member) }
        }
        return chosen
    }

    // MARK: Writing

    mutating func write(_ body: CustodyBody, at machine: Int, by person: OperatorID? = nil) {
        let author = self.machines[machine].author
        let reference = DeltaReference(author: author, seq: self.machines[machine].nextSeq)
        var vector = CausalVector()
        for index in self.machines[machine].known { vector.merge(self.entries[index].vector) }
        vector.include(reference)
        self.clock += UInt64(1 + self.random.below(50))
        let id = DeltaID(
            digest: Digest256(
                words: self.random.next(), self.random.next(), self.random.next(), self.random.next()))
        let write = Write(
            dot: Dot(delta: id, index: 0), reference: reference, level: 1,
            stamp: HybridTime(milliseconds: self.clock, counter: 0),
            actor: Actor(person: person ?? self.person(author.site)), isMaterial: false, value: body.value)
        self.entries.append(LedgerEntry(write: write, vector: vector))
        self.pasts.append(self.machines[machine].known)
        self.machines[machine].known.append(self.entries.count - 1)
        self.machines[machine].nextSeq += 1
    }

    /// One machine learns some of what another knows.
    mutating func exchange(from source: Int, to target: Int, all: Bool) {
        for index in self.machines[source].known where !self.machines[target].known.contains(index) {
            guard all || self.random.chance(3, in: 4) else { continue }
            let isClosed = self.pasts[index].allSatisfy { self.machines[target].known.contains($0) }
            if isClosed { self.machines[target].known.append(index) }
        }
    }

    /// What was written last, to be cited.
    var lastWritten: CitedDot {
        let write = self.entries[self.entries.count - 1].write
        return CitedDot(reference: write.reference, index: write.dot.index)
    }

    /// A machine starts with what it holds and cannot prove that it is the last one.
    mutating func rebirth(_ machine: Int, knowing known: [Int]) {
        self.machines[machine].backup = known
        self.restore(machine)
    }

    // MARK: Happenings

    mutating func step() {
        let machine = self.random.below(self.machines.count)
        guard self.machines[machine].isUp else { return }
        switch self.random.below(10) {
        case 0...3: self.act(machine)
        case 4...7:
            let other = self.random.below(self.machines.count)
            if other != machine, self.machines[other].isUp {
                self.exchange(from: other, to: machine, all: self.random.chance(1, in: 2))
            }
        case 8: self.trouble(machine)
        default: if self.random.chance(1, in: 3) { self.recover(machine) }
        }
    }

    private mutating func trouble(_ machine: Int) {
        switch self.random.below(4) {
        case 0 where self.troubles.contains(.amnesia):
            self.machines[machine].backup = self.machines[machine].known
        case 1 where self.troubles.contains(.amnesia): self.restore(machine)
        case 2 where self.troubles.contains(.clone) && self.machines.count == self.sites.count:
            var twin = self.machines[machine]
            self.lives += 1
            twin.incarnation = Incarnation(counter: twin.incarnation.counter + 1, nonce: self.lives)
            twin.nextSeq = 1
            self.machines.append(twin)
        case 0 where self.troubles.contains(.restarts):
            self.rebirth(machine, knowing: self.machines[machine].known)
        case 1 where self.troubles.contains(.mistakes) && self.random.chance(1, in: 4):
            let site = self.random.pick(self.sites)
            self.depose(site, at: machine, self.view(self.machines[machine]))
        case 3 where self.troubles.contains(.death) && self.dead.isEmpty && self.random.chance(1, in: 4):
            self.machines[machine].isUp = false
            self.dead.append(self.machines[machine].site)
        default: break
        }
    }

    /// An older disk comes back: the machine forgets, and opens its next incarnation.
    private mutating func restore(_ machine: Int) {
        self.machines[machine].known = self.machines[machine].backup
        self.lives += 1
        let counter = self.machines[machine].incarnation.counter + 1
        self.machines[machine].incarnation = Incarnation(counter: counter, nonce: self.lives)
        self.machines[machine].nextSeq = 1
    }

    /// A machine whose record of its site's last custody act is met by what it holds says so.
    mutating func recover(_ machine: Int) {
        let author = self.machines[machine].author
        let isFirst = author.incarnation.counter == 1
        guard !isFirst, !self.view(self.machines[machine]).isTrusted(author) else { return }
        let mine = self.everything.filter {
            self.entries[$0].write.reference.author.site == author.site
                && self.entries[$0].write.reference.author != author
        }
        // A twin has a record of its own: it takes what it left with for all there is.
        let owed = self.machines.count > self.sites.count ? [] : mine
        guard owed.allSatisfy({ self.machines[machine].known.contains($0) }) else { return }
        self.write(.recovered(author.site, author.incarnation, .record), at: machine)
    }

    mutating func act(_ machine: Int) {
        let state = self.view(self.machines[machine])
        let author = self.machines[machine].author
        let choices = CustodyChoices(state, author: author, sites: self.sites).all.filter { body in
            switch body.kind {
            case .take: self.troubles.contains(.takes)
            case .settle: self.troubles.contains(.settles)
            default: true
            }
        }
        if self.troubles.contains(.death), let dead = self.dead.first, self.random.chance(1, in: 3) {
            self.depose(dead, at: machine, state)
            return
        }
        guard !choices.isEmpty else { return }
        self.write(self.random.pick(choices), at: machine)
    }

    /// The root keeper gives what a dead site held to the machine that asks.
    mutating func depose(_ site: SiteID, at machine: Int, _ state: CustodyState) {
        guard !self.deposed.contains(site), self.machines[machine].site != site else { return }
        var heads: [Author: UInt64] = [:]
        for index in self.machines[machine].known {
            let place = self.entries[index].write.reference
            if place.author.site == site { heads[place.author] = max(heads[place.author] ?? 0, place.seq) }
        }
        let trusted = heads.keys.sorted().map { DeltaReference(author: $0, seq: heads[$0] ?? 0) }
        let held = state.firm.site == site ? state.firm : state.accountable
        self.deposed.append(site)
        self.write(
            .depose(site, holding: held.cited, heads: trusted, heir: self.machines[machine].site),
            at: machine, by: Self.rootKeeper)
    }
}
