import BatonAPI
import Synchronization
import Testing

@testable import BatonTerminal

/// Times as tired people type them: taken where they mean one moment, else answered with what to type.
@Suite("Typed times")
struct TypedTimeTests {
    private static let zones = ZoneLabel.team

    @Test(
        "a time with its distance from UTC is one moment, however it is written",
        arguments: [
            ("2026-11-22T13:51+11:00", 1_795_315_860_000), ("2026-11-22 02:51z", 1_795_315_860_000),
            ("13:51+11:00", 1_795_315_860_000), ("18:51-08:00", 1_795_315_860_000),
            ("2026-11-21t18:51:07-08:00", 1_795_315_867_000), ("02:51:30Z", 1_795_315_890_000),
        ] as [(String, Int64)])
    func offsets(text: String, expected: Int64) throws {
        #expect(try #require(TimeExpression(text)).resolved(now: DeskDouble.now) == expected)
    }

    @Test(
        "what only looks like a time is none",
        arguments: [
            "02:+5Z", "02:51:99Z", "2026-+1-22", "+-5m", "02:51+11", "02:51+1:00", "02:51+15:00", "Z",
            "2026-11-22T", "2026-11-22T02:51", "02:51+11:00Z", "٠٢:٥١Z",
        ])
    func lookalikes(text: String) { #expect(TimeExpression(text) == nil) }

    @Test("a time that leaves its place open is answered with each moment that it may mean")
    func open() throws {
        let said = try #require(SaidTime("today 01:51"))
        #expect(
            said.advice(now: DeskDouble.now, zones: Self.zones)
                == "It does not say where. Write the one that you mean: 2026-11-21T14:51Z (Syd), "
                + "2026-11-21T09:51Z (LA), 2026-11-22T01:51Z (UTC).")
        #expect(
            try #require(SaidTime("2026-11-22T01:51")).advice(now: 0, zones: Self.zones)?
                .contains("2026-11-21T14:51Z (Syd), 2026-11-22T09:51Z (LA), 2026-11-22T01:51Z (UTC)") == true)
        #expect(
            try #require(SaidTime("yesterday 11:10pm")).advice(now: DeskDouble.now, zones: [])
                == "It does not say where. Write the one that you mean: 2026-11-21T23:10Z (UTC).")
    }

    @Test(
        "a zone that means one distance is converted; the nearest such moment is offered",
        arguments: [
            ("01:51 AEDT", "2026-11-22T14:51Z"), ("13:51AEDT", "2026-11-22T02:51Z"),
            ("yesterday 7:51 pm pst", "2026-11-21T03:51Z"), ("2026-11-22 01:51 UTC", "2026-11-22T01:51Z"),
        ])
    func zones(text: String, expected: String) throws {
        let advice = try #require(SaidTime(text)).advice(now: DeskDouble.now, zones: Self.zones)
        #expect(advice == "That is \(expected): write it so.")
    }

    @Test(
        "what is no time that people say has no advice", arguments: ["soon", "13:51pm", "01:51 EST", "today"])
    func none(text: String) { #expect(SaidTime(text) == nil) }

    @Test("a change of clocks counts on the day itself")
    func summerTime() throws {
        let sydney = [ZoneLabel("Syd", "Australia/Sydney")]
        // Clocks went forward at 2026-10-04 02:00 there.
        let before = try #require(SaidTime("2026-10-04 01:30")).advice(now: 0, zones: sydney)
        let after = try #require(SaidTime("2026-10-04 03:30")).advice(now: 0, zones: sydney)
        #expect(before?.contains("2026-10-03T15:30Z (Syd)") == true, "\(before ?? "")")
        #expect(after?.contains("2026-10-03T16:30Z (Syd)") == true, "\(after ?? "")")
    }

    @Test("a time of two words never becomes part of a title")
    func twoWords() async {
        let fixture = DeskFixture()
        let refused = await fixture.session(
            ["new EDR Stated plan --received today 01:51"], isInteractive: true)
        #expect(fixture.api.model.withLock { $0.cases.isEmpty })
        #expect(refused.out.contains("`today 01:51` is not a time that the desk takes."), "\(refused.out)")
        #expect(refused.out.replacing("\n", with: " ").contains("2026-11-21T14:51Z (Syd)"), "\(refused.out)")
        let day = await fixture.session(["new EDR Stated plan --received 2026-11-22 01:51"])
        #expect(fixture.api.model.withLock { $0.cases.isEmpty }, "\(day.out)")
        #expect(day.error.hasPrefix("line 1, column 32: [grammar.bad-value] "), "\(day.error)")
        let whole = await fixture.session(["new EDR Stated plan --received 2026-11-22 02:51Z"])
        #expect(whole.code == 0)
        let shell = await fixture.oneShot(["new", "EDR", "Plan", "--received", "01:51", "AEDT"])
        #expect(shell.code == 2 && shell.error.contains("That is 2026-11-22T14:51Z: write it so."))
        fixture.api.model.withLock { model in
            #expect(model.cases.count == 1)
            #expect(model.cases.first?.fields["title"]?.last?.value.text == "Stated plan")
            #expect(model.cases.first?.fields["received"]?.last?.value.integer == 1_795_315_860_000)
        }
    }

    @Test("a field's value says what to type as well")
    func field() async {
        let fixture = await DeskFixture.withCases()
        let refused = await fixture.session(["edit EDR-7K3Q12 due tomorrow 01:51"])
        #expect(refused.code == 2 && refused.error.contains("2026-11-23T01:51Z (UTC)"), "\(refused.error)")
        let taken = await fixture.session(["edit EDR-7K3Q12 due 2026-11-23 01:51Z"])
        #expect(taken.code == 0, "\(taken.error)")
    }

    @Test("a caret stands under the place, also on a narrow screen and behind wide and unsafe characters")
    func caret() {
        let line = "new EDR 計画 \u{202E}x --received soon"
        let shown = LineExcerpt.lines(of: line, column: 26, columns: 80)
        #expect(shown[0] == "  new EDR 計画 ‹U+202E›x --received soon")
        #expect(shown[1].count == 2 + 8 + 5 + 9 + 12 + 1, "\(shown)")
        let long = String(repeating: "words ", count: 200)
        let narrow = LineExcerpt.lines(of: long + "soon rest of it", column: 1_201, columns: 24)
        #expect(narrow.allSatisfy { DisplayWidth.of($0) <= 24 }, "\(narrow)")
        let place = narrow[1].count - 1
        #expect(narrow[0].dropFirst(place).hasPrefix("soon"), "\(narrow)")
    }

    @Test("whoever listens is told the character; a process's own arguments are not counted")
    func spoken() async {
        var fixture = DeskFixture()
        fixture.options.render.isAccessible = true
        let heard = await fixture.session(["queue --sev S7"], isInteractive: true)
        #expect(heard.out.contains("It is at character 13 of the line."), "\(heard.out)")
        let shell = await fixture.oneShot(["queue", "--sev", "S7"])
        #expect(shell.error.hasPrefix("[grammar.bad-value] `S7` is not a severity. Severities"))
    }
}

