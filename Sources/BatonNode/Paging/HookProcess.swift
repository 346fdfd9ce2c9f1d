import CSpawn
import Glibc

/// How one run of the hook ended.
enum HookEnding: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)
    /// It ran longer than it may, and was ended.
    case overTime
    /// It wrote more than anybody reads, and was ended.
    case flooded
    /// It could not be started: the system's error number.
    case notStarted(Int32)

    var isDone: Bool { self == .exited(0) }

    /// `exit 3`: for logs, `status` and the journal.
    var words: String {
        switch self {
        case .exited(let code): "exit \(code)"
        case .signalled(let number): "signal \(number)"
        case .overTime: "over time"
        case .flooded: "too much output"
        case .notStarted(let number): "not started, errno \(number)"
        }
    }
}

struct HookOutcome: Sendable, Equatable {
    let ending: HookEnding
    /// The beginning of what it wrote to both of its outputs, as one printable line.
    let output: String
    let milliseconds: Int64
}

/// Runs the hook: a process with the configured words as its arguments and nothing else. No shell, no terminal,
/// no environment of ours, no descriptor but its three, a process group of its own that ends with it.
///
/// Blocks; call it on a thread that may.
struct HookProcess: Sendable {
    /// The first word is the path of the program.
    let arguments: [String]
    let millisecondsMax: Int64

    /// More output than this ends the process.
    static let outputBytesMax = 256 * 1024
    private static let outputBytesKept = 512
    private static let killMilliseconds: Int64 = 1_000
    private static let pollMilliseconds: Int32 = 20

    func run(input: [UInt8], id: String) -> HookOutcome {
        let started = ContinuousClock.now
        switch self.start(input: input, id: id) {
        case .failure(let fault):
            return HookOutcome(ending: .notStarted(fault.number), output: "", milliseconds: 0)
        case .success(let child):
            var watch = HookWatch(child)
            defer { Self.close([child.output, watch.input]) }
            let ending = watch.wait(until: started + .milliseconds(self.millisecondsMax))
            return HookOutcome(
                ending: ending, output: Self.printable(watch.kept),
                milliseconds: started.duration(to: .now).milliseconds)
        }
    }

    private struct SpawnFault: Error { let number: Int32 }

    private struct Child {
        let process: pid_t
        /// What it writes to both of its outputs.
        let output: Int32
        /// The other end of its input, and what did not go into the pipe before it began; -1 once nothing is left.
        let input: Int32
        let unwritten: ArraySlice<UInt8>
    }

    /// A hook that does not read its input to the end must not end the node.
    private static let ignoresBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    private func start(input: [UInt8], id: String) -> Result<Child, SpawnFault> {
        var stdin: [Int32] = [-1, -1]
        var output: [Int32] = [-1, -1]
        guard unsafe pipe(&stdin) == 0 else { return .failure(SpawnFault(number: errno)) }
        guard unsafe pipe(&output) == 0 else {
            let number = errno
            Self.close(stdin)
            return .failure(SpawnFault(number: number))
        }
        _ = Self.ignoresBrokenPipes
        // How much a pipe takes is the system's choice: nobody may wait for a hook that does not read.
        _ = fcntl(stdin[1], F_SETFL, O_NONBLOCK)
        var rest = input[...]
        let mayGoOn = Self.write(&rest, to: stdin[1])
        let spawned = self.spawn(stdin: stdin[0], output: output[1], id: id)
        Self.close([stdin[0], output[1]])
        if !mayGoOn { Self.close([stdin[1]]) }
        switch spawned {
        case .success(let process):
            return .success(
                Child(
                    process: process, output: output[0], input: mayGoOn ? stdin[1] : -1, unwritten: rest))
        case .failure(let fault):
            Self.close([output[0], mayGoOn ? stdin[1] : -1])
            return .failure(fault)
        }
    }

    /// Writes as much as the pipe takes now.
    ///
    /// - Returns: False once nothing is left to write or nobody reads it.
    private static func write(_ rest: inout ArraySlice<UInt8>, to pipe: Int32) -> Bool {
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(pipe, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0 { return errno == EAGAIN }
            rest = rest.dropFirst(count)
        }
        return false
    }

