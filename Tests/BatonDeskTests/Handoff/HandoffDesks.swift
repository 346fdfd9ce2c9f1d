import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

/// The handoff's document at both sites: what was written, folded.
final class HandoffPaper {
    private(set) var entries: [FieldCode: [LedgerEntry]] = [:]
    private var vector = CausalVector()
    private var seq: [SiteID: UInt64] = [:]
    let document: DocumentID
    init(_ document: DocumentID) { self.document = document }

    func write(_ operations: [Operation], at site: SiteID, by person: OperatorID, now: UInt64) {
        let author = Author(site: site, incarnation: Incarnation(counter: 1, nonce: site.packed))
        self.seq[site, default: 0] += 1
        let reference = DeltaReference(author: author, seq: self.seq[site] ?? 0)
        self.vector.include(reference)
        let digest = StandInHashing().digest256(Array("\(reference)".utf8))
        for (index, operation) in operations.enumerated() {
            let write = Write(
                dot: Dot(delta: DeltaID(digest: digest), index: UInt32(index)), reference: reference,
                level: 1,
                stamp: HybridTime(milliseconds: now, counter: 0), actor: Actor(person: person),
                isMaterial: true, value: operation.body)
            self.entries[operation.shape.field, default: []].append(
                LedgerEntry(write: write, vector: self.vector))
        }
    }

    var state: HandoffState { HandoffState(self.document) { self.entries[$0] ?? [] } }
}

/// A handoff from syd to usw of one case, from the draft to the accept, without a node around it.
struct HandoffDesks {
    static let minute: UInt64 = 60_000

    let syd = DeskDouble("syd")
    let usw = DeskDouble("usw")

    func scene(_ desk: DeskDouble, _ name: String) -> ActScene {
        ActScene(
            person: DeskTeam.shared.person(name), site: desk.site, now: desk.now,
            membership: DeskTeam.shared.membership, rules: desk.rules,
            entropy: [UInt8](repeating: 9, count: 16),
            hashing: StandInHashing())
    }

    func custody(_ desk: DeskDouble) -> CustodyScene {
        CustodyScene(
            author: Author(site: desk.site, incarnation: Incarnation(counter: 1, nonce: desk.site.packed)),
            origin: self.syd.site, evidence: nil)
    }

    func held(_ desk: DeskDouble) -> HandoffCase {
        let facts = CustodyFacts(origin: self.syd.site)
        let state = CustodyState(of: desk.file.entries(CaseField.custody), facts)
        return HandoffCase(
            file: desk.file, custody: state, lastHeld: state.lastRead(by: self.usw.site), news: [],
            handle: "EDR-7K3QM2")
    }

    func perform(_ plan: HandoffPlan, _ desk: DeskDouble, _ name: String, _ paper: HandoffPaper) {
        let person = DeskTeam.shared.person(name).id
        for change in plan.changes {
            if change.document == paper.document {
                paper.write(change.operations, at: desk.site, by: person, now: desk.now)
            } else {
                #expect(change.document == desk.document)
                desk.write(change.operations, by: person)
            }
        }
    }

    /// A grave case and an opened draft of its handoff.
    func opened() throws -> HandoffPaper {
        self.syd.write(
            [
                Operation(
                    shape: OperationShape(kind: .set, field: CaseField.severity, isMaterial: true),
                    body: .unsigned(0))
            ],
            by: DeskTeam.shared.person("alee").id)
        let plan = try HandoffWork.open(
            to: self.usw.site, person: DeskTeam.shared.person("kim").id, at: self.syd.now + 60 * Self.minute,
            scene: self.scene(self.syd, "alee"))
        let paper = HandoffPaper(plan.changes[0].document)
        self.perform(plan, self.syd, "alee", paper)
        return paper
    }

    func draft(_ paper: HandoffPaper, earlier: [HandoffRecord] = []) throws -> HandoffDraft {
        try #require(
            HandoffDraft(
                paper.state, cases: [self.held(self.syd)], earlier: earlier,
                risks: ["usw not heard for 38 min"],
                scene: self.scene(self.syd, "alee")))
    }

    func say(_ part: DraftBody.Part, _ words: String, _ paper: HandoffPaper) throws {
        let plan = try HandoffWork.say(
            DraftBody(part, on: self.syd.document, words: words), in: paper.state)
        self.perform(plan, self.syd, "alee", paper)
    }

    func sayAll(_ paper: HandoffPaper) throws {
        try self.say(.situation, "Report filed, waiting for receipt", paper)
        try self.say(.contingency, "if no receipt by noon then ring", paper)
        try self.say(.nothingPending, "none", paper)
    }

    func offered() throws -> HandoffPaper {
        let paper = try self.opened()
        try self.sayAll(paper)
        let plan = try HandoffWork.offer(
            self.draft(paper), cases: [self.held(self.syd)], scenes: [self.custody(self.syd)],
            isUnstaffed: false,
            scene: self.scene(self.syd, "alee"))
        #expect(plan.changes.map(\.document) == [self.syd.document, paper.document])
        self.perform(plan, self.syd, "alee", paper)
        self.usw.receive(from: self.syd)
        return paper
    }

    func accept(_ paper: HandoffPaper) throws -> HandoffPlan {
        try HandoffWork.accept(
            paper.state, cases: [self.held(self.usw)], scenes: [self.custody(self.usw)], takesBulk: true,
            scene: self.scene(self.usw, "kim"))
    }

    func step(
        _ desk: DeskDouble, _ name: String, _ act: Act, _ paper: HandoffPaper
    ) throws -> HandoffOutcome {
        var scene = HandoffScene(paper.state, act: self.scene(desk, name))
        scene.cases = [self.held(desk)]
        scene.scenes = [self.custody(desk)]
        let outcome = try HandoffSteps.perform(act, scene)
        self.perform(outcome.plan, desk, name, paper)
        return outcome
    }
}
