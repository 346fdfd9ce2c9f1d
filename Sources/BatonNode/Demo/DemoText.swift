import BatonAPI

/// The report for people: lines of at most 80 columns, plain.
struct DemoText {
    let report: DemoReport
    let cutSite: String

    static let columns = 80

    var lines: [String] {
        self.people + self.merged + self.conflicts + self.unseen + self.replicas + self.phases + self.verdict
    }

    private var people: [String] {
        let rows = self.report.people.map { person in
            "  \(Self.padded(person.name, 6)) \(person.site)  \(Self.count(person.changes, "change")) in "
                + "\(Self.count(person.cases, "case")): \(person.what)"
        }
        return ["Who did what"] + rows.flatMap { Self.wrapped($0, indent: 13) } + [""]
    }

    private var merged: [String] {
        let head =
            "While \(self.cutSite) was cut off: \(Self.count(self.report.onlyAtCutSite, "delta")) only there, "
            + "\(self.report.onlyAtOthers) only at the others. Merged by itself:"
        let rows = self.report.merged.map { "  \($0.ref)  \($0.what)" }
        return Self.wrapped(head, indent: 2) + rows.flatMap { Self.wrapped($0, indent: 14) } + [""]
    }

    private var conflicts: [String] {
        guard !self.report.conflicts.isEmpty else { return ["Nothing needs a person.", ""] }
        var lines = ["\(Self.count(self.report.conflicts.count, "conflict")) for a person to settle"]
        for conflict in self.report.conflicts {
            lines += Self.wrapped(
                "  \(conflict.ref)  \(conflict.field): \(SafeWords.of(conflict.title))", indent: 14)
            for version in conflict.versions {
                let mark = version.isShown ? "shown" : "also "
                let value = SafeWords.of(Self.text(version.value))
                lines += Self.wrapped("    \(mark)  \(Self.who(version.written)): \(value)", indent: 11)
            }
            let sites = Set(conflict.versions.map(\.written.site)).sorted().joined(separator: " and ")
            lines.append("    why    written at \(sites); neither had read the other's")
        }
        return lines + [""]
    }

    private var unseen: [String] {
        var lines: [String] = []
        for entry in self.report.unseen {
            let head =
                "\(entry.ref) was closed at \(entry.closedBy.site) by \(entry.closedBy.by) without seeing "
                + "\(Self.count(entry.count, "update")), so it stays open:"
            lines += Self.wrapped(head, indent: 2)
            for update in entry.updates {
                lines += Self.wrapped("    \(Self.who(update.written)): \(update.what)", indent: 6)
            }
        }
        return lines.isEmpty ? [] : lines + [""]
    }

    private var replicas: [String] {
        var lines = ["The three replicas"]
        for replica in self.report.replicas {
            let verdict = replica.isSound ? "log sound" : "LOG NOT SOUND"
            lines.append(
                "  \(Self.padded(replica.site, 4)) \(replica.documents) cases  \(replica.deltas) deltas  "
                    + "\(replica.lost) lost  \(verdict), \(replica.signatureChecks) signatures checked")
            lines.append("       state \(replica.stateDigest)")
            lines.append("       log   \(replica.logDigest)")
        }
        return lines + [""]
    }

    private var phases: [String] {
        let total = self.report.phases.reduce(0) { $0 + $1.milliseconds }
        let parts = self.report.phases.map { "\($0.name) \(Self.seconds($0.milliseconds))" }
        return Self.wrapped(
            "Seconds: \(parts.joined(separator: ", ")); total \(Self.seconds(total)).", indent: 2)
    }

    private var verdict: [String] {
        let problems = self.report.problems
        guard problems.isEmpty else { return problems.map { "FAILED: \($0)" } }
        return [
            "All \(self.report.acknowledged) acknowledged changes are at all three sites, and the digests are equal."
        ]
    }

    // Words.

    static func count(_ number: Int, _ word: String) -> String {
        "\(number) \(word)\(number == 1 ? "" : "s")"
    }

    static func seconds(_ milliseconds: Int64) -> String {
        let tenths = (milliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10)"
    }

    static func text(_ value: APIValue) -> String {
        switch value {
        case .text(let text): text
        case .integer(let number): "\(number)"
        case .list(let list): list.map(Self.text).joined(separator: ", ")
        case .map: "(details)"
        case .null: "nobody"
        }
    }

    /// `kim usw 03:12:09Z`.
    static func who(_ written: Authorship) -> String {
        let seconds = written.at / 1000 % 86_400
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(written.by) \(written.site) \(clock.joined(separator: ":"))Z"
    }

    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    /// Breaks a line between words; later lines are indented.
    static func wrapped(_ line: String, indent: Int) -> [String] {
        var lines: [String] = []
        var prefix = ""
        var rest = Substring(line)
        while prefix.count + rest.count > Self.columns {
            let head = rest.prefix(Self.columns - prefix.count + 1)
            guard let cut = head.lastIndex(of: " "), head[..<cut].contains(where: { $0 != " " }) else {
                break
            }
            lines.append(prefix + rest[..<cut])
            rest = rest[cut...].drop { $0 == " " }
            prefix = String(repeating: " ", count: indent)
        }
        return lines + [prefix + rest]
    }
}

/// Words of cases on one line, without what could move the cursor.
enum SafeWords {
    static func of(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: " "
                    default: scalar
                    }
                }))
    }
}