/// A long text that was typed is not lost with what interrupts it.
@Suite("Typed text")
struct KeptTextTests {
    @Test("Ctrl-C keeps the lines for the next note of that case, and of no other")
    func interrupt() async {
        let fixture = await DeskFixture.withCases()
        let typed: [LineOutcome] = [
            .line("note EDR-7K3Q12"), .line("She named the gate"), .line("and the hour."), .abandoned,
            .line("note EDR-7K3Q14"), .line("another case"), .line("."),
            .line("note EDR-7K3Q12"), .line("Third line."), .line("."),
            .line("note EDR-7K3Q12"), .line("~q"),
        ]
        let outcome = await fixture.session(outcomes: typed)
        let notes = fixture.api.model.withLock { $0.cases.map { $0.notes.map(\.text) } }
        #expect(notes[0] == ["She named the gate\nand the hour.\nThird line."], "\(outcome.out)")
        #expect(notes[2] == ["another case"])
        let prefaces = outcome.source.requests.withLock { $0.map(\.preface) }
        #expect(prefaces.contains { $0.contains("It goes on after 2 lines that you typed before.") })
        #expect(prefaces.last?.contains("typed before") == false, "what was saved is not offered again")
    }

    @Test("a text that the node did not take, and one cut off by Ctrl-D, are kept as well")
    func refused() async {
        let fixture = await DeskFixture.withCases()
        let fault = APIFault(.unreachable, "The node did not answer.", "Try again.")
        let source = ScriptedSource(
            ["note EDR-7K3Q12", "Long words.", ".", "note EDR-7K3Q12", "."].map { .line($0) },
            isInteractive: true
        ) { count in
            // The node is gone when the text is done, and back when the next command is typed.
            if count == 3 { fixture.api.model.withLock { $0.faults = [fault, fault] } }
        }
        let output = KeptOutput()
        _ = await DeskSession(api: fixture.api, options: fixture.options, input: source, output: output).run()
        #expect(output.out.contains("[api.unreachable]"), "\(output.out)")
        #expect(fixture.api.model.withLock { $0.cases[0].notes.map(\.text) } == ["Long words."])
        let cut = await fixture.session(outcomes: [
            .line("note EDR-7K3Q14"), .line("half"), .end, .line("note EDR-7K3Q14"), .line("."),
        ])
        #expect(fixture.api.model.withLock { $0.cases[2].notes.map(\.text) } == ["half"], "\(cut.out)")
    }

