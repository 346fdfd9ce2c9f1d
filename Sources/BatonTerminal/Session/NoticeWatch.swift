package import BatonAPI
import BatonDesk

/// Turns what the node says from time to time into news. Pure.
package struct NoticeWatch: Sendable {
    private var last: StatusReply?
    private var isAnswering = true
    /// Document ids of open cases with life at stake that were told or seen.
    private var told: Set<String> = []
    private var hasLooked = false
    /// Ids of the conflicts that were there when they were last listed; nil before that.
    private var conflicts: Set<String>?
    /// What others were about to do when it was last looked.
    private var intents: Set<String> = []

    package init() {}

    /// - Parameters:
    ///   - status: Nil where the node did not answer.
    ///   - urgent: Open S0 cases; nil where they could not be read.
    ///   - own: Document ids that this desk has made or changed itself.
    package mutating func news(
        status: StatusReply?, urgent: [CaseRow]?, own: Set<String>, clock: ClockText,
        conflicts: [ConflictView]? = nil
    ) -> [Notice] {
        guard let status else {
            defer { self.isAnswering = false }
            return self.isAnswering
                ? [Notice("The node has stopped answering; what was acknowledged is on disk.")] : []
        }
        var news: [Notice] = self.isAnswering ? [] : [Notice("The node answers again.")]
        self.isAnswering = true
        if let last = self.last {
            news += Self.peers(last, status, clock)
            if let conflicts {
                news += self.merged(conflicts)
            } else if status.counts.conflicts > last.counts.conflicts {
                let open = Count.words(status.counts.conflicts, "conflict")
                news.append(Notice("\(open) to settle: conflicts"))
            }
        }
        let ahead = status.asOf.intents.map(\.words)
        news += ahead.filter { !self.intents.contains($0) }.map { Notice("\($0).") }
        self.intents = Set(ahead)
        if let conflicts { self.conflicts = Set(conflicts.compactMap(\.id)) }
        self.last = status
        return news + self.urgentNews(urgent ?? [], own: own)
    }

    /// Names the conflicts that were not there before: those that the last merge made.
    private func merged(_ conflicts: [ConflictView]) -> [Notice] {
        guard let known = self.conflicts else { return [] }
        let fresh = conflicts.filter { $0.id.map { !known.contains($0) } ?? false }
        guard !fresh.isEmpty else { return [] }
        let open = fresh.filter { !$0.isLook }
        let named = fresh.prefix(4).map { "\($0.ref) \($0.isLook ? $0.what ?? $0.field : $0.field)" }
        let rest = fresh.count > named.count ? ", \(fresh.count - named.count) more" : ""
        return [
            Notice(
                "This merge made \(open.count) to settle and \(fresh.count - open.count) to look at: "
                    + "\(named.joined(separator: ", "))\(rest)  (conflicts)")
        ]
    }

    private static func peers(_ last: StatusReply, _ now: StatusReply, _ clock: ClockText) -> [Notice] {
        now.peers.compactMap { peer in
            guard let before = last.peers.first(where: { $0.site == peer.site }) else { return nil }
            let wasReached = Self.isReached(before.state)
            let isReached = Self.isReached(peer.state)
            guard wasReached != isReached else { return nil }
            if isReached {
                let silence =
                    before.lastHeardAt.map { " after \(ClockText.span(from: $0, to: clock.now))" } ?? ""
                return Notice("\(peer.site) is in touch again\(silence).")
            }
            let heard = peer.lastHeardAt.map { ", last heard \(clock.short($0))" } ?? ""
            let word = peer.state == "paused" ? "paused" : "out of touch"
            return Notice("\(peer.site) is \(word)\(heard); work goes on here.")
        }
    }

    private static func isReached(_ state: String) -> Bool { state == "live" || state == "catching-up" }

    private mutating func urgentNews(_ urgent: [CaseRow], own: Set<String>) -> [Notice] {
        let fresh = urgent.filter { !self.told.contains($0.id) }
        self.told.formUnion(urgent.map(\.id))
        // What was open when the desk was opened stands in the prompt already.
        defer { self.hasLooked = true }
        guard self.hasLooked else { return [] }
        return fresh.filter { !own.contains($0.id) }.map {
            Notice("S0 \($0.ref)  \($0.title)  (show \($0.ref))", isUrgent: true)
        }
    }
}
