import CEdit
import Foundation

/// Standard output and standard error of the process.
package struct StandardOutput: DeskOutput {
    package init() {}

    package func write(_ text: String) { Self.writeAll(text, to: STDOUT_FILENO) }
    package func complain(_ text: String) { Self.writeAll(text, to: STDERR_FILENO) }

    /// Whether a person sees standard output, and how wide it is.
    package static var isTerminal: Bool { isatty(STDOUT_FILENO) != 0 }
    package static var columns: Int { Int(baton_terminal_columns()) }
    package static var rows: Int { Int(baton_terminal_rows()) }
    package static var isInputTerminal: Bool { isatty(STDIN_FILENO) != 0 }

    /// Writes all of it; what a closed reader no longer takes is dropped.
    static func writeAll(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBufferPointer {
                unsafe Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR, errno != EAGAIN {
                return
            }
        }
    }
}

/// Chooses how lines are read in this process.
package enum LineSources {
    /// libedit where a person is at a terminal that can move its cursor; else plain lines.
    package static func process(
        environment: [String: String], options: DeskOptions, board: NoticeBoard
    ) -> any LineSource {
        guard StandardOutput.isInputTerminal, StandardOutput.isTerminal else {
            return PlainLineSource(isInteractive: false)
        }
        let isDumb = environment["TERM"] == "dumb" || environment["TERM"] == nil
        if !isDumb,
            let source = EditLineSource(board: board, options: options.render, mayRing: options.mayRing)
        {
            return source
        }
        return PlainLineSource(isInteractive: true)
    }
}
