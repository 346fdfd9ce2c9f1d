import BatonDesk

/// One line of a desk's log: what was done to an incident, and when.
package struct IncidentAct: Sendable, Equatable {
    package let incident: String
    /// Milliseconds since 1970.
    package let at: UInt64
    /// `Open`, `Reassignment`, `Closed`, …: any word of the log.
    package let what: String
    package let team: String

    package init(incident: String, at: UInt64, what: String, team: String) {
        self.incident = incident
        self.at = at
        self.what = what
        self.team = team
    }
}

/// A service desk's log as two tables: incidents with a priority, and what was done to each.
package struct IncidentLog: Sendable {
    /// In order of time.
    package private(set) var acts: [IncidentAct] = []
    /// 1 is the gravest; by incident.
    package private(set) var priorities: [String: Int] = [:]

    /// Reads the columns `incident_id` and `priority` of the one table, and `incident_id`, `at`, `activity` and
    /// `team` of the other. Rows without them are left out.
    ///
    /// - Parameters:
    ///   - incidents: Comma-separated values with a header.
    ///   - activities: The same; times in UTC as `2013-02-06T13:07:45Z`.
    /// - Returns: Nil when a table lacks a column.
    package init?(incidents: String, activities: String) {
        guard let heads = Self.table(incidents, ["incident_id", "priority"]),
            let rows = Self.table(activities, ["incident_id", "at", "activity", "team"])
        else { return nil }
        for row in heads { self.priorities[row[0]] = Int(row[1]) }
        self.acts = rows.compactMap { row in
            IncidentMoment.read(row[1]).map {
                IncidentAct(incident: row[0], at: $0, what: row[2], team: row[3])
            }
        }
        self.acts = Self.sorted(self.acts)
    }

    /// A made-up log of a week: what stands in for a real one.
    package init(seed: UInt64, incidents: Int, start: UInt64) {
        var random = SeededRandom(seed: seed)
        let week: UInt64 = 7 * 86_400_000
        for number in 1...max(1, incidents) {
            let name = "IM\(String(10_000_000 + number).dropFirst())"
            self.priorities[name] = 2 + random.below(4)
            var at = start + UInt64(random.below(Int(week * 3 / 4)))
            var words = ["Open", "Assignment"]
            for _ in 0..<random.below(9) {
                words.append(
                    random.pick(["Operator Update", "Reassignment", "Status Change", "Pending vendor"]))
            }
            if random.chance(4, in: 5) { words.append("Closed") }
            for word in words {
                self.acts.append(
                    IncidentAct(incident: name, at: at, what: word, team: "TEAM\(1_000 + random.below(40))"))
                at += UInt64(60_000 + random.below(20_000_000))
            }
        }
        self.acts = Self.sorted(self.acts)
    }

    private static func sorted(_ acts: [IncidentAct]) -> [IncidentAct] {
        acts.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }

    /// The start, at midnight UTC, of the seven days in which most happened.
    package var busiestWeek: UInt64 {
        let day: UInt64 = 86_400_000
        var counts: [UInt64: Int] = [:]
        for act in self.acts { counts[act.at / day, default: 0] += 1 }
        var best: (start: UInt64, count: Int) = (0, -1)
        for start in counts.keys.sorted() {
            let count = (start..<start + 7).reduce(0) { $0 + (counts[$1] ?? 0) }
            if count > best.count { best = (start, count) }
        }
        return best.start * day
    }

    // Tables.

    /// The named columns of each row, in the order asked for.
    private static func table(_ text: String, _ columns: [String]) -> [[String]]? {
        var rows = text.split(whereSeparator: \.isNewline)[...]
        guard let head = rows.popFirst() else { return nil }
        let names = self.cells(head)
        let places = columns.compactMap { names.firstIndex(of: $0) }
        guard places.count == columns.count else { return nil }
        return rows.compactMap { row in
            let cells = self.cells(row)
            guard let last = places.max(), last < cells.count else { return nil }
            return places.map { cells[$0] }
        }
    }

    /// A cell may stand in quotes, with doubled quotes inside.
    private static func cells(_ row: Substring) -> [String] {
        var cells = [""]
        var isQuoted = false
        for character in row {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: cells.append("")
            default: cells[cells.count - 1].append(character)
            }
        }
        return cells
    }
}

/// Moments as the log writes them.
private enum IncidentMoment {
    /// Reads `2013-02-06T13:07:45Z`; days by the proleptic Gregorian calendar.
    static func read(_ text: String) -> UInt64? {
        let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
        guard numbers.count == 6, text.hasSuffix("Z") else { return nil }
        guard let date = CivilDate(year: numbers[0], month: numbers[1], day: numbers[2]) else { return nil }
        let days = date.daysSince1970
        let seconds = days * 86_400 + numbers[3] * 3_600 + numbers[4] * 60 + numbers[5]
        return seconds < 0 ? nil : UInt64(seconds) * 1_000
    }
}
