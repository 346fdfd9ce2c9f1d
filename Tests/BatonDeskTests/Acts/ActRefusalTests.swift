import BatonDesk
import BatonModel
import Testing

/// A desk in a state, a line, and how it is refused.
struct Refusal: Sendable, CustomTestStringConvertible {
    let before: [(person: String, line: String)]
    let person: String
    let line: String
    let code: String

    init(_ before: [(String, String)], _ person: String, _ line: String, _ code: String) {
        self.before = before.map { (person: $0.0, line: $0.1) }
        self.person = person
        self.line = line
        self.code = code
    }

    var testDescription: String { "\(self.line) -> \(self.code)" }
}

enum Lines {
    static let triaged = ("kim", "triage --type EDR --sev S0 --intent y --capability y --specific y")
    static let minor = ("kim", "triage --type EDR --sev S2")
    static let channel = ("kim", "verify channel --result ok")
    static let domain = ("kim", "verify domain sheriff.harlan.example --result ok")
    static let callback = ("kim", "verify callback --number dir:217 --spoke lieutenant --result ok")
    static let supervisor = ("kim", "verify supervisor --name captain --result ok")
    static let emergency = (
        "kim",
        "verify emergency --whose adult --danger plan --why-now tonight --data location --why-not-process late"
    )
    static let verified = [triaged, channel, domain, callback, supervisor, emergency]
    static let disclose = ("kim", "decide disclose --items phone --basis us.2702c4")
    static let manifest = String(repeating: "5b", count: 32)
}

@Suite("Refusals of the desk")
struct ActRefusalTests {
    static let triage = [
        Refusal([], "kim", "triage", "triage.nothing"),
        Refusal([], "kim", "triage --sev S2 --intent y --capability y --specific y", "triage.contradiction"),
        Refusal([Lines.triaged], "kim", "triage --sev S2", "triage.lowering-needs-reason"),
        Refusal([Lines.minor], "kim", "triage --sev S3", "triage.lowering-needs-reason"),
        Refusal(
            [Lines.minor], "kim", "triage --sev S3 --trend worse --why INSUFFICIENT", "triage.contradiction"),
        Refusal([Lines.minor], "kim", "triage --sev S3 --why BECAUSE", "code.unknown"),
        Refusal([], "kim", "triage --juris Mars!", "triage.bad-jurisdiction"),
        Refusal([], "kim", "triage --sev S1 --note \"mail to a.b@c.example\"", "text.personal-data"),
        Refusal([], "kim", "check done 1", "check.no-checklist"),
        Refusal([], "kim", "check add ring --owner bob", "check.no-such-person"),
        Refusal([], "kim", "check add ring --due 5", "check.past-due"),
        Refusal([Lines.triaged], "kim", "check done 99", "check.no-such-step"),
        Refusal([Lines.triaged, ("kim", "check done 1")], "kim", "check done 1", "check.already-done"),
        Refusal(
            [Lines.triaged, ("kim", "check done 1")], "kim", "check skip 1 --why OVERTAKEN", "check.not-open"),
        Refusal([Lines.triaged], "kim", "check skip 1", "act.missing-argument"),
        Refusal([Lines.triaged], "kim", "check reopen 1", "check.open-already"),
        Refusal([Lines.triaged], "kim", "check done 7", "check.not-yours"),
        Refusal([Lines.triaged], "kim", "sla attach eu.nothing", "sla.no-such-rule"),
        Refusal([("kim", "sla attach eu.tco")], "kim", "sla attach eu.tco", "sla.runs-already"),
        Refusal(
            [("kim", "sla attach eu.tco")], "kim", "sla pause eu.tco --why WAIT-LE --for police",
            "sla.hard-clock"),
        Refusal(
            [Lines.triaged], "kim", "sla pause edr.nothing --why WAIT-LE --for police", "sla.no-such-clock"),
        Refusal([Lines.triaged], "kim", "sla pause edr.ack --why WAIT-LE --for police", "sla.stopped"),
        Refusal(
            [Lines.triaged], "kim", "sla pause edr.decide --why WAIT-LE --for police --until 5",
            "sla.backwards"),
        Refusal([Lines.triaged], "kim", "sla resume edr.decide", "sla.not-paused"),
        Refusal([Lines.triaged], "kim", "sla meet edr.decide --at 99999999999999", "sla.in-future"),
    ]

