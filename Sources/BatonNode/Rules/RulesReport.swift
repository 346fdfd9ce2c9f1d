import BatonAPI
import BatonDesk
import BatonModel
import Foundation

/// What the commands about rules and the roster say. They read files and the system's time zones, no node.
package enum RulesReport {
    /// What a rule book holds, after it was judged whole.
    ///
    /// - Parameter folder: Empty: the built-in book.
    /// - Throws: `rules.refused`, `rules.no-folder`, `rules.no-zone`.
    package static func summary(_ folder: String) throws(NodeFault) -> [String] {
        let book = try RuleBookFiles.load(folder: folder)
        _ = try ZoneFiles.tables(for: book.roster)
        return RuleBookText.summary(
            book, origin: folder.isEmpty ? "built in" : folder, today: Self.today)
    }

    package static func laws(_ folder: String) throws(NodeFault) -> [String] {
        let book = try RuleBookFiles.load(folder: folder)
        return RuleBookText.summary(
            book, origin: folder.isEmpty ? "built in" : folder, today: Self.today) + RuleBookText.laws(book)
    }

    private static var today: CivilDate {
        CivilDate(daysSince1970: Int(Date().timeIntervalSince1970 / 86_400))
    }

    /// Gaps and overlaps of a roster, as `baton rules gaps --json` writes them.
    package struct Coverage: Codable, Sendable, Equatable {
        package struct Stretch: Codable, Sendable, Equatable {
            package let kind: String
            package let line: String
            package let from: String
            package let to: String
            package let minutes: Int64
            package let watches: [String]
            /// How many days in a row it comes.
            package let times: Int
            package let lastFrom: String
            package let announceBy: String
        }

        package let from: String
        package let to: String
        package let noticeDays: Int
        /// Every stretch by itself, or runs of them.
        package let stretches: [Stretch]
    }

    /// - Parameter isEach: Every stretch; else what comes day after day is one.
    /// - Throws: `rules.…`; `usage` for days that are none, or more than forty years.
    package static func coverage(
        _ folder: String, from: String, to: String, isEach: Bool
    ) throws(NodeFault) -> Coverage {
        guard let first = CivilDate(from), let last = CivilDate(to), first < last,
            last.daysSince1970 - first.daysSince1970 <= 14_700, last.year <= ZoneFiles.lastYear
        else {
            throw NodeFault(
                code: "rules.bad-days", "\(from) and \(to) are no stretch of days.",
                hint: "Write two days as in 2026-01-01, the first one before, at most forty years apart.",
                exit: .usage)
        }
        let book = try RuleBookFiles.load(folder: folder)
        let work = RosterWork(rules: book.roster, zones: try ZoneFiles.tables(for: book.roster))
        let stretches = book.roster.lines.filter(\.isCovered).flatMap { line in
            work.coverage(
                line: line.key, fromMilliseconds: Int64(first.daysSince1970) * 86_400_000,
                toMilliseconds: Int64(last.daysSince1970) * 86_400_000)
        }
        let runs = isEach ? stretches.map { CoverageRun(of: $0) } : RosterWork.runs(stretches)
        return Coverage(
            from: from, to: to, noticeDays: book.roster.noticeDays,
            stretches: runs.map { Self.stretch($0, book.roster.noticeDays) })
    }

    private static func stretch(_ run: CoverageRun, _ noticeDays: Int) -> Coverage.Stretch {
        Coverage.Stretch(
            kind: run.first.kind.rawValue, line: run.first.line, from: Self.utc(run.first.fromMilliseconds),
            to: Self.utc(run.first.toMilliseconds), minutes: run.first.minutes, watches: run.first.watches,
            times: run.count, lastFrom: Self.utc(run.last.fromMilliseconds),
            announceBy: Self.utc(run.announceByMilliseconds(noticeDays: noticeDays)))
    }

    /// One line a run, for people.
    package static func lines(_ coverage: Coverage) -> [String] {
        guard !coverage.stretches.isEmpty else { return ["Nothing to tell: one watch follows the other."] }
        return coverage.stretches.map { stretch in
            let watches = stretch.watches.joined(separator: " > ")
            let span = stretch.times > 1 ? ", \(stretch.times) times until \(stretch.lastFrom)" : ""
            return "\(stretch.kind) \(stretch.minutes) min \(stretch.line) \(stretch.from) \(watches)\(span)"
        }
    }

    /// Who is on duty at an instant by the rules alone, one line a duty.
    package static func onDuty(_ folder: String, atMilliseconds: Int64?) throws(NodeFault) -> [String] {
        let book = try RuleBookFiles.load(folder: folder)
        let work = RosterWork(rules: book.roster, zones: try ZoneFiles.tables(for: book.roster))
        let now = atMilliseconds ?? Int64(Date().timeIntervalSince1970 * 1_000)
        return work.onDuty(atMilliseconds: now).map { duty in
            let names = duty.people.map { person in
                switch person {
                case .named(let name): name
                case .number(let number): number.description
                }
            }
            let who = names.isEmpty ? "(nobody named)" : names.joined(separator: ", ")
            return "\(duty.line) \(duty.watch) until \(Self.utc(duty.toMilliseconds)) \(who)"
        }
    }

    /// `2026-10-03T20:00Z`.
    static func utc(_ milliseconds: Int64) -> String {
        let days = milliseconds / 86_400_000
        let minute = (milliseconds - days * 86_400_000) / 60_000
        let day = CivilDate(daysSince1970: Int(days))
        return "\(day)T\(Self.two(minute / 60)):\(Self.two(minute % 60))Z"
    }

    private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