    @Test("~q throws the lines away for good, and a script's text is never kept")
    func thrownAway() async {
        let fixture = await DeskFixture.withCases()
        let given = await fixture.session(
            ["note EDR-7K3Q12", "secret", "~q", "note EDR-7K3Q12", "other", "."], isInteractive: true)
        #expect(given.out.contains("[desk.abandoned]"))
        #expect(fixture.api.model.withLock { $0.cases[0].notes.map(\.text) } == ["other"])
    }

    @Test("a case whose deadline could not be set is said to be there")
    func createdWithoutDeadline() async {
        let fixture = DeskFixture()
        let fault = APIFault(.unreachable, "The node did not answer.", "Try again.")
        let source = ScriptedSource([.line("new EDR Plan --due +18m")], isInteractive: true)
        let api = Interposed(fixture.api) { call in call.path.contains("changes") ? fault : nil }
        let output = KeptOutput()
        _ = await DeskSession(api: api, options: fixture.options, input: source, output: output).run()
        let text = output.out.replacing("\n", with: " ")
        #expect(fixture.api.model.withLock { $0.cases.count } == 1)
        #expect(text.contains("EDR-7K3Q12 was created, and its deadline was not set"), "\(text)")
    }
}

/// Answers some calls with a fault before the desk behind it hears of them.
private struct Interposed: OperatorAPI {
    let api: DeskDouble
    let fault: @Sendable (APICall) -> APIFault?

    init(_ api: DeskDouble, _ fault: @escaping @Sendable (APICall) -> APIFault?) {
        self.api = api
        self.fault = fault
    }

    func call(_ request: APICall) async throws(APIFault) -> APIReply {
        if let fault = self.fault(request) { throw fault }
        return try await self.api.call(request)
    }
}

extension DeskFixture {
    /// What happens at a terminal, keys included.
    fileprivate func session(outcomes: [LineOutcome]) async -> Outcome {
        let source = ScriptedSource(outcomes, isInteractive: true)
        let output = KeptOutput()
        let code = await DeskSession(api: self.api, options: self.options, input: source, output: output)
            .run()
        return Outcome(code: code, out: output.out, error: output.error, source: source)
    }
}
