import BatonAPI
import BatonTerminal
import Foundation
import Synchronization
import Testing

@Suite("DeskSession")
struct DeskSessionTests {
    @Test("a row stays the case that was listed, whatever the order is now")
    func rowsAreFrozen() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session([
            "queue", "edit EDR-7K3Q14 severity S0 --json", "note @1 first", "note @3 third",
        ])
        #expect(outcome.out.contains("Note added: EDR-7K3Q12  Stated plan for tonight"))
        #expect(outcome.code == 0, "a change of one's own through another name is followed: \(outcome.error)")
        #expect(outcome.out.contains("Note added: EDR-7K3Q14  Records of an account"))
    }

    @Test("a change through a row whose case has changed meanwhile asks a person")
    func changedRowAsks() async {
        let fixture = await DeskFixture.withCases()
        let meddle: @Sendable (Int) -> Void = { [fixture] in
            if $0 == 2 { fixture.writeConcurrently("owner", "kim", at: 1) }
        }
        let refused = await fixture.session(
            ["queue", "note @2 x", "n", "log TTL-7K3Q13"], isInteractive: true, before: meddle)
        #expect(
            refused.out.contains(
                "[desk.changed-since-listed] @2 is TTL-7K3Q13, and it changed after the list"))
        #expect(refused.out.contains("TTL-7K3Q13 has no notes."))
        let prompts = refused.source.requests.withLock { $0.map(\.prompt) }
        #expect(
            prompts[2]
                == "@2 is TTL-7K3Q13, and it changed after the list was printed (1 changes). Go on? (y/N) ")
        let accepted = await fixture.session(
            ["queue", "note @2 x", "y"], isInteractive: true, before: meddle)
        #expect(accepted.out.contains("Note added: TTL-7K3Q13"))
    }

    @Test("where nobody can be asked, a changed row ends with exit 5 and nothing is written")
    func changedRowInScript() async {
        let fixture = await DeskFixture.withCases()
        let meddle: @Sendable (Int) -> Void = { [fixture] in
            if $0 == 2 { fixture.writeConcurrently("owner", "kim", at: 1) }
        }
        let outcome = await fixture.session(["queue", "note @2 x"], before: meddle)
        #expect(outcome.code == 5)
        #expect(outcome.error.hasPrefix("line 2: [desk.changed-since-listed] "))
        #expect(fixture.api.model.withLock { $0.cases[1].notes.isEmpty })
        let quiet = await fixture.session(
            ["queue", "note @2 x --no-input", "y"], isInteractive: true, before: meddle)
        #expect(quiet.out.contains("[desk.changed-since-listed]"))
    }

    @Test("an outcome is told at the greeting, once; eight at most, and the others the next time")
    func outcomes() async {
        let fixture = await DeskFixture.withCases()
        func outcome(_ number: Int) -> OutcomesReply.Outcome {
            OutcomesReply.Outcome(
                "TTL-7K3Q\(10 + number)", id: "0\(number)", code: "REFERRED", meaning: "handed on",
                by: (name: "kim", site: "usw"), close: (at: DeskDouble.now, delta: "d\(number)"))
        }
        fixture.api.model.withLock { $0.outcomes = (0..<10).map(outcome) }
        let script = await fixture.session(["status"])
        #expect(!script.out.contains("outcome"), "nobody sits there")
        let first = await fixture.session(["quit"], isInteractive: true)
        #expect(first.out.contains("outcome TTL-7K3Q10: handed on (kim at usw, 03:12Z)"))
        #expect(first.out.components(separatedBy: "outcome ").count - 1 == 8)
        #expect(first.out.contains("2 more cases that you worked on were closed: brief"))
        let second = await fixture.session(["quit"], isInteractive: true)
        #expect(second.out.components(separatedBy: "outcome ").count - 1 == 2)
        let third = await fixture.session(["quit"], isInteractive: true)
        #expect(!third.out.contains("outcome"))
    }

    @Test("help on a form of a command is asked for by both of its words")
    func helpOnForms() async {
        let outcome = await DeskFixture.withCases().session(["help check add", "help check"])
        #expect(outcome.code == 0 && outcome.out.contains("usage: check add"))
        #expect(outcome.out.contains("  Each in full: help check add"))
    }

    @Test("two changes through one row do not ask about the first")
    func ownChangeDoesNotAsk() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session([
            "queue", "note @1 one", "tag @1 graphic", "close @1 --why MITIGATED",
        ])
        #expect(outcome.code == 0, "\(outcome.error)")
    }

    @Test("an empty line does nothing and nothing is repeated")
    func emptyLine() async {
        let fixture = await DeskFixture.withCases()
        let before = fixture.api.model.withLock { $0.calls.filter { $0.method == "POST" }.count }
        _ = await fixture.session(["use EDR-7K3Q12", "note once", "", "", "   "], isInteractive: true)
        let after = fixture.api.model.withLock { $0.calls.filter { $0.method == "POST" }.count }
        #expect(after - before == 1)
    }

    @Test("a refused note whose text stood on its line swallows nothing that follows")
    func refusedTextOnTheLine() async {
        let fixture = await DeskFixture.withCases()
        for line in ["note \"open", "note ring\u{7}", "note EDR-7K3Q12 two words --frob"] {
            let outcome = await fixture.session(["set bail off", line, "status"])
            #expect(outcome.code != 0)
            #expect(outcome.out.contains("syd"), "\(line): \(outcome.out)")
        }
    }

    @Test(
        "the text of a refused note is never run as commands",
        arguments: [
            ["note"], ["note EDR-XXXXXX"], ["note @9"], ["note EDR-7K3QM2-0"], ["note EDR-7K3Q12 --no-input"],
            ["note EDR-7K3Q12 --frob"], ["NOTE EDR-XXXXXX"], ["note @1 --no-input=1"],
            ["note EDR-7K3Q12", String(repeating: "x", count: 40_000)],
        ])
    func refusedText(opening: [String]) async {
        let fixture = await DeskFixture.withCases()
        let text = ["close EDR-7K3Q12 --why MITIGATED", "."]
        let outcome = await fixture.session(["set bail off"] + opening + text + ["status"])
        #expect(outcome.code != 0)
        #expect(!outcome.out.contains("Closed"), "\(outcome.out)")
        #expect(fixture.api.model.withLock { $0.cases[0].notes.isEmpty })
        #expect(outcome.out.contains("syd"), "the command after the text is run: \(outcome.out)")
    }

    @Test("a script stops at its first error with that error's exit code; bail off goes on and keeps it")
    func bail() async {
        let fixture = await DeskFixture.withCases()
        let stopped = await fixture.session(["# intake", "show EDR-XXXXXX", "note EDR-7K3Q12 never"])
        #expect(stopped.code == 3)
        #expect(stopped.error == "line 2: [api.no-such-case] No case EDR-XXXXXX here. Try: queue all\n")
        #expect(fixture.api.model.withLock { $0.cases[0].notes.isEmpty })
        let going = await fixture.session([
            "set bail off", "show EDR-XXXXXX", "note EDR-7K3Q12 written", "frob",
        ])
        #expect(going.code == 3)
        #expect(fixture.api.model.withLock { $0.cases[0].notes.count == 1 })
    }

    @Test("people go on after an error and leave with exit 0")
    func interactiveGoesOn() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session(["frob", "show @9", "status", "quit"], isInteractive: true)
        #expect(outcome.code == 0)
        #expect(outcome.out.contains("[grammar.unknown-command]"))
        #expect(outcome.out.contains("[desk.no-list]"))
        #expect(outcome.out.contains("syd of Escalations"))
    }

    @Test("a shortened command is echoed in full")
    func shortenedEcho() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session(["que mine"], isInteractive: true)
        #expect(outcome.out.contains("-> queue\nrow  case"))
    }

    @Test("a long note is read until a single dot, in a session and in a pipe")
    func composing() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session([
            "use EDR-7K3Q12", "note", "first", "", "..", "~~tilde", ".", "status",
        ])
        #expect(outcome.code == 0)
        #expect(fixture.api.model.withLock { $0.cases[0].notes.map(\.text) } == ["first\n\n.\n~tilde"])
        let given = await fixture.session(
            ["use EDR-7K3Q12", "note", "secret", "~q", "status"], isInteractive: true)
        #expect(given.out.contains("[desk.abandoned]"))
        #expect(fixture.api.model.withLock { $0.cases[0].notes.count } == 1)
        let counted = await fixture.session(["# one", "note EDR-7K3Q12", "three", ".", "frob"])
        #expect(counted.error.hasPrefix("line 5: [grammar.unknown-command]"))
        let cut = await fixture.session(["note EDR-7K3Q12", "half"])
        #expect(cut.code == 2 && cut.error.contains("[desk.unfinished-text]"))
        let piped = await fixture.oneShot(["note", "EDR-7K3Q12"], lines: ["whole", "text"])
        #expect(piped.code == 0)
        #expect(fixture.api.model.withLock { $0.cases[0].notes.last?.text } == "whole\ntext")
    }

    @Test("why explains the last refusal")
    func why() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session(["edit EDR-7K3Q12 severity S3", "why"], isInteractive: true)
        #expect(outcome.out.contains("code        desk.reason-needed"))
        #expect(outcome.out.contains("exit code   4"))
        let fresh = await fixture.session(["why"])
        #expect(fresh.out == "Nothing was refused in this session.\n")
    }

    @Test("a raise is free, a lowering is a triage with a reason, and from S0 awaits a second person")
    func severity() async {
        let fixture = await DeskFixture.withCases()
        #expect(await fixture.session(["edit TTL-7K3Q13 severity s1"]).code == 0)
        #expect(await fixture.session(["edit TTL-7K3Q13 severity s2"]).code == 4)
        #expect(await fixture.session(["edit TTL-7K3Q13 severity s2 --why not-credible"]).code == 0)
        #expect(await fixture.session(["edit TTL-7K3Q13 severity s0"]).code == 0)
        #expect(await fixture.session(["edit TTL-7K3Q13 severity s2 --why not-credible"]).code == 9)
        #expect(
            fixture.api.model.withLock { $0.acts.map(\.arguments) }
                == Array(repeating: ["sev": ["S2"], "why": ["NOT-CREDIBLE"]], count: 2))
        let severity = fixture.api.model.withLock { $0.cases[1].fields["severity"]?.last?.value }
        #expect(severity == .text("S0"), "nothing is lowered before the second person's word")
    }

    @Test("a scope refuses changes outside it until it is lifted")
    func scope() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session([
            "set bail off", "set scope type=TTL", "note EDR-7K3Q12 x", "set scope off", "note EDR-7K3Q12 y",
        ])
        #expect(outcome.code == 4)
        #expect(fixture.api.model.withLock { $0.cases[0].notes.map(\.text) } == ["y"])
        let one = await fixture.session(["set scope case=EDR-7K3Q12", "note TTL-7K3Q13 x"])
        #expect(one.error.contains("[desk.out-of-scope] TTL-7K3Q13 is outside the scope case=EDR-7K3Q12."))
    }

    @Test("a conflict is settled by number, by site, and by case and field")
    func settle() async {
        let fixture = await DeskFixture.withCases()
        fixture.writeConcurrently("owner", "kim", at: 1)
        let outcome = await fixture.session(["conflicts", "conflicts settle 1 keep usw"])
        #expect(
            outcome.out.contains("Settled: TTL-7K3Q13  Threat against a school\nowner  alee / kim -> kim"))
        fixture.writeConcurrently("owner", "pat", at: 1)
        #expect(await fixture.oneShot(["conflicts", "settle", "TTL-7K3Q13", "owner", "a"]).code == 0)
        #expect(fixture.api.model.withLock { $0.cases[1].fields["owner"]?.map(\.value) } == [.text("kim")])
        #expect(await fixture.oneShot(["conflicts", "settle", "1", "a"]).code == 3, "a process has no list")
    }

    @Test("nobody settles what has changed since they saw it")
    func settleChanged() async {
        let fixture = await DeskFixture.withCases()
        fixture.writeConcurrently("owner", "kim", at: 1)
        let outcome = await fixture.session(["conflicts", "conflicts settle 1 b"]) { [fixture] in
            if $0 == 2 { fixture.writeConcurrently("owner", "pat", at: 1) }
        }
        #expect(outcome.code == 5)
        #expect(outcome.error.contains("TTL-7K3Q13 owner changed after it was listed."))
    }

    @Test("a close that has not read everything says that the case stays open")
    func closeUnseen() async {
        let fixture = await DeskFixture.withCases()
        fixture.api.model.withLock { $0.cases[0].unseen = 2 }
        let outcome = await fixture.session(["close EDR-7K3Q12 --why MITIGATED", "close TTL-7K3Q13"])
        #expect(outcome.out.contains("It stays open: 2 changes are not in what this close has read."))
        #expect(outcome.code == 4, "a close without a reason is refused")
    }

    @Test("a lost answer is asked for again under the same key, and nothing is done twice")
    func lostAnswer() async {
        let fixture = await DeskFixture.withCases()
        fixture.api.model.withLock { $0.losesAnswers = 1 }
        let outcome = await fixture.session(["note EDR-7K3Q12 once"])
        #expect(outcome.code == 0)
        #expect(fixture.api.model.withLock { $0.cases[0].notes.count } == 1)
        let keys = fixture.api.model.withLock { $0.calls.compactMap(\.idempotencyKey).suffix(2) }
        #expect(Set(keys).count == 1)
    }

    @Test("a change without an answer says that it may have been made")
    func unknownOutcome() async {
        let fixture = await DeskFixture.withCases()
        fixture.api.model.withLock { $0.losesAnswers = 2 }
        let outcome = await fixture.oneShot(["note", "EDR-7K3Q12", "text"])
        #expect(outcome.code == 75)
        let text = outcome.error.replacing("\n", with: " ")
        #expect(text.contains("The change may or may not have been made: look before you repeat it."))
        #expect(fixture.api.model.withLock { $0.cases[0].notes.count } == 1)
    }

    @Test("--require-fresh answers and exits 7 where a peer is not in touch")
    func requireFresh() async {
        let fixture = await RenderingTests.partitioned()
        let stale = await fixture.oneShot(["queue", "--require-fresh", "--json"])
        #expect(stale.code == 7 && stale.out.contains("\"exit\":7") && stale.out.contains("EDR-7K3Q12"))
        #expect(await fixture.oneShot(["queue"]).code == 0)
        #expect(await DeskFixture.withCases().oneShot(["queue", "--require-fresh"]).code == 0)
    }

    @Test("a log that does not verify exits 8")
    func integrity() async {
        let fixture = DeskFixture()
        fixture.api.model.withLock { $0.isSound = false }
        let outcome = await fixture.oneShot(["log", "verify"])
        #expect(outcome.code == 8)
        #expect(
            outcome.out.contains("Not sound: ") && outcome.out.contains("syd/1#2: the signature does not fit")
        )
    }

    @Test("options of one line do not stay, settings do")
    func settings() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session(["use EDR-7K3Q12 --json", "use", "set format json", "use"])
        let lines = outcome.out.split(separator: "\n")
        #expect(lines[0].hasPrefix("{") && lines[1] == "EDR-7K3Q12  Stated plan for tonight")
        #expect(lines.last?.hasPrefix("{") == true)
    }

    @Test("the history file holds commands and handles, is private, and comes back in the next session")
    func history() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var fixture = await DeskFixture.withCases()
        fixture.options.historyPath = folder.appending(path: "history").path
        _ = await fixture.session(
            ["note EDR-7K3Q12 Jane Roe rang", "find jane", "frob"], isInteractive: true)
        let path = try #require(fixture.options.historyPath)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "note EDR-7K3Q12\nfind\n")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let next = await fixture.session([], isInteractive: true)
        #expect(next.source.remembered.withLock { $0 } == ["note EDR-7K3Q12", "find"])
        _ = await fixture.session(["note EDR-7K3Q12 from a script"])
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "note EDR-7K3Q12\nfind\n")
    }

    @Test("news names peers that come and go, and cases with life at stake that others opened")
    func news() async throws {
        let fixture = await DeskFixture.withCases()
        let clock = ClockText(now: DeskDouble.now, zones: [])
        var watch = NoticeWatch()
        func look(own: Set<String> = []) async throws -> [Notice] {
            let client = OperatorClient(fixture.api)
            let urgent = try await client.queue(QueueQuery(severity: "S0")).cases
            return watch.news(status: try await client.status(), urgent: urgent, own: own, clock: clock)
        }
        #expect(try await look().isEmpty, "what was there at the beginning is no news")
        fixture.api.model.withLock {
            $0.peers = [.init(site: "usw", state: "down", lastHeardAt: DeskDouble.now - 38 * 60_000)]
        }
        #expect(
            try await look().map(\.text) == ["usw is out of touch, last heard 02:34Z; work goes on here."])
        fixture.writeConcurrently("severity", "S0", at: 2)
        #expect(
            try await look() == [
                Notice("S0 EDR-7K3Q14  Records of an account  (show EDR-7K3Q14)", isUrgent: true)
            ])
        _ = await fixture.session(["edit TTL-7K3Q13 severity S0"])
        #expect(try await look(own: ["00000000000000000000000000001002"]).isEmpty)
        fixture.api.model.withLock {
            $0.peers = [.init(site: "usw", state: "live", lastHeardAt: DeskDouble.now)]
        }
        #expect(try await look().map(\.text) == ["usw is in touch again after 38m."])
        #expect(watch.news(status: nil, urgent: nil, own: [], clock: clock).count == 1)
        #expect(watch.news(status: nil, urgent: nil, own: [], clock: clock).isEmpty)
    }

    @Test("news is printed between commands, and the board keeps the urgent ones")
    func board() async {
        let board = NoticeBoard()
        let fixture = await DeskFixture.withCases()
        let source = ScriptedSource([.line("use EDR-7K3Q12"), .line("use")], isInteractive: true) {
            if $0 == 1 { board.post([Notice("usw is in touch again.")]) }
        }
        let output = KeptOutput()
        var options = fixture.options
        options.wantsNotices = true
        options.noticeInterval = .seconds(3_600)
        let session = DeskSession(
            api: fixture.api, options: options, input: source, output: output, board: board)
        #expect(await session.run() == 0)
        #expect(output.out.contains("Stated plan for tonight\n** usw is in touch again.\nEDR-7K3Q12"))
        board.post([Notice("life", isUrgent: true)] + (1...40).map { Notice("n\($0)") })
        let kept = board.take()
        #expect(kept.count == NoticeBoard.waitingMax && kept[0].isUrgent && kept.last?.text == "n40")
        #expect(kept[0].line(RenderOptions(), mayRing: true) == "\u{07}** life\n")
    }

    @Test("a line of a pipe ends at its line break, and bytes that are no text are refused")
    func pipe() async throws {
        var ends: [Int32] = [-1, -1]
        #expect(unsafe Foundation.pipe(&ends) == 0)
        let bytes = Array("one\r\ntwo\n".utf8) + [0xFF, 0x0A] + Array("last".utf8)
        #expect(unsafe write(ends[1], bytes, bytes.count) == bytes.count)
        _ = close(ends[1])
        let source = PlainLineSource(descriptor: ends[0], isInteractive: false)
        let request = LineRequest(prompt: "", purpose: .command)
        var outcomes: [LineOutcome] = []
        for _ in 0..<5 { outcomes.append(await source.line(request)) }
        _ = close(ends[0])
        #expect(outcomes == [.line("one"), .line("two"), .unreadable, .line("last"), .end])
    }
}
