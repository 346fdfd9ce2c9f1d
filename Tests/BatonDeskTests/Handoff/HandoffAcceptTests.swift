import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

/// What a receiver does with an offer, and how one ends.
@Suite("Handoffs from the offer to their end") struct HandoffAcceptTests {
    private let desks = HandoffDesks()

    @Test(
        "an accept waits for the read-backs, goes on where it was cut off, and then moves custody and signs")
    func accepting() throws {
        let paper = try self.desks.offered()
        #expect(self.desks.held(self.desks.usw).custody.accountable.site == self.desks.syd.site)
        #expect(
            #expect(throws: ActRefusal.self) { try self.desks.accept(paper) }?.code
                == "handoff.read-back-owed")
        let (record, hash) = try HandoffWork.offeredRecord(
            paper.state, self.desks.scene(self.desks.usw, "kim"))
        for words in ["ring at 23:11 on 1 jan", "nothing is awaited, I ring for the receipt"] {
            let step = HandoffWork.readBack(
                words, of: record.items[0], record: hash, in: paper.state, offsets: [],
                scene: self.desks.scene(self.desks.usw, "kim"))
            self.desks.perform(step.plan, self.desks.usw, "kim", paper)
        }
        let plan = try self.desks.accept(paper)
        self.desks.perform(plan, self.desks.usw, "kim", paper)
        #expect(paper.state.standing == .accepted)
        #expect(paper.state.readBackCount(hash) == 1)
        #expect(self.desks.held(self.desks.usw).custody.firm.site == self.desks.usw.site)
        let receipt = try #require(paper.state.accepted)
        #expect(receipt.body.record == hash)
        #expect(receipt.body.held.map(\.document) == [self.desks.usw.document])
        self.desks.syd.receive(from: self.desks.usw)
        #expect(self.desks.held(self.desks.syd).custody.firm.site == self.desks.usw.site)
    }

    @Test("what the receiver misses becomes a step of the case and a line of the receipt, and is handed on")
    func addedAction() throws {
        let paper = try self.desks.offered()
        let due = self.desks.usw.now + 90 * HandoffDesks.minute
        let typed = Act(
            "action",
            [
                "case": [self.desks.usw.document.description],
                "words": ["confirm the removal to the authority"],
                "due": ["\(due)"],
            ])
        let refusal = #expect(throws: ActRefusal.self) {
            try self.desks.step(self.desks.syd, "alee", typed, paper)
        }
        #expect(refusal?.code == "handoff.not-yours")
        let outcome = try self.desks.step(self.desks.usw, "kim", typed, paper)
        #expect(outcome.plan.changes.map(\.document) == [self.desks.usw.document, paper.document])
        #expect(paper.state.standing == .offered)
        self.desks.syd.receive(from: self.desks.usw)
        for desk in [self.desks.syd, self.desks.usw] {
            let added = try #require(desk.file.checklist.steps.first { $0.isAdded })
            #expect(added.step.text == "confirm the removal to the authority")
            #expect(added.owner == DeskTeam.shared.person("kim").id && added.due == due && added.isMissing)
        }
        #expect(
            paper.state.addenda.entries.map(\.body.words) == [
                "action added to EDR-7K3QM2: confirm the removal to the authority, for kim, by "
                    + TimeWords.instant(due, now: self.desks.usw.now)
            ])
        let next = try self.desks.draft(try self.desks.opened()).record.items[0].actions
        let handed = try #require(next.first { $0.due == due })
        #expect(handed.what == "confirm the removal to the authority (kim)" && !handed.isHard)
    }

    @Test("an added step is done like any other, and two that were added apart both stay")
    func addedSteps() throws {
        try self.desks.syd.act("alee", "check add \"ring the duty officer\" --owner kim")
        self.desks.usw.receive(from: self.desks.syd)
        try self.desks.syd.act("alee", "check add \"look at the log\"")
        try self.desks.usw.act("kim", "check add \"tell counsel\"")
        self.desks.usw.receive(from: self.desks.syd)
        self.desks.syd.receive(from: self.desks.usw)
        let texts = self.desks.syd.file.steps(self.desks.syd.rules).items.map(\.state.step.text)
        #expect(texts.count == 3 && texts[0] == "ring the duty officer")
        #expect(texts == self.desks.usw.file.steps(self.desks.usw.rules).items.map(\.state.step.text))
        try self.desks.usw.act("kim", "check done 1 --note \"rang at 03:10\"")
        #expect(self.desks.usw.file.steps(self.desks.usw.rules).open.map(\.number) == [2, 3])
        #expect(throws: ActRefusal.self) {
            try self.desks.usw.act("kim", "check add \"late\" --owner nobody")
        }
    }

    @Test("a case passed on too often is not accepted before a read-back on the telephone, or a named gap")
    func telephone() throws {
        self.desks.syd.rules.handoff.relayHops = 1
        self.desks.usw.rules.handoff.relayHops = 1
        for (argument, words) in [("telephone", []), ("gap", ["nobody picks up in syd"])] {
            let paper = try self.desks.offered()
            let said = [
                "case": [self.desks.usw.document.description],
                "words": ["nothing is awaited, I ring for the receipt"],
            ]
            let first = try self.desks.step(self.desks.usw, "kim", Act("readback", said), paper)
            #expect(first.readBack?.isGood == true)
            let refusal = #expect(throws: ActRefusal.self) { try self.desks.accept(paper) }
            #expect(refusal?.code == "handoff.telephone-owed")
            var made = said
            made[argument] = words
            _ = try self.desks.step(self.desks.usw, "kim", Act("readback", made), paper)
            #expect(try self.desks.accept(paper).said.count == 1)
            let (record, hash) = try HandoffWork.offeredRecord(
                paper.state, self.desks.scene(self.desks.usw, "kim"))
            let line = try #require(paper.state.telephoneLines(record, hash).first)
            #expect(line.contains("not read back") == (argument == "gap"))
            let back = try HandoffWork.end(
                .decline(code: "TOO-MANY"), paper.state, cases: [self.desks.held(self.desks.usw)],
                scenes: [self.desks.custody(self.desks.usw)], scene: self.desks.scene(self.desks.usw, "kim"))
            self.desks.perform(back, self.desks.usw, "kim", paper)
            self.desks.syd.receive(from: self.desks.usw)
        }
    }

    @Test("after the accept only addenda are taken, and the record stays as it was")
    func addenda() throws {
        let paper = try self.desks.offered()
        let (record, hash) = try HandoffWork.offeredRecord(
            paper.state, self.desks.scene(self.desks.syd, "alee"))
        let refusal = #expect(throws: ActRefusal.self) { try self.desks.say(.situation, "other", paper) }
        #expect(refusal?.code == "handoff.closed")
        let plan = try HandoffWork.addendum(
            "the receipt came", on: nil, paper.state, scene: self.desks.scene(self.desks.syd, "alee"))
        self.desks.perform(plan, self.desks.syd, "alee", paper)
        #expect(paper.state.record(hash, hashing: StandInHashing()) == record)
        #expect(paper.state.addenda.entries.map(\.body.words) == ["the receipt came"])
    }

    @Test(
        "a declined handoff leaves custody with the leaver, and a withdrawn one ends with the acknowledgement"
    )
    func endings() throws {
        let paper = try self.desks.offered()
        let plan = try HandoffWork.end(
            .withdraw, paper.state, cases: [self.desks.held(self.desks.syd)],
            scenes: [self.desks.custody(self.desks.syd)],
            scene: self.desks.scene(self.desks.syd, "alee"))
        self.desks.perform(plan, self.desks.syd, "alee", paper)
        #expect(paper.state.standing == .withdrawing)
        self.desks.usw.receive(from: self.desks.syd)
        let last = try HandoffWork.end(
            .acknowledge, paper.state, cases: [self.desks.held(self.desks.usw)],
            scenes: [self.desks.custody(self.desks.usw)],
            scene: self.desks.scene(self.desks.usw, "kim"))
        self.desks.perform(last, self.desks.usw, "kim", paper)
        #expect(paper.state.standing == .withdrawn)
        #expect(self.desks.held(self.desks.usw).custody.offers.map(\.standing) == [.acknowledged])
        #expect(self.desks.held(self.desks.usw).custody.firm.site == self.desks.syd.site)
    }
}
