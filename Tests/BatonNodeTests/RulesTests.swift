import BatonDesk
import BatonNode
import Foundation
import Testing

@Suite("Rule book")
struct RulesTests {
    /// The built-in book with one file changed.
    private func issues(_ file: String, _ change: (String) -> String) -> [String] {
        let files = BuiltInRules.files.map { entry in
            entry.name == file ? RuleBookDecoder.File(name: file, text: change(entry.text)) : entry
        }
        switch RuleBookDecoder.decode(files) {
        case .success: return []
        case .failure(let issues): return issues.list.map(\.description)
        }
    }

    private func replacing(_ file: String, _ old: String, _ new: String) throws -> [String] {
        let text = try #require(BuiltInRules.files.first { $0.name == file }).text
        let range = try #require(text.range(of: old), "\(file) has no `\(old)` to change")
        return self.issues(file) { _ in text.replacingCharacters(in: range, with: new) }
    }

    private func book() throws -> RuleBook { try RuleBookFiles.load(folder: "") }

    @Test("the built-in book is accepted and has every law, list, code and number")
    func builtIn() throws {
        let book = try self.book()
        #expect(book.laws.count == 29)
        #expect(book.checklists.map(\.steps.count) == [15, 15, 15, 9, 10, 14])
        #expect(book.gates.map(\.id) == (1...10).map { "V\($0)" })
        #expect(book.containments.count == 20)
        #expect(book.severities.map(\.severity) == Severity.allCases)
        #expect(book.handoff == HandoffRules())
        for type in CaseType.allCases {
            #expect(book.checklist(for: type) != nil)
            for stage in book.stages where stage.type == type && stage.key == ClockStage.firstKey {
                #expect(stage.withinMilliseconds.allSatisfy { $0 != nil })
            }
        }
    }

    @Test("no law of the built-in book claims counsel's word, and each says where and when it was read")
    func honest() throws {
        for law in try self.book().laws {
            #expect(!law.source.counselOK, "\(law.id) was agreed to by nobody")
            #expect(!law.source.citation.isEmpty && law.source.reviewBy > law.source.readOn)
        }
    }

    @Test("the times of the table are the times of the book")
    func times() throws {
        let book = try self.book()
        let minute: Int64 = 60_000
        let expected: [(String, Severity, Int64)] = [
            ("edr.ack", .s0, 5), ("edr.decide", .s1, 60), ("csea.contain", .s0, 15),
            ("csea.report", .s1, 240),
            ("ttl.report", .s0, 20), ("mce.sitrep", .s0, 30), ("sens.decide", .s3, 1_440),
            ("other.decide", .s4, 4_320),
        ]
        for (id, severity, minutes) in expected {
            let stage = try #require(book.stages.first { $0.id == id })
            #expect(stage.within(severity) == minutes * minute, "\(id) \(severity.word)")
        }
        #expect(book.law("eu.tco")?.clock?.withinMilliseconds == 60 * minute)
        #expect(book.law("us.tida")?.clock?.withinMilliseconds == 48 * 60 * minute)
        #expect(book.law("uk.osa66.p1")?.clock?.withinMilliseconds == 0)
        #expect(book.orderStage?.withinMilliseconds == 5 * minute)
        #expect(book.laws.compactMap(\.clock).allSatisfy { $0.isHard })
    }

    @Test("a hold of months or a year never ends before the calendar says, whatever its first day")
    func wholeMonths() throws {
        let book = try self.book()
        let terms = [("eu.tco", 6), ("us.2258A.hold", 12), ("uk.osa66", 12)]
        for (id, months) in terms {
            let hold = try #require(book.law(id)?.hold)
            for day in 20_454..<24_107 {
                let first = CivilDate(daysSince1970: day)
                let month = first.month - 1 + months
                // A day that the month does not have is counted into the next one: never too early.
                let target = CivilDate(year: first.year + month / 12, month: month % 12 + 1, day: 1)
                guard let target else { throw NodeFault(code: "test", "no such day", hint: "") }
                let end = target.daysSince1970 + first.day - 1
                #expect(day + hold.days >= end, "\(id) from \(first)")
            }
        }
    }

