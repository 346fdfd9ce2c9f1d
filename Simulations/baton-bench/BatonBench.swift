import BatonEngine
import BatonStore
import Foundation

/// Measures the replica. `docs/benchmarks.md` says what the figures mean and what they were.
@main
struct BatonBench {
    private static let failed: Int32 = 1
    private static let usage: Int32 = 2

    static func main() {
        do {
            let arguments = try Arguments(Array(CommandLine.arguments.dropFirst()))
            if arguments.has("--help") {
                print(Arguments.usage)
                return
            }
            let missed = try Self.run(arguments)
            guard missed.isEmpty else {
                for line in missed { Self.complain("missed: \(line)") }
                exit(Self.failed)
            }
        } catch {
            Self.complain("\(error)")
            guard (error as? BenchFault)?.isUsage == true else { exit(Self.failed) }
            Self.complain(Arguments.usage)
            exit(Self.usage)
        }
    }

    /// - Returns: The budgets that were missed.
    private static func run(_ arguments: Arguments) throws -> [String] {
        let thresholds = try arguments.text("--thresholds").map { try Thresholds($0) }
        let commands = arguments.command == "all" ? ["merge", "author", "open"] : [arguments.command]
        var missed: [String] = []
        for command in commands {
            let folder = try BenchFolder(in: arguments.text("--dir") ?? Self.temporaryFolder)
            let result = try Self.measure(command, arguments, folder)
            print(arguments.has("--json") ? result.json : result.text)
            missed += thresholds?.missed(by: result) ?? []
        }
        return missed
    }

    private static func measure(
        _ command: String, _ arguments: Arguments, _ folder: BenchFolder
    ) throws -> BenchResult {
        let pages = try arguments.number("--checkpoint-pages", or: 1000, in: 1...1_000_000)
        let settings = ReplicaSettings(
            checkpointPages: pages, hasRowThread: !arguments.has("--one-thread"))
        let deltas = try arguments.number("--deltas", or: 100_000, in: 1...10_000_000)
        let batch = try arguments.number(
            "--batch", or: command == "w" ? MergeSize.largest : MergeSize.smallest, in: 1...1_000_000)
        let seed = UInt64(try arguments.number("--seed", or: 20_261, in: 0...Int(Int32.max)))
        let progress = Progress()
        switch command {
        case "merge", "plain-sqlite":
            let merge = MergeBenchmark(
                deltas: deltas, batch: batch, seed: seed, settings: settings,
                hasBaseline: command == "plain-sqlite" || !arguments.has("--no-plain"), progress: progress)
            let result = try merge.run(in: folder)
            return command == "merge" ? result : result.onlyPlain
        case "author":
            let author = AuthorBenchmark(
                deltas: deltas, singles: try arguments.number("--singles", or: 1000, in: 1...1_000_000),
                seed: seed,
                settings: settings, progress: progress)
            return try author.run(in: folder)
        case "urgent":
            return try UrgentBenchmark(
                backlog: try arguments.number("--backlog", or: 100_000, in: 0...10_000_000),
                urgent: try arguments.number("--urgent", or: 10_000, in: 0...1_000_000),
                roundTrip: try arguments.number("--rtt-ms", or: 160, in: 0...10_000), seed: seed,
                settings: settings, progress: progress
            ).run(in: folder)
        case "live":
            return try LiveBenchmark(
                deltas: try arguments.number("--deltas", or: 2_000, in: 1...1_000_000),
                roundTrip: try arguments.number("--rtt-ms", or: 160, in: 0...10_000),
                isDuringCatchUp: arguments.has("--during-catch-up"),
                backlog: try arguments.number("--backlog", or: 180_000, in: 1_000...10_000_000), seed: seed,
                settings: settings, progress: progress
            ).run(in: folder)
        case "reconcile":
            return try ReconcileBenchmark(
                sites: try arguments.number("--sites", or: 50, in: 1...4_096), seed: seed, settings: settings
            ).run(in: folder)
        case "open":
            return try OpenBenchmark(
                entries: try arguments.number("--entries", or: 10_000, in: 50...1_000_000),
                others: min(deltas, 1_000_000), seed: seed, settings: settings, progress: progress
            ).run(in: folder)
        case "w":
            guard let path = arguments.text("--file") else {
                throw BenchFault("w needs --file W.jsonl", isUsage: true)
            }
            return try WorkloadBenchmark(path: path, batch: batch, settings: settings, progress: progress)
                .run(in: folder)
        case "desk":
            guard let baton = arguments.text("--baton") else {
                throw BenchFault("desk needs --baton PROGRAM", isUsage: true)
            }
            return try DeskBenchmark(
                baton: baton, cases: try arguments.number("--cases", or: 100_000, in: 1...10_000_000),
                rounds: try arguments.number("--rounds", or: 5, in: 1...1000), seed: seed
            ).run(in: folder)
        default: throw BenchFault("\(command) is not a benchmark", isUsage: true)
        }
    }

    private static var temporaryFolder: String {
        ProcessInfo.processInfo.environment["TMPDIR"] ?? "/tmp"
    }

    private static func complain(_ text: String) {
        FileHandle.standardError.write(Data("baton-bench: \(text)\n".utf8))
    }
}

extension BenchResult {
    /// The baseline's figures of a merge alone.
    var onlyPlain: BenchResult {
        let shared = ["deltas", "batch", "transactions", "checkpoint_pages", "seed"]
        var plain = BenchResult("plain-sqlite")
        for (key, figure) in self.figures
        where shared.contains(key) || key.hasPrefix("plain_") || key.hasPrefix("rows_") {
            switch figure {
            case .count(let value): plain.add(key, value)
            case .real(let value): plain.add(key, value)
            case .flag(let value): plain.add(key, value)
            case .text(let value): plain.add(key, value)
            }
        }
        return plain
    }
}
