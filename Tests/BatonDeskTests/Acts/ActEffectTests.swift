import BatonDesk
import BatonModel
import Testing

/// Lines, and how one item of a section stands after them.
struct Effect: Sendable, CustomTestStringConvertible {
    let lines: [(person: String, line: String)]
    let section: String
    let id: String
    let state: String
    let marks: [String]

    init(
        _ lines: [(String, String)], _ section: String, _ id: String, _ state: String, _ marks: [String] = []
    ) {
        self.lines = lines.map { (person: $0.0, line: $0.1) }
        self.section = section
        self.id = id
        self.state = state
        self.marks = marks
    }

    var testDescription: String {
        "\(self.lines.last?.line ?? "") -> \(self.section) \(self.id) \(self.state)"
    }
}

@Suite("Effects of the desk's acts")
struct ActEffectTests {
    static let triage = [
        Effect([Lines.triaged], "steps", "1", "todo"),
        Effect([Lines.triaged], "steps", "3", "todo", ["optional"]),
        Effect([Lines.triaged, ("kim", "check done 4")], "steps", "4", "done"),
        Effect([Lines.triaged, ("kim", "check skip 5 --why OVERTAKEN")], "steps", "5", "skipped"),
        Effect([Lines.triaged, ("kim", "check done 4"), ("kim", "check reopen 4")], "steps", "4", "todo"),
        Effect([Lines.triaged, ("pat", "check done s7")], "steps", "7", "done"),
        Effect([("kim", "check add ring --owner pat --due 99999999999999")], "steps", "1", "todo", ["added"]),
        Effect([Lines.triaged], "clocks", "edr.ack", "met", ["soft"]),
        Effect([Lines.triaged], "clocks", "edr.decide", "running", ["soft"]),
        Effect(
            [Lines.triaged, ("kim", "sla pause edr.decide --why WAIT-LE --for harlan-so")], "clocks",
            "edr.decide",
            "paused", ["soft"]),
        Effect(
            [
                Lines.triaged, ("kim", "sla pause edr.decide --why WAIT-LE --for harlan-so"),
                ("kim", "sla resume edr.decide"),
            ], "clocks", "edr.decide", "running", ["soft"]),
        Effect([("kim", "sla attach eu.tco --order 2")], "clocks", "eu.tco/2", "running", ["hard"]),
        Effect([("kim", "sla attach eu.tco --order 2")], "clocks", "order.ack/eu.tco/2", "running", ["soft"]),
        Effect(
            [("kim", "sla attach eu.tco"), ("kim", "sla meet order.ack/eu.tco")], "clocks",
            "order.ack/eu.tco", "met", ["soft"]),
        Effect(
            [("kim", "sla attach eu.tco --order 2"), ("kim", "sla meet eu.tco/2")], "clocks",
            "order.ack/eu.tco/2", "met", ["soft"]),
        Effect(
            [("kim", "sla attach eu.tco --order 2"), ("kim", "sla meet eu.tco/2")], "clocks", "eu.tco/2",
            "met",
            ["hard"]),
        Effect(
            [Lines.triaged, ("kim", "triage --sev S2 --why INSUFFICIENT")], "awaiting", "dec:1", "awaiting"),
        Effect(
            [Lines.triaged, ("kim", "triage --sev S2 --why INSUFFICIENT"), ("alee", "approve dec:1")],
            "decisions",
            "dec:1", "approved"),
    ]

