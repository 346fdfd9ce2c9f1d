import Foundation
import Synchronization

/// Lines from standard input as they are: a pipe, a file, or a terminal without libedit.
package final class PlainLineSource: LineSource {
    private struct State {
        var bytes: [UInt8] = []
        var isAtEnd = false
    }

    private let descriptor: Int32
    private let state = Mutex(State())
    package let isInteractive: Bool

    /// - Parameter isInteractive: Whether a person types; then prompts are printed and questions asked.
    package init(descriptor: Int32 = STDIN_FILENO, isInteractive: Bool) {
        self.descriptor = descriptor
        self.isInteractive = isInteractive
    }

    package func line(_ request: LineRequest) async -> LineOutcome {
        if self.isInteractive { StandardOutput.writeAll(request.preface + request.prompt, to: STDOUT_FILENO) }
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let outcome = self.state.withLock { self.nextLine(&$0) }
                if outcome == .end, self.isInteractive { StandardOutput.writeAll("\n", to: STDOUT_FILENO) }
                continuation.resume(returning: outcome)
            }
        }
    }

    private func nextLine(_ state: inout State) -> LineOutcome {
        var searched = 0
        var isTooLong = false
        while true {
            if let end = state.bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(state.bytes[..<end])
                state.bytes.removeFirst(end + 1)
                return isTooLong ? .unreadable : Self.outcome(line)
            }
            if state.isAtEnd {
                guard !state.bytes.isEmpty || isTooLong else { return .end }
                defer { state.bytes = [] }
                return isTooLong ? .unreadable : Self.outcome(state.bytes)
            }
            // What is too long is read to its end and thrown away.
            if state.bytes.count > WordReader.lineBytesMax {
                isTooLong = true
                state.bytes = []
            }
            searched = state.bytes.count
            self.fill(&state)
        }
    }

    private func fill(_ state: inout State) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = unsafe read(self.descriptor, &buffer, buffer.count)
        if count > 0 { state.bytes += buffer[..<count] }
        if count == 0 || (count < 0 && errno != EINTR) { state.isAtEnd = true }
    }

    private static func outcome(_ bytes: [UInt8]) -> LineOutcome {
        let line = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes[...]
        guard let text = String(validating: line, as: UTF8.self) else { return .unreadable }
        return .line(text)
    }
}
