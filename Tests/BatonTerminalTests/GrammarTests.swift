import BatonAPI
import BatonTerminal
import Testing

@Suite("Grammar")
struct GrammarTests {
    private func parsed(_ line: String, _ mode: GrammarMode = .person) throws -> Command {
        let result = try #require(Grammar(mode: mode).parse(line), "\(line) is not empty")
        return try result.get()
    }

    private func issue(_ line: String, _ mode: GrammarMode = .person) -> CommandIssue? {
        guard case .failure(let issue)? = Grammar(mode: mode).parse(line) else { return nil }
        return issue
    }

    @Test("every command has help, a usage that begins with it, and examples that parse as it")
    func tableIsComplete() throws {
        let words = CommandTable.all.flatMap { [$0.name.rawValue] + $0.aliases }
        #expect(Set(words).count == words.count, "every word means one command")
        for spec in CommandTable.all {
            #expect(!spec.help.isEmpty && spec.help.count <= 72, "\(spec.name)")
            #expect(spec.usage.hasPrefix(spec.name.rawValue))
            #expect(!spec.examples.isEmpty, "\(spec.name)")
            for example in spec.examples {
                let command = try self.parsed(example, .script)
                #expect(command.name == spec.name, "\(example)")
            }
        }
    }

    @Test("what people say instead means the table's own line, in scripts too, and quotes keep a word")
    func phrases() throws {
        let same = [
            ("log --verify", "log verify"), ("link --suggest", "link suggest"),
            ("assign to pat", "assign pat"),
            ("assign EDR-7K3QM2 to pat", "assign EDR-7K3QM2 pat"), ("Log --Verify", "log verify"),
            ("roster override syd-lead 2027-01-04 kim", "roster assign syd-lead 2027-01-04 kim"),
            (
                "review action add \"ring\" --owner kim --due +1d --proof \"it rings\"",
                "review action \"ring\" --owner kim --due +1d --proof \"it rings\""
            ),
        ]
        for (typed, meant) in same {
            #expect(try self.parsed(typed, .script) == self.parsed(meant, .script), "\(typed)")
        }
        let quoted = try self.parsed("review action \"add\" --owner kim --due +1d --proof x")
        #expect(quoted.arguments.values.contains(["add"]))
        #expect(try self.parsed("sync now").argument("action") == "now")
        #expect(try self.parsed("sync now usw").argument("site") == "usw")
    }

    @Test("no two commands share a word, and no option hides a common one")
    func wordsAreUnique() {
        let words = CommandTable.all.flatMap { [$0.name.rawValue] + $0.aliases }
        #expect(Set(words).count == words.count)
        for spec in CommandTable.all {
            let names = (spec.options + CommonOptions.all).map(\.name)
            #expect(Set(names).count == names.count, "\(spec.name)")
        }
    }

