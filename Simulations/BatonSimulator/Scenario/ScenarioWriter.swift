import BatonModel

extension Scenario {
    /// Writes the scenario as its reader takes it: one event a line.
    package var json: String {
        var lines: [String] = []
        lines.append("  \"format\": \"\(Self.format)\"")
        lines.append("  \"name\": \(Self.quoted(self.name))")
        if !self.story.isEmpty { lines.append("  \"story\": \(Self.quoted(self.story))") }
        lines.append("  \"seed\": \(self.seed)")
        lines.append("  \"starts\": \"\(MomentText.write(self.startMilliseconds))\"")
        if self.isTight { lines.append("  \"tight\": true") }
        for (axis, word) in self.fidelity.words { lines.append("  \"\(axis)\": \"\(word)\"") }
        lines.append("  \"sites\": " + Self.list(self.sites.map(Self.site)))
        if !self.links.isEmpty { lines.append("  \"links\": " + Self.list(self.links.map(Self.link))) }
        if let traffic = self.traffic {
            lines.append(
                "  \"traffic\": {\"days\": \(traffic.days), \"cases\": \(traffic.cases), "
                    + "\"deltas\": \(traffic.deltas)}")
        }
        if self.calmMilliseconds != Self.calmDefault {
            lines.append("  \"calm\": \"\(SpanText.write(Int64(self.calmMilliseconds)))\"")
        }
        if !self.core.isEmpty {
            lines.append("  \"core\": [" + self.core.map { "\"\($0)\"" }.joined(separator: ", ") + "]")
        }
        if let violates = self.violates { lines.append("  \"violates\": \(Self.quoted(violates))") }
        lines.append("  \"events\": " + Self.list(self.events.map(\.json)))
        return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    }

    private static func list(_ entries: [String]) -> String {
        entries.isEmpty ? "[]" : "[\n    " + entries.joined(separator: ",\n    ") + "\n  ]"
    }

    private static func site(_ setup: SiteSetup) -> String {
        var members = ["\"site\": \"\(setup.site)\""]
        if setup.skewMilliseconds != 0 {
            members.append("\"skew\": \"\(SpanText.write(setup.skewMilliseconds))\"")
        }
        if setup.driftPPM != 0 {
            members.append("\"drift\": \"\(SpanText.write(DriftText.perDay(setup.driftPPM)))\"")
        }
        if setup.level != 1 { members.append("\"level\": \(setup.level)") }
        if setup.isLiar { members.append("\"liar\": true") }
        return "{" + members.joined(separator: ", ") + "}"
    }

    private static func link(_ setup: LinkSetup) -> String {
        "{\"from\": \"\(setup.from)\", \"to\": \"\(setup.to)\", \"delay\": \"\(DelayText.write(setup.delay))\"}"
    }

    static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}

extension ScenarioEvent {
    /// One line of a scenario.
    package var json: String {
        var members = ["\"at\": \"\(SpanText.write(Int64(self.at)))\"", "\"do\": \"\(self.verb.rawValue)\""]
        if let site = self.site { members.append("\"site\": \"\(site)\"") }
        if let peer = self.peer { members.append("\"peer\": \"\(peer)\"") }
        if let label = self.label { members.append("\"case\": \(Scenario.quoted(label))") }
        if !self.writes.isEmpty {
            members.append("\"write\": [" + self.writes.map(Scenario.quoted).joined(separator: ", ") + "]")
        }
        if let how = self.how { members.append("\"how\": \(Scenario.quoted(how))") }
        if let moment = self.moment { members.append("\"to\": \"\(MomentText.write(moment))\"") }
        if let by = self.by { members.append("\"by\": \"\(SpanText.write(by))\"") }
        if let count = self.count { members.append("\"count\": \(count)") }
        if let span = self.span { members.append("\"for\": \"\(SpanText.write(Int64(span)))\"") }
        if let why = self.why { members.append("\"why\": \(Scenario.quoted(why))") }
        return "{" + members.joined(separator: ", ") + "}"
    }

    /// What it says, in words for a report.
    package var words: String {
        var words = [self.verb.rawValue]
        if let site = self.site { words.append("\(site)") }
        if let peer = self.peer { words.append("→ \(peer)") }
        if let label = self.label { words.append(label) }
        if !self.writes.isEmpty { words.append(self.writes.joined(separator: ", ")) }
        if let how = self.how { words.append(how) }
        if let moment = self.moment { words.append(MomentText.write(moment)) }
        if let by = self.by { words.append("by \(SpanText.write(by))") }
        if let count = self.count { words.append("\(count)") }
        if let span = self.span { words.append("for \(SpanText.write(Int64(span)))") }
        return words.joined(separator: " ")
    }
}
