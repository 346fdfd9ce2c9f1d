import BatonAPI
import BatonTerminal
import Foundation
import Synchronization
import Testing

@Suite("Rendering")
struct RenderingTests {
    @Test("a queue fits 80 columns and stamps what is stale")
    func queueText() async {
        let fixture = await Self.partitioned()
        let outcome = await fixture.session(["queue"])
        #expect(
            outcome.out == """
                row  case        sev  status    due     owner   title
                 @1  EDR-7K3Q12  S0   received  in 18m  nobody  Stated plan for tonight
                 @2  TTL-7K3Q13  S1   received          alee    [settle 1] Threat against a sch…
                 @3  EDR-7K3Q14  S?   received          nobody  Records of an account
                as of syd 03:12Z; usw last heard 02:34Z

                """)
        #expect(outcome.out.split(separator: "\n").allSatisfy { DisplayWidth.of($0) <= 80 })
    }

    @Test("an entry of several lines is told from the next, and spoken without blanks before it")
    func items() {
        var options = RenderOptions()
        options.columns = 20
        let blocks = [Block.item("EDR-7K3Q12 S0: severity, two notes"), .item("  next of them")]
        #expect(
            BlockRenderer(options).text(blocks) == """
                EDR-7K3Q12 S0:
                  severity, two
                  notes
                  next of them

                """)
        options.isAccessible = true
        #expect(
            BlockRenderer(options).text([.item("one two three four five")]) == "one two three four\nfive\n")
    }

    @Test("the prompt and the status say how many cases are late")
    func late() throws {
        let counts = StatusReply.Counts(
            cases: 3, openCases: 2, openS0: 1, deltas: 3, waiting: 0, void: 0, unread: 0, conflicts: 0,
            late: 1)
        let status = StatusReply(
            asOf: Freshness(site: "syd", at: 0, peers: []), version: "1", site: "syd", author: "a", team: "t",
            teamName: "T", membershipEpoch: 1, operatorName: "alee", operatorRoles: [], operatorChoices: [],
            counts: counts, nextDueAt: 240_000, logDigest: "d", peers: [], listen: nil)
        #expect(
            PromptText.make(status: status, current: nil, now: 0, isAccessible: false)
                == "syd alee S0:1 LATE:1 due 4m> ")
        let text = ReplyRenderer(RenderOptions()).text(Reply(.status, .status(status)))
        #expect(text.contains("1 case: sla all"))
    }

    @Test("an accessible queue is one labelled line for each value")
    func queueSpoken() async {
        var fixture = await Self.partitioned()
        fixture.options.render.isAccessible = true
        let outcome = await fixture.session(["queue --sev S1"])
        #expect(
            outcome.out == """
                row: @1
                case: TTL-7K3Q13
                sev: S1
                status: received
                owner: alee
                title: [settle 1] Threat against a school
                as of syd 03:12Z; usw last heard 02:34Z

                """)
    }

    @Test("plain rows have tabs, no headings, and nothing shortened")
    func queuePlain() async {
        let fixture = await Self.partitioned()
        let outcome = await fixture.session(["queue --sev S1 --plain"])
        #expect(outcome.out == "@1\tTTL-7K3Q13\tS1\treceived\t\talee\t[settle 1] Threat against a school\n")
    }

    @Test("a case page shows each field with who wrote it, and what is to be settled")
    func casePage() async {
        let fixture = await Self.partitioned()
        let outcome = await fixture.session(["show TTL-7K3Q13"])
        #expect(
            outcome.out == """
                TTL-7K3Q13  Threat against a school
                S1  received  owner alee (syd)

                owner     alee *  (alee syd, 03:12Z)
                received  03:12Z 14:12 Syd 19:12-1 LA  (alee syd, 03:12Z)
                severity  S1  (alee syd, 03:12Z)
                type      TTL  (alee syd, 03:12Z)
                tags      press

                To settle
                owner: each was written without sight of the other. * holds until settled.
                a *  alee  (alee syd, 03:12Z)
                b    kim  (kim usw, 03:11Z)

                2 changes, stored at syd; 0 notes: log TTL-7K3Q13
                as of syd 03:12Z; usw last heard 02:34Z

                """)
    }

    @Test("a change echoes case, title, before and after, and where it is stored")
    func changeText() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session([
            "edit TTL-7K3Q13 owner kim", "edit EDR-7K3Q12 due +30m --utc", "edit TTL-7K3Q13 owner -",
        ])
        #expect(
            outcome.out == """
                Changed: TTL-7K3Q13  Threat against a school
                owner  alee -> kim
                saved here (syd); not yet confirmed by usw
                Changed: EDR-7K3Q12  Stated plan for tonight
                due  2026-11-22T03:30:00Z -> 2026-11-22T03:42:00Z
                saved here (syd); not yet confirmed by usw
                Changed: TTL-7K3Q13  Threat against a school
                owner  kim -> nobody
                saved here (syd); not yet confirmed by usw

                """)
    }

    @Test("every answer of --json decodes, and its data is the value of the API")
    func jsonDecodes() async throws {
        let fixture = await Self.partitioned()
        func decode<Value: Codable & Sendable>(_ type: Value.Type, _ line: String) async throws
            -> ReplyEnvelope<Value>
        {
            let outcome = await fixture.session([line + " --json"])
            let reply = try JSONDecoder().decode(ReplyEnvelope<Value>.self, from: Data(outcome.out.utf8))
            #expect(reply.exit == 0 && reply.problem == nil && outcome.code == 0, "\(line)")
            #expect(reply.command == line.split(separator: " ").first.map(String.init))
            return reply
        }
        #expect(try await decode(QueueReply.self, "queue").data?.total == 3)
        #expect(try await decode(FindReply.self, "find school").data?.hits.count == 1)
        #expect(try await decode(CaseReply.self, "show EDR-7K3Q12").data?.detail.summary.severity == "S0")
        #expect(try await decode(ChangeReport.self, "note EDR-7K3Q12 x").data?.changes.first?.after == "1")
        #expect(try await decode(TimelineReply.self, "log EDR-7K3Q12").data?.entries.first?.text == "x")
        #expect(try await decode(LogReply.self, "log EDR-7K3Q12 deltas").data?.deltas.count == 1)
        #expect(try await decode(VerifyReply.self, "log verify").data?.isSound == true)
        #expect(try await decode(ConflictsReply.self, "conflicts").data?.conflicts.count == 1)
        #expect(try await decode(ConflictPage.self, "conflicts show TTL-7K3Q13 owner").data?.number == nil)
        // The only one of a case needs no name.
        let only = try await decode(ConflictPage.self, "conflicts show TTL-7K3Q13").data
        #expect(only?.conflict.field == "owner")
        #expect(try await decode(SyncReply.self, "sync").data?.peers.first?.site == "usw")
        #expect(try await decode(StatusReply.self, "status").data?.counts.openS0 == 1)
        #expect(try await decode(CurrentReport.self, "use EDR-7K3Q14").data?.current?.ref == "EDR-7K3Q14")
        #expect(try await decode(HelpPage.self, "help").data?.entries.count == CommandTable.all.count)
        #expect(try await decode(SettingsReport.self, "set").data?.settings.count == 9)
        #expect(try await decode(WhyReport.self, "why").data?.problem == nil)
        #expect(try await decode(NoData.self, "quit").data == NoData())
    }

    @Test("--jsonl writes one row a line")
    func jsonLines() async throws {
        let fixture = await Self.partitioned()
        let lines = await fixture.session(["queue --jsonl"]).out.split(separator: "\n")
        let rows = try lines.map { try JSONDecoder().decode(CaseRow.self, from: Data($0.utf8)) }
        #expect(rows.map(\.ref) == ["EDR-7K3Q12", "TTL-7K3Q13", "EDR-7K3Q14"])
    }

    @Test("a fault in JSON carries code, message, hint, exit and candidates")
    func jsonFault() async throws {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.oneShot(["show", "EDR-7K3Q1", "--json"])
        let reply = try JSONDecoder().decode(ReplyEnvelope<NoData>.self, from: Data(outcome.out.utf8))
        #expect(reply.exit == 5 && outcome.code == 5 && outcome.error.isEmpty)
        #expect(reply.problem?.code == "api.ambiguous")
        #expect(reply.problem?.candidates?.map(\.ref) == ["EDR-7K3Q12", "EDR-7K3Q14"])
    }

    static func partitioned() async -> DeskFixture {
        let fixture = await DeskFixture.withCases()
        fixture.writeConcurrently("owner", "kim", at: 1)
        fixture.api.model.withLock {
            $0.peers = [.init(site: "usw", state: "down", lastHeardAt: DeskDouble.now - 38 * 60_000)]
        }
        return fixture
    }
}

