import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

/// What a review of a case tells of its handoffs.
@Suite("Handoffs in a review") struct HandoffReviewTests {
    private let desks = HandoffDesks()

    private func review(_ desk: DeskDouble, _ handoffs: [HandoffState] = []) -> [FileItem] {
        let report = ReviewReport(desk.file, rules: desk.rules, handoffs: handoffs, now: desk.now)
        return report.sections.first { $0.name == "handoffs" }?.items ?? []
    }

    @Test("a review tells how the case was handed on: wait, read-back and corrections, moves of custody")
    func reviewed() throws {
        #expect(self.review(self.desks.syd).isEmpty, "a case that never moved has nothing to tell")
        let paper = try self.desks.offered()
        self.desks.syd.pass(minutes: 7)
        var open = self.review(self.desks.syd, [paper.state])
        #expect(open.map(\.id) == ["moves", "offer:1", "unaccepted"])
        #expect(open[0].text == "0 changes of custody: 0 accepted")
        #expect(open[1].state == "open" && open[1].text == "HO-1122-SU to usw, for 7 min")
        #expect(open[2].text == "offered and not accepted for 7 min in all")
        #expect(open[2].state == "open" && open[2].marks == ["1 not answered"])
        self.desks.usw.pass(minutes: 12)
        let (record, hash) = try HandoffWork.offeredRecord(
            paper.state, self.desks.scene(self.desks.usw, "kim"))
        var wrong = ReadBackBody(record: hash, document: self.desks.usw.document, words: "ring at noon")
        wrong.mismatches = ["said noon, the record says 23:11"]
        let shape = OperationShape(kind: .append, field: HandoffField.readbacks, isMaterial: true)
        paper.write(
            [Operation(shape: shape, body: wrong.value)], at: self.desks.usw.site,
            by: DeskTeam.shared.person("kim").id, now: self.desks.usw.now)
        let right = HandoffWork.readBack(
            "nothing is awaited, I ring for the receipt", of: record.items[0], record: hash, in: paper.state,
            offsets: [], scene: self.desks.scene(self.desks.usw, "kim"))
        self.desks.perform(right.plan, self.desks.usw, "kim", paper)
        self.desks.perform(try self.desks.accept(paper), self.desks.usw, "kim", paper)
        self.desks.usw.pass(minutes: 60)
        let done = self.review(self.desks.usw, [paper.state])
        #expect(done.map(\.id) == ["moves", "offer:1", "read-back", "unaccepted"])
        #expect(done[0].text == "1 change of custody: 1 accepted")
        #expect(done[1].state == "accepted" && done[1].by == DeskTeam.shared.person("alee").id)
        #expect(done[1].text == "HO-1122-SU to usw, after 12 min, read back after 1 correction")
        #expect(done[2].text == "1 read-back, 1 correction")
        #expect(done[3].state == "over" && done[3].text == "offered and not accepted for 12 min in all")
        // Without the handoff's document the custody alone is told.
        open = self.review(self.desks.usw)
        #expect(open.map(\.id) == ["moves", "offer:1", "unaccepted"])
        #expect(open[1].text == "to usw, after 12 min")
        #expect(ReviewHandoffs.documents(of: self.desks.usw.file) == [paper.document])
    }

    @Test("a review counts a time that two offers shared once, and names what was declined or taken")
    func reviewedOffers() throws {
        try self.desks.syd.act("alee", "triage --type EDR --sev S2")
        try self.desks.syd.act("alee", "assign usw")
        self.desks.syd.pass(minutes: 10)
        try self.desks.syd.act("alee", "assign use")
        self.desks.usw.pass(minutes: 30)
        self.desks.usw.receive(from: self.desks.syd)
        try self.desks.usw.act("kim", "take --emergency --why PARTITION")
        self.desks.syd.pass(minutes: 20)
        self.desks.syd.receive(from: self.desks.usw)
        let items = self.review(self.desks.syd)
        #expect(items[0].text == "1 change of custody: 0 accepted, 1 taken in an emergency")
        #expect(items[1].text == "to usw, for 30 min" && items[2].text == "to use, for 20 min")
        #expect(items[3].text == "offered and not accepted for 30 min in all")
        #expect(items[3].marks == ["2 not answered"])
    }
}
