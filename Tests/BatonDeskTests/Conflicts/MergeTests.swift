import BatonDesk
import BatonModel
import BatonSimulator
import Testing

/// Draws lines that people might type at two sites, and lets them.
struct DeskHistory {
    var random: SeededRandom
    let sites: [DeskDouble]
    private static let people = ["usw": ["kim", "pat", "ada"], "syd": ["alee", "mo"]]

    init(seed: UInt64) {
        self.random = SeededRandom(seed: seed)
        self.sites = [DeskDouble("usw", seed: seed), DeskDouble("syd", seed: seed &+ 99)]
    }

    /// Refusals are part of the game; what counts is what comes of the rest.
    mutating func run(steps: Int, lines: [String]) {
        for _ in 0..<steps {
            let site = self.random.pick(self.sites)
            site.pass(minutes: UInt64(self.random.below(3)))
            if self.random.chance(1, in: 6) {
                site.receive(from: self.sites[site === self.sites[0] ? 1 : 0])
                continue
            }
            let person = self.random.pick(Self.people[site.site.description] ?? [])
            _ = site.refusal(person, self.random.pick(lines))
        }
    }

    func heal() { DeskDouble.meet(self.sites[0], self.sites[1]) }

    func sections(_ desk: DeskDouble) -> [FileSection] {
        CaseFile.sectionNames.map { desk.file.section($0, rules: desk.rules, now: DeskDouble.start) }
    }

    static let all: [String] = [
        Lines.triaged.1, Lines.minor.1, "triage --sev S3 --why INSUFFICIENT", "triage --trend worse",
        "check done 1", "check done 4", "check skip 5 --why OVERTAKEN", "check reopen 4",
        "verify callback --number dir:217 --spoke lieutenant --result ok", "verify callback --result failed",
        Lines.domain.1, Lines.supervisor.1, Lines.emergency.1, Lines.channel.1,
        "verify gap V4 --why GAP-SUPERVISOR --note x", "approve gap:1", Lines.disclose.1,
        "decide refuse --why REFUSED-UNVERIFIED", "decide preserve-only --why PRESERVE-ONLY", "approve dec:1",
        "approve dec:2", "decide withdraw dec:1",
        "decide delivered dec:1 --to x --manifest \(Lines.manifest)",
        "settle decision keep 1", "settle decision escalate legal", "settle V3 keep 2",
        "settle severity keep 1",
        "subject add suspect", "subject set subj:1 --account suspended",
        "contain suspend subj:1 --why CREDIBLE",
        "contain disable cont:1 --why CREDIBLE", "contain done disable cont:1",
        "contain confirm disable cont:1",
        "contain reverse disable cont:1", "contain cancel disable cont:1", "hold add us.2703f",
        "hold renew us.2703f", "hold release us.2703f --note x", "hold destroy A1 --note x",
        "hold counsel A1 keep --note x", "hold counsel A1 destroy --note x",
        "report NCMEC draft --set incident.type=material --filled reported.name --set incident.at=now",
        "report NCMEC draft --set incident.type=enticement", "report NCMEC file", "report NCMEC receipt 1",
        "report NCMEC retract", MoreRefusalTests.evidence.1, "evidence move ev:1 --to AFP --purpose x",
        "contact log AFP asked --ask", "contact answer AFP yes", "contact drop AFP no",
        "page lead --situation x --recommendation y",
        "page answer page:1", "link 01040303030303030303030303030303 related", "review start",
        "review answer learned.well x", "verify fraud suspected --note x", "verify fraud cleared --note x",
        "sla pause edr.decide --why WAIT-LE --for x", "sla resume edr.decide",
    ]

    static let generating: [String] = [
        Lines.triaged.1, "check done 1", "check done 2", "check done 4", "hold add us.2703f",
        "hold renew us.2703f",
    ]
}

@Suite("Merging of the desk's ledgers")
struct MergeTests {
    @Test(
        "Whatever was done at two sites, both read the same file once they have met",
        arguments: 0..<60 as Range<UInt64>)
    func sameFile(_ seed: UInt64) {
        var history = DeskHistory(seed: seed)
        history.run(steps: 40, lines: DeskHistory.all)
        history.heal()
        #expect(history.sections(history.sites[0]) == history.sections(history.sites[1]), "seed \(seed)")
        #expect(history.sites[0].state == history.sites[1].state, "seed \(seed)")
    }

    @Test("No order of arrival changes a section", arguments: 0..<20 as Range<UInt64>)
    func anyOrder(_ seed: UInt64) {
        var history = DeskHistory(seed: seed &+ 1_000)
        history.run(steps: 30, lines: DeskHistory.all)
        let expected = DeskDouble("use")
        expected.receive(from: history.sites[0])
        expected.receive(from: history.sites[1])
        let other = DeskDouble("use")
        other.receive(from: history.sites[1])
        other.receive(from: history.sites[0])
        #expect(history.sections(expected) == history.sections(other), "seed \(seed)")
    }

    @Test(
        "Ten thousand schedules of two sites leave no step, hold or renewal twice",
        arguments: 0..<20 as Range<UInt64>)
    func nothingTwice(_ block: UInt64) {
        for seed in (block * 500)..<(block * 500 + 500) {
            var history = DeskHistory(seed: seed &+ 50_000)
            history.run(steps: 6, lines: DeskHistory.generating)
            history.heal()
            let file = history.sites[0].file
            let steps = file.checklist.steps.map(\.step.key)
            let holds = file.holds.items
            let isOnce = Set(steps).count == steps.count && holds.count <= 1 && steps.count <= 7
            // Renewals that were made apart bear one number, so the end moves once for both.
            let renewals = holds.first.map { UInt64($0.renewals) } ?? 0
            let periods = (file.state[.global]?.ledgers[CaseField.holds] ?? []).count
            let end = holds.first.map { $0.end - $0.start } ?? 0
            let isBounded =
                end <= (90 + 90 * renewals) * 86_400_000 + 3_600_000 && Int(renewals) <= max(0, periods - 1)
            if !isOnce || !isBounded {
                Issue.record("seed \(seed): \(steps) \(holds.map(\.label)) \(renewals) \(end)")
                return
            }
        }
    }
}
