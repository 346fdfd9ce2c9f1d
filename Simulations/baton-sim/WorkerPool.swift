import Foundation

/// Plays a range of seeds in processes of their own: a crash takes one process, and its seed is known.
struct WorkerPool {
    private let first: UInt64
    private var next: UInt64
    private let last: UInt64
    private let chunk: UInt64
    private let jobs: Int
    private let plan: SoakPlan
    private let deadline: Date?
    private var total = SoakTotal()

    init(range: ClosedRange<UInt64>, jobs: Int, plan: SoakPlan, deadline: Date?) {
        self.first = range.lowerBound
        self.next = range.lowerBound
        self.last = range.upperBound
        self.jobs = jobs
        self.plan = plan
        self.deadline = deadline
        let count = range.upperBound - range.lowerBound + 1
        self.chunk = max(1, min(plan.isWeek ? 1 : 25, count / UInt64(jobs)))
    }

    /// One process and what it has said so far.
    private final class Worker {
        let process = Process()
        let pipe = Pipe()
        let range: ClosedRange<UInt64>

        init(_ range: ClosedRange<UInt64>, _ plan: SoakPlan) throws {
            self.range = range
            self.process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
            if let own = Bundle.main.executableURL { self.process.executableURL = own }
            self.process.arguments =
                ["soak", "--worker", "--seeds", "\(range.lowerBound)..\(range.upperBound)"]
                + plan.arguments
            self.process.standardOutput = self.pipe
            try self.process.run()
        }

        /// Waits for the end of the process.
        func finish() -> (lines: [SoakLine], crashedAt: UInt64?) {
            let data = self.pipe.fileHandleForReading.readDataToEndOfFile()
            self.process.waitUntilExit()
            var lines: [SoakLine] = []
            var started: UInt64?
            for text in String(decoding: data, as: UTF8.self).split(separator: "\n") {
                if text.hasPrefix("start ") {
                    started = UInt64(text.dropFirst(6))
                } else if let line = try? JSONDecoder().decode(SoakLine.self, from: Data(text.utf8)) {
                    lines.append(line)
                    started = nil
                }
            }
            let isWell = self.process.terminationReason == .exit && self.process.terminationStatus == 0
            return (lines, isWell ? nil : started ?? self.range.lowerBound)
        }
    }

    /// The last seed that a process was started for.
    var lastStarted: UInt64 { max(self.next, self.first + 1) - 1 }

    mutating func run() throws -> SoakTotal {
        var running: [Worker] = []
        while true {
            while running.count < self.jobs, let range = self.take() { running.append(try self.start(range)) }
            guard !running.isEmpty else { break }
            let worker = running.removeFirst()
            let (lines, crashedAt) = worker.finish()
            for line in lines { self.total.include(line) }
            if let crashedAt {
                self.total.crashed.append(crashedAt)
                // The seeds behind the crash are still to be played.
                if crashedAt < worker.range.upperBound {
                    running.append(try self.start(crashedAt + 1...worker.range.upperBound))
                }
            }
            Channel.progress(
                "\(self.total.seeds) of \(self.last - self.first + 1) seeds, "
                    + "\(self.total.failures.count) failed, "
                    + "\(self.total.crashed.count) crashed")
        }
        Channel.endProgress()
        return self.total
    }

    private func start(_ range: ClosedRange<UInt64>) throws -> Worker {
        do {
            return try Worker(range, self.plan)
        } catch {
            throw Complaint("A worker process cannot be started: \(error.localizedDescription).")
        }
    }

    private mutating func take() -> ClosedRange<UInt64>? {
        guard self.next <= self.last else { return nil }
        if let deadline = self.deadline, Date() >= deadline { return nil }
        let end = min(self.last, self.next + self.chunk - 1)
        defer { self.next = end + 1 }
        return self.next...end
    }
}

enum WallClock {
    /// Seconds of a clock that does not jump.
    static func seconds() -> Double { ProcessInfo.processInfo.systemUptime }
}