    private func spawn(stdin: Int32, output: Int32, id: String) -> Result<pid_t, SpawnFault> {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, stdin, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, output, 2)
        // None of ours is the hook's business. In the child, after any other thread could still open one.
        unsafe baton_spawn_close_from(&actions, 3)
        // The node may hold signals back in its threads; the hook gets them as any process does.
        var none = sigset_t()
        var every = sigset_t()
        unsafe sigemptyset(&none)
        unsafe sigfillset(&every)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &every)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        let environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "BATON_PAGE=\(id)"]
        var words = unsafe self.arguments.map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer {
            for place in unsafe words.indices { unsafe free(words[place]) }
            for place in unsafe variables.indices { unsafe free(variables[place]) }
        }
        var process: pid_t = 0
        let number = unsafe posix_spawn(
            &process, self.arguments[0], &actions, &attributes, &words, &variables)
        return number == 0 ? .success(process) : .failure(SpawnFault(number: number))
    }

    private static func close(_ descriptors: [Int32]) {
        for descriptor in descriptors where descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    private static func printable(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes.prefix(Self.outputBytesKept), as: UTF8.self)
        let clean = String(
            text.unicodeScalars.map { scalar -> Character in
                scalar.properties.generalCategory == .control
                    || scalar.properties.generalCategory == .format ? " " : Character(scalar)
            })
        return clean.split(separator: " ").joined(separator: " ")
    }

    /// Follows one process to its end.
    private struct HookWatch {
        let process: pid_t
        let output: Int32
        /// -1 once nothing is left to write.
        private(set) var input: Int32
        private var unwritten: ArraySlice<UInt8>
        private(set) var kept: [UInt8] = []
        private var read = 0
        private var isEOF = false

        init(_ child: Child) {
            self.process = child.process
            self.output = child.output
            self.input = child.input
            self.unwritten = child.unwritten
        }

        mutating func wait(until end: ContinuousClock.Instant) -> HookEnding {
            while true {
                self.drain(for: HookProcess.pollMilliseconds)
                if let ending = self.reaped() {
                    // What it left behind in its group ends with it.
                    kill(-self.process, SIGKILL)
                    self.drain(for: 0)
                    return ending
                }
                if self.read > HookProcess.outputBytesMax { return self.end(as: .flooded) }
                if ContinuousClock.now >= end { return self.end(as: .overTime) }
            }
        }

        private mutating func end(as ending: HookEnding) -> HookEnding {
            kill(-self.process, SIGTERM)
            let last = ContinuousClock.now + .milliseconds(HookProcess.killMilliseconds)
            while ContinuousClock.now < last {
                self.drain(for: HookProcess.pollMilliseconds)
                if self.reaped() != nil {
                    kill(-self.process, SIGKILL)
                    return ending
                }
            }
            kill(-self.process, SIGKILL)
            var status: Int32 = 0
            while unsafe waitpid(self.process, &status, 0) < 0, errno == EINTR {}
            return ending
        }

        /// - Returns: Nil while it runs.
        private func reaped() -> HookEnding? {
            var status: Int32 = 0
            guard unsafe waitpid(self.process, &status, WNOHANG) == self.process else { return nil }
            let signal = status & 0x7f
            return signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
        }

        /// Reads and writes what can be, waiting for it at most so long.
        private mutating func drain(for milliseconds: Int32) {
            // A descriptor of -1 is passed over.
            var places = [
                pollfd(fd: self.isEOF ? -1 : self.output, events: Int16(POLLIN), revents: 0),
                pollfd(fd: self.input, events: Int16(POLLOUT), revents: 0),
            ]
            guard unsafe poll(&places, nfds_t(places.count), milliseconds) > 0 else { return }
            if places[1].revents != 0, !HookProcess.write(&self.unwritten, to: self.input) {
                HookProcess.close([self.input])
                self.input = -1
            }
            guard places[0].revents != 0 else { return }
            var buffer = [UInt8](repeating: 0, count: 16 * 1024)
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe Glibc.read(self.output, $0.baseAddress, $0.count)
            }
            guard count > 0 else {
                self.isEOF = count == 0
                return
            }
            self.read += count
            let room = HookProcess.outputBytesKept - self.kept.count
            self.kept += buffer[..<min(count, max(0, room))]
        }
    }
}
