import ArgumentParser
import BatonSimulator
import Foundation

struct Soak: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play a range of seeds; shrink and keep what fails.",
        discussion: """
            Example: baton-sim soak --seeds 1..2000 --minutes 10 --jobs 2 --json

            A seed that fails is shrunk by itself, and the least scenario that breaks the same property is \
            written to --out. `--week` plays weeks of a team's whole work instead of dense minutes. `--disk \
            faulty`, `--crypto real` and `--wire http2` put the real thing in the place of a stand-in.
            """)

    /// More than a few minimal scenarios of one soak seldom tell more.
    private static let shrunkMax = 3

    @Option(help: "FIRST..LAST") var seeds: String
    @Option(help: "Stop after so many minutes, 0 for never.") var minutes: UInt64 = 0
    @Option(help: "Processes that work side by side.") var jobs: Int = 1
    @Option(help: "Where failing scenarios go.") var out: String = "."
    @Flag(help: "One line of JSON.") var json = false
    @Flag(help: "Weeks of a team of three sites, 200 cases and 2,000 deltas each.") var week = false
    @Option(help: "So many seeds of a hundred are real on each axis, drawn apart.") var mix: Int = 0
    @OptionGroup var fidelity: FidelityOptions
    @Flag(help: .hidden) var worker = false

    func run() throws {
        try self.complaining {
            let range = try Self.range(self.seeds)
            guard (1...64).contains(self.jobs) else { throw Complaint("--jobs takes 1 to 64.") }
            guard (0...100).contains(self.mix) else { throw Complaint("--mix takes 0 to 100.") }
            let base = try self.fidelity.over(.standIns)
            let plan = SoakPlan(isWeek: self.week, mixPercent: self.mix, base: base)
            if self.worker { return SoakWorker(range: range, plan: plan).run() }
            let deadline = self.minutes == 0 ? nil : Date(timeIntervalSinceNow: Double(self.minutes) * 60)
            let started = Date()
            var pool = WorkerPool(range: range, jobs: self.jobs, plan: plan, deadline: deadline)
            let total = try pool.run()
            let seconds = Date().timeIntervalSince(started)
            print(self.json ? try total.json(seconds) : total.text(seconds))
            for failure in total.failures.prefix(Self.shrunkMax) { try self.tell(failure, plan) }
            if total.failures.count > Self.shrunkMax {
                let rest = total.failures.dropFirst(Self.shrunkMax).map { "\($0.seed)" }
                Channel.tell("failed too: \(rest.joined(separator: ", "))")
            }
            for seed in total.crashed {
                Channel.tell("seed \(seed) crashed\nagain: baton-sim run \(seed)\(plan.options(seed))")
            }
            let options = plan.arguments.map { " \($0)" }.joined()
            // Where time ran out, what was played is what is played again.
            Channel.tell(
                "again: baton-sim soak --seeds \(range.lowerBound)..\(pool.lastStarted)\(options)")
            if let code = total.exitCode { throw ExitCode(code) }
        }
    }

    static func range(_ text: String) throws -> ClosedRange<UInt64> {
        let ends = text.components(separatedBy: "..").compactMap { UInt64($0) }
        guard ends.count == 2, ends[0] <= ends[1] else {
            throw Complaint("--seeds takes FIRST..LAST, such as 1..200.")
        }
        return ends[0]...ends[1]
    }

    private func tell(_ failure: SoakLine, _ plan: SoakPlan) throws {
        let properties = Set(failure.violations).sorted().joined(separator: ", ")
        let again = "baton-sim run \(failure.seed)\(plan.options(failure.seed))"
        Channel.tell("seed \(failure.seed) broke \(properties)\nagain: \(again)")
        let shrinker = Shrinker(plan.scenario(failure.seed))
        guard let shrunk = shrinker.shrink(seconds: 60, clock: WallClock.seconds) else { return }
        let path = "\(self.out)/\(self.week ? "week" : "fail")-\(failure.seed).json"
        try Source.write(shrunk.scenario.json, to: path)
        Channel.tell("shrunk to \(shrunk.scenario.events.count) events: baton-sim run \(path)")
    }
}

/// Plays a range in this process and writes one line a seed: what a parent process reads.
struct SoakWorker {
    let range: ClosedRange<UInt64>
    let plan: SoakPlan

    func run() {
        for seed in self.range {
            FileHandle.standardOutput.write(Data("start \(seed)\n".utf8))
            let line = SoakLine(ScenarioRun(self.plan.scenario(seed)).run())
            guard let text = try? OutcomeText.encode(line) else { continue }
            FileHandle.standardOutput.write(Data("\(text)\n".utf8))
        }
    }
}

/// What each seed of a soak stands for.
struct SoakPlan {
    let isWeek: Bool
    /// So many of a hundred seeds are real on each axis.
    let mixPercent: Int
    /// What is real in every seed.
    let base: Fidelity

    func scenario(_ seed: UInt64) -> Scenario {
        let fidelity = self.fidelity(seed)
        return self.isWeek
            ? WeekScenario.make(seed, fidelity: fidelity) : SeedScenario.make(seed, fidelity: fidelity)
    }

