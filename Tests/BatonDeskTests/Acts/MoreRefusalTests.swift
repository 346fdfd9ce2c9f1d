import BatonDesk
import BatonModel
import Testing

@Suite("Refusals of the desk, outside and afterwards")
struct MoreRefusalTests {
    static let drafted = (
        "kim",
        "report NCMEC draft --set incident.type=material --set incident.at=today --filled reported.name"
    )
    static let digest = String(repeating: "5b", count: 32)
    static let evidence = ("kim", "evidence add log --sha256 \(Self.digest) --how export")
    static let page = ("kim", "page us-lead --situation x --recommendation y")
    static let asked = ("kim", "contact log AFP asked --ask")

    static let report = [
        Refusal([], "kim", "report IRS draft --filled a.b", "report.no-such-form"),
        Refusal([], "kim", "report NCMEC/x draft --filled a.b", "report.no-such-form"),
        Refusal([], "kim", "report NCMEC draft", "report.nothing-written"),
        Refusal([], "kim", "report NCMEC draft --filled a.b", "report.no-such-field"),
        Refusal([], "kim", "report NCMEC draft --filled incident.2.type", "report.no-such-field"),
        Refusal([], "kim", "report NCMEC draft --set incident.type", "report.bad-field"),
        Refusal([], "kim", "report NCMEC draft --set incident.type=other", "report.bad-value"),
        Refusal([], "kim", "report NCMEC draft --set reported.name=somebody", "report.restricted-field"),
        Refusal([], "kim", "report NCMEC draft --set \"reported.note=at 10.1.2.3\"", "text.personal-data"),
        Refusal([], "kim", "report NCMEC draft --test --executor mars", "report.no-such-site"),
        Refusal([], "kim", "report NCMEC file", "report.no-such"),
        Refusal(
            [("kim", "report NCMEC draft --filled reported.name")], "kim", "report NCMEC file",
            "report.incomplete"),
        Refusal(
            [Self.drafted, ("kim", "report NCMEC draft --executor syd")], "kim", "report NCMEC file",
            "report.not-executor"),
        Refusal([Self.drafted], "kim", "report NCMEC receipt 4711", "report.wrong-step"),
        Refusal(
            [Self.drafted, ("kim", "report NCMEC file")], "kim", "report NCMEC receipt", "report.no-number"),
        Refusal(
            [Self.drafted, ("kim", "report NCMEC file")], "kim", "report NCMEC draft --test",
            "report.filed-already"
        ),
        Refusal(
            [Self.drafted, ("kim", "report NCMEC file"), ("kim", "report NCMEC receipt 1")], "kim",
            "report NCMEC retract", "report.wrong-step"),
    ]

    static let others = [
        Refusal([], "kim", "evidence add log --sha256 5b --how export", "value.not-a-digest"),
        Refusal(
            [Self.evidence], "kim", "evidence add log --sha256 \(Self.digest) --how again", "evidence.known"),
        Refusal([], "kim", "evidence move ev:1 --to AFP --purpose x", "item.unknown"),
        Refusal([], "kim", "contact expect AFP 99999999999999 \"ring again\"", "contact.no-such"),
        Refusal([Self.asked], "kim", "contact expect AFP 5 \"ring again\"", "contact.past"),
        Refusal([Self.asked, Self.asked], "kim", "contact answer AFP yes", "contact.ambiguous"),
        Refusal(
            [Self.asked, ("kim", "contact answer AFP yes")], "kim", "contact drop AFP why", "contact.settled"),
        Refusal(
            [Self.asked, ("kim", "contact answer AFP yes")], "kim",
            "contact expect AFP 99999999999999 \"ring again\"", "contact.settled"),
        Refusal([], "kim", "contact log AFP \"she is at +61 2 5550 0100\"", "text.personal-data"),
        Refusal([], "kim", "page answer page:1", "item.unknown"),
        Refusal([Self.page, ("pat", "page answer page:1")], "mo", "page answer page:1", "page.answered"),
        Refusal([], "kim", "link x related", "link.no-case"),
        Refusal([], "kim", "link 01030303030303030303030303030303 related", "link.itself"),
        Refusal([], "kim", "link drop 01040303030303030303030303030303 related", "link.no-such"),
        Refusal(
            [("kim", "link 01040303030303030303030303030303 related")], "kim",
            "link 01040303030303030303030303030303 related", "link.exists"),
        Refusal([], "kim", "settle severity keep usw", "settle.no-such"),
        Refusal(
            [("kim", "hold add us.2703f"), ("kim", "hold destroy A1 --note x")], "kim",
            "settle order:A1 keep 1",
            "settle.counsel"),
        Refusal(
            [("kim", "hold add us.2703f"), ("kim", "hold destroy A1 --note x")], "kim",
            "settle order:A1 escalate",
            "settle.whom"),
        Refusal([], "kim", "review answer learned.well good", "review.not-begun"),
        Refusal([("kim", "review start")], "kim", "review start", "review.begun"),
        Refusal([("kim", "review start")], "kim", "review answer learned.bad x", "review.no-such-field"),
        Refusal(
            [("kim", "review start")], "kim", "review action do --owner bob --due 99999999999999 --proof x",
            "review.no-such-person"),
        Refusal(
            [("kim", "review start")], "kim", "review action do --owner kim --due 5 --proof x",
            "review.past-due"),
        Refusal(
            [
                ("kim", "review start"),
                ("kim", "review action do --owner kim --due 99999999999999 --proof x"),
                ("kim", "review done action:1 --proof x"),
            ], "kim", "review done action:1 --proof x", "review.done-already"),
    ]

    @Test(
        "Reports, evidence, contacts, pages, links and reviews refuse with stable codes and write nothing",
        arguments: Self.report + Self.others)
    func refused(_ refusal: Refusal) throws {
        let desk = DeskDouble("usw")
        for (person, line) in refusal.before { try desk.act(person, line) }
        let before = desk.state
        let got = desk.refusal(refusal.person, refusal.line)
        #expect(got?.code == refusal.code)
        #expect(desk.state == before)
        guard let got else { return }
        #expect(got.what.hasSuffix(".") && got.remedy.contains { !$0.isWhitespace })
    }
}
