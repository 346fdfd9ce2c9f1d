import Synchronization

/// News that waits for a moment at which nobody is typing.
package final class NoticeBoard: Sendable {
    private struct State {
        var waiting: [Notice] = []
        var wake: (@Sendable () -> Void)?
        var isHeld = false
    }

    /// The newest of these are kept, urgent ones first: a healed partition must not bury the desk.
    package static let waitingMax = 12

    private let state = Mutex(State())

    package init() {}

    package func post(_ notices: [Notice]) {
        guard !notices.isEmpty else { return }
        let wake = self.state.withLock { state in
            state.waiting += notices
            let excess = state.waiting.count - Self.waitingMax
            if excess > 0 {
                let urgent = state.waiting.filter(\.isUrgent)
                let rest = state.waiting.filter { !$0.isUrgent }.suffix(
                    max(0, Self.waitingMax - urgent.count))
                state.waiting = urgent.suffix(Self.waitingMax) + rest
            }
            return state.isHeld && !notices.contains(where: \.isUrgent) ? nil : state.wake
        }
        wake?()
    }

    /// Takes all that waits, in order; while it is held, only what has life at stake.
    package func take() -> [Notice] {
        self.state.withLock { state in
            let taken = state.isHeld ? state.waiting.filter(\.isUrgent) : state.waiting
            state.waiting = state.isHeld ? state.waiting.filter { !$0.isUrgent } : []
            return taken
        }
    }

    /// Keeps everything but life at stake back while somebody reads back; what waited is told afterwards.
    package func hold(_ isHeld: Bool) { self.state.withLock { $0.isHeld = isHeld } }

    /// Is called after each post, from any thread.
    package func onPost(_ wake: (@Sendable () -> Void)?) {
        self.state.withLock { $0.wake = wake }
    }
}

/// One line of news.
package struct Notice: Sendable, Equatable {
    package let text: String
    /// Life at stake: rings the bell once.
    package let isUrgent: Bool

    package init(_ text: String, isUrgent: Bool = false) {
        self.text = text
        self.isUrgent = isUrgent
    }

    /// As printed; safe, and no longer than the line.
    package func line(_ options: RenderOptions, mayRing: Bool) -> String {
        let text = SafeText.line("** \(self.text)")
        let fitted = options.columns.map { DisplayWidth.fit(text, columns: $0) } ?? text
        return (mayRing && self.isUrgent ? "\u{07}" : "") + fitted + "\n"
    }
}