    private func fidelity(_ seed: UInt64) -> Fidelity {
        var fidelity = Fidelity.drawn(seed: seed, realPercent: self.mixPercent)
        if self.base.replica != .memory { fidelity.replica = self.base.replica }
        if self.base.crypto != .standIn { fidelity.crypto = self.base.crypto }
        if self.base.transport != .message { fidelity.transport = self.base.transport }
        return fidelity
    }

    /// How `baton-sim run` is asked for the same.
    func options(_ seed: UInt64) -> String { (self.isWeek ? " --week" : "") + self.fidelity(seed).options }

    /// How another process is asked for the same.
    var arguments: [String] {
        (self.isWeek ? ["--week"] : []) + (self.mixPercent > 0 ? ["--mix", "\(self.mixPercent)"] : [])
            + self.base.options.split(separator: " ").map(String.init)
    }
}

/// What one seed came to, as a worker says it.
struct SoakLine: Codable {
    let seed: UInt64
    let violations: [String]
    let isLiveness: Bool
    let trace: UInt64
    let events: UInt64
    let deltas: Int
    let milliseconds: UInt64
    let faults: [String: Int]
    let marks: [String]

    init(_ outcome: RunOutcome) {
        self.seed = outcome.seed
        self.violations = outcome.violations.map(\.property)
        self.isLiveness = outcome.violations.allSatisfy(\.isLiveness)
        self.trace = outcome.traceHash
        self.events = outcome.eventCount
        self.deltas = outcome.deltaCount
        self.milliseconds = outcome.simulatedMilliseconds
        self.faults = outcome.faults
        self.marks = outcome.marks.sorted()
    }
}

/// What a soak came to.
struct SoakTotal {
    private struct Line: Encodable {
        let seeds: Int
        let failed: Int
        let crashed: Int
        let seconds: Double
        let simulated_seconds: UInt64
        let events: UInt64
        let deltas: Int
        let marks: Int
        let marks_hit: Int
        let marks_missed: [String]
        let fault_kinds: Int
        let fault_pairs_hit: Int
        let fault_pairs: Int
    }

    private(set) var seeds = 0
    private(set) var failures: [SoakLine] = []
    var crashed: [UInt64] = []
    private var milliseconds: UInt64 = 0
    private var events: UInt64 = 0
    private var deltas = 0
    private(set) var faults: [String: Int] = [:]
    private var marks: Set<String> = []
    private var pairs = FaultPairs()
    private var traces: [UInt64: UInt64] = [:]

    mutating func include(_ line: SoakLine) {
        self.seeds += 1
        if !line.violations.isEmpty { self.failures.append(line) }
        self.failures.sort { $0.seed < $1.seed }
        self.milliseconds += line.milliseconds
        self.events += line.events
        self.deltas += line.deltas
        self.faults.merge(line.faults, uniquingKeysWith: +)
        self.marks.formUnion(line.marks)
        self.pairs.include(line.faults.keys.map { String($0.prefix { $0 != "." }) })
        self.traces[line.seed] = line.trace
    }

    /// Over the traces of all seeds in order: equal in every process, or the world is not deterministic.
    var trace: String {
        var hash: UInt64 = 0
        for seed in self.traces.keys.sorted() {
            var mixer = SeededRandom(seed: hash ^ (self.traces[seed] ?? 0))
            hash = mixer.next()
        }
        return String(hash, radix: 16)
    }

    var exitCode: Int32? {
        if !self.crashed.isEmpty { return 12 }
        guard !self.failures.isEmpty else { return nil }
        return self.failures.allSatisfy(\.isLiveness) ? 11 : 10
    }

    private var kinds: [String] { Set(self.faults.keys.map { String($0.prefix { $0 != "." }) }).sorted() }

    func json(_ seconds: Double) throws -> String {
        let kinds = self.kinds
        return try OutcomeText.encode(
            Line(
                seeds: self.seeds, failed: self.failures.count, crashed: self.crashed.count,
                seconds: (seconds * 10).rounded() / 10, simulated_seconds: self.milliseconds / 1_000,
                events: self.events, deltas: self.deltas, marks: Marks.all.count,
                marks_hit: self.marks.count, marks_missed: Marks.all.filter { !self.marks.contains($0) },
                fault_kinds: kinds.count, fault_pairs_hit: self.pairs.counts.count,
                fault_pairs: kinds.count * (kinds.count + 1) / 2))
    }

    func text(_ seconds: Double) -> String {
        let kinds = self.kinds
        let struck = self.faults.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        let missed = Marks.all.filter { !self.marks.contains($0) }
        return """
            \(self.seeds) seeds, \(self.failures.count) failed, \(self.crashed.count) crashed; \
            \(self.milliseconds / 1_000) simulated seconds in \((seconds * 10).rounded() / 10) s, \
            \(self.events) events, \(self.deltas) deltas
            faults: \(struck.joined(separator: ", "))
            fault pairs met: \(self.pairs.counts.count) of \(kinds.count * (kinds.count + 1) / 2)
            marks: \(self.marks.count) of \(Marks.all.count)\
            \(missed.isEmpty ? "" : "; never: \(missed.joined(separator: ", "))")
            trace: \(self.trace)
            """
    }
}
