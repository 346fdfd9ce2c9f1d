import BatonDesk
import BatonModel
import Testing

@Suite("Closing rules")
struct ClosingTests {
    private func open(_ desk: DeskDouble) -> [String] {
        ClosingCheck(desk.file, rules: desk.rules).open.map(\.id)
    }

    @Test("A case closes when clocks, steps, people, effects, reports and contacts are settled")
    func whole() throws {
        let desk = DeskDouble("usw")
        try desk.act("kim", Lines.triaged.1)
        #expect(self.open(desk) == ["1", "2", "4", "5", "6", "7"])
        for step in [1, 2, 4, 5, 6] { try desk.act("kim", "check done \(step)") }
        try desk.act("pat", "check skip 7 --why OVERTAKEN")
        #expect(self.open(desk).isEmpty)
        #expect(ClosingCheck(desk.file, rules: desk.rules).refusal == nil)
        try desk.act("kim", "sla attach eu.tco")
        try desk.act("kim", "decide refuse --why REFUSED-UNVERIFIED")
        try desk.act("kim", "contain disable cont:1 --why CREDIBLE")
        try desk.act("kim", "report NCMEC draft --test")
        try desk.act("kim", "contact log AFP asked --ask")
        #expect(self.open(desk) == ["eu.tco", "dec:1", "disable/cont:1", "NCMEC", "con:1"])
        let refusal = try #require(ClosingCheck(desk.file, rules: desk.rules).refusal)
        #expect(refusal.code == "close.open-items")
        #expect(refusal.what == "The case cannot be closed: the hard clock eu.tco runs, and 4 more.")
        #expect(refusal.because.count == 5)
        for line in [
            "sla meet eu.tco", "decide withdraw dec:1", "contain cancel disable cont:1",
            "report NCMEC retract",
            "contact drop AFP done",
        ] { try desk.act("kim", line) }
        #expect(self.open(desk).isEmpty)
    }

    @Test("What to do next follows the state of the case")
    func next() throws {
        let desk = DeskDouble("usw")
        #expect(
            desk.file.next(desk.rules, now: desk.now) == ["triage: nobody has said what it is and how grave"])
        for (person, line) in Lines.verified { try desk.act(person, line) }
        #expect(desk.file.next(desk.rules, now: desk.now).first == "decide: every gate is passed")
        try desk.act("kim", Lines.disclose.1)
        #expect(
            desk.file.next(desk.rules, now: desk.now).first
                == "approve dec:1: disclose phone, a second person")
        try desk.act("pat", "approve dec:1")
        #expect(
            Array(desk.file.next(desk.rules, now: desk.now).prefix(2)) == [
                "decide delivered dec:1: decided, not delivered", "hold add: nothing is preserved yet",
            ])
    }
}
