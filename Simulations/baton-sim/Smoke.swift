import ArgumentParser
import BatonSimulator

struct Smoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The fixed seeds and the named scenarios of CI, under a minute.")

    private static let seeds: ClosedRange<UInt64> = 1...60
    /// Played on real store, keys and bytes, with disks that fail.
    private static let realSeeds: ClosedRange<UInt64> = 61...66

    @Flag(help: "One line of JSON.") var json = false
    @Option(help: "The folder of scenarios; Simulations/scenarios of the working directory if not given.")
    var scenarios: String?

    private struct Line: Encodable {
        let seeds: Int
        let scenarios: Int
        let failed: Int
        let deltas: Int
        let events: UInt64
        let simulated_seconds: UInt64
        /// Over the traces of all runs in order: equal in every process, or the world is not deterministic.
        let trace: String
    }

    func run() throws {
        try self.complaining {
            var runs = Self.seeds.map { (name: "\($0)", scenario: SeedScenario.make($0)) }
            for seed in Self.realSeeds {
                let scenario = SeedScenario.make(seed, fidelity: .real)
                runs.append(("\(seed)\(scenario.fidelity.options)", scenario))
            }
            let files = try ScenarioFolder.pathsAtHand(self.scenarios)
            for path in files { runs.append((path, try Source.read(path))) }
            var total = SmokeTotal()
            for (index, run) in runs.enumerated() {
                Channel.progress("\(index) of \(runs.count) runs, \(total.failed) failed")
                total.include(ScenarioRun(run.scenario).run(), run.scenario, name: run.name)
            }
            Channel.endProgress()
            let line = Line(
                seeds: Self.seeds.count + Self.realSeeds.count, scenarios: files.count,
                failed: total.failed, deltas: total.deltas,
                events: total.events, simulated_seconds: total.milliseconds / 1_000,
                trace: String(total.trace, radix: 16))
            print(
                self.json
                    ? try OutcomeText.encode(line)
                    : "\(line.seeds) seeds and \(line.scenarios) scenarios, \(line.failed) failed; "
                        + "\(line.deltas) deltas, \(line.events) events, "
                        + "\(line.simulated_seconds) simulated seconds\ntrace: \(line.trace)")
            Channel.tell("again: baton-sim smoke\(self.scenarios.map { " --scenarios \($0)" } ?? "")")
            if let code = total.exitCode { throw ExitCode(code) }
        }
    }
}

/// Adds up runs that are played in this process.
private struct SmokeTotal {
    private(set) var failed = 0
    private(set) var deltas = 0
    private(set) var events: UInt64 = 0
    private(set) var milliseconds: UInt64 = 0
    private(set) var trace: UInt64 = 0
    private(set) var exitCode: Int32?

    mutating func include(_ outcome: RunOutcome, _ scenario: Scenario, name: String) {
        self.deltas += outcome.deltaCount
        self.events += outcome.eventCount
        self.milliseconds += outcome.simulatedMilliseconds
        var mixer = SeededRandom(seed: self.trace ^ outcome.traceHash)
        self.trace = mixer.next()
        guard let code = OutcomeText.exitCode(outcome.violations, expecting: scenario.violates) else {
            return
        }
        self.failed += 1
        self.exitCode = min(self.exitCode ?? code, code)
        Channel.endProgress()
        for violation in outcome.violations { Channel.tell("\(name): \(OutcomeText.line(violation))") }
        Channel.tell("again: baton-sim run \(name)")
    }
}