    @Test("a law holds in the countries of its region and nowhere else")
    func regions() throws {
        let book = try self.book()
        let law = try #require(book.law("eu.dsa18"))
        for place in ["EU", "de", "FR"] { #expect(book.holds(law, in: [place]), "\(place)") }
        for place in ["US", "GB", "D"] { #expect(!book.holds(law, in: [place]), "\(place)") }
        let privacy = try #require(book.law("nsw.wsa"))
        #expect(book.holds(privacy, in: ["AU-NSW"]))
    }

    @Test("each complaint names file, line, what is wrong and what to write")
    func complaints() throws {
        #expect(
            try self.replacing("rules/severity.yaml", "meaning: routine", "meening: routine") == [
                "rules/severity.yaml:33: This severity has no meaning. Add a line `meaning: …`.",
                "rules/severity.yaml:34: There is no key of a severity named meening. Did you mean meaning?",
            ])
        let wrong = try self.replacing("rules/us.yaml", "kind: permission", "kind: permision")
        #expect(wrong == ["rules/us.yaml:19: There is no kind permision. Did you mean permission?"])
    }

    @Test("all complaints of all files are listed, not only the first")
    func all() {
        let files = BuiltInRules.files.map { file in
            RuleBookDecoder.File(
                name: file.name,
                text: file.text.replacingOccurrences(of: "review_by: 2027", with: "review_by: 2027-13"))
        }
        guard case .failure(let issues) = RuleBookDecoder.decode(files) else {
            Issue.record("accepted")
            return
        }
        #expect(Set(issues.list.map(\.file)).count == files.count)
        #expect(issues.list.count > 40)
    }

    /// What people get wrong, and what they are told: (file, old, new, a part of the complaint).
    static let mistakes: [(String, String, String, String)] = [
        ("rules/us.yaml", "within: 48h", "within: 48", "It takes a time with its unit"),
        ("rules/us.yaml", "hard: true", "hard: yes", "There is no hard yes."),
        ("rules/us.yaml", "read_on: 2026-11-22", "read_on: 2026-11-31", "It takes a day such as"),
        ("rules/us.yaml", "id: us.tida", "id: us.2703f", "There are two of law us.2703f."),
        ("rules/us.yaml", "jurisdiction: us", "jurisdiction: usa", "is no region of the book."),
        ("rules/us.yaml", "reading: Q", "reading: X", "There is no reading X."),
        ("rules/us.yaml", "met_by: [filed]", "met_by: [field]", "Did you mean filed?"),
        ("rules/us.yaml", "kind: deadline", "kind: permission", "A permission has no clock."),
        ("rules/us.yaml", "types: [CSEA]", "types: []", "It concerns no type of case."),
        ("rules/us.yaml", "book: laws", "book: law", "Did you mean laws?"),
        ("rules/us.yaml", "version: 2", "version: one", "It takes a number"),
        ("rules/eu.yaml", "within: 1h, ", "", "A deadline needs a clock with a time."),
        (
            "rules/eu.yaml", "review_by: 2027-05-22\n      counsel", "review_by: 2026-05-22\n      counsel",
            "reviewed before it was read"
        ),
        ("rules/clocks.yaml", "within: [5m, 10m, 30m, 2h, 8h]", "within: [5m, 10m]", "one time for each"),
        ("rules/clocks.yaml", "key: ack", "key: first", "nothing runs before triage"),
        ("rules/severity.yaml", "severity: S3", "severity: S5", "There is no severity S5."),
        ("rules/gates.yaml", "gap: GAP-CALLBACK", "gap: GAP-CALBACK", "is no reason code for edr"),
        ("rules/containment.yaml", "second: always", "second: allways", "Did you mean always?"),
        ("rules/handoff.yaml", "cases_budget: 10", "cases_budget: 0", "It takes a number from 1"),
        ("rules/forms.yaml", "rule: us.2258A.report", "rule: us.2258A", "There is no law us.2258A."),
        ("rules/forms.yaml", ", choices: [A1, A2, B1, B2]", "", "has no choices"),
        ("rules/roster.yaml", "from: \"06:00\"", "from: 6am", "It takes a time of day"),
        ("rules/roster.yaml", "line: desk", "line: deks", "There is no line deks."),
        ("rules/roster.yaml", "notice_days: 14", "notice_days: 3", "It takes a number from 14"),
        ("rules/roster.yaml", "site: syd", "site: Sydney", "a site's name"),
        (
            "rules/roster.yaml", "- {line: lead, site: usw, wait: 10m}",
            "- {line: lead, site: use, wait: 10m}", "Nobody is ever on duty for lead at use."
        ),
        ("codes/reasons.yaml", "uses: [triage, severity]", "uses: [triagge]", "Did you mean triage?"),
        ("codes/reasons.yaml", "code: CREDIBLE", "code: not credible", "letters, digits"),
        ("sops/edr.yaml", "gate: V3", "gate: V13", "There is no gate V13."),
        ("sops/edr.yaml", "key: callback", "key: domain", "There are two of step edr/domain."),
        ("sops/edr.yaml", "type: EDR", "type: CSEA", "EDR has no checklist."),
        ("sops/edr.yaml", "mandatory: true", "mandatory: &a true", "Anchors are not used"),
        (
            "sops/edr.yaml", "text: Preserve the account as it is now.", "text: \"Preserve \\u202e now.\"",
            "without control characters"
        ),
        ("sops/edr.yaml", "steps:\n", "steps:\n  - step\n", "A step is a list of"),
        ("sops/edr.yaml", "steps:\n", "steps: {\n", "The YAML cannot be read"),
    ]

    @Test("what people get wrong is refused with words that help", arguments: mistakes.indices)
    func mistake(_ index: Int) throws {
        let (file, old, new, words) = Self.mistakes[index]
        let issues = try self.replacing(file, old, new)
        #expect(issues.contains { $0.contains(words) }, "\(old) -> \(new): \(issues)")
        #expect(
            issues.allSatisfy { $0.contains(": ") && $0.contains(".yaml:") || $0.hasPrefix("the rule book") })
    }

