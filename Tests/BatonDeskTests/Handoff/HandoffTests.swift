import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

/// A handoff from syd to usw of one case, from the draft to the accept, without a node around it.
@Suite struct HandoffTests {
    private static let minute: UInt64 = 60_000

    /// The handoff's document at both sites: what was written, folded.
    private final class Paper {
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

    private let syd = DeskDouble("syd")
    private let usw = DeskDouble("usw")

    private func scene(_ desk: DeskDouble, _ name: String) -> ActScene {
        ActScene(
            person: DeskTeam.shared.person(name), site: desk.site, now: desk.now,
            membership: DeskTeam.shared.membership, rules: desk.rules,
            entropy: [UInt8](repeating: 9, count: 16),
            hashing: StandInHashing())
    }

    private func custody(_ desk: DeskDouble) -> CustodyScene {
        CustodyScene(
            author: Author(site: desk.site, incarnation: Incarnation(counter: 1, nonce: desk.site.packed)),
            origin: self.syd.site, evidence: nil)
    }

    private func held(_ desk: DeskDouble) -> HandoffCase {
        let facts = CustodyFacts(origin: self.syd.site)
        let state = CustodyState(of: desk.file.entries(CaseField.custody), facts)
        return HandoffCase(
            file: desk.file, custody: state, lastHeld: state.lastRead(by: self.usw.site), news: [],
            handle: "EDR-7K3QM2")
    }

    private func perform(_ plan: HandoffPlan, _ desk: DeskDouble, _ name: String, _ paper: Paper) {
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
    private func opened() throws -> Paper {
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
        let paper = Paper(plan.changes[0].document)
        self.perform(plan, self.syd, "alee", paper)
        return paper
    }

    private func draft(_ paper: Paper, earlier: [HandoffRecord] = []) throws -> HandoffDraft {
        try #require(
            HandoffDraft(
                paper.state, cases: [self.held(self.syd)], earlier: earlier,
                risks: ["usw not heard for 38 min"],
                scene: self.scene(self.syd, "alee")))
    }

    private func say(_ part: DraftBody.Part, _ words: String, _ paper: Paper) throws {
        let plan = try HandoffWork.say(
            DraftBody(part, on: self.syd.document, words: words), in: paper.state)
        self.perform(plan, self.syd, "alee", paper)
    }

    private func sayAll(_ paper: Paper) throws {
        try self.say(.situation, "Report filed, waiting for receipt", paper)
        try self.say(.contingency, "if no receipt by noon then ring", paper)
        try self.say(.nothingPending, "none", paper)
    }

    private func offered() throws -> Paper {
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

    private func accept(_ paper: Paper) throws -> HandoffPlan {
        try HandoffWork.accept(
            paper.state, cases: [self.held(self.usw)], scenes: [self.custody(self.usw)], takesBulk: true,
            scene: self.scene(self.usw, "kim"))
    }

    @Test("the risks of the system are told in sentences, and none where all is well")
    func risks() {
        let well = HandoffRisks(silent: [], waiting: 0, conflicts: 0, unread: 0, alarms: 0)
        #expect(well.lines(now: 1).isEmpty)
        let ill = HandoffRisks(
            silent: [.init(site: "usw", lastHeardAt: 60_000), .init(site: "use", lastHeardAt: nil)],
            waiting: 2, conflicts: 3, unread: 4, alarms: 1)
        #expect(
            ill.lines(now: 39 * 60_000) == [
                "usw not heard for 38 min", "use has not been heard yet",
                "2 changes wait for others that are missing here", "3 conflicts are open",
                "4 changes cannot be read here", "1 alarm stands: see status",
            ])
    }

    @Test("a draft without its required parts cannot be offered, and says each of them with a code")
    func required() throws {
        let paper = try self.opened()
        let codes = try self.draft(paper).findings.filter(\.isBlocking).map(\.code)
        #expect(codes == ["handoff.no-situation", "handoff.pending-unsaid", "handoff.no-contingency"])
        let refusal = #expect(throws: ActRefusal.self) {
            try HandoffWork.offer(
                self.draft(paper), cases: [self.held(self.syd)], scenes: [self.custody(self.syd)],
                isUnstaffed: false, scene: self.scene(self.syd, "alee"))
        }
        #expect(refusal?.code == "handoff.no-situation")
        try self.sayAll(paper)
        #expect(try self.draft(paper).findings.filter(\.isBlocking) == [])
    }

