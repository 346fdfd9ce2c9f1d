import Foundation
import Glibc
import Synchronization

/// Ends what the demo started: its nodes by their ids, then its folder. Any thread; twice does no harm.
package final class DemoCleanup: Sendable {
    private struct State {
        var processes: [pid_t] = []
        var folder: String?
    }

    private let state = Mutex(State())

    package init() {}

    func owns(process: pid_t) { self.state.withLock { $0.processes.append(process) } }

    /// - Parameter folder: Removed at the end; nil for one that the caller keeps.
    func owns(folder: String?) { self.state.withLock { $0.folder = folder } }

    /// Blocks until the nodes have ended, five seconds at most; then they are killed.
    package func run() {
        let (processes, folder) = self.state.withLock { state in
            defer { state = State() }
            return (state.processes, state.folder)
        }
        for process in processes { _ = kill(process, SIGTERM) }
        for _ in 0..<250 where processes.contains(where: Self.isRunning) { usleep(20_000) }
        for process in processes where Self.isRunning(process) { _ = kill(process, SIGKILL) }
        if let folder { Files.remove(folder) }
    }

    private static func isRunning(_ process: pid_t) -> Bool { kill(process, 0) == 0 }
}