    @Test("a folder of rules is read like the built-in ones, and what is no rule book is refused")
    func folder() throws {
        let place = FileManager.default.temporaryDirectory.appending(path: "baton-rules-\(UUID().uuidString)")
            .path
        defer { try? FileManager.default.removeItem(atPath: place) }
        #expect(throws: NodeFault.self) { try RuleBookFiles.load(folder: place) }
        let written = try RuleBookFiles.export(to: place)
        #expect(written.count == BuiltInRules.files.count)
        #expect(try RuleBookFiles.load(folder: place) == self.book())
        #expect(throws: NodeFault.self) { try RuleBookFiles.export(to: place) }
        try "book: laws\n".write(toFile: "\(place)/rules/us.yaml", atomically: true, encoding: .utf8)
        do {
            _ = try RuleBookFiles.load(folder: place)
            Issue.record("a broken file was accepted")
        } catch {
            #expect(error.code == "rules.refused")
            #expect(error.message.contains("\(place)/rules/us.yaml:1: This file has no version."))
        }
    }

    @Test("what counsel has not agreed to, and what is to be read again, is said")
    func summary() throws {
        let book = try self.book()
        let day = try #require(CivilDate("2026-12-01"))
        let lines = RuleBookText.summary(book, origin: "built in", today: day)
        #expect(lines.contains("  ~ 29 of 29 laws await counsel's word (counsel_ok)"))
        #expect(!lines.contains { $0.hasPrefix("  to be read again") })
        let late = try #require(CivilDate("2027-03-01"))
        #expect(RuleBookText.summary(book, origin: "built in", today: late).last?.contains("us.tida") == true)
        #expect(RuleBookText.laws(book).contains { $0.hasPrefix("~ eu.tco") && $0.contains("60 m hard") })
    }
}
