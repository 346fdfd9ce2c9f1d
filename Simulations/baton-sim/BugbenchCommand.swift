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

    @Option(help: "How many seeds a bug may take.") var seeds: UInt64 = 200
    @Option(help: "Search and shrinking of one bug end after so many seconds.") var seconds: Double = 60
    @Option(help: "Processes that work side by side.") var jobs: Int = 2
    @Option(help: "Only these, with commas.") var only: String?
    @Option(help: "A file that each result is added to at once; what stands there is not run again.")
    var results: String?
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
        let chosen = try self.chosen()
        if self.worker { return self.work(chosen[0]) }
        let book = BenchBook(self.results)
        let known = book.lines
        var results = chosen.compactMap { known[$0.rawValue] }
        var waiting = chosen.filter { known[$0.rawValue] == nil }[...]
        var running: [BenchWorker] = []
        while !waiting.isEmpty || !running.isEmpty {
            while running.count < self.jobs, let next = waiting.popFirst() {
                running.append(try BenchWorker(next.rawValue, seeds: self.seeds, seconds: self.seconds))
            }
            let line = running.removeFirst().finish()
            results.append(line)
            try book.add(line)
            Channel.progress("\(results.count) of \(chosen.count) bugs, \(line.mutant): \(line.words)")
            if !self.json { Channel.say("\(line.mutant): \(line.words)") }
        }
        Channel.endProgress()
        print(try BenchTotal(results).text(json: self.json))
        let options = self.only.map { " --only \($0)" } ?? ""
        Channel.tell("again: swift run -c release --traits Mutants baton-sim bugbench\(options)")
        if results.contains(where: { $0.property == nil }) { throw ExitCode(10) }
    }

    private func chosen() throws -> [Mutant] {
        guard let only = self.only else { return Mutant.allCases }
        return try only.split(separator: ",").map { name in
            guard let mutant = Mutant(rawValue: String(name)) else {
                throw Complaint("There is no planted bug \"\(name)\". Mutant.swift lists them.")
            }
            return mutant
        }
    }

    /// The search is bounded in seeds and in time; what time is left shrinks what was found.
    private func work(_ mutant: Mutant) {
        let started = WallClock.seconds()
        let deadline = started + self.seconds
        let bench = MutantBench(mutant)
        let found = bench.search(upTo: self.seeds) { seed in
            FileHandle.standardOutput.write(Data("start \(seed)\n".utf8))
            return WallClock.seconds() < deadline
        }
        var line = BenchLine(mutant: mutant.rawValue)
        if let found {
            line.property = found.property
            line.seeds = found.seeds
            // A smaller scenario may still end the process: what was found is said before.
            if let text = try? OutcomeText.encode(line) { Channel.say(text) }
            let left = max(1, deadline - WallClock.seconds())
            let shrunk = bench.shrink(found.seed, seconds: left, clock: WallClock.seconds)
            line.events = shrunk?.scenario.events.count
            line.sites = shrunk?.scenario.sites.count
        }
        line.seconds = ((WallClock.seconds() - started) * 10).rounded() / 10
        if let text = try? OutcomeText.encode(line) { Channel.say(text) }
    }
    #endif
}

/// A file of results, one line of JSON each: a bench that is interrupted goes on where it was.
private struct BenchBook {
    private let path: String?

    init(_ path: String?) { self.path = path }

    /// By the names of the bugs.
    var lines: [String: BenchLine] {
        guard let path = self.path, let data = FileManager.default.contents(atPath: path) else { return [:] }
        var lines: [String: BenchLine] = [:]
        for text in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            guard let line = try? JSONDecoder().decode(BenchLine.self, from: Data(text.utf8)) else {
                continue
            }
            lines[line.mutant] = line
        }
        return lines
    }

    func add(_ line: BenchLine) throws {
        guard let path = self.path else { return }
        let before = FileManager.default.contents(atPath: path) ?? Data()
        let text = "\(String(decoding: before, as: UTF8.self))\(try OutcomeText.encode(line))\n"
        try Source.write(text, to: path)
    }
}

/// What became of one planted bug, as a worker says it.
struct BenchLine: Codable {
    let mutant: String
    /// Nil when no seed broke anything.
    var property: String?
    var seeds: Int?
    var events: Int?
    var sites: Int?
    /// Of search and shrinking.
    var seconds: Double?

    init(mutant: String) { self.mutant = mutant }

    var words: String {
        guard let property = self.property, let seeds = self.seeds else { return "NOT CAUGHT" }
        let size = self.events.map { ", \($0) events on \(self.sites ?? 0) sites" } ?? ""
        let time = self.seconds.map { ", \($0) s" } ?? ""
        return "\(property) at seed \(seeds)\(size)\(time)"
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
            "bugbench", "--worker", "--only", mutant, "--seeds", "\(seeds)", "--seconds", "\(seconds)",
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
        var last: BenchLine?
        for text in String(decoding: data, as: UTF8.self).split(separator: "\n") {
            if text.hasPrefix("start ") { started = Int(text.dropFirst(6)) ?? started }
            if let line = try? JSONDecoder().decode(BenchLine.self, from: Data(text.utf8)) { last = line }
        }
        if let last { return last }
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
        let worst_events: Int
        let median_seconds: Double
        let worst_seconds: Double
        let missed: [String]
    }

    private let results: [BenchLine]

    init(_ results: [BenchLine]) { self.results = results }

    private static func median<Number: Comparable & ExpressibleByIntegerLiteral>(
        _ numbers: [Number]
    ) -> Number {
        let sorted = numbers.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    func text(json: Bool) throws -> String {
        let caught = self.results.filter { $0.property != nil }
        let seeds = caught.compactMap(\.seeds)
        let events = caught.compactMap(\.events)
        let seconds = self.results.compactMap(\.seconds)
        let line = Line(
            mutants: self.results.count, caught: caught.count, median_seeds: Self.median(seeds),
            worst_seeds: seeds.max() ?? 0, median_events: Self.median(events),
            worst_events: events.max() ?? 0, median_seconds: Self.median(seconds),
            worst_seconds: seconds.max() ?? 0,
            missed: self.results.filter { $0.property == nil }.map(\.mutant))
        guard !json else { return try OutcomeText.encode(line) }
        return "\(line.caught) of \(line.mutants) caught; median \(line.median_seeds) seeds, worst "
            + "\(line.worst_seeds); median \(line.median_events) events, worst \(line.worst_events); "
            + "median \(line.median_seconds) s, worst \(line.worst_seconds) s"
    }
}
