/// The report as one HTML file: inline SVG, no script, no network, dark and light.
package struct HTMLReport {
    private let story: RunStory

    package init(_ story: RunStory) { self.story = story }

    package var html: String {
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(Self.escaped(self.story.scenario.name))</title>
        <style>\(Self.style)</style></head><body>
        <h1>\(Self.escaped(self.story.scenario.name))</h1>
        <p>\(Self.escaped(self.story.scenario.story))</p>
        \(self.verdict)
        <p class="again"><code>\(Self.escaped(self.story.again))</code></p>
        <h2>Lanes</h2>
        <p class="key"><span class="cause">thick: could have caused the break</span> ·
        <span class="lost">× lost on the way</span> · <span class="fault">▲ fault</span> ·
        grey band: cut, crash or pause · ribbon: error of the wall clock</p>
        \(self.pictures)
        <h2>What happened</h2>
        \(self.table)
        <h2>At the end</h2>
        \(self.digests)
        <h2>The scenario</h2>
        <pre>\(Self.escaped(String(self.story.scenario.json.prefix(60_000))))</pre>
        </body></html>

        """
    }

    private static let style = """
        :root{color-scheme:light dark;--fg:#1b1f24;--bg:#fff;--dim:#9aa4b0;--line:#d5dae1;--cause:#0b5fff;\
        --bad:#b3261e;--band:#8882;--ribbon:#b06f00;\
        --s0:#7fb2e5;--s1:#f2b36b;--s2:#8fcf8f;--s3:#c9a6e4;--s4:#e59a9a;--s5:#b9c0a0}
        @media(prefers-color-scheme:dark){:root{--fg:#e6e9ee;--bg:#14171c;--dim:#5d6671;--line:#333a44;\
        --cause:#7fb0ff;--bad:#ff8a80;--band:#fff1;--ribbon:#ffc66b;\
        --s0:#2f6299;--s1:#94601c;--s2:#3a7a3a;--s3:#6f4c8c;--s4:#8f4040;--s5:#656d47}}
        body{font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);max-width:76rem;\
        margin:2rem auto;padding:0 1rem}
        h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
        .bad{border-left:.3rem solid var(--bad);padding:.4rem .8rem}.good{border-left:.3rem solid #2e7d32;\
        padding:.4rem .8rem}
        .scroll{overflow:auto;border:1px solid var(--line)}
        table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.15rem .6rem;\
        border-bottom:1px solid var(--line);vertical-align:top}
        tr.dim{color:var(--dim)}td.at{white-space:nowrap;font-variant-numeric:tabular-nums}
        pre,code{font:13px/1.45 ui-monospace,monospace}pre{overflow:auto}
        .cause{color:var(--cause);font-weight:600}.lost,.fault{color:var(--bad)}
        svg text{font:12px system-ui,sans-serif;fill:var(--fg)}svg .small{font-size:10px;fill:var(--dim)}
        svg .held{font-size:9px}svg{display:block}
        .site{display:inline-block;width:.9em;height:.9em;margin-right:.3em;vertical-align:-.1em}
        """

    private var pictures: String {
        let scale = TimeScale(self.story)
        let batons = CustodyDrawing(self.story, scale)
        let lanes = LaneDrawing(self.story, scale).svg
        guard !batons.isEmpty else { return "<div class=\"scroll\">\(lanes)</div>" }
        let left = batons.leftOut > 0 ? " \(batons.leftOut) cases that moved earlier are left out." : ""
        return """
            <div class="scroll">\(lanes)\(batons.svg)</div>
            <p class="key">Bars: who answers for a case, by what each node knows; hatched: provisionally.
            \(batons.key). A bar begins with the first word about the baton that the node has; before it a
            case is its maker's.\(left)</p>
            """
    }

    private var verdict: String {
        guard !self.story.violations.isEmpty else { return "<p class=\"good\">Everything held.</p>" }
        return self.story.violations.map { violation in
            let at = violation.at.map { " at \(RunStory.clock($0))" } ?? ""
            return
                "<p class=\"bad\"><b>\(violation.property)</b>\(at)<br>\(Self.escaped(violation.detail))</p>"
        }.joined()
    }

    private static let rowsMax = 1_500

    private var table: String {
        let entries = self.story.recorder.entries
        let isLong = entries.count > Self.rowsMax
        let told = (isLong ? entries.filter { self.story.isCause($0) } : entries).suffix(Self.rowsMax)
        let rows = told.map { entry in
            let dim = self.story.isCause(entry) ? "" : " class=\"dim\""
            let what = Self.escaped(String(entry.text.prefix(240)))
            return "<tr\(dim)><td class=\"at\">\(RunStory.clock(entry.at))</td>"
                + "<td>\(entry.node.map { "\($0)" } ?? "")</td><td>\(what)</td></tr>"
        }
        let left = entries.count - told.count
        return (left > 0 ? "<p>\(left) rows are left out.</p>" : "")
            + "<table><tr><th>time</th><th>node</th><th>what</th></tr>\n\(rows.joined(separator: "\n"))</table>"
    }

    private var digests: String {
        let rows = (self.story.recorder.outcome?.digests ?? []).map { digest in
            "<tr><td>\(digest.node)</td><td>\(digest.deltas)</td>"
                + "<td><code>\("\(digest.log)".prefix(16))</code></td>"
                + "<td><code>\("\(digest.state)".prefix(16))</code></td></tr>"
        }
        return "<table><tr><th>node</th><th>deltas</th><th>log digest</th><th>state digest</th></tr>"
            + rows.joined() + "</table>"
    }

    static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            default: out.append(character)
            }
        }
        return out
    }
}
