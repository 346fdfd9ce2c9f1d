import Foundation

/// How soon the desk answers: a real node with seeded cases, real processes, the first bytes on their standard output.
///
/// Runs the program that `--baton` names: a release build, or the figure says nothing about what users get.
struct DeskBenchmark {
    let baton: String
    let cases: Int
    let rounds: Int
    let seed: UInt64

    /// Commands whose first line is timed. `CASE` becomes a case that is there.
    static let commands = [
        ["queue"], ["queue", "mine"], ["queue", "all", "--type", "EDR"], ["queue", "team", "--sev", "S0"],
        ["show", "CASE"], ["log", "CASE"], ["log", "CASE", "deltas"], ["find", "bridge"], ["find", "harlan"],
        ["find", "welfare check"], ["find", "\"welfare check\""], ["find", "agency:harlan"],
        ["find", "type:EDR sev:S0..S1"], ["find", "owner:nobody after:-30d"],
        ["find", "agency:harlan call status:active"],
        ["link", "suggest", "CASE"], ["hold", "due"], ["sla", "all"], ["conflicts"], ["sync"], ["status"],
        ["note", "CASE", "Rang the desk"],
        ["tag", "CASE", "+press"], ["edit", "CASE", "situation", "Waiting for the answer"],
        ["check", "CASE"], ["verify", "CASE"], ["contain", "CASE"], ["hold", "CASE"], ["evidence", "CASE"],
        ["contact", "CASE"], ["sla", "CASE"], ["subject", "CASE"], ["decide", "CASE"], ["report", "CASE"],
        ["review", "CASE"], ["custody", "CASE"], ["brief"], ["brief", "CASE"], ["handoff"], ["roster"],
        ["rest"],
        ["stats"],
    ]

    func run(in folder: BenchFolder) throws -> BenchResult {
        let root = folder.path
        let dir = root + "/syd"
        try self.prepare(root, dir)
        let node = try self.start(dir, root)
        defer {
            node.terminate()
            node.waitUntilExit()
        }
        var result = BenchResult("desk")
        let seeding = Stopwatch.read(CLOCK_MONOTONIC)
        try self.finish(["seed", "--cases", "\(self.cases)", "--seed", "\(self.seed)", "--dir", dir])
        result.add("cases", self.cases)
        result.add("seed_seconds", Stopwatch.read(CLOCK_MONOTONIC) - seeding)
        let name = try self.handle(dir)
        var worst = 0.0
        var slowest = ""
        for words in Self.commands {
            let line = words.map { $0 == "CASE" ? name : $0 }
            let times = try (0..<self.rounds).map { _ in try self.firstBytes(line + ["--dir", dir]) }
            let middle = Percentiles(times)[0.5] * 1000
            let key = words.filter { $0 != "CASE" && !$0.hasPrefix("-") }.joined(separator: "_")
                .map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "_" }.map(String.init).joined()
            result.add("ms_\(key)", middle)
            if middle > worst { (worst, slowest) = (middle, key) }
        }
        let start = try (0..<self.rounds).map { _ in try self.firstBytes(["--version"]) }
        result.add("process_start_ms", Percentiles(start)[0.5] * 1000)
        result.add("worst_first_line_ms", worst)
        result.add("worst_command", slowest)
        result.add("node_rss_bytes", try self.resident(node.processIdentifier))
        return result
    }

    // The node.

    private func prepare(_ root: String, _ dir: String) throws {
        let person = "bench:\(getuid()):lead"
        try self.finish(["init", "--site", "syd", "--dir", dir, "--region", "test", "--operator", person])
        let file = root + "/membership.cbor"
        try self.finish([
            "membership", "create", "--root", root + "/root", "--team", "Bench", "-o", file, dir + "/syd.pub",
        ])
        try self.finish(["membership", "import", "--dir", dir, file])
    }

    private func start(_ dir: String, _ root: String) throws -> Process {
        let ready = root + "/ready"
        let node = try self.process(["node", "--dir", dir, "--ready-file", ready])
        node.standardOutput = FileHandle.nullDevice
        node.standardError = FileHandle.nullDevice
        try node.run()
        let deadline = Stopwatch.read(CLOCK_MONOTONIC) + 30
        while !FileManager.default.fileExists(atPath: ready) {
            guard node.isRunning, Stopwatch.read(CLOCK_MONOTONIC) < deadline else {
                throw BenchFault("the node of \(self.baton) did not start")
            }
            usleep(5_000)
        }
        return node
    }

    private func handle(_ dir: String) throws -> String {
        let text = try self.finish(["queue", "--plain", "--limit", "1", "--dir", dir])
        let cells = text.split(whereSeparator: \.isWhitespace)
        guard let name = cells.first(where: { $0.contains("-") && !$0.hasPrefix("-") }) else {
            throw BenchFault("the queue of the seeded node is empty: \(text)")
        }
        return String(name)
    }

    private func resident(_ pid: Int32) throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) * 1024
    }

    // Processes.

    private func process(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: self.baton)
        process.arguments = arguments
        // Already off, so that the program does not start itself anew: that costs a start, and is said apart.
        process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) {
            $1
        }
        return process
    }

    @discardableResult
    private func finish(_ arguments: [String]) throws -> String {
        let process = try self.process(arguments)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchFault(
                "baton \(arguments.joined(separator: " ")) ended with \(process.terminationStatus)")
        }
        return String(decoding: data, as: UTF8.self)
    }

    /// Seconds from the start of a process to its first bytes.
    private func firstBytes(_ arguments: [String]) throws -> Double {
        let process = try self.process(arguments)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        let began = Stopwatch.read(CLOCK_MONOTONIC)
        try process.run()
        let first = output.fileHandleForReading.availableData
        let seconds = Stopwatch.read(CLOCK_MONOTONIC) - began
        _ = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard !first.isEmpty, process.terminationStatus == 0 else {
            throw BenchFault(
                "baton \(arguments.joined(separator: " ")) ended with \(process.terminationStatus)")
        }
        return seconds
    }
}
