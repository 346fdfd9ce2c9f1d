package import BatonAPI

/// Makes the prompt: site, person, open S0, next deadline, peers, case.
package enum PromptText {
    /// - Parameters:
    ///   - status: Nil while the node does not answer.
    ///   - current: The current case's handle.
    ///   - now: Milliseconds since 1970.
    package static func make(
        status: StatusReply?, current: String?, now: Int64, isAccessible: Bool
    ) -> String {
        if isAccessible { return "\(SafeText.line(current ?? "baton"))> " }
        guard let status else {
            return ["node:DOWN", current].compactMap(\.self).joined(separator: " ") + "> "
        }
        var parts = [status.site, status.operatorName, "S0:\(status.counts.openS0)"]
        if status.counts.late > 0 { parts.append("LATE:\(status.counts.late)") }
        if let due = status.nextDueAt {
            parts.append(
                due >= now
                    ? "due \(ClockText.span(from: now, to: due))"
                    : "LATE \(ClockText.span(from: due, to: now))")
        }
        parts += status.peers.map { Self.peer($0.site, $0.state, $0.lastHeardAt, now: now) }
        if status.counts.conflicts > 0 { parts.append("settle:\(status.counts.conflicts)") }
        if status.pages.failing > 0 { parts.append("PAGES:\(status.pages.failing) FAILED") }
        if let current { parts.append(current) }
        return SafeText.line(parts.joined(separator: " ")) + "> "
    }

    /// `usw:ok`, `usw:catching-up`, `usw:DOWN 38m`, `usw:PAUSED 2m`.
    static func peer(_ site: String, _ state: String, _ lastHeardAt: Int64?, now: Int64) -> String {
        switch state {
        case "live": return "\(site):ok"
        case "down", "paused":
            let silence = lastHeardAt.map { " \(ClockText.span(from: $0, to: now))" } ?? ""
            return "\(site):\(state.uppercased())\(silence)"
        default: return "\(site):\(state)"
        }
    }
}
