/// What the receiver of a handoff should know of the system itself: it goes into the signed record.
package struct HandoffRisks: Sendable, Equatable {
    /// A peer that is not in touch.
    package struct Silent: Sendable, Equatable {
        package let site: String
        /// Milliseconds since 1970; nil: never.
        package let lastHeardAt: UInt64?

        package init(site: String, lastHeardAt: UInt64?) {
            self.site = site
            self.lastHeardAt = lastHeardAt
        }
    }

    package let silent: [Silent]
    /// Changes that wait for others.
    package let waiting: Int
    package let conflicts: Int
    /// Changes that cannot be read here.
    package let unread: Int
    package let alarms: Int

    package init(silent: [Silent], waiting: Int, conflicts: Int, unread: Int, alarms: Int) {
        self.silent = silent
        self.waiting = waiting
        self.conflicts = conflicts
        self.unread = unread
        self.alarms = alarms
    }

    /// A sentence each; none where all is well.
    package func lines(now: UInt64) -> [String] {
        var lines = self.silent.map { peer in
            guard let heard = peer.lastHeardAt else { return "\(peer.site) has not been heard yet" }
            return "\(peer.site) not heard for \(TimeWords.span(now > heard ? now - heard : 0))"
        }
        if self.waiting > 0 {
            let changes = Count.words(self.waiting, "change", "waits", "wait")
            lines.append("\(changes) for others that are missing here")
        }
        if self.conflicts > 0 {
            lines.append(Count.words(self.conflicts, "conflict", "is", "are") + " open")
        }
        if self.unread > 0 { lines.append("\(Count.words(self.unread, "change")) cannot be read here") }
        if self.alarms > 0 {
            lines.append(Count.words(self.alarms, "alarm", "stands", "stand") + ": see status")
        }
        return lines
    }
}
