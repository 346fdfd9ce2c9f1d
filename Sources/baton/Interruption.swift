import Foundation
import UnixSignals

/// What ends a process from outside: a signal, or the end of the process that started it.
enum Interruption {
    /// Runs a body; a signal meanwhile runs `cleanUp` and ends the process with the code that shells use
    /// for it.
    static func guarding<Value: Sendable>(
        _ cleanUp: @escaping @Sendable () -> Void, _ body: () async throws -> Value
    ) async throws -> Value {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await signal in signals {
                    cleanUp()
                    _exit(128 + signal.rawValue)
                }
            }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    /// Ends this process in good order once its standard input ends: with that, whoever holds the other end
    /// is gone.
    static func whileInputLasts() {
        Thread.detachNewThread {
            // A fault of the input means the same as its end.
            _ = try? FileHandle.standardInput.readToEnd()
            _ = kill(getpid(), SIGTERM)
        }
    }
}