    @Test("a contact that waits without an expected time keeps the case from being handed on")
    func expectation() throws {
        let paper = try self.opened()
        try self.sayAll(paper)
        try self.syd.act("alee", "contact log AFP \"asked for the reference\" --ask")
        #expect(try self.draft(paper).findings.filter(\.isBlocking).map(\.code) == ["handoff.no-expectation"])
    }

    @Test("warnings tell of a hard deadline near the custody moment, a relay, and sentences copied too often")
    func warnings() throws {
        let paper = try self.opened()
        try self.sayAll(paper)
        let first = try self.draft(paper).record
        var item = first.items[0]
        item.actions = [.init(what: "eu.tco", due: first.custodyAt - 8 * Self.minute, isHard: true)]
        item.hops = 2
        var record = first
        record.items = [item]
        let codes = HandoffCheck.findings(record, HandoffRules(), now: self.syd.now).map(\.code)
        #expect(codes == ["handoff.deadline-near", "handoff.relay"])
        let copied = try self.draft(paper, earlier: [first, first])
        #expect(copied.findings.map(\.code) == ["handoff.copied", "handoff.copied"])
        #expect(try self.draft(paper, earlier: [first]).findings.isEmpty)
    }

    @Test("the record's bytes and hash are the same after a round, and every change shows in the hash")
    func record() throws {
        let paper = try self.opened()
        try self.sayAll(paper)
        let record = try self.draft(paper).record
        let read = try #require(HandoffRecord(CBORValue.decode(record.bytes)))
        #expect(read == record)
        #expect(read.hash(StandInHashing()) == record.hash(StandInHashing()))
        var changed = record
        changed.items[0].situation += "."
        #expect(changed.hash(StandInHashing()) != record.hash(StandInHashing()))
    }

    @Test(
        "an accept waits for the read-backs, goes on where it was cut off, and then moves custody and signs")
    func accepting() throws {
        let paper = try self.offered()
        #expect(self.held(self.usw).custody.accountable.site == self.syd.site)
        #expect(#expect(throws: ActRefusal.self) { try self.accept(paper) }?.code == "handoff.read-back-owed")
        let (record, hash) = try HandoffWork.offeredRecord(paper.state, self.scene(self.usw, "kim"))
        for words in ["ring at 23:11 on 1 jan", "nothing is awaited, I ring for the receipt"] {
            let step = HandoffWork.readBack(
                words, of: record.items[0], record: hash, in: paper.state, offsets: [],
                scene: self.scene(self.usw, "kim"))
            self.perform(step.plan, self.usw, "kim", paper)
        }
        let plan = try self.accept(paper)
        self.perform(plan, self.usw, "kim", paper)
        #expect(paper.state.standing == .accepted)
        #expect(paper.state.readBackCount(hash) == 1)
        #expect(self.held(self.usw).custody.firm.site == self.usw.site)
        let receipt = try #require(paper.state.accepted)
        #expect(receipt.body.record == hash)
        #expect(receipt.body.held.map(\.document) == [self.usw.document])
        self.syd.receive(from: self.usw)
        #expect(self.held(self.syd).custody.firm.site == self.usw.site)
    }

    private func review(_ desk: DeskDouble, _ handoffs: [HandoffState] = []) -> [FileItem] {
        let report = ReviewReport(desk.file, rules: desk.rules, handoffs: handoffs, now: desk.now)
        return report.sections.first { $0.name == "handoffs" }?.items ?? []
    }