    @Test("every code has a meaning and is explained by help")
    func codesAreExplained() throws {
        for kind in IssueKind.allCases {
            #expect(kind.meaning.hasSuffix("."))
            #expect(
                try #require(HelpText.page(kind.rawValue, table: CommandTable.all)).text.first == kind.meaning
            )
        }
    }

    @Test("empty lines and comments are no commands")
    func emptyLines() {
        for line in ["", "   ", "\t", "# close --why MITIGATED", "   # note"] {
            #expect(Grammar(mode: .person).parse(line) == nil)
        }
    }

    @Test(
        "quotation marks count only where a word begins",
        arguments: [
            ("note don't call back", "don't call back"), ("note \"two  blanks\"", "two  blanks"),
            ("note 'single \\ mark'", "single \\ mark"),
            ("note \"a \\\"b\\\" \\\\ c\\nd\"", "a \"b\" \\ c\nd"),
            ("note he said \"call back\" twice", "he said \"call back\" twice"),
            ("note 5\" screen", "5\" screen"),
            ("note -- --hold-- it", "--hold-- it"), ("note \"--hold-- it\"", "--hold-- it"),
            ("note see #42 and # 43", "see #42 and # 43"),
            ("note \"EDR-7K3QM2 is a double\"", "EDR-7K3QM2 is a double"),
            ("note \\\"quoted\\\"", "\"quoted\""), ("note \\\"all of\\\" it", "\"all of\" it"),
            ("note C:\\temp and a\\ b", "C:\\temp and a b"), ("note x=\"a b\" it", "x=\"a b\" it"),
        ])
    func quoting(line: String, text: String) throws {
        let command = try self.parsed(line)
        #expect(command.argument("text") == text)
        #expect(command.reference == nil)
    }

    @Test("options are read anywhere, with or without an equals sign, and put into their one form")
    func options() throws {
        let command = try self.parsed(
            "new edr --sev 1 Two words --tag=a --tag \"b c\" --received=02:51Z --json")
        #expect(command.argument("type") == "EDR")
        #expect(command.argument("title") == "Two words")
        #expect(command.option("sev") == "S1")
        #expect(command.options["tag"] == ["a", "b c"])
        #expect(command.option("received") == "02:51Z")
        #expect(command.has("json"))
    }

    @Test("a case is taken from the front of a line only where it is clear")
    func references() throws {
        #expect(try self.parsed("note EDR-7K3QM2 called").reference == .handle("EDR-7K3QM2"))
        #expect(try self.parsed("note edr-7k3qm2 called").reference == .handle("edr-7k3qm2"))
        #expect(try self.parsed("note @12 called").reference == .row(12))
        #expect(try self.parsed("note called EDR-7K3QM2").reference == nil)
        #expect(try self.parsed("note @kim please call").reference == nil)
        #expect(self.issue("note other-than that")?.code == "grammar.case-or-text")
        #expect(self.issue("note edr-related call")?.code == "grammar.case-or-text")
        #expect(try self.parsed("show facts").argument("section") == "facts")
        #expect(try self.parsed("show 7k3qm2 facts").reference == .handle("7k3qm2"))
        #expect(try self.parsed("log verify").argument("what") == "verify")
        #expect(try self.parsed("edit severity s1").argument("field") == "severity")
        #expect(try self.parsed("edit @3 owner kim").reference == .row(3))
        #expect(try self.parsed("use -").argument("case") == "-")
        #expect(try self.parsed("tag @2 +a -b").arguments["tags"] == ["+a", "-b"])
        #expect(
            try self.parsed("show 0123456789abcdef0123456789abcdef").reference
                == .handle("0123456789abcdef0123456789abcdef"))
    }

    @Test("people shorten commands where the beginning is unique; scripts never")
    func shortening() throws {
        let command = try self.parsed("que mine")
        #expect(command.name == .queue)
        #expect(command.completedFrom == "que")
        #expect(try self.parsed("queue").completedFrom == nil)
        #expect(try self.parsed("reo").name == .reopen)
        #expect(try self.parsed("hol add EDR-7K3QM2 us.2703f").name.rawValue == "hold add")
        #expect(self.issue("qu")?.message == "`qu` could be queue, quit.")
        #expect(self.issue("st")?.message == "`st` could be stats, status.")
        #expect(try self.parsed("statu").name == .status)
        #expect(self.issue("se")?.message == "`se` could be set, settle.")
        #expect(self.issue("s")?.exit == .humanMustChoose)
        #expect(self.issue("que", .script)?.hint == "Did you mean queue? Else: help")
        #expect(self.issue("exit", .script) == nil)
    }

    @Test("an unknown command names the nearest")
    func nearest() {
        #expect(self.issue("shwo @1")?.hint == "Did you mean show? Else: help")
        #expect(self.issue("colse")?.hint == "Did you mean close? Else: help")
        #expect(self.issue("frobnicate")?.hint == "Try: help")
        #expect(self.issue("new EDR x --sevv S1")?.hint.hasPrefix("Did you mean --sev?") == true)
    }

    @Test(
        "times are read as the nearest moment, a span from now, or a day",
        arguments: [
            ("02:51Z", 1_795_315_860_000), ("23:50Z", 1_795_305_000_000), ("+30m", 1_795_318_920_000),
            ("-2h", 1_795_309_920_000), ("2026-11-22", 1_795_305_600_000),
            ("2026-11-22T03:12Z", 1_795_317_120_000),
            ("2024-02-29", 1_709_164_800_000),
        ] as [(String, Int64)])
    func times(text: String, expected: Int64) throws {
        #expect(try #require(TimeExpression(text)).resolved(now: DeskDouble.now) == expected)
    }

    @Test(
        "what is no time is refused",
        arguments: ["", "+", "+5", "25:00Z", "02:51", "2026-02-30", "22/11/2026", "+5w"])
    func notTimes(text: String) {
        #expect(TimeExpression(text) == nil)
    }

    @Test("a history line holds the command and its handle, never text")
    func historyLine() throws {
        #expect(try self.parsed("note edr-7k3qm2 Jane Roe rang").historyLine == "note EDR-7K3QM2")
        #expect(try self.parsed("find jane roe").historyLine == "find")
        #expect(try self.parsed("close @2 --why REFERRED text").historyLine == "close @2")
    }

    @Test("Tab completes commands, handles, choices and options")
    func completion() {
        let completion = Completion(table: CommandTable.all, handles: ["EDR-7K3Q12", "EDR-7K3Q14"])
        #expect(completion.effect(on: "que") == .insert("ue "))
        #expect(completion.effect(on: "st") == .insert("at"))
        #expect(completion.effect(on: "statu") == .insert("s "))
        #expect(completion.effect(on: "help hold ren") == .insert("ew "))
        #expect(completion.effect(on: "help hol") == .insert("d "))
        #expect(completion.effect(on: "hold re") == .list(["release", "renew"]))
        #expect(completion.effect(on: "show ED") == .insert("R-7K3Q1"))
        #expect(completion.effect(on: "show EDR-7K3Q1") == .list(["EDR-7K3Q12", "EDR-7K3Q14"]))
        #expect(completion.effect(on: "edit EDR-7K3Q12 sev") == .insert("erity "))
        #expect(completion.effect(on: "close --why REF") == .insert("ERRED "))
        #expect(completion.effect(on: "queue --req") == .insert("uire-fresh "))
        #expect(completion.effect(on: "note ") == .insert("EDR-7K3Q1"))
        #expect(completion.effect(on: "frobnicate x") == .nothing)
    }

    @Test("Tab completes the agencies that the team knows, as a filter, an option and a field")
    func agencies() {
        let completion = Completion(
            table: CommandTable.all, handles: [], agencies: ["afp", "harlan so", "harbour-pd"])
        #expect(completion.effect(on: "find age") == .insert("ncy:"))
        #expect(completion.effect(on: "find agency:a") == .insert("fp "))
        #expect(completion.effect(on: "queue agency:harl") == .insert("an "))
        #expect(completion.effect(on: "find agency:HAR") == .list(["agency:harbour-pd", "agency:harlan"]))
        #expect(completion.effect(on: "new EDR x --agency harb") == .insert("our-pd "))
        #expect(completion.effect(on: "new EDR x --agency \"har") == .insert("lan so\" "))
        #expect(completion.effect(on: "edit @1 agency af") == .insert("p "))
        #expect(Completion(table: CommandTable.all, handles: []).effect(on: "find agency:a") == .nothing)
    }
}
