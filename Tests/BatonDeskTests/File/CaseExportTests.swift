import BatonDesk
import BatonModel
import Testing

@Suite("Case files for people outside")
struct CaseExportTests {
    private func desk(_ lines: [(String, String)]) throws -> DeskDouble {
        let desk = DeskDouble("usw")
        for (person, line) in lines { try desk.act(person, line) }
        return desk
    }

    private static let disclosed =
        Lines.verified
        + [
            Lines.disclose, ("pat", "approve dec:1"),
            ("pat", "decide delivered dec:1 --to harlan-so --manifest \(Lines.manifest)"),
        ]

    private func refusal(_ desk: DeskDouble, _ reader: ExportReader) -> String? {
        do throws(ActRefusal) { try CaseExport.check(desk.file, for: reader) } catch { return error.code }
        return nil
    }

    private func page(_ desk: DeskDouble, _ reader: ExportReader) -> CasePage {
        CasePage(
            CasePage.Head(
                handle: "EDR-7K3QM2", title: "Stated <plan>", site: desk.site, madeBy: "kim",
                madeAt: desk.now,
                withheld: 2),
            file: desk.file, rules: desk.rules, for: reader,
            notes: [.init(at: desk.now, by: "kim", site: desk.site, text: "line was poor & \u{202E}turned")],
            name: { "operator-\($0.number)" })
    }

    @Test("nothing leaves for law enforcement before it was decided; counsel's copy needs no decision")
    func basis() throws {
        let desk = try self.desk([Lines.triaged])
        #expect(self.refusal(desk, .lawEnforcement) == "export.no-basis")
        #expect(self.refusal(desk, .counsel) == nil)
        #expect(self.refusal(desk, .team) == nil)
        let proposed = try self.desk(Lines.verified + [Lines.disclose])
        #expect(self.refusal(proposed, .lawEnforcement) == "export.no-basis", "one person's word is none")
        #expect(self.refusal(try self.desk(Self.disclosed), .lawEnforcement) == nil)
    }

    @Test("a filed report is a basis, a test of one is not")
    func report() throws {
        let filed = try self.desk([Lines.triaged, MoreRefusalTests.drafted, ("kim", "report NCMEC file")])
        #expect(self.refusal(filed, .lawEnforcement) == nil)
        let test = try self.desk([
            Lines.triaged, MoreRefusalTests.drafted, ("kim", "report NCMEC draft --test"),
            ("kim", "report NCMEC file"),
        ])
        #expect(self.refusal(test, .lawEnforcement) == "export.no-basis")
    }

    @Test("what may be false, what is in conflict and what is frozen leaves for nobody outside")
    func blocked() throws {
        let fraud = try self.desk(
            Self.disclosed + [("kim", "verify fraud suspected --why FRAUD-SUSPECTED --note seal")])
        #expect(self.refusal(fraud, .lawEnforcement) == "export.fraud-suspected")
        #expect(self.refusal(fraud, .counsel) == nil)
        let frozen = try self.desk(
            Self.disclosed + [("kim", "hold add us.2703f"), ("kim", "hold destroy AFP-1 --note order")])
        #expect(self.refusal(frozen, .lawEnforcement) == "export.frozen")
    }

    @Test("decisions taken apart that stand against each other keep the file in")
    func opposed() throws {
        let here = try self.desk(Lines.verified)
        let there = DeskDouble("syd")
        DeskDouble.meet(here, there)
        try here.act("kim", Lines.disclose.1)
        try here.act("pat", "approve dec:1")
        try there.act("alee", "decide refuse --why REFUSED-UNVERIFIED")
        try there.act("mo", "approve dec:1")
        DeskDouble.meet(here, there)
        #expect(self.refusal(here, .lawEnforcement) == "export.conflict-open")
    }

    @Test("a file for law enforcement holds what left and how to prove it, and not how the team works")
    func lawEnforcement() throws {
        let desk = try self.desk(
            Self.disclosed + [
                ("kim", "hold add us.2703f"), ("kim", "contact log AFP rang"),
                ("kim", "evidence add log --sha256 \(Lines.manifest) --how export"),
            ])
        let page = self.page(desk, .lawEnforcement)
        #expect(page.sectionNames == ["fields", "decisions", "holds", "evidence"])
        #expect(page.html.contains(Lines.manifest))
        #expect(page.html.contains("us.2703f"))
        for hidden in ["operator-", "line was poor", "AFP", "Stated", "callback"] {
            #expect(!page.html.contains(hidden), "`\(hidden)` is in the file")
        }
        let counsel = self.page(desk, .counsel)
        for shown in ["operator-", "line was poor &amp; [U+202E]turned", "AFP", "Stated &lt;plan&gt;"] {
            #expect(counsel.html.contains(shown), "`\(shown)` is not in counsel's file")
        }
    }

    @Test(
        "a file needs nothing from elsewhere and says what is withheld and what it rests on",
        arguments: ExportReader.allCases)
    func alone(reader: ExportReader) throws {
        let desk = try self.desk(Self.disclosed)
        let html = self.page(desk, reader).html
        for reach in ["http:", "https:", "<script", "src=", "@import", "<link"] {
            #expect(!html.contains(reach), "it reaches out: \(reach)")
        }
        #expect(html.contains("default-src 'none'"))
        #expect(html.contains("2 changes have parts that are not in this file"))
        for position in desk.state.frontier { #expect(html.contains(position.id.description)) }
        #expect(html == self.page(desk, reader).html, "the same case at the same moment makes the same bytes")
    }
}
