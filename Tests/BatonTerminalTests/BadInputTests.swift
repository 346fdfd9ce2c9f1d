import BatonAPI
import BatonTerminal
import Foundation
import Synchronization
import Testing

/// What people and scripts get wrong: each has a code, one sentence what, one what to do, an exit code.
@Suite("Bad input")
struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let line: String
        let code: String
        let exit: Int32
        let what: String
        let hint: String
        var testDescription: String { String(self.line.prefix(40)) }

        init(_ line: String, _ code: String, _ exit: Int32, _ what: String, _ hint: String) {
            self.line = line
            self.code = code
            self.exit = exit
            self.what = what
            self.hint = hint
        }
    }

    // long: one row a case.
    static let cases: [Case] = [
        Case("frobnicate", "grammar.unknown-command", 2, "There is no command `frobnicate`.", "Try: help"),
        Case(
            "shwo @1", "grammar.unknown-command", 2, "There is no command `shwo`.",
            "Did you mean show? Else: help"),
        Case(
            "que", "grammar.unknown-command", 2, "There is no command `que`.",
            "Did you mean queue? Else: help"),
        Case("\u{202E}eueuq", "grammar.unknown-command", 2, "There is no command `‹U+202E›eueuq`.", "help"),
        Case(
            "show EDR-7K3Q12 --sev S1", "grammar.unknown-option", 2, "`show` has no option --sev.",
            "help show"),
        Case(
            "note EDR-7K3Q12 --hold it", "grammar.unknown-option", 2, "`note` has no option --hold.",
            "Quote it"),
        Case("queue --sev", "grammar.missing-value", 2, "--sev needs a value (S0…S4).", "Write --sev S1."),
        Case("queue --sev --wide", "grammar.missing-value", 2, "--sev needs a value", "Write --sev S1."),
        Case("queue --wide=1", "grammar.unwanted-value", 2, "--wide takes no value.", "Write --wide alone."),
        Case("queue --sev S7", "grammar.bad-value", 2, "`S7` is not a severity.", "Severities are S0"),
        Case("queue --type XYZ", "grammar.bad-value", 2, "`XYZ` is not a type of case.", "Types are EDR"),
        Case("queue --limit 0", "grammar.bad-value", 2, "`0` is not a number that fits.", "from 1 to 500"),
        Case(
            "queue --limit many", "grammar.bad-value", 2, "`many` is not a number that fits.", "from 1 to 500"
        ),
        Case(
            "queue yesterday", "grammar.bad-value", 2, "`yesterday` is not one of the words",
            "Choose from: mine"),
        Case(
            "queue mine team", "grammar.too-many-arguments", 2, "`team` is one word too many", "Usage: queue"),
        Case("note EDR-1 hello", "grammar.not-a-handle", 2, "type at least 3 characters", "Use a handle"),
        Case(
            "note EDR-7K3QM2-0 hi", "grammar.not-a-handle", 2, "check character does not fit", "Use a handle"),
        Case("note @0 hello", "grammar.not-a-handle", 2, "`@0` is not a row.", "@1, @2"),
        Case("find", "grammar.missing-argument", 2, "`find` needs WORDS.", "Usage: find WORDS"),
        Case("new EDR", "grammar.missing-argument", 2, "`new` needs TITLE.", "Usage: new"),
        Case("new ERD title", "grammar.bad-value", 2, "`ERD` is not one of the words", "Did you mean EDR?"),
        Case(
            "new EDR t --received 22/11/2026", "grammar.bad-value", 2, "`22/11/2026` is not a time that",
            "02:51Z"
        ),
        Case("new EDR t --received 25:61Z", "grammar.bad-value", 2, "`25:61Z` is not a time that", "+30m"),
        Case(
            "note EDR-7K3Q12 \"open", "grammar.unclosed-quote", 2, "The quotation mark \" at character 17",
            "Close it"),
        Case(
            "note \u{1B}[2Jx", "grammar.unreadable-text", 2, "Character 6 is ‹U+001B›", "Type the line again"),
        Case("note \u{0}", "grammar.unreadable-text", 2, "Character 6 is ‹U+0000›", "UTF-8"),
        Case(
            "note EDR-7K3Q12 \(String(repeating: "x", count: 70_000))", "grammar.too-long", 2,
            "The line has 70016 bytes", "several"),
        Case(
            "note EDR-7K3Q12 \(String(repeating: "x", count: 40_000))", "grammar.too-long", 2,
            "The text has more than", "several"),
        Case(
            "show EDR", "grammar.not-a-handle", 2, "`EDR` is a type of case, not a case.", "queue --type EDR"),
        Case("show EDR-7", "grammar.not-a-handle", 2, "type at least 3 characters", "Use a handle"),
        Case(
            "show EDR-7K3QM2-0", "grammar.not-a-handle", 2, "the check character does not fit", "Use a handle"
        ),
        Case("show @0", "grammar.not-a-handle", 2, "`@0` is not a row.", "@1, @2"),
        Case(
            "note edr-related call", "grammar.case-or-text", 5, "could be a case or the first word",
            "EDR-RELATED"),
        Case("show @1", "desk.no-list", 3, "no list was printed", "Print one: queue"),
        Case(
            "show", "desk.no-current-case", 2, "`show` needs a case, and none is current.", "use EDR-7K3QM2"),
        Case("show EDR-ZZZZZZ", "api.no-such-case", 3, "No case EDR-ZZZZZZ here.", "Try: queue all"),
        Case("show EDR-7K3Q1", "api.ambiguous", 5, "EDR-7K3Q1 could be several cases.", "Type more of it."),
        Case(
            "edit EDR-7K3Q12 sevrity S1", "grammar.bad-value", 2, "`sevrity` is not one",
            "Did you mean severity?"),
        Case(
            "edit EDR-7K3Q12 severity high", "grammar.bad-value", 2, "`high` is no value for severity.", "S0"),
        Case("edit EDR-7K3Q12 due soon", "grammar.bad-value", 2, "`soon` is no value for due.", "+30m"),
        Case(
            "edit EDR-7K3Q12 status closed", "grammar.bad-value", 2, "`closed` is no value for status.",
            "`close`"),
        Case(
            "edit EDR-7K3Q12 severity S4", "desk.reason-needed", 4, "S0 to S4 lowers the severity",
            "--why CODE"),
        Case("edit EDR-7K3Q12 title \" \"", "grammar.bad-value", 2, "` ` is no value for title.", "words"),
        Case("close EDR-7K3Q12", "desk.reason-needed", 4, "`close` is kept only with a reason.", "MITIGATED"),
        Case(
            "close EDR-7K3Q12 --why BORED", "grammar.bad-value", 2, "`BORED` is not one",
            "Choose from: CONTAINED"),
        Case("tag EDR-7K3Q12 -", "grammar.bad-value", 2, "`-` is not a tag.", "64 bytes"),
        Case("note EDR-7K3Q12 \" \"", "desk.empty-text", 2, "The text is blank.", "Nothing was saved"),
        Case(
            "note EDR-7K3Q12 --no-input", "desk.answer-needed", 5, "none may be asked for.", "note some words"
        ),
        Case("conflicts settle 1 a", "desk.no-list", 3, "none was printed", "Scripts name case and field."),
        Case(
            "conflicts show", "grammar.missing-argument", 2, "`conflicts show` does not understand",
            "conflicts show 1"),
        Case(
            "conflicts show EDR-7K3Q12", "desk.no-such-conflict", 3, "EDR-7K3Q12 has nothing to settle.",
            "List all: conflicts"),
        Case(
            "conflicts settle EDR-7K3Q12 owner a", "desk.no-such-conflict", 3, "nothing to settle in `owner`",
            "conflicts"),
        Case("sync pause mars", "desk.no-such-peer", 3, "No peer is called `mars`.", "Peers are: usw."),
        Case("sync pause", "grammar.missing-argument", 2, "`sync pause` needs a site.", "sync pause usw"),
        Case(
            "sync usw", "grammar.bad-value", 2, "`usw` is not one of the words", "Choose from: pause, resume"
        ),
        Case(
            "set colour on", "grammar.bad-value", 2, "`colour` is not one of the words",
            "Choose from: accessible"),
        Case("set limit 9000", "grammar.bad-value", 2, "`9000` is no value for limit.", "1 to 500"),
        Case("set wide maybe", "grammar.bad-value", 2, "`maybe` is no value for wide.", "on|off"),
        Case("help frob", "desk.no-such-topic", 3, "There is no help on `frob`.", "Try: help"),
    ]

    @Test("each mistake has its code, what, what to do and exit code", arguments: Self.cases)
    func mistake(_ mistake: Case) async throws {
        let fixture = await DeskFixture.withCases()
        let posts = fixture.api.model.withLock { $0.calls.filter { $0.method == "POST" }.count }
        let outcome = await fixture.session([mistake.line])
        #expect(outcome.code == mistake.exit)
        let text = outcome.error.replacing("\n", with: " ")
        #expect(text.contains(/^line 1(, column [0-9]+)?: \[/), "\(text)")
        #expect(text.contains(": [\(mistake.code)] "), "\(text)")
        #expect(text.contains(mistake.what), "\(text)")
        #expect(text.contains(mistake.hint), "\(text)")
        #expect(outcome.out.isEmpty)
        #expect(outcome.error.unicodeScalars.allSatisfy { $0 == "\n" || !SafeText.isUnsafe($0) })
        let after = fixture.api.model.withLock { $0.calls.filter { $0.method == "POST" }.count }
        #expect(after == posts, "a refused line changes nothing")
    }

    @Test("a process answers mistakes on standard error, or as JSON on standard output")
    func oneShot() async throws {
        let fixture = await DeskFixture.withCases()
        let text = await fixture.oneShot(["shwo"])
        #expect(text.code == 2 && text.out.isEmpty)
        #expect(
            text.error
                == "[grammar.unknown-command] There is no command `shwo`. Did you mean show? Else: help\n")
        let json = await fixture.oneShot(["shwo", "--json"])
        let reply = try JSONDecoder().decode(ReplyEnvelope<NoData>.self, from: Data(json.out.utf8))
        #expect(reply.problem?.code == "grammar.unknown-command" && json.error.isEmpty)
        #expect(await fixture.oneShot(["use", "EDR-7K3Q12"]).code == 2)
        #expect(await fixture.oneShot([]).code == 2)
        #expect(await fixture.oneShot(["note", "EDR-7K3Q12", "don't \"call\" 'back'"]).code == 0)
        #expect(fixture.api.model.withLock { $0.cases[0].notes.last?.text } == "don't \"call\" 'back'")
    }

    @Test("a desk whose node does not answer says so and exits 75")
    func noNode() async {
        let fixture = DeskFixture()
        fixture.api.model.withLock {
            $0.faults = [APIFault(.unreachable, "No node answers.", "Start one: baton node")]
        }
        let outcome = await fixture.session(["queue"])
        #expect(outcome.code == 75)
        #expect(outcome.error == "[api.unreachable] No node answers. Start one: baton node\n")
    }
}
