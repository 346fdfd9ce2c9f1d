import ArgumentParser
import BatonModel
import BatonSimulator
import Foundation

struct Bugbench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plant known bugs, one after the other, and see how soon the soak finds each.",
        discussion: """
            It needs a build with the trait Mutants: swift run --traits Mutants baton-sim bugbench --json. \
            A shipped build has none of these bugs in it.
            """)

    @Option(help: "How many seeds a bug may take.") var seeds: UInt64 = 2_000
    @Option(help: "How long one shrink may take, seconds.") var seconds: Double = 60
    @Option(help: "Processes that work side by side.") var jobs: Int = 2
    @Option(help: "Only this one.") var mutant: String?
    @Flag(help: "One line of JSON.") var json = false
    @Flag(help: .hidden) var worker = false

    func run() throws {
        try self.complaining {
            #if Mutants
            try self.bench()
            #else
            throw Complaint(
                "This build has no planted bugs. Build it with: swift run --traits Mutants baton-sim bugbench."
            )
            #endif
        }
    }

    #if Mutants
    private func bench() throws {
        let chosen = Mutant.allCases.filter { self.mutant == nil || $0.rawValue == self.mutant }
        guard !chosen.isEmpty else { throw Complaint("There is no planted bug \"\(self.mutant ?? "")\".") }
        if self.worker { return self.work(chosen[0]) }
        var waiting = chosen[...]
        var running: [BenchWorker] = []
        var results: [BenchLine] = []
        while !waiting.isEmpty || !running.isEmpty {
            while running.count < self.jobs, let next = waiting.popFirst() {
                running.append(try BenchWorker(next.rawValue, seeds: self.seeds, seconds: self.seconds))
            }
            let line = running.removeFirst().finish()
            results.append(line)
            Channel.progress("\(results.count) of \(chosen.count) bugs, \(line.mutant): \(line.words)")
            if !self.json { Channel.say("\(line.mutant): \(line.words)") }
        }
        Channel.endProgress()
        print(try BenchTotal(results).text(json: self.json))
        Channel.tell("again: swift run --traits Mutants baton-sim bugbench")
        if results.contains(where: { $0.property == nil }) { throw ExitCode(10) }
    }

    private func work(_ mutant: Mutant) {
        let bench = MutantBench(mutant)
        let found = bench.search(upTo: self.seeds) { seed in
            FileHandle.standardOutput.write(Data("start \(seed)\n".utf8))
        }
        var line = BenchLine(mutant: mutant.rawValue)
        if let found {
            line.property = found.property
            line.seeds = found.seeds
            let shrunk = bench.shrink(found.seed, seconds: self.seconds, clock: WallClock.seconds)
            line.events = shrunk?.scenario.events.count
            line.sites = shrunk?.scenario.sites.count
        }
        if let text = try? OutcomeText.encode(line) { print(text) }
    }
    #endif
}

/// What became of one planted bug, as a worker says it.
struct BenchLine: Codable {
    let mutant: String
    /// Nil when no seed broke anything.
    var property: String?
    var seeds: Int?
    var events: Int?
    var sites: Int?

    init(mutant: String) { self.mutant = mutant }

    var words: String {
        guard let property = self.property, let seeds = self.seeds else { return "NOT CAUGHT" }
        let size = self.events.map { ", \($0) events on \(self.sites ?? 0) sites" } ?? ""
        return "\(property) at seed \(seeds)\(size)"
    }
}

/// One bug in a process of its own: some of them crash it.
private final class BenchWorker {
    private let process = Process()
    private let pipe = Pipe()
    private let mutant: String

    init(_ mutant: String, seeds: UInt64, seconds: Double) throws {
        self.mutant = mutant
        self.process.executableURL =
            Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
        self.process.arguments = [
            "bugbench", "--worker", "--mutant", mutant, "--seeds", "\(seeds)", "--seconds", "\(seconds)",
        ]
        self.process.standardOutput = self.pipe
        self.process.standardError = FileHandle.nullDevice
        do {
            try self.process.run()
        } catch {
            throw Complaint("A worker process cannot be started: \(error.localizedDescription).")
        }
    }

    func finish() -> BenchLine {
        let data = self.pipe.fileHandleForReading.readDataToEndOfFile()
        self.process.waitUntilExit()
        var started = 0
        for text in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            if text.hasPrefix("start ") { started = Int(text.dropFirst(6)) ?? started }
            if let line = try? JSONDecoder().decode(BenchLine.self, from: Data(text.utf8)) { return line }
        }
        var line = BenchLine(mutant: self.mutant)
        line.property = "crash"
        line.seeds = started
        return line
    }
}

private struct BenchTotal {
    private struct Line: Encodable {
        let mutants: Int
        let caught: Int
        let median_seeds: Int
        let worst_seeds: Int
        let median_events: Int
        let missed: [String]
    }

    private let results: [BenchLine]

    init(_ results: [BenchLine]) { self.results = results }

    private static func median(_ numbers: [Int]) -> Int {
        let sorted = numbers.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    func text(json: Bool) throws -> String {
        let caught = self.results.filter { $0.property != nil }
        let seeds = caught.compactMap(\.seeds)
        let line = Line(
            mutants: self.results.count, caught: caught.count, median_seeds: Self.median(seeds),
            worst_seeds: seeds.max() ?? 0, median_events: Self.median(caught.compactMap(\.events)),
            missed: self.results.filter { $0.property == nil }.map(\.mutant))
        guard !json else { return try OutcomeText.encode(line) }
        return "\(line.caught) of \(line.mutants) caught; median \(line.median_seeds) seeds, worst "
            + "\(line.worst_seeds); median \(line.median_events) events"
    }
}
