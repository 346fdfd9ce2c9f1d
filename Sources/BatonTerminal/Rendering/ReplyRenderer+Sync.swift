import BatonAPI

/// What the exchange with peers says beside its table.
extension ReplyRenderer {
    /// "312 of 9,411 changes from syd are here, 2 cases incomplete."
    func progress(_ reply: SyncReply) -> [Block] {
        let coming = reply.peers.filter { $0.missingHere > 0 }.map { peer -> Block in
            let all = max(peer.missingHereAtStart, peer.missingHere)
            let cases =
                switch peer.documentsBehind {
                case 0: ""
                case 1: ", 1 case is incomplete"
                default: ", \(peer.documentsBehind) cases are incomplete"
                }
            return .line(
                "\(all - peer.missingHere) of \(all) changes from \(peer.site) are here\(cases).\(self.toCome(peer))"
            )
        }
        let alone = reply.peers.filter { $0.state == "live" && $0.connections.count == 1 }.map { peer in
            Block.line(
                "\(peer.site) has one connection, \(peer.connections[0]): urgent and bulk share it.")
        }
        return coming + alone + self.alarms(reply.alarms) + self.pages(reply.pages)
    }

    /// " To come: 4 life-at-stake, 300 open."
    private func toCome(_ peer: PeerStatus) -> String {
        let lanes = peer.lags.flatMap(\.lanes)
        let parts = ["life-at-stake", "urgent", "open", "closed"].compactMap { word -> String? in
            let count = lanes.reduce(0) { $0 + ($1.lane == word ? $1.missingHere : 0) }
            return count > 0 ? "\(count) \(word)" : nil
        }
        return parts.isEmpty ? "" : " To come: \(parts.joined(separator: ", "))."
    }

    /// "Pages: 3 sent, 1 waits, the hook has refused it (exit 3 at 02:14Z)."
    func pages(_ pages: PagesView) -> [Block] {
        guard pages.isConfigured else {
            return [.line("Pages: no hook is configured; this site sends none.")]
        }
        var parts = ["\(pages.sent) sent since the start"]
        if pages.waiting > 0 { parts.append("\(pages.waiting) waiting") }
        if pages.failing > 0 {
            let last = pages.lastFailure.map { " (\($0.words) at \(self.options.clock.short($0.at)))" } ?? ""
            parts.append("\(pages.failing) NOT TAKEN BY THE HOOK\(last)")
        }
        return [.line("Pages: \(parts.joined(separator: ", ")).")]
    }

    func compared(_ reply: ComparisonReply) -> [Block] {
        let equal = "\(reply.equal) changes are the same here and at \(reply.site)."
        switch reply.result {
        case "equal": return [.line("Equal: \(equal)")]
        case "different":
            let lines =
                self.ranges("Not the same:", reply.unequal) + self.ranges("Only here:", reply.onlyHere)
                + self.ranges("Only at \(reply.site):", reply.onlyThere)
            return [.line("DIFFERENT: \(equal)")] + lines
        default:
            return [
                .line("Not compared: there is no link to \(reply.site), or it has not said what it holds.")
            ]
        }
    }

    private func ranges(_ title: String, _ ranges: [LogRange]) -> [Block] {
        ranges.map { range in
            let places = range.first == range.last ? "\(range.first)" : "\(range.first) to \(range.last)"
            return .line("\(title) \(range.author) \(places)")
        }
    }

    func explained(_ reply: ExplainReply) -> [Block] {
        var lines: [Block] = [.heading("\(reply.ref): \(reply.held) changes are here")]
        for waiting in reply.waiting {
            lines.append(.line("Waits: \(waiting.delta), until \(waiting.waitsFor) is here."))
        }
        if reply.lackingParts > 0 {
            lines.append(
                .line(
                    "\(reply.lackingParts) changes have a part that is withheld from this site or not here."))
        }
        for peer in reply.peers {
            lines.append(.line(Self.peerLine(peer)))
        }
        return lines
    }

    private static func peerLine(_ peer: ExplainReply.Peer) -> String {
        var parts: [String] = []
        if peer.behind > 0 { parts.append("this case is \(peer.behind) changes behind \(peer.site)") }
        if peer.missingThere > 0 { parts.append("\(peer.missingThere) of our changes are not there") }
        if parts.isEmpty { parts.append("nothing of this case is known to be missing") }
        return "\(peer.site) (\(peer.state)): \(parts.joined(separator: "; "))."
    }
}
