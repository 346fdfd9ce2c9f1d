package import BatonAPI
import BatonDesk

/// The statistics as one HTML page that needs nothing else: no script, no font, no picture from elsewhere.
package enum StatsPage {
    /// - Parameter now: Milliseconds since 1970.
    package static func html(_ reply: StatsReply, now: Int64) -> String {
        let clock = ClockText(now: now, zones: [])
        let title = "Baton at \(reply.asOf.site): \(clock.full(reply.from)) to \(clock.full(reply.to))"
        let freshness = reply.asOf.peers.map { peer in
            let heard = peer.lastHeardAt.map { clock.full($0) } ?? "never"
            return "<li>\(Self.safe(peer.site)) data as of \(peer.isInTouch ? clock.full(now) : heard)</li>"
        }
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(Self.safe(title))</title>
            <style>
            body { font: 16px/1.5 sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
            table { border-collapse: collapse; } th, td { padding: .2rem .8rem; text-align: right; }
            th:first-child, td:first-child { text-align: left; } tr { border-bottom: 1px solid #bbb; }
            svg text { font: 12px sans-serif; } .bar { fill: #246; } .miss { fill: #b40; }
            </style></head><body>
            <h1>\(Self.safe(title))</h1>
            <p>Made \(clock.full(now)) from the replica of \(Self.safe(reply.asOf.site)).
            It counts cases, never people.</p>
            <ul>\(freshness.joined())</ul>
            <h2>By type and site</h2>
            \(Self.table(reply))
            <h2>Received a day, UTC</h2>
            \(Self.chart(reply.days))
            <h2>Clocks met and missed</h2>
            \(Self.shares(reply.groups))
            <h2>Handoffs</h2>
            \(Self.handoffs(reply.handoffs))
            </body></html>

            """
    }

    private static func table(_ reply: StatsReply) -> String {
        let heads = [
            "type, site", "cases", "open", "ack mean", "ack 90 %", "decided median", "clocks met", "missed",
        ]
        let rows = (reply.groups + [reply.all]).map { group in
            let name = [group.type, group.site].compactMap { $0 }.joined(separator: ", ")
            let cells = [
                name.isEmpty ? "all" : name, "\(group.cases)", "\(group.open)",
                Self.span(group.acknowledged.mean),
                Self.span(group.acknowledged.p90), Self.span(group.decided.median), "\(group.clocksMet)",
                "\(group.clocksMissed)",
            ]
            return "<tr>\(cells.map { "<td>\(Self.safe($0))</td>" }.joined())</tr>"
        }
        let head = heads.map { "<th scope=\"col\">\($0)</th>" }.joined()
        return "<table><tr>\(head)</tr>\(rows.joined())</table>"
    }

    /// A bar a day, the number of cases above it.
    private static func chart(_ days: [StatsReply.Day]) -> String {
        let most = max(1, days.map(\.received).max() ?? 1)
        let width = max(8, 840 / max(1, days.count))
        let bars = days.enumerated().map { place, day in
            let height = day.received * 160 / most
            let x = place * width
            let label =
                days.count <= 31 && day.received > 0
                ? "<text x=\"\(x + width / 2)\" y=\"\(174 - height)\" text-anchor=\"middle\">\(day.received)</text>"
                : ""
            return """
                <rect class="bar" x="\(x)" y="\(180 - height)" width="\(width - 2)" height="\(height)">\
                <title>\(day.day): \(day.received) received, \(day.clocksMissed) clocks missed</title></rect>\(label)
                """
        }
        let first = days.first?.day ?? ""
        let last = days.last?.day ?? ""
        return """
            <svg viewBox="0 0 \(width * max(1, days.count)) 205" width="100%" role="img" \
            aria-label="Cases received a day from \(first) to \(last), at most \(most)">
            \(bars.joined(separator: "\n"))
            <text x="0" y="200">\(first)</text>
            <text x="\(width * days.count)" y="200" text-anchor="end">\(last)</text>
            </svg>
            """
    }

    /// A bar a group: the part of its clocks that was met, and the part that was missed.
    private static func shares(_ groups: [StatsReply.Group]) -> String {
        let measured = groups.filter { $0.clocksMet + $0.clocksMissed > 0 }
        guard !measured.isEmpty else { return "<p>No clock has ended.</p>" }
        let bars = measured.enumerated().map { place, group in
            let all = group.clocksMet + group.clocksMissed
            let met = group.clocksMet * 500 / all
            let y = place * 28
            let name = [group.type ?? "?", group.site ?? ""].joined(separator: " ")
            return """
                <text x="0" y="\(y + 16)">\(Self.safe(name))</text>
                <rect class="bar" x="120" y="\(y)" width="\(met)" height="20"/>
                <rect class="miss" x="\(120 + met)" y="\(y)" width="\(500 - met)" height="20"/>
                <text x="630" y="\(y + 16)">\(group.clocksMet) met, \(group.clocksMissed) missed</text>
                """
        }
        return """
            <svg viewBox="0 0 800 \(measured.count * 28)" width="100%" role="img" \
            aria-label="Clocks met and missed by type and site">
            \(bars.joined(separator: "\n"))
            </svg>
            """
    }

    private static func handoffs(_ handoffs: StatsReply.Handoffs) -> String {
        guard handoffs.offered > 0 else { return "<p>None was offered.</p>" }
        return """
            <p>\(handoffs.offered) offered with \(handoffs.cases) cases, \(handoffs.accepted) accepted, \
            \(handoffs.declined) declined; accepted after \(Self.span(handoffs.acceptedAfter.median)) (median). \
            \(handoffs.readBacks) cases were read back right, \(handoffs.corrections) of them after a correction; \
            \(Count.words(handoffs.missingParts, "part", "was", "were")) missing at the receiver.</p>
            """
    }

    private static func span(_ milliseconds: Int64?) -> String {
        milliseconds.map { ClockText.span($0) } ?? "-"
    }

    private static func safe(_ text: String) -> String {
        SafeText.line(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