    @Test("a review tells how the case was handed on: wait, read-back and corrections, moves of custody")
    func reviewed() throws {
        #expect(self.review(self.syd).isEmpty, "a case that never moved has nothing to tell")
        let paper = try self.offered()
        self.syd.pass(minutes: 7)
        var open = self.review(self.syd, [paper.state])
        #expect(open.map(\.id) == ["moves", "offer:1", "unaccepted"])
        #expect(open[0].text == "0 changes of custody: 0 accepted")
        #expect(open[1].state == "open" && open[1].text == "HO-1122-SU to usw, for 7 min")
        #expect(open[2].text == "offered and not accepted for 7 min in all")
        #expect(open[2].state == "open" && open[2].marks == ["1 not answered"])
        self.usw.pass(minutes: 12)
        let (record, hash) = try HandoffWork.offeredRecord(paper.state, self.scene(self.usw, "kim"))
        var wrong = ReadBackBody(record: hash, document: self.usw.document, words: "ring at noon")
        wrong.mismatches = ["said noon, the record says 23:11"]
        let shape = OperationShape(kind: .append, field: HandoffField.readbacks, isMaterial: true)
        paper.write(
            [Operation(shape: shape, body: wrong.value)], at: self.usw.site,
            by: DeskTeam.shared.person("kim").id, now: self.usw.now)
        let right = HandoffWork.readBack(
            "nothing is awaited, I ring for the receipt", of: record.items[0], record: hash, in: paper.state,
            offsets: [], scene: self.scene(self.usw, "kim"))
        self.perform(right.plan, self.usw, "kim", paper)
        self.perform(try self.accept(paper), self.usw, "kim", paper)
        self.usw.pass(minutes: 60)
        let done = self.review(self.usw, [paper.state])
        #expect(done.map(\.id) == ["moves", "offer:1", "read-back", "unaccepted"])
        #expect(done[0].text == "1 change of custody: 1 accepted")
        #expect(done[1].state == "accepted" && done[1].by == DeskTeam.shared.person("alee").id)
        #expect(done[1].text == "HO-1122-SU to usw, after 12 min, read back after 1 correction")
        #expect(done[2].text == "1 read-back, 1 correction")
        #expect(done[3].state == "over" && done[3].text == "offered and not accepted for 12 min in all")
        // Without the handoff's document the custody alone is told.
        open = self.review(self.usw)
        #expect(open.map(\.id) == ["moves", "offer:1", "unaccepted"])
        #expect(open[1].text == "to usw, after 12 min")
        #expect(ReviewHandoffs.documents(of: self.usw.file) == [paper.document])
    }

    @Test("a review counts a time that two offers shared once, and names what was declined or taken")
    func reviewedOffers() throws {
        try self.syd.act("alee", "triage --type EDR --sev S2")
        try self.syd.act("alee", "assign usw")
        self.syd.pass(minutes: 10)
        try self.syd.act("alee", "assign use")
        self.usw.pass(minutes: 30)
        self.usw.receive(from: self.syd)
        try self.usw.act("kim", "take --emergency --why PARTITION")
        self.syd.pass(minutes: 20)
        self.syd.receive(from: self.usw)
        let items = self.review(self.syd)
        #expect(items[0].text == "1 change of custody: 0 accepted, 1 taken in an emergency")
        #expect(items[1].text == "to usw, for 30 min" && items[2].text == "to use, for 20 min")
        #expect(items[3].text == "offered and not accepted for 30 min in all")
        #expect(items[3].marks == ["2 not answered"])
    }

    private func step(
        _ desk: DeskDouble, _ name: String, _ act: Act, _ paper: Paper
    ) throws -> HandoffOutcome {
        var scene = HandoffScene(paper.state, act: self.scene(desk, name))
        scene.cases = [self.held(desk)]
        scene.scenes = [self.custody(desk)]
        let outcome = try HandoffSteps.perform(act, scene)
        self.perform(outcome.plan, desk, name, paper)
        return outcome
    }

