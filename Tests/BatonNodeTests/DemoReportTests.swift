import BatonAPI
import Testing

@testable import BatonNode

@Suite("Demo report")
struct DemoReportTests {
    private func replica(
        _ site: String, log: String = "aa", lost: Int = 0, waiting: Int = 0, isSound: Bool = true
    ) -> DemoReport.Replica {
        DemoReport.Replica(
            site: site, processID: 1, address: "127.0.0.1:1", documents: 9, deltas: 33, waiting: waiting,
            stateDigest: "bb", logDigest: log, isSound: isSound, signatureChecks: 33,
            problem: isSound ? nil : "a signature", lost: lost)
    }

    private func problems(_ replicas: DemoReport.Replica...) -> [String] {
        var report = DemoReport()
        report.replicas = replicas
        return report.findProblems()
    }

    @Test("equal, complete and sound replicas are no problem")
    func good() {
        #expect(self.problems(self.replica("syd"), self.replica("usw"), self.replica("use")).isEmpty)
    }

    @Test("whatever is unequal, lost, waiting or unsound is told with its site")
    func bad() {
        #expect(
            self.problems(self.replica("syd"), self.replica("usw", log: "cc")) == [
                "The replicas' logs are not equal."
            ])
        #expect(
            self.problems(
                self.replica("syd", lost: 2), self.replica("usw", waiting: 3),
                self.replica("use", isSound: false))
                == [
                    "2 acknowledged deltas are lost at syd.", "3 deltas still wait at usw.",
                    "The log of use is not sound: a signature.",
                ])
    }

    @Test("lines are broken between words, and a word that is longer than a line stays whole")
    func wrapping() {
        let words = Array(repeating: "twelve-chars", count: 10).joined(separator: " ")
        let lines = DemoText.wrapped("  " + words, indent: 4)
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { $0.count <= DemoText.columns })
        #expect(lines[0].hasPrefix("  twelve"))
        #expect(lines[1].hasPrefix("    twelve"))
        let long = "  " + String(repeating: "x", count: 100)
        #expect(DemoText.wrapped(long, indent: 4) == [long])
        #expect(DemoText.wrapped("", indent: 4) == [""])
    }

    @Test("everybody in the story works at one site, and every case is begun before it is changed")
    func story() {
        let story = DemoStory.night
        var begun: Set<String> = []
        for step in story.before + story.whileCut {
            #expect(story.sites.contains { $0.name == story.site(of: step.person) })
            switch step.act {
            case .open(let word, _): #expect(begun.insert(word).inserted)
            case .change(let word, let operations, let note):
                #expect(begun.contains(word))
                #expect(!operations.isEmpty || note != nil)
            }
        }
        let names = story.sites.flatMap(\.people).map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test("text of cases cannot move the cursor or turn the line around")
    func safeWords() {
        #expect(SafeWords.of("a\u{1B}[2J\u{202E}b\nc") == "a [2J b c")
    }
}