    static let verify = [
        Refusal([], "kim", "verify nothing --result ok", "verify.no-such-gate"),
        Refusal([], "kim", "verify emergency2 --result ok", "verify.no-such-gate"),
        Refusal([], "kim", "verify V6 --result ok", "verify.needs-statement"),
        Refusal([], "kim", "verify two-people --result ok", "verify.kept-by-desk"),
        Refusal(
            [], "kim", "verify callback --number 555-0100 --spoke x --result ok", "verify.number-not-ours"),
        Refusal([], "kim", "verify callback --result ok", "verify.call-back-unproven"),
        Refusal([], "kim", "verify callback --number dir:1 --result ok", "verify.call-back-unproven"),
        Refusal([], "kim", "verify domain --result ok --note \"host 10.1.2.3\"", "text.personal-data"),
        Refusal([], "kim", "verify gap V6 --why GAP-CALLBACK --note x", "verify.no-gap-allowed"),
        Refusal([], "kim", "verify gap V4 --why GAP-CALLBACK --note x", "verify.other-gap-code"),
        Refusal(
            [Lines.callback], "kim", "verify gap V3 --why GAP-CALLBACK --note x", "verify.passed-already"),
        Refusal([], "kim", "verify fraud cleared --note x", "verify.no-suspicion"),
        Refusal(
            [("kim", "verify fraud suspected --note seal")], "kim", "verify fraud cleared --note x",
            "verify.same-person"),
    ]

    static let decide = [
        Refusal(
            [Lines.triaged], "kim", "decide disclose --items phone --basis us.2702c4", "disclose.gates-open"),
        Refusal(Lines.verified, "kim", "decide disclose --basis us.2702c4", "decide.nothing-named"),
        Refusal(
            Lines.verified, "kim", "decide disclose --items phone --basis us.none", "decide.no-such-basis"),
        Refusal(
            Lines.verified, "kim", "decide disclose --items \"+1 415 555 0100\" --basis us.2702c4",
            "text.personal-data"),
        Refusal(
            Lines.verified, "kim", "decide disclose --items 12345 --basis us.2702c4", "decide.bad-category"),
        Refusal(
            Lines.verified, "kim", "decide disclose --items phone --basis us.2702c4 --gap GAP-NONE",
            "decide.no-such-gap"),
        Refusal(
            Lines.verified + [("alee", "verify fraud suspected --note seal")], "kim",
            "decide disclose --items phone --basis us.2702c4", "disclose.fraud-suspected"),
        Refusal([], "kim", "decide refuse", "act.missing-argument"),
        Refusal([], "kim", "approve dec:1", "item.unknown"),
        Refusal(Lines.verified + [Lines.disclose], "kim", "approve dec:1", "approve.same-person"),
        Refusal(
            Lines.verified + [("ada", "verify supervisor --name captain --result ok"), Lines.disclose], "ada",
            "approve dec:1", "approve.verifier"),
        Refusal(
            Lines.verified + [("kim", "decide disclose --items phone --basis us.2702c4 --foreign")], "alee",
            "approve dec:1", "approve.needs-lead"),
        Refusal(
            Lines.verified + [Lines.disclose, ("pat", "verify callback --result failed")], "pat",
            "approve dec:1",
            "disclose.gates-open"),
        Refusal(
            Lines.verified + [Lines.disclose, ("pat", "approve dec:1")], "pat", "approve dec:1",
            "approve.not-waiting"),
        Refusal(
            Lines.verified + [Lines.disclose], "pat",
            "decide delivered dec:1 --to x --manifest \(Lines.manifest)",
            "decide.not-approved"),
        Refusal(
            Lines.verified + [Lines.disclose, ("pat", "approve dec:1")], "pat",
            "decide delivered dec:1 --to x --manifest 5b", "value.not-a-digest"),
        Refusal(
            Lines.verified + [
                Lines.disclose, ("pat", "approve dec:1"),
                ("pat", "decide delivered dec:1 --to x --manifest \(Lines.manifest)"),
            ], "pat", "decide withdraw dec:1", "decide.delivered-already"),
        Refusal(
            Lines.verified + [Lines.disclose, ("kim", "decide withdraw dec:1")], "kim",
            "decide withdraw dec:1",
            "decide.withdrawn-already"),
        Refusal(
            [
                Lines.triaged, ("kim", "verify gap V4 --why GAP-SUPERVISOR --note x"),
                ("pat", "approve gap:1"),
            ],
            "pat", "approve gap:1", "approve.not-waiting"),
    ]