@Suite("SafeText")
struct SafeTextTests {
    @Test(
        "what could mislead a terminal is written out",
        arguments: [
            ("a\u{202E}b", "a‹U+202E›b"), ("\u{1B}[2J", "‹U+001B›[2J"), ("a\nb", "a‹U+000A›b"),
            ("x\u{200B}y", "x‹U+200B›y"), ("\u{2066}z\u{2069}", "‹U+2066›z‹U+2069›"),
            ("\u{9B}31m", "‹U+009B›31m"),
            ("\u{FEFF}", "‹U+FEFF›"), ("\u{E0041}", "‹U+E0041›"), ("\u{2028}", "‹U+2028›"),
            ("\u{3164}", "‹U+3164›"),
        ])
    func escapes(text: String, expected: String) {
        #expect(SafeText.line(text) == expected)
    }

    @Test("names and scripts stay as they are", arguments: ["Zoë", "日本語", "שלום", "ریال‌ها", "👩‍🚒", "e\u{301}"])
    func keeps(text: String) {
        #expect(SafeText.line(text) == text)
    }

    @Test("widths count columns, not characters")
    func widths() {
        #expect(DisplayWidth.of("abc") == 3)
        #expect(DisplayWidth.of("日本") == 4)
        #expect(DisplayWidth.of("e\u{301}x") == 2)
        #expect(DisplayWidth.of("👩‍🚒") == 2)
        #expect(DisplayWidth.fit("日本語です", columns: 6) == "日本…")
        #expect(DisplayWidth.fit("ab‹U+202E›cd", columns: 8) == "ab…")
        #expect(DisplayWidth.fit("abc", columns: 3) == "abc")
        #expect(DisplayWidth.wrap("one two three", columns: 7) == ["one two", "three"])
        #expect(DisplayWidth.wrap("abcdefgh", columns: 3) == ["abc", "def", "gh"])
    }

