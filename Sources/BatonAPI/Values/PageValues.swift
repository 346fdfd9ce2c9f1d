/// How the pages stand that this node gives to its hook.
package struct PagesView: Codable, Sendable, Equatable {
    package struct Failure: Codable, Sendable, Equatable {
        /// Milliseconds since 1970.
        package let at: Int64
        /// `exit 3`, `over time`: never a word of what the hook wrote.
        package let words: String

        package init(at: Int64, words: String) {
            self.at = at
            self.words = words
        }
    }

    /// False where the configuration names no hook: this node sends nothing.
    package var isConfigured: Bool
    /// Pages that are due here and not taken yet.
    package var waiting: Int
    /// Of those, the ones that the hook has refused at least once.
    package var failing: Int
    /// Since the node's start.
    package var sent: Int
    package var lastSentAt: Int64?
    /// Absent once a later page was taken.
    package var lastFailure: Failure?

    package init(
        isConfigured: Bool, waiting: Int = 0, failing: Int = 0, sent: Int = 0, lastSentAt: Int64? = nil,
        lastFailure: Failure? = nil
    ) {
        self.isConfigured = isConfigured
        self.waiting = waiting
        self.failing = failing
        self.sent = sent
        self.lastSentAt = lastSentAt
        self.lastFailure = lastFailure
    }
}