    static let requester = [
        Effect([Lines.callback], "gates", "V3", "ok"),
        Effect([], "gates", "V3", "open", ["needed"]),
        Effect([("kim", "verify callback --result failed")], "gates", "V3", "failed", ["needed"]),
        Effect(
            [("kim", "verify callback --result failed"), Lines.callback], "gates", "V3", "ok"),
        Effect(
            [("kim", "verify gap V4 --why GAP-SUPERVISOR --note x")], "gates", "V4", "open",
            ["needed", "gap?"]),
        Effect(
            [("kim", "verify gap V4 --why GAP-SUPERVISOR --note x"), ("ada", "approve gap:1")], "gates", "V4",
            "open", ["gap"]),
        Effect([("kim", "verify fraud suspected --note seal")], "gates", "fraud", "suspected"),
        Effect(
            [("kim", "verify fraud suspected --note seal"), ("pat", "verify fraud cleared --note known")],
            "gates",
            "fraud", "cleared"),
        Effect(
            Lines.verified + [Lines.disclose], "decisions", "dec:1", "proposed", ["awaits a second person"]),
        Effect(
            [
                Lines.triaged, Lines.channel, Lines.domain, Lines.emergency,
                (
                    "kim",
                    "decide partial --items phone --basis us.2702c4 --gap GAP-CALLBACK --gap GAP-SUPERVISOR"
                ),
                ("alee", "approve dec:1"),
            ], "decisions", "dec:1", "approved", ["gap"]),
        Effect(
            Lines.verified + [
                Lines.disclose, ("pat", "approve dec:1"),
                ("pat", "decide delivered dec:1 --to harlan-so --manifest \(Lines.manifest)"),
            ], "decisions", "dec:1", "approved", ["delivered"]),
        Effect(
            [
                ("kim", "decide refuse --why REFUSED-UNVERIFIED"), ("pat", "approve dec:1"),
                ("kim", "decide preserve-only --why PRESERVE-ONLY"), ("pat", "approve dec:2"),
            ], "decisions", "dec:1",
            "superseded"),
        Effect(
            Lines.verified + [
                ("kim", "decide disclose --items phone --basis us.2702c4 --foreign"),
                ("pat", "approve dec:1"),
            ], "decisions", "dec:1", "approved", ["foreign"]),
    ]

    static let outside = [
        Effect(
            [
                ("kim", "subject add suspect --country us --age adult"),
                ("kim", "subject set subj:1 --account suspended"),
            ],
            "people", "subj:1", "suspect"),
        Effect(
            [
                ("kim", "subject add suspect"), Lines.triaged,
                ("kim", "contain suspend subj:1 --why TTL-IMMINENT"),
            ],
            "containment", "suspend/subj:1", "intent"),
        Effect(
            [Lines.minor, ("kim", "contain suspend cont:1 --why CREDIBLE")], "containment", "suspend/cont:1",
            "awaiting"),
        Effect(
            [
                Lines.minor, ("kim", "contain suspend cont:1 --why CREDIBLE"),
                ("alee", "approve suspend/cont:1"),
                ("kim", "contain done suspend cont:1"), ("pat", "contain confirm suspend cont:1"),
            ], "containment",
            "suspend/cont:1", "confirmed"),
        Effect(
            [
                ("kim", "contain disable cont:1 --why CREDIBLE"),
                ("kim", "contain fail disable cont:1 --note tool"),
            ],
            "containment", "disable/cont:1", "failed"),
        Effect(
            [
                ("kim", "contain disable cont:1 --why CREDIBLE"), ("kim", "contain done disable cont:1"),
                ("kim", "contain reverse disable cont:1"),
            ], "containment", "disable/cont:1", "reversed"),
        Effect(
            [("kim", "contain disable cont:1 --why CREDIBLE"), ("kim", "contain cancel disable cont:1")],
            "containment", "disable/cont:1", "cancelled"),
        Effect([("kim", "hold add us.2703f")], "holds", "us.2703f", "held"),
        Effect(
            [("kim", "subject add suspect"), ("kim", "hold add us.2703f --scope subj:1")], "holds",
            "us.2703f/subj:1", "held"),
        Effect(
            [("kim", "hold add us.2703f"), ("pat", "hold release us.2703f --note x")], "holds", "us.2703f",
            "released"),
        Effect(
            [("kim", "hold add us.2703f"), ("kim", "hold destroy A1 --note x")], "holds", "order:A1",
            "counsel",
            ["frozen"]),
        Effect(
            [
                ("kim", "hold add us.2703f"), ("kim", "hold destroy A1 --note x"),
                ("pat", "hold counsel A1 keep --note one-year"),
            ], "holds", "order:A1", "kept"),
        Effect([MoreRefusalTests.drafted], "reports", "NCMEC", "draft"),
        Effect([MoreRefusalTests.drafted, ("kim", "report NCMEC file")], "reports", "NCMEC", "filed"),
        Effect(
            [MoreRefusalTests.drafted, ("kim", "report NCMEC draft --test"), ("kim", "report NCMEC file")],
            "reports", "NCMEC", "filed", ["test"]),
        Effect(
            [MoreRefusalTests.drafted, ("kim", "report NCMEC file"), ("kim", "report NCMEC receipt 4711")],
            "reports", "NCMEC", "receipted"),
        Effect([MoreRefusalTests.drafted, ("kim", "report NCMEC retract")], "reports", "NCMEC", "retracted"),
        Effect([("kim", "report NCMEC/2 draft --test")], "reports", "NCMEC/2", "draft", ["test"]),
    ]

