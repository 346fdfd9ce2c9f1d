import Foundation
import Glibc
import Synchronization

/// Ends what the demo started: its nodes by their ids, then its folder. Any thread; twice does no harm.
package final class DemoCleanup: Sendable {
    private struct State {
        var processes: [pid_t] = []
        var folder: String?
        var isEnding = false
    }

    private let state = Mutex(State())

    package init() {}

    /// True once the end has begun: nothing more may be started then.
    var isEnding: Bool { self.state.withLock { $0.isEnding } }

    func owns(process: pid_t) {
        let isLate = self.state.withLock { state in
            state.processes.append(process)
            return state.isEnding
        }
        // Started in the moment in which a signal came.
        if isLate { _ = kill(process, SIGKILL) }
    }

    /// - Parameter folder: Removed at the end; nil for one that the caller keeps.
    func owns(folder: String?) { self.state.withLock { $0.folder = folder } }

    /// Blocks until the nodes have ended, five seconds at most; then they are killed.
    package func run() {
        let (processes, folder) = self.state.withLock { state in
            defer { state = State(isEnding: true) }
            return (state.processes, state.folder)
        }
        for process in processes { _ = kill(process, SIGTERM) }
        for _ in 0..<250 where processes.contains(where: Self.isRunning) { usleep(20_000) }
        for process in processes where Self.isRunning(process) { _ = kill(process, SIGKILL) }
        guard let folder else { return }
        // Whoever was just writing into it when the signal came has ended or failed by the second try.
        for _ in 0..<100 where Files.exists(folder) {
            Files.remove(folder)
            usleep(10_000)
        }
    }

    private static func isRunning(_ process: pid_t) -> Bool { kill(process, 0) == 0 }
}