    static let contain = [
        Refusal([], "kim", "contain melt subj:1 --why CREDIBLE", "contain.no-such-action"),
        Refusal([], "kim", "contain suspend subj:1 --why CREDIBLE", "item.unknown"),
        Refusal([], "kim", "contain suspend cont:1 --why CREDIBLE --executor mars", "contain.no-such-site"),
        Refusal(
            [Lines.triaged, ("kim", "contain suspend cont:1 --why CREDIBLE")], "kim",
            "contain suspend cont:1 --why CREDIBLE", "contain.already"),
        Refusal([], "kim", "contain done suspend cont:1", "contain.no-such"),
        Refusal(
            [("kim", "contain ban cont:1 --why CREDIBLE")], "kim", "contain done ban cont:1",
            "contain.second-person"),
        Refusal(
            [("kim", "contain ban cont:1 --why CREDIBLE")], "kim", "approve ban/cont:1", "approve.same-person"
        ),
        Refusal([], "kim", "approve ban/cont:1", "contain.no-such"),
        Refusal(
            [("kim", "contain destroy cont:1 --why CREDIBLE")], "alee", "approve destroy/cont:1",
            "approve.needs-lead"),
        Refusal(
            [("kim", "contain disable cont:1 --why CREDIBLE --executor syd")], "kim",
            "contain done disable cont:1",
            "contain.not-executor"),
        Refusal(
            [("kim", "contain disable cont:1 --why CREDIBLE")], "kim", "contain confirm disable cont:1",
            "contain.wrong-step"),
    ]

    static let hold = [
        Refusal([], "kim", "hold add us.none", "hold.no-such-rule"),
        Refusal([], "kim", "hold add legal", "hold.no-end"),
        Refusal([], "kim", "hold add legal --until 5", "hold.past-end"),
        Refusal([], "kim", "hold add us.2703f --until 1795402260000", "hold.too-short"),
        Refusal([("kim", "hold add us.2703f")], "kim", "hold add us.2703f", "hold.exists"),
        Refusal([], "kim", "hold renew us.2703f", "hold.no-such"),
        Refusal([("kim", "hold add us.2258A.hold")], "kim", "hold renew us.2258A.hold", "hold.no-renewal"),
        Refusal([("kim", "hold add us.2703f")], "kim", "hold release us.2703f --note x", "hold.needs-lead"),
        Refusal(
            [("kim", "hold add us.2703f"), ("pat", "hold release us.2703f --note x")], "pat",
            "hold renew us.2703f", "hold.released"),
        Refusal(
            [("kim", "hold destroy A1 --note x")], "kim", "hold destroy A1 --note x", "hold.order-exists"),
        Refusal([], "pat", "hold counsel A1 keep --note x", "hold.no-such-order"),
        Refusal(
            [("kim", "hold destroy A1 --note x")], "kim", "hold counsel A1 keep --note x",
            "hold.counsel-by-lead"),
        Refusal(
            [("pat", "hold destroy A1 --note x")], "pat", "hold counsel A1 keep --note x", "hold.same-person"),
        Refusal(
            Lines.verified + [("kim", "hold add us.2703f"), ("kim", "hold destroy A1 --note x")], "kim",
            "decide disclose --items phone --basis us.2702c4", "disclose.frozen"),
        Refusal([], "kim", "subject add suspect --country USA", "subject.bad-country"),
        Refusal([("kim", "subject add suspect")], "kim", "subject set subj:1", "subject.nothing"),
    ]

    @Test(
        "What is refused says why with a stable code, and nothing is written",
        arguments: Self.triage + Self.verify + Self.decide + Self.contain + Self.hold)
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
