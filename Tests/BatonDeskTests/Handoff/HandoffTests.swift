import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

/// What is drafted and offered, and what the record and its page say.
@Suite("Handoffs from the draft to the offer") struct HandoffTests {
    private let desks = HandoffDesks()

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
        let paper = try self.desks.opened()
        let codes = try self.desks.draft(paper).findings.filter(\.isBlocking).map(\.code)
        #expect(codes == ["handoff.no-situation", "handoff.pending-unsaid", "handoff.no-contingency"])
        let refusal = #expect(throws: ActRefusal.self) {
            try HandoffWork.offer(
                self.desks.draft(paper), cases: [self.desks.held(self.desks.syd)],
                scenes: [self.desks.custody(self.desks.syd)],
                isUnstaffed: false, scene: self.desks.scene(self.desks.syd, "alee"))
        }
        #expect(refusal?.code == "handoff.no-situation")
        try self.desks.sayAll(paper)
        #expect(try self.desks.draft(paper).findings.filter(\.isBlocking) == [])
    }

    @Test("a contact that waits without an expected time keeps the case from being handed on")
    func expectation() throws {
        let paper = try self.desks.opened()
        try self.desks.sayAll(paper)
        try self.desks.syd.act("alee", "contact log AFP \"asked for the reference\" --ask")
        #expect(
            try self.desks.draft(paper).findings.filter(\.isBlocking).map(\.code) == [
                "handoff.no-expectation"
            ])
    }

    @Test("warnings tell of a hard deadline near the custody moment, a relay, and sentences copied too often")
    func warnings() throws {
        let paper = try self.desks.opened()
        try self.desks.sayAll(paper)
        let first = try self.desks.draft(paper).record
        var item = first.items[0]
        item.actions = [.init(what: "eu.tco", due: first.custodyAt - 8 * HandoffDesks.minute, isHard: true)]
        item.hops = 2
        var record = first
        record.items = [item]
        let codes = HandoffCheck.findings(record, HandoffRules(), now: self.desks.syd.now).map(\.code)
        #expect(codes == ["handoff.deadline-near", "handoff.relay"])
        let copied = try self.desks.draft(paper, earlier: [first, first])
        #expect(copied.findings.map(\.code) == ["handoff.copied", "handoff.copied"])
        #expect(try self.desks.draft(paper, earlier: [first]).findings.isEmpty)
    }

    @Test("the record's bytes and hash are the same after a round, and every change shows in the hash")
    func record() throws {
        let paper = try self.desks.opened()
        try self.desks.sayAll(paper)
        let record = try self.desks.draft(paper).record
        let read = try #require(HandoffRecord(CBORValue.decode(record.bytes)))
        #expect(read == record)
        #expect(read.hash(StandInHashing()) == record.hash(StandInHashing()))
        var changed = record
        changed.items[0].situation += "."
        #expect(changed.hash(StandInHashing()) != record.hash(StandInHashing()))
    }

    @Test("what is said is answered with what was saved, and with what an offer still lacks")
    func saidAndMissing() throws {
        let paper = try self.desks.opened()
        let document = self.desks.syd.document.description
        func say(_ arguments: [String: [String]]) throws -> HandoffPlan {
            let typed = arguments.merging(["case": [document]]) { mine, _ in mine }
            return try self.desks.step(self.desks.syd, "alee", Act("say", typed), paper).plan
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
        #expect(try self.desks.draft(paper).findings.allSatisfy { !$0.isBlocking })
    }

    @Test("a draft of more cases than a record can hold says so, and how to name those that go on")
    func tooMany() throws {
        let paper = try self.desks.opened()
        try self.desks.sayAll(paper)
        var scene = HandoffScene(paper.state, act: self.desks.scene(self.desks.syd, "alee"))
        scene.cases = [self.desks.held(self.desks.syd)]
        scene.caseCount = HandoffRecord.casesMax
        #expect(scene.draft?.findings == [])
        scene.caseCount = HandoffRecord.casesMax + 1
        #expect(scene.draft?.findings.map(\.code) == ["handoff.too-many"])
        #expect(scene.draft?.findings.first?.isBlocking == true)
    }

    @Test("where the leaver named cases only those go on, and the last word about a case counts")
    func marked() throws {
        let paper = try self.desks.opened()
        #expect(paper.state.marked.only == nil)
        try self.desks.say(.without, "", paper)
        #expect(paper.state.marked.only == nil && paper.state.marked.without == [self.desks.syd.document])
        #expect(try self.desks.draft(paper).record.items.isEmpty)
        try self.desks.say(.with, "", paper)
        #expect(paper.state.marked.only == [self.desks.syd.document] && paper.state.marked.without.isEmpty)
        #expect(try self.desks.draft(paper).record.items.count == 1)
        try self.desks.say(.without, "", paper)
        #expect(paper.state.marked.only == [] && paper.state.marked.without == [self.desks.syd.document])
        #expect(try self.desks.draft(paper).record.items.isEmpty)
    }

    @Test("the page stands alone: no link, every text escaped, times in UTC and both local times")
    func page() throws {
        let paper = try self.desks.opened()
        try self.desks.sayAll(paper)
        try self.desks.say(.situation, "<b>set B</b> & more", paper)
        let record = try self.desks.draft(paper).record
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
