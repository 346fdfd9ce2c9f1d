import Dispatch
import Foundation

/// What ends a process from outside: a signal, or the end of the process that started it.
enum Interruption {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// Runs a body; a signal meanwhile runs `cleanUp` and ends the process with the code that shells use
    /// for it.
    static func guarding<Value: Sendable>(
        _ cleanUp: @escaping @Sendable () -> Void, _ body: () async throws -> Value
    ) async throws -> Value {
        let sources = Self.signals.map { number in
            // Otherwise the signal ends the process before the source hears of it.
            _ = signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                cleanUp()
                _exit(128 + number)
            }
            source.resume()
            return source
        }
        defer {
            for source in sources { source.cancel() }
            for number in Self.signals { _ = signal(number, SIG_DFL) }
        }
        return try await body()
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
