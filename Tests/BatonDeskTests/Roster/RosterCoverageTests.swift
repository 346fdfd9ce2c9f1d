import BatonDesk
import BatonModel
import BatonSimulator
import Testing

@Suite("Roster coverage")
struct RosterCoverageTests {
    private func work(_ rules: RosterRules? = nil) throws -> RosterWork {
        RosterWork(rules: try rules ?? RosterTests.rules(), zones: try SampleZone.all())
    }

    private func runs(_ work: RosterWork, _ from: String, _ to: String) throws -> [CoverageRun] {
        RosterWork.runs(
            work.coverage(
                line: "desk", fromMilliseconds: try RosterTests.instant(from),
                toMilliseconds: try RosterTests.instant(to)))
    }

    private func line(_ run: CoverageRun) -> String {
        let first = CivilDate(daysSince1970: Int(run.first.fromMilliseconds / RosterTests.day))
        let last = CivilDate(daysSince1970: Int(run.last.fromMilliseconds / RosterTests.day))
        return
            "\(run.first.kind.rawValue) \(run.first.minutes) m \(run.first.watches.joined(separator: "+")) "
            + "\(first) to \(last), \(run.count)"
    }

    @Test("a change of clocks opens a gap every day until the other site changes too")
    func gaps() throws {
        // In northern summer the two fit exactly: 21:00Z and 09:00Z. Sydney's clocks go forward on 4 October,
        // New York's back on 1 November.
        let runs = try self.runs(try self.work(), "2026-09-20", "2026-11-20").map(self.line)
        #expect(
            runs == [
                "overlap 60 m use+syd 2026-10-03 to 2026-10-31, 29",
                "gap 60 m syd+use 2026-10-04 to 2026-10-31, 28",
                "gap 120 m syd+use 2026-11-01 to 2026-11-19, 19",
                "overlap 120 m use+syd 2026-11-01 to 2026-11-19, 19",
            ], "\(runs)")
    }

    @Test("through every change of clocks to 2036, each gap and each new overlap is told 14 days before")
    func announced() throws {
        let work = try self.work()
        let (from, to) = (try RosterTests.instant("2026-02-01"), try RosterTests.instant("2036-12-31"))
        let document = DocumentID(kind: .schedule, suffix: [UInt8](repeating: 1, count: 15))
        var begins: [GeneratedID: Int64] = [:]
        var first: [GeneratedID: Int64] = [:]
        // Somebody looks once a week, at an odd hour.
        for now in stride(from: from, to: to, by: Int64.Stride(7 * RosterTests.day + 3_600_000)) {
            for run in work.notices(atMilliseconds: now, aheadDays: 22) {
                let id = run.id(of: document, hashing: StandInHashing())
                if first[id] == nil { first[id] = now }
                begins[id] = run.first.fromMilliseconds
            }
        }
        let runs = try self.runs(work, "2026-03-01", "2036-12-01").dropFirst(2)
        #expect(runs.count > 60, "ten years have at least six changes each")
        for run in runs {
            let when = try #require(
                first[run.id(of: document, hashing: StandInHashing())], "\(self.line(run))")
            #expect(when <= run.announceByMilliseconds(noticeDays: 14), "\(self.line(run))")
        }
        // Nothing else is told, and nothing twice: a notice for each run, however often somebody looks.
        let (since, until) = (try #require(runs.first), try #require(runs.last))
        let within = begins.values.filter {
            since.first.fromMilliseconds <= $0 && $0 <= until.first.fromMilliseconds
        }
        #expect(within.count == runs.count)
    }

    @Test("a roster without a hole has no notice but that of what changes")
    func whole() throws {
        var rules = try RosterTests.rules()
        rules.rotations = [
            try RosterTests.rotation("syd", "Australia/Sydney", 6...21),
            try RosterTests.rotation("use", "America/New_York", 4...18),
        ]
        let work = try self.work(rules)
        let stretches = work.coverage(
            line: "desk", fromMilliseconds: try RosterTests.instant("2026-02-01"),
            toMilliseconds: try RosterTests.instant("2028-02-01"))
        #expect(stretches.allSatisfy { $0.kind == .overlap })
        let quiet = try RosterTests.instant("2026-06-15")
        #expect(work.notices(atMilliseconds: quiet, aheadDays: 21).isEmpty)
        let before = try RosterTests.instant("2026-09-15")
        #expect(!work.notices(atMilliseconds: before, aheadDays: 21).isEmpty)
    }

    @Test("stretches never overlap, and together with single watches they fill the time")
    func partition() throws {
        var random = SeededRandom(seed: 11)
        for _ in 0..<60 {
            var rules = try RosterTests.rules()
            rules.rotations = try ["syd", "use", "usw"].map { site in
                let start = random.below(24)
                return try RosterTests.rotation(
                    site, random.pick(["Australia/Sydney", "America/New_York", "America/Los_Angeles"]),
                    start...(start + 1 + random.below(22)),
                    days: Weekday.allCases.filter { _ in random.chance(4, in: 5) })
            }
            let work = try self.work(rules)
            let (from, to) = (try RosterTests.instant("2026-03-25"), try RosterTests.instant("2026-04-15"))
            let stretches = work.coverage(line: "desk", fromMilliseconds: from, toMilliseconds: to)
            for (left, right) in zip(stretches, stretches.dropFirst()) {
                #expect(left.toMilliseconds <= right.fromMilliseconds)
            }
            for instant in stride(from: from, to: to, by: 1_111_111) {
                let watches = Set(work.onDuty(atMilliseconds: instant).map(\.watch))
                let kind = stretches.first { $0.fromMilliseconds <= instant && instant < $0.toMilliseconds }?
                    .kind
                #expect(kind == (watches.isEmpty ? .gap : watches.count > 1 ? .overlap : nil))
            }
        }
    }
}