    static let people = [
        Effect([MoreRefusalTests.evidence], "evidence", "ev:1", "registered"),
        Effect(
            [MoreRefusalTests.evidence, ("pat", "evidence verify ev:1 --sha256 \(MoreRefusalTests.digest)")],
            "evidence", "ev:1", "verified"),
        Effect(
            [
                MoreRefusalTests.evidence,
                ("pat", "evidence verify ev:1 --sha256 \(String(repeating: "00", count: 32))"),
            ], "evidence", "ev:1",
            "broken"),
        Effect([MoreRefusalTests.asked], "contacts", "con:1", "pending", ["no expected time"]),
        Effect(
            [("kim", "contact log AFP asked --expect 60000 --then \"ring again\"")], "contacts", "con:1",
            "pending"),
        Effect([MoreRefusalTests.asked, ("kim", "contact answer AFP yes")], "contacts", "con:1", "answered"),
        Effect([MoreRefusalTests.asked, ("kim", "contact drop AFP late")], "contacts", "con:1", "dropped"),
        Effect([MoreRefusalTests.page], "pages", "page:1", "waiting"),
        Effect([MoreRefusalTests.page, ("pat", "page answer page:1")], "pages", "page:1", "answered"),
        Effect(
            [("kim", "link 01040303030303030303030303030303 same-subject")], "links", "same-subject/03030303",
            "same-subject"),
        Effect(
            [("kim", "review start"), ("kim", "review answer learned.well \"the call-back\"")], "review",
            "learned.well", "answered"),
        Effect(
            [
                ("kim", "review start"),
                ("kim", "review action do --owner pat --due 99999999999999 --proof x"),
            ],
            "review", "action:1", "todo"),
    ]

    @Test(
        "An act changes its section as it says",
        arguments: Self.triage + Self.requester + Self.outside + Self.people)
    func effect(_ effect: Effect) throws {
        let desk = DeskDouble("usw")
        for (person, line) in effect.lines { try desk.act(person, line) }
        let item = try #require(desk.item(effect.section, effect.id))
        #expect(item.state == effect.state)
        #expect(item.marks == effect.marks)
        #expect(desk.section(effect.section).unreadable == 0)
    }

    @Test("A lowering from S0 takes effect with the second person's word, and not before")
    func lowering() throws {
        let desk = DeskDouble("usw")
        try desk.act("kim", Lines.triaged.1)
        let proposal = try desk.act("kim", "triage --sev S2 --why INSUFFICIENT")
        #expect(proposal.awaitsSecondPerson)
        #expect(desk.file.severity == .s0)
        #expect(desk.refusal("kim", "approve dec:1")?.code == "approve.same-person")
        try desk.act("alee", "approve dec:1")
        #expect(desk.file.severity == .s2)
        try desk.act("alee", "triage --sev S1")
        #expect(desk.file.severity == .s1)
        try desk.act("kim", "triage --sev S3 --why INSUFFICIENT")
        #expect(desk.file.severity == .s3)
    }

    @Test("A renewal prolongs by the rule, and a hold knows when it is due")
    func renewal() throws {
        let desk = DeskDouble("usw")
        try desk.act("kim", "hold add us.2703f")
        let day: UInt64 = 86_400_000
        let first = try #require(desk.file.holds.items.first)
        #expect(first.end == desk.now + 90 * day)
        try desk.act("kim", "hold renew us.2703f")
        #expect(desk.file.holds.items.first?.end == desk.now + 180 * day)
        #expect(desk.file.holds.due(before: desk.now + 179 * day).isEmpty)
        #expect(desk.file.holds.due(before: desk.now + 181 * day).count == 1)
        desk.now += 181 * day
        #expect(desk.item("holds", "us.2703f")?.state == "lapsed")
        #expect(try desk.act("kim", "hold release us.2703f --note over").said == ["us.2703f is released."])
    }

    @Test("A raised type keeps what was done and drops what the other checklist asked for")
    func otherType() throws {
        let desk = DeskDouble("usw")
        var csea = DeskBook.checklist(version: 3)
        csea = Checklist(
            id: "csea", title: "CSEA", type: .childSafety, version: 3, steps: Array(csea.steps.prefix(2)))
        desk.rules.checklists.append(csea)
        try desk.act("kim", Lines.triaged.1)
        try desk.act("kim", "check done 5")
        try desk.act("kim", "triage --type CSEA")
        let steps = desk.section("steps").items
        #expect(steps.map(\.id) == ["1", "2", "3"])
        #expect(steps[2].state == "done" && steps[2].marks == ["other checklist"])
        #expect(desk.file.steps(desk.rules).open.count == 2)
    }
}
