import BatonAPI
import BatonTerminal
import Foundation
import Synchronization
import Testing

@Suite("Aliases, undo, long answers and the editor")
struct HabitTests {
    @Test("an alias stands for the beginning of a line, is echoed, kept on disk, and taken away")
    func aliases() async throws {
        var fixture = await DeskFixture.withCases()
        let path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        fixture.options.aliasPath = path
        let made = await fixture.session(
            ["alias hot \"queue team --sev S0\"", "hot --plain"], isInteractive: true)
        #expect(made.out.contains("-> queue team --sev S0 --plain"))
        #expect(made.out.contains("EDR-7K3Q12") && !made.out.contains("TTL-7K3Q13"))
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let later = await fixture.session(["hot", "alias hot -", "hot"], isInteractive: true)
        #expect(later.out.contains("EDR-7K3Q12"))
        #expect(later.out.contains("[grammar.unknown-command]"))
    }

    @Test("an alias never hides a command, means another alias, or stands for what is no command")
    func refusedAliases() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session(
            ["alias queue status", "alias a b", "alias UP/ queue", "alias ok queue", "alias ok2 ok"],
            isInteractive: true)
        #expect(outcome.out.components(separatedBy: "[grammar.bad-value]").count == 5, "\(outcome.out)")
    }

    @Test("in a script a word is what it says: aliases are for people")
    func scripts() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session(["alias hot queue team", "hot"])
        #expect(outcome.code == 2 && outcome.error.contains("unknown-command"))
    }

    @Test("undo sets a field back to what it was, by a change that everyone sees")
    func undoEdit() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session(
            [
                "edit EDR-7K3Q12 agency maple-pd", "tag EDR-7K3Q12 graphic", "undo", "undo",
                "undo",
            ],
            isInteractive: true)
        #expect(outcome.out.contains("[desk.nothing-to-undo]"))
        let (agency, tags) = fixture.api.model.withLock {
            ($0.cases[0].fields["agency"]?.last?.value, $0.cases[0].tags)
        }
        #expect(agency == .text("harlan-so") && tags.isEmpty)
    }

    @Test("undo says what cannot be taken back and what to do instead")
    func undoFact() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session(["note EDR-7K3Q12 Rang them", "undo"], isInteractive: true)
        #expect(outcome.out.contains("[desk.cannot-undo] `note` on EDR-7K3Q12 cannot be taken back."))
    }

    @Test("undo asks first when somebody else has gone on")
    func undoAfterOthers() async {
        let fixture = await DeskFixture.withCases()
        let outcome = await fixture.session(
            ["edit EDR-7K3Q12 title Another", "undo", "n"], isInteractive: true,
            before: { [fixture] in if $0 == 2 { fixture.writeConcurrently("owner", "kim", at: 0) } })
        #expect(outcome.out.contains("[desk.changed-since-listed] EDR-7K3Q12 changed after `edit title`"))
    }

    @Test("a long answer stops at each screenful for a person, and never in a pipe")
    func pages() async {
        var fixture = await DeskFixture.withCases()
        fixture.options.pageRows = 6
        let stopped = await fixture.session(["help", "q"], isInteractive: true)
        #expect(stopped.source.requests.withLock { $0.count } == 3)
        #expect(stopped.source.requests.withLock { $0[1].prompt }.contains("more lines"))
        let piped = await fixture.session(["help"])
        #expect(piped.out.contains("quit"))
    }

    @Test("the editor gets the text so far, and what it leaves is the note")
    func editor() async {
        var fixture = await DeskFixture.withCases()
        fixture.options.edit = { text in text + " and more\nsecond line\n" }
        _ = await fixture.session(["note EDR-7K3Q12", "first", "~e", "."], isInteractive: true)
        #expect(fixture.api.model.withLock { $0.cases[0].notes.last?.text } == "first and more\nsecond line")
        fixture.options.edit = { _ in nil }
        _ = await fixture.session(["note EDR-7K3Q12", "kept", "~e", "."], isInteractive: true)
        #expect(fixture.api.model.withLock { $0.cases[0].notes.last?.text } == "kept")
    }
}
