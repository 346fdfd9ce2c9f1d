import Testing

/// A small project that breaks one rule at known places, beside what the rule must leave alone.
struct Sample: Sendable, CustomStringConvertible {
    let rule: Rule
    let files: @Sendable () -> [SourceFile]
    /// `path:line` of each expected finding, and nothing else.
    let expected: [String]

    init(_ rule: Rule, _ path: String, _ text: String, lines: [Int], beside others: [String: String] = [:]) {
        self.rule = rule
        self.expected = lines.map { "\(path):\($0)" }
        self.files = {
            let all = others.merging([path: text]) { _, last in last }
            return all.sorted { $0.key < $1.key }.map { SourceFile(path: $0.key, text: $0.value) }
        }
    }

    var description: String { self.rule.name }
}

@Suite("Each rule of the house finds what it is for")
struct RuleSampleTests {
    @Test("a bad sample is found at its lines, and nowhere else", arguments: Sample.all)
    func finds(sample: Sample) {
        let findings = sample.rule.check(Repository(files: sample.files()))
        #expect(findings.map { "\($0.path):\($0.line)" } == sample.expected)
        #expect(findings.allSatisfy { $0.message.count > 20 }, "a finding says what to do instead")
    }

    @Test("no rule is without a bad sample", arguments: Rule.all)
    func isSampled(rule: Rule) {
        #expect(Sample.all.contains { $0.rule.name == rule.name && !$0.expected.isEmpty })
    }

    @Test("over its number every escape of a module is reported, within it only the unexplained")
    func escapesAreCounted() {
        let text = """
            // Invariant: written once before the loop starts.
            nonisolated(unsafe) var first = 1






            final class Box: @unchecked Sendable {}
            """
        let repository = Repository(files: [SourceFile(path: "Sources/BatonNode/Box.swift", text: text)])
        #expect(Rule.escapeFindings(in: repository, allowed: ["BatonNode": 2]).map(\.line) == [9])
        #expect(Rule.escapeFindings(in: repository, allowed: ["BatonNode": 1]).map(\.line) == [2, 9])
        #expect(Rule.escapeCounts(in: repository) == ["BatonNode": 2])
    }
}

@Suite("Swift text is told apart from its comments and literals")
struct SwiftTextTests {
    @Test("comments, strings and raw names are blanked, and lines stay where they were")
    func blanks() {
        let text = SwiftText(
            #"""
            let a = "try! // no" // try! here
            /* outer /* inner */ as! */ let b = #"as! "quoted" "#
            func `a try! in a name`() {}
            let c = """
                try! "
                """
            """#)
        #expect(!text.code.contains("try!"))
        #expect(!text.code.contains("as!"))
        #expect(text.code.split(separator: "\n", omittingEmptySubsequences: false).count == 6)
        #expect(text.code.contains("let b = #\""))
        #expect(text.comments.contains("try! here"))
        #expect(text.comments.contains("inner */ as!"))
        #expect(text.codeAndStrings.contains("try! // no"))
    }

    @Test("an interpolation is code again, also with strings inside")
    func interpolations() {
        let text = SwiftText(#"let a = "x \(try! f("y)")) z"; let b = as!"#)
        #expect(text.code.contains("try! f(\"  \")"))
        #expect(text.code.contains("; let b = as!"))
        #expect(!text.code.contains("z"))
    }
}
