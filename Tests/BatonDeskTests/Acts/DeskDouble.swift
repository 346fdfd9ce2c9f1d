import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator

/// The people of the tests.
struct DeskTeam {
    let membership: Membership

    static let shared = DeskTeam()

    private init() {
        let root = StandInSigning(named: "root")
        let names = ["syd", "use", "usw"]
        let sites = names.compactMap { SiteID($0) }.map { site in
            SiteRecord(
                site: site, region: "test", signingKey: StandInSigning(named: "\(site)").publicKey,
                tlsPin: [UInt8](repeating: 1, count: 32), unwrapKey: [UInt8](repeating: 7, count: 32),
                clearances: [])
        }
        let people: [(String, Int, [Role])] = [
            ("kim", 2, [.specialist]), ("pat", 2, [.lead]), ("alee", 0, [.specialist]), ("mo", 0, [.lead]),
            ("ada", 2, [.analyst]),
        ]
        let operators = people.enumerated().map { place, person in
            OperatorRecord(
                id: OperatorID(UInt32(place + 1)), name: person.0, site: sites[person.1].site,
                roles: person.2,
                userIDs: [UInt32(place)])
        }
        let entry = MembershipEntry(
            epoch: 1, prev: .zero, createdMilliseconds: 0, teamName: "test", roots: [root.publicKey],
            rootThreshold: 1, sites: sites, operators: operators)
        let bytes = entry.encoded()
        let signature = root.sign(SignedMembershipEntry.signedMessage(bytes))
        do {
            let signed = try SignedMembershipEntry(
                bytes: bytes, signatures: [.init(key: root.publicKey, signature: signature)])
            self.membership = try Membership(first: signed, hashing: StandInHashing(), verifying: root)
        } catch {
            preconditionFailure("the test team's membership was refused: \(error)")
        }
    }

    func person(_ name: String) -> OperatorRecord {
        guard let found = self.membership.head.operators.first(where: { $0.name == name }) else {
            preconditionFailure("the test team has no \(name)")
        }
        return found
    }
}

/// One site's copy of one case: acts are decided, written and folded here as a node does it, without the
/// cryptography around it.
final class DeskDouble {
    let site: SiteID
    let document: DocumentID
    var rules: RuleBook
    /// Milliseconds of this site's wall clock.
    var now: UInt64
    /// What waits in the log of the case.
    var waiting: [WaitingDelta] = []
    private(set) var state: DocumentState
    private(set) var log: [(delta: OpenedDelta, position: DeltaPosition)] = []
    private var vector = CausalVector()
    private var seq: UInt64 = 0
    private var clock = HybridClock()
    private var random: SeededRandom
    private let author: Author
    private static let fold = Fold(table: DeskFieldTable.current)

    /// 22 November 2026, 02:51 UTC.
    static let start: UInt64 = 1_795_315_860_000

