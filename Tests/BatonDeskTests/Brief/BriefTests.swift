import BatonDesk
import BatonModel
import Testing

@Suite struct BriefTests {
    private func brief(_ desk: DeskDouble, since: CausalVector) -> BriefCase {
        BriefCase(desk.file, since: since, news: [], handle: "EDR-7K3QM2")
    }

    private func read(_ desk: DeskDouble) -> CausalVector { CausalVector(entries: desk.file.state.latest) }

    @Test("a brief counts what is outside of the reader's past, and nothing else")
    func counts() throws {
        let desk = DeskDouble("syd")
        try desk.act("alee", "contact log AFP \"rang\"")
        let past = self.read(desk)
        #expect(self.brief(desk, since: past).isEmpty)
        try desk.act("alee", "contact log AFP \"rang again\" --ask")
        try desk.act("alee", "contact log police \"told\"")
        let brief = self.brief(desk, since: past)
        #expect(brief.count == 2)
        #expect(brief.lines.map(\.text) == ["2 contacts"])
        #expect(brief.lines.map(\.topic) == [.answer])
    }

    @Test("a brief is never longer than its screen, and says how many cases it left out")
    func screen() throws {
        let desk = DeskDouble("syd")
        try desk.act("alee", "contact log AFP \"rang\"")
        let one = self.brief(desk, since: CausalVector())
        #expect(BriefPage([one], rows: 24).lines.count == 2)
        let page = BriefPage(Array(repeating: one, count: 40), rows: 24).lines
        #expect(page.count == 24)
        #expect(page[0].hasPrefix("40 cases changed"))
        #expect(page.last == "and 18 more cases: brief CASE shows one, --rows more")
        #expect(BriefPage([], rows: 24).lines == ["Nothing has changed since you last acknowledged."])
    }

    @Test("a brief of cases that are not all read says so, counts them, and keeps to its screen")
    func pending() throws {
        let desk = DeskDouble("syd")
        try desk.act("alee", "contact log AFP \"rang\"")
        let one = self.brief(desk, since: CausalVector())
        for count in 0...6 {
            for rows in 3...6 {
                for (pending, unlooked) in [(0, 0), (7, 0), (0, 9), (7, 9)] {
                    let page = BriefPage(
                        Array(repeating: one, count: count), rows: rows, pending: pending, unlooked: unlooked)
                    #expect(page.lines.count <= rows)
                    #expect(page.changedCount == count + unlooked)
                    let left = page.changedCount - page.shown.count
                    #expect(page.lines.contains { $0.hasPrefix("and \(left) more case") } == (left > 0))
                    let says = page.lines.contains("7 open cases still being read: ask again in a moment")
                    #expect(says == (pending > 0))
                }
            }
        }
        let empty = BriefPage([], rows: 3, pending: 1)
        #expect(empty.lines.first == "Nothing has changed in the cases read so far.")
        let some = BriefPage([one], rows: 20, unlooked: 4)
        #expect(some.lines.first?.hasPrefix("5 cases changed; in the 1 most urgent: ") == true)
    }
}