    @Test("stored control and bidirectional characters reach no output, in any form")
    func storedText() async throws {
        let fixture = DeskFixture()
        fixture.api.model.withLock { model in
            var kept = DeskDouble.Case(id: String(repeating: "0", count: 32), ref: "EDR-7K3Q99")
            let written = Authorship(by: "m\u{202E}x", site: "usw", at: DeskDouble.now)
            let title = "pay\u{202E}lia\u{1B}]0;owned\u{07}\nowner: mallory"
            kept.fields["title"] = [
                FieldVersion(value: .text(title), written: written, delta: "d", isShown: true)
            ]
            kept.notes = [
                .init(
                    id: "n", text: "one\ntwo\u{202E}", written: written, originallyAt: nil, originallyBy: nil)
            ]
            kept.tags = ["a\u{9B}2J"]
            model.cases = [kept]
        }
        for format in ["", " --wide", " --plain", " --json", " --jsonl"] {
            for line in [
                "queue", "show EDR-7K3Q99", "log EDR-7K3Q99", "find pay", "note EDR-7K3Q99 x",
                "use EDR-7K3Q99",
            ] {
                for isAccessible in [false, true] {
                    var fixture = fixture
                    fixture.options.render.isAccessible = isAccessible
                    let outcome = await fixture.session([line + format], isInteractive: true)
                    let prompts = outcome.source.requests.withLock { $0.map(\.prompt) }.joined()
                    for scalar in (outcome.out + prompts).unicodeScalars
                    where scalar != "\n" && scalar != "\t" {
                        #expect(
                            !SafeText.isUnsafe(scalar),
                            "\(line)\(format) let \(SafeText.escape(scalar)) through")
                    }
                    #expect(
                        !outcome.out.contains("\nowner: mallory"), "a title passed for a field in \(line)")
                }
            }
        }
        let json = await fixture.session(["queue --json"]).out
        let reply = try JSONDecoder().decode(ReplyEnvelope<QueueReply>.self, from: Data(json.utf8))
        #expect(
            reply.data?.cases.first?.title.contains("\u{202E}") == true,
            "escaped in JSON, the value is unchanged")
    }
}

