import Glibc

/// Adds up the time that one kind of work took: by the clock on the wall, and by the processor, over all
/// threads of this process.
///
/// On a shared machine the first wobbles and the second hardly does, so reports give both.
struct Stopwatch {
    private(set) var seconds = 0.0
    private(set) var processorSeconds = 0.0

    mutating func time<Value>(_ work: () throws -> Value) rethrows -> Value {
        let wall = Self.read(CLOCK_MONOTONIC)
        let processor = Self.read(CLOCK_PROCESS_CPUTIME_ID)
        defer {
            self.seconds += Self.read(CLOCK_MONOTONIC) - wall
            self.processorSeconds += Self.read(CLOCK_PROCESS_CPUTIME_ID) - processor
        }
        return try work()
    }

    mutating func add(_ other: Stopwatch) {
        self.seconds += other.seconds
        self.processorSeconds += other.processorSeconds
    }

    static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        let status = unsafe clock_gettime(clock, &time)
        precondition(status == 0, "the kernel has no clock \(clock)")
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// How long this thread could run and was not let: other programs had the processors. The kernel counts it
/// (`Documentation/scheduler/sched-stats.rst`).
@safe final class RunQueue {
    private let file: Int32

    init() { self.file = unsafe open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC) }

    deinit { if self.file >= 0 { _ = close(self.file) } }

    /// Seconds since the thread began; 0 where the kernel does not tell, so that nothing is taken off.
    var waited: Double {
        var text = [UInt8](repeating: 0, count: 96)
        let count = unsafe pread(self.file, &text, text.count, 0)
        let words = text.prefix(max(0, count)).split(separator: UInt8(ascii: " "))
        guard words.count > 1 else { return 0 }
        return words[1].reduce(0) { $0 * 10 + Double($1 &- UInt8(ascii: "0")) } / 1e9
    }
}

/// The resident memory of this process, as the kernel counts it.
enum ResidentMemory {
    /// Lets the peak begin again at what is resident now.
    static func resetPeak() {
        // A kernel without this file keeps the peak since the start, which is only less favourable.
        guard let file = unsafe fopen("/proc/self/clear_refs", "w") else { return }
        _ = unsafe fputs("5", file)
        _ = unsafe fclose(file)
    }

    /// The peak since the last reset. Bytes; 0 where the kernel does not tell.
    static var peakBytes: Int { Self.status("VmHWM:") }

    /// What is resident now.
    static var bytes: Int { Self.status("VmRSS:") }

    private static func status(_ name: String) -> Int {
        guard let file = unsafe fopen("/proc/self/status", "r") else { return 0 }
        defer { _ = unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while unsafe fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard text.hasPrefix(name) else { continue }
            return (Int(text.filter(\.isNumber)) ?? 0) * 1024
        }
        return 0
    }
}

/// Times in the order of their length.
struct Percentiles {
    private let sorted: [Double]

    init(_ times: [Double]) { self.sorted = times.sorted() }

    /// The time that a share of all did not exceed; 0 of none.
    subscript(share: Double) -> Double {
        guard !self.sorted.isEmpty else { return 0 }
        let place = Int((Double(self.sorted.count) * share).rounded(.up)) - 1
        return self.sorted[max(0, min(self.sorted.count - 1, place))]
    }
}

/// How often a folder's disk takes a page for good.
enum RawSync {
    /// Appends pages of 4 KiB to a new file, each followed by a sync.
    ///
    /// - Returns: The seconds of each append with its sync.
    static func times(in folder: String, count: Int) throws -> [Double] {
        let path = folder + "/sync"
        let file = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600 as mode_t)
        guard file >= 0 else { throw BenchFault("cannot make a file in \(folder) (errno \(errno))") }
        defer {
            _ = close(file)
            _ = unsafe unlink(path)
        }
        let page = [UInt8](repeating: 0x5a, count: 4096)
        var times: [Double] = []
        for _ in 0..<count {
            var watch = Stopwatch()
            try watch.time {
                guard unsafe write(file, page, page.count) == page.count, fdatasync(file) == 0 else {
                    throw BenchFault("the disk under \(folder) failed (errno \(errno))")
                }
            }
            times.append(watch.seconds)
        }
        return times
    }
}