    init(_ name: String, rules: RuleBook = DeskBook.book, now: UInt64 = DeskDouble.start, seed: UInt64 = 1) {
        guard let site = SiteID(name) else { preconditionFailure("\(name) is no site") }
        self.site = site
        self.document = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 3, count: 15))
        self.rules = rules
        self.now = now
        self.state = DocumentState(id: self.document)
        self.author = Author(site: site, incarnation: Incarnation(counter: 1, nonce: site.packed))
        self.random = SeededRandom(seed: seed &* 0x9e37 &+ site.packed)
    }

    var file: CaseFile {
        CaseFile(
            state: self.state,
            summary: CaseSummary(
                state: self.state, uncoveredCount: 0, waitingCount: 0, hashing: StandInHashing()),
            membership: DeskTeam.shared.membership)
    }

    func section(_ name: String) -> FileSection { self.file.section(name, rules: self.rules, now: self.now) }

    func item(_ section: String, _ id: String) -> FileItem? {
        self.section(section).items.first { $0.id == id }
    }

    /// Does a line of the desk as somebody; the words are those of `ActTable`.
    @discardableResult
    func act(_ name: String, _ line: String) throws -> ActOutcome {
        let (act, spec) = DeskLine.read(line)
        var scene = ActScene(
            person: DeskTeam.shared.person(name), site: self.site, now: self.now,
            membership: DeskTeam.shared.membership, rules: self.rules, entropy: self.random.bytes(16),
            hashing: StandInHashing())
        scene.custody = self.file.origin.map {
            CustodyScene(author: self.author, origin: $0, evidence: nil)
        }
        scene.waiting = self.waiting
        try ActArguments.check(act, spec)
        let outcome = try spec.perform(act, self.file, scene)
        self.write(outcome.operations, by: scene.person.id)
        return outcome
    }

    /// The code with which a line is refused; nil when it is done.
    func refusal(_ name: String, _ line: String) -> ActRefusal? {
        do {
            try self.act(name, line)
            return nil
        } catch {
            return error as? ActRefusal
        }
    }

    func write(_ operations: [Operation], by person: OperatorID) {
        guard !operations.isEmpty else { return }
        self.seq += 1
        let reference = DeltaReference(author: self.author, seq: self.seq)
        var id: [UInt8] = Array("\(self.author) \(self.seq)".utf8)
        id = StandInHashing().digest256(id).bytes
        guard let delta = DeltaID(id), let seal = ContextSeal([UInt8](repeating: 0, count: 16)[...]) else {
            preconditionFailure("a digest has 32 bytes and a seal 16")
        }
        let header = Header(
            level: DeskFieldTable.level, author: self.author, seq: self.seq, prev: .none,
            membership: MembershipReference(epoch: 1, hashPrefix: 0), document: self.document,
            documentPrev: 0,
            context: Context(entries: [], seal: seal), stamp: self.clock.tick(wallMilliseconds: self.now),
            actor: Actor(person: person), shape: operations.map(\.shape),
            parts: [
                PartDescriptor(
                    compartment: .global, key: KeyID(generation: 1, hash: 0), commitment: .zero, length: 0)
            ])
        let bodies = operations.enumerated().map { OpenedDelta.Body(index: UInt32($0), value: $1.body) }
        var vector = self.vector
        vector.include(reference)
        let position = DeltaPosition(id: delta, reference: reference, vector: vector, level: header.level)
        self.apply(OpenedDelta(id: delta, header: header, parts: [.bodies(bodies)]), position)
    }

    private func apply(_ delta: OpenedDelta, _ position: DeltaPosition) {
        let outcome = Self.fold.apply(
            delta, at: position, to: &self.state, isAuthorised: true, clearances: [],
            isInPast: { _, reference in
                reference != position.reference && position.vector.contains(reference)
            })
        precondition(outcome.fate == .applied, "an act wrote what the fold calls \(outcome.fate)")
        self.vector.merge(position.vector)
        _ = self.clock.observe(delta.header.stamp, wallMilliseconds: self.now)
        self.log.append((delta, position))
    }

    /// Takes what another site has and this one has not, in an order that respects the past.
    func receive(from other: DeskDouble) {
        for entry in other.log where !self.log.contains(where: { $0.delta.id == entry.delta.id }) {
            self.apply(entry.delta, entry.position)
        }
    }

    static func meet(_ one: DeskDouble, _ two: DeskDouble) {
        one.receive(from: two)
        two.receive(from: one)
    }

    /// Waits.
    func pass(minutes: UInt64) { self.now += minutes * 60_000 }
}

/// Reads a line as the desk's grammar would, for tests that tell a story.
enum DeskLine {
    static func read(_ line: String) -> (Act, ActSpec) {
        var words = Self.words(line)
        let names = [words.prefix(2).joined(separator: " "), words[0]]
        guard let spec = names.lazy.compactMap({ ActTable.spec($0) }).first else {
            preconditionFailure("no act is called \(words[0])")
        }
        words.removeFirst(spec.name.split(separator: " ").count)
        var arguments: [String: [String]] = [:]
        var place = 0
        while !words.isEmpty {
            let word = words.removeFirst()
            if word.hasPrefix("--") {
                let name = String(word.dropFirst(2))
                let isFlag = spec.options.first { $0.name == name }?.value == .flag
                if isFlag {
                    arguments[name] = []
                } else {
                    arguments[name, default: []].append(words.removeFirst())
                }
            } else {
                let parameter = spec.parameters[min(place, spec.parameters.count - 1)]
                if parameter.value == .text, let before = arguments[parameter.name]?.first {
                    arguments[parameter.name] = ["\(before) \(word)"]
                } else {
                    arguments[parameter.name, default: []].append(word)
                }
                if parameter.value != .text, !parameter.repeats { place += 1 }
            }
        }
        return (Act(spec.name, arguments), spec)
    }

    private static func words(_ line: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in line {
            if character == "\"" {
                isQuoted.toggle()
            } else if character == " ", !isQuoted {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        if !word.isEmpty { words.append(word) }
        return words
    }
}
