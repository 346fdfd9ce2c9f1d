import Foundation
import Synchronization

/// A person at a terminal: libedit with completion, history and news at the idle prompt.
///
/// Each line is edited on a thread of its own, so that waiting for a person holds up nothing else.
package final class EditLineSource: LineSource {
    private struct State: ~Copyable {
        let editor: EditLine
        let calls: EditCalls
    }

    private let state: Mutex<State>

    package var isInteractive: Bool { true }

    /// Nil where libedit finds no usable terminal.
    package init?(board: NoticeBoard, options: RenderOptions, mayRing: Bool) {
        let calls = EditCalls(news: IdleNews(board: board, options: options, mayRing: mayRing))
        guard let editor = EditLine(calls: calls) else { return nil }
        self.state = Mutex(State(editor: editor, calls: calls))
    }

    package func line(_ request: LineRequest) async -> LineOutcome {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                StandardOutput.writeAll(request.preface, to: STDOUT_FILENO)
                let outcome = self.state.withLock { state in
                    let completion =
                        request.purpose == .command
                        ? Completion(
                            table: CommandTable.all, handles: request.words, agencies: request.agencies) : nil
                    state.calls.prepare(prompt: request.prompt, completion: completion)
                    return state.editor.line()
                }
                continuation.resume(returning: outcome)
            }
        }
    }

    package func remember(_ line: String) {
        self.state.withLock { $0.editor.remember(line) }
    }
}