    @Test("what is said is answered with what was saved, and with what an offer still lacks")
    func saidAndMissing() throws {
        let paper = try self.opened()
        let document = self.syd.document.description
        func say(_ arguments: [String: [String]]) throws -> HandoffPlan {
            let typed = arguments.merging(["case": [document]]) { mine, _ in mine }
            return try self.step(self.syd, "alee", Act("say", typed), paper).plan
        }
        let first = try say(["situation": ["Report filed"], "if": ["if no answer then ring"]])
        #expect(first.said == ["Saved for EDR-7K3QM2: the situation, an if-then plan."])
        #expect(
            first.hints == [
                "Before it can be offered: EDR-7K3QM2 has no awaited answer, and nobody said so.",
                "Type none if that is right: handoff say EDR-7K3QM2 --pending none",
            ])
        let long = try say(["situation": [String(repeating: "x", count: 201)]])
        #expect(long.hints.count == 1 && long.hints[0].contains("201 characters, 200 fit"))
        let short = try say(["situation": ["Report filed"], "pending": ["none"]])
        #expect(short.hints == ["Nothing is missing for: handoff offer"])
        #expect(try self.draft(paper).findings.allSatisfy { !$0.isBlocking })
    }

    @Test("what the receiver misses becomes a step of the case and a line of the receipt, and is handed on")
    func addedAction() throws {
        let paper = try self.offered()
        let due = self.usw.now + 90 * Self.minute
        let typed = Act(
            "action",
            [
                "case": [self.usw.document.description], "words": ["confirm the removal to the authority"],
                "due": ["\(due)"],
            ])
        let refusal = #expect(throws: ActRefusal.self) { try self.step(self.syd, "alee", typed, paper) }
        #expect(refusal?.code == "handoff.not-yours")
        let outcome = try self.step(self.usw, "kim", typed, paper)
        #expect(outcome.plan.changes.map(\.document) == [self.usw.document, paper.document])
        #expect(paper.state.standing == .offered)
        self.syd.receive(from: self.usw)
        for desk in [self.syd, self.usw] {
            let added = try #require(desk.file.checklist.steps.first { $0.isAdded })
            #expect(added.step.text == "confirm the removal to the authority")
            #expect(added.owner == DeskTeam.shared.person("kim").id && added.due == due && added.isMissing)
        }
        #expect(
            paper.state.addenda.entries.map(\.body.words) == [
                "action added to EDR-7K3QM2: confirm the removal to the authority, for kim, by "
                    + TimeWords.instant(due, now: self.usw.now)
            ])
        let next = try self.draft(try self.opened()).record.items[0].actions
        let handed = try #require(next.first { $0.due == due })
        #expect(handed.what == "confirm the removal to the authority (kim)" && !handed.isHard)
    }

    @Test("an added step is done like any other, and two that were added apart both stay")
    func addedSteps() throws {
        try self.syd.act("alee", "check add \"ring the duty officer\" --owner kim")
        self.usw.receive(from: self.syd)
        try self.syd.act("alee", "check add \"look at the log\"")
        try self.usw.act("kim", "check add \"tell counsel\"")
        self.usw.receive(from: self.syd)
        self.syd.receive(from: self.usw)
        let texts = self.syd.file.steps(self.syd.rules).items.map(\.state.step.text)
        #expect(texts.count == 3 && texts[0] == "ring the duty officer")
        #expect(texts == self.usw.file.steps(self.usw.rules).items.map(\.state.step.text))
        try self.usw.act("kim", "check done 1 --note \"rang at 03:10\"")
        #expect(self.usw.file.steps(self.usw.rules).open.map(\.number) == [2, 3])
        #expect(throws: ActRefusal.self) { try self.usw.act("kim", "check add \"late\" --owner nobody") }
    }

    @Test("a case passed on too often is not accepted before a read-back on the telephone, or a named gap")
    func telephone() throws {
        self.syd.rules.handoff.relayHops = 1
        self.usw.rules.handoff.relayHops = 1
        for (argument, words) in [("telephone", []), ("gap", ["nobody picks up in syd"])] {
            let paper = try self.offered()
            let said = [
                "case": [self.usw.document.description],
                "words": ["nothing is awaited, I ring for the receipt"],
            ]
            let first = try self.step(self.usw, "kim", Act("readback", said), paper)
            #expect(first.readBack?.isGood == true)
            let refusal = #expect(throws: ActRefusal.self) { try self.accept(paper) }
            #expect(refusal?.code == "handoff.telephone-owed")
            var made = said
            made[argument] = words
            _ = try self.step(self.usw, "kim", Act("readback", made), paper)
            #expect(try self.accept(paper).said.count == 1)
            let (record, hash) = try HandoffWork.offeredRecord(paper.state, self.scene(self.usw, "kim"))
            let line = try #require(paper.state.telephoneLines(record, hash).first)
            #expect(line.contains("not read back") == (argument == "gap"))
            let back = try HandoffWork.end(
                .decline(code: "TOO-MANY"), paper.state, cases: [self.held(self.usw)],
                scenes: [self.custody(self.usw)], scene: self.scene(self.usw, "kim"))
            self.perform(back, self.usw, "kim", paper)
            self.syd.receive(from: self.usw)
        }
    }

    @Test("a draft of more cases than a record can hold says so, and how to name those that go on")
    func tooMany() throws {
        let paper = try self.opened()
        try self.sayAll(paper)
        var scene = HandoffScene(paper.state, act: self.scene(self.syd, "alee"))
        scene.cases = [self.held(self.syd)]
        scene.caseCount = HandoffRecord.casesMax
        #expect(scene.draft?.findings == [])
        scene.caseCount = HandoffRecord.casesMax + 1
        #expect(scene.draft?.findings.map(\.code) == ["handoff.too-many"])
        #expect(scene.draft?.findings.first?.isBlocking == true)
    }

    @Test("where the leaver named cases only those go on, and the last word about a case counts")
    func marked() throws {
        let paper = try self.opened()
        #expect(paper.state.marked.only == nil)
        try self.say(.without, "", paper)
        #expect(paper.state.marked.only == nil && paper.state.marked.without == [self.syd.document])
        #expect(try self.draft(paper).record.items.isEmpty)
        try self.say(.with, "", paper)
        #expect(paper.state.marked.only == [self.syd.document] && paper.state.marked.without.isEmpty)
        #expect(try self.draft(paper).record.items.count == 1)
        try self.say(.without, "", paper)
        #expect(paper.state.marked.only == [] && paper.state.marked.without == [self.syd.document])
        #expect(try self.draft(paper).record.items.isEmpty)
    }

    @Test("after the accept only addenda are taken, and the record stays as it was")
    func addenda() throws {
        let paper = try self.offered()
        let (record, hash) = try HandoffWork.offeredRecord(paper.state, self.scene(self.syd, "alee"))
        let refusal = #expect(throws: ActRefusal.self) { try self.say(.situation, "other", paper) }
        #expect(refusal?.code == "handoff.closed")
        let plan = try HandoffWork.addendum(
            "the receipt came", on: nil, paper.state, scene: self.scene(self.syd, "alee"))
        self.perform(plan, self.syd, "alee", paper)
        #expect(paper.state.record(hash, hashing: StandInHashing()) == record)
        #expect(paper.state.addenda.entries.map(\.body.words) == ["the receipt came"])
    }

    @Test(
        "a declined handoff leaves custody with the leaver, and a withdrawn one ends with the acknowledgement"
    )
    func endings() throws {
        let paper = try self.offered()
        let plan = try HandoffWork.end(
            .withdraw, paper.state, cases: [self.held(self.syd)], scenes: [self.custody(self.syd)],
            scene: self.scene(self.syd, "alee"))
        self.perform(plan, self.syd, "alee", paper)
        #expect(paper.state.standing == .withdrawing)
        self.usw.receive(from: self.syd)
        let last = try HandoffWork.end(
            .acknowledge, paper.state, cases: [self.held(self.usw)], scenes: [self.custody(self.usw)],
            scene: self.scene(self.usw, "kim"))
        self.perform(last, self.usw, "kim", paper)
        #expect(paper.state.standing == .withdrawn)
        #expect(self.held(self.usw).custody.offers.map(\.standing) == [.acknowledged])
        #expect(self.held(self.usw).custody.firm.site == self.syd.site)
    }

    @Test("the page stands alone: no link, every text escaped, times in UTC and both local times")
    func page() throws {
        let paper = try self.opened()
        try self.sayAll(paper)
        try self.say(.situation, "<b>set B</b> & more", paper)
        let record = try self.draft(paper).record
        let page = HandoffPage(
            record, hash: record.hash(StandInHashing()), state: paper.state,
            zones: [.init(name: "syd", offsetMinutes: 660), .init(name: "usw", offsetMinutes: -480)]
        ) { _ in "alee" }
        #expect(page.html.contains("&lt;b&gt;set B&lt;/b&gt; &amp; more"))
        for outside in ["http", "src=", "href", "@import", "url("] { #expect(!page.html.contains(outside)) }
        let text = page.text()
        #expect(text.contains("03:51Z 14:51 syd 19:51 usw"))
        #expect(text.contains("usw not heard for 38 min"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    }
}
