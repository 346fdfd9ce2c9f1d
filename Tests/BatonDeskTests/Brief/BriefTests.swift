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
        #expect(Brief.page([one], rows: 24).count == 2)
        let page = Brief.page(Array(repeating: one, count: 40), rows: 24)
        #expect(page.count == 24)
        #expect(page[0].hasPrefix("40 cases changed"))
        #expect(page.last == "and 18 more cases: brief CASE shows one")
        #expect(Brief.page([], rows: 24) == ["Nothing has changed since you last acknowledged."])
    }
}
