import ArgumentParser
import BatonSimulator
import Foundation

/// Runs the shipped engine in a deterministic world and checks what must hold.
@main
struct BatonSim: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baton-sim",
        abstract: "Run sites under faults in a deterministic world.",
        discussion:
            "Exit codes: 0 all held, 2 usage, 10 a safety property was broken, 11 it did not converge.",
        subcommands: [Smoke.self, Run.self, Soak.self])
}

struct Smoke: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A fixed set of seeds, each run twice, under a minute.")
    private static let seeds: ClosedRange<UInt64> = 1...60

    @Flag(help: "One line of JSON.") var json = false

    func run() throws { try Report.play(Self.seeds, json: self.json) }
}

struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "One seed.")
    @Argument(help: "The seed.") var seed: UInt64
    @Flag(help: "One line of JSON.") var json = false

    func run() throws { try Report.play(self.seed...self.seed, json: self.json) }
}

struct Soak: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "A range of seeds.")
    @Option(help: "FIRST..LAST") var seeds: String
    @Flag(help: "One line of JSON.") var json = false

    func run() throws {
        let ends = self.seeds.components(separatedBy: "..").compactMap { UInt64($0) }
        guard ends.count == 2, ends[0] <= ends[1] else {
            throw ValidationError("--seeds takes FIRST..LAST, such as 1..200.")
        }
        try Report.play(ends[0]...ends[1], json: self.json)
    }
}

/// Plays seeds and tells what came of them.
enum Report {
    private struct Line: Encodable {
        let seeds: Int
        let failed: Int
        let simulated_seconds: UInt64
        let events: UInt64
        let deltas: Int
        let faults: [String: Int]
        /// Over the traces of all seeds in order: equal in every process, or the world is not deterministic.
        let trace: String
    }

    static func play(_ seeds: ClosedRange<UInt64>, json: Bool) throws {
        var failed: [SeedOutcome] = []
        var (milliseconds, events, deltas) = (UInt64(0), UInt64(0), 0)
        var faults: [String: Int] = [:]
        var trace = UInt64(0)
        for seed in seeds {
            var run = SeedRun(seed: seed)
            let outcome = run.run()
            milliseconds += outcome.simulatedMilliseconds
            events += outcome.eventCount
            deltas += outcome.deltaCount
            faults.merge(outcome.faults, uniquingKeysWith: +)
            var mixer = SeededRandom(seed: trace ^ outcome.traceHash)
            trace = mixer.next()
            if !outcome.violations.isEmpty { failed.append(outcome) }
        }
        for outcome in failed { self.complain(outcome) }
        let line = Line(
            seeds: seeds.count, failed: failed.count, simulated_seconds: milliseconds / 1000, events: events,
            deltas: deltas, faults: faults, trace: String(trace, radix: 16))
        print(json ? try self.json(line) : self.text(line))
        if let code = self.exitCode(failed) { throw ExitCode(code) }
    }

    private static func complain(_ outcome: SeedOutcome) {
        for violation in outcome.violations {
            FileHandle.standardError.write(
                Data("seed \(outcome.seed) \(violation)\n  again: baton-sim run \(outcome.seed)\n".utf8))
        }
    }

    private static func json(_ line: Line) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(line), as: UTF8.self)
    }

    private static func text(_ line: Line) -> String {
        let struck = line.faults.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(
            separator: ", ")
        return """
            \(line.seeds) seeds, \(line.failed) failed; \(line.simulated_seconds) simulated seconds, \
            \(line.events) events, \(line.deltas) deltas
            faults: \(struck)
            trace: \(line.trace)
            """
    }

    /// Safety before liveness.
    private static func exitCode(_ failed: [SeedOutcome]) -> Int32? {
        guard !failed.isEmpty else { return nil }
        let isSafety = failed.contains { $0.violations.contains { !$0.property.hasPrefix("eventually-") } }
        return isSafety ? 10 : 11
    }
}