@Suite("Clock and prompt text")
struct ClockTextTests {
    private let clock = ClockText(now: DeskDouble.now, zones: ZoneLabel.team)

    @Test("times say the day where it is another one")
    func times() {
        #expect(self.clock.short(DeskDouble.now) == "03:12Z")
        #expect(self.clock.short(DeskDouble.now - 86_400_000) == "11-21 03:12Z")
        #expect(self.clock.short(DeskDouble.now - 366 * 86_400_000) == "2025-11-21 03:12Z")
        #expect(self.clock.places(DeskDouble.now) == "03:12Z 14:12 Syd 19:12-1 LA")
        #expect(self.clock.full(DeskDouble.now) == "2026-11-22T03:12:00Z")
        #expect(self.clock.full(-1) == "1969-12-31T23:59:59Z")
        #expect(!self.clock.short(.max).isEmpty && !self.clock.full(.min + 1).isEmpty)
    }

    @Test("spans are rounded down to what a person needs")
    func spans() {
        #expect(ClockText.span(59_999) == "59s")
        #expect(ClockText.span(38 * 60_000) == "38m")
        #expect(ClockText.span(125 * 60_000) == "2h05")
        #expect(ClockText.span(76 * 3_600_000) == "3d04h")
        #expect(self.clock.due(DeskDouble.now - 240_000) == "late 4m")
    }

    @Test("the prompt tells site, person, open S0, deadline, peers and case")
    func prompt() async throws {
        let fixture = await DeskFixture.withCases()
        let status = try await OperatorClient(fixture.api).status()
        let make = { (status: StatusReply?, isAccessible: Bool) in
            PromptText.make(
                status: status, current: "EDR-7K3Q12", now: DeskDouble.now, isAccessible: isAccessible)
        }
        #expect(make(status, false) == "syd alee S0:1 due 18m usw:ok EDR-7K3Q12> ")
        #expect(make(status, true) == "EDR-7K3Q12> ")
        #expect(make(nil, false) == "node:DOWN EDR-7K3Q12> ")
        let apart = try await OperatorClient(RenderingTests.partitioned().api).status()
        #expect(make(apart, false) == "syd alee S0:1 due 18m usw:DOWN 38m settle:1 EDR-7K3Q12> ")
    }

    @Test("the environment decides on bold, speech and name")
    func environment() {
        let options = { (environment: [String: String], isTerminal: Bool) in
            DeskOptions.process(environment: environment, isTerminal: isTerminal, columns: 100)
        }
        #expect(options(["TERM": "xterm"], true).render.isStyled)
        #expect(!options(["TERM": "xterm", "NO_COLOR": "1"], true).render.isStyled)
        #expect(!options(["TERM": "dumb"], true).render.isStyled)
        #expect(!options(["TERM": "xterm"], false).render.isStyled)
        #expect(options(["ACCESSIBLE": "1"], true).render.isAccessible)
        #expect(!options(["ACCESSIBLE": "0"], true).render.isAccessible)
        #expect(options(["BATON_AS": "kim"], true).actingAs == "kim")
        #expect(options([:], true).render.columns == 100)
    }
}
