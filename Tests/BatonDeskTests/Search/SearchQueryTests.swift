import BatonDesk
import BatonModel
import Testing

@Suite("Searching in words")
struct SearchQueryTests {
    private let now: UInt64 = 1_795_315_860_000

    @Test("Words, phrases, exclusions and filters are told apart")
    func whole() throws {
        let query = try SearchQuery(
            "agency:\"Harlan SO\" type:edr sev:S0..S1 owner:kim after:-30d before:2026-11-22 tag:night "
                + "juris:au-nsw status:active \"Duty Officer\" Call-back -test", now: self.now)
        #expect(query.agencies == ["harlan so"])
        #expect(query.types == [.emergencyDataRequest])
        #expect(query.severities == .s0 ... .s1)
        #expect(query.owner == .person("kim"))
        #expect(query.after == self.now - 30 * 86_400_000)
        #expect(query.before == 1_795_305_600_000)
        #expect(query.tags == ["night"] && query.jurisdictions == ["AU-NSW"] && query.statuses == [.active])
        #expect(
            query.phrases == ["duty officer"] && query.words == ["call-back"] && query.without == ["test"])
        #expect(!query.isTextOnly)
        #expect(try SearchQuery("duty officer", now: self.now).isTextOnly)
        #expect(try SearchQuery("http:x", now: self.now).words == ["http:x"])
        #expect(try SearchQuery("owner:nobody", now: self.now).owner == .nobody)
    }

    @Test(
        "A search that cannot be is refused in words",
        arguments: [
            ("type:XYZ", "find.bad-filter"), ("sev:S9", "find.bad-filter"), ("sev:S2..S0", "find.bad-filter"),
            ("after:soon", "find.bad-filter"), ("agency:", "find.bad-filter"), ("\"open", "find.open-quote"),
            ("-type:EDR", "find.no-negation"), ("status:asleep", "find.bad-filter"),
            (String(repeating: "x", count: 1_025), "find.too-long"),
        ])
    func refused(_ text: String, _ code: String) {
        let refusal = #expect(throws: ActRefusal.self) { try SearchQuery(text, now: self.now) }
        #expect(refusal?.code == code)
    }

    @Test("Cases are alike by agency, by reference and by digest")
    func similar() throws {
        let desk = DeskDouble("usw")
        desk.write([desk.file.setForTest(CaseField.agency, "  Harlan   SO ")], by: .init(1))
        try desk.act("kim", MoreRefusalTests.evidence.1)
        #expect(
            desk.file.similarKeys.map(\.description) == [
                "agency:harlan so", "sha256:\(MoreRefusalTests.digest)",
            ])
    }
}
