import BatonDesk

/// A moment as typed; it becomes milliseconds only when the command runs.
package enum TimeExpression: Hashable, Sendable {
    /// Milliseconds since 1970.
    case absolute(Int64)
    /// Milliseconds from now; negative for the past.
    case relative(Int64)
    /// Milliseconds after midnight UTC, on the day nearest to now.
    case clock(Int64)

    static let hint = "Times look like 02:51Z, 13:51+11:00, +30m, -2h, 2026-11-22 or 2026-11-22T02:51Z."

    private static let day: Int64 = 86_400_000

    /// Reads `+30m`, `-2h`, `02:51Z`, `13:51+11:00`, `2026-11-22`, `2026-11-22T02:51Z`,
    /// `2026-11-22 13:51+11:00`. A time of day says its distance from UTC, or it is none: `02:51` is
    /// another moment at each site.
    package init?(_ text: String) {
        if let first = text.first, first == "+" || first == "-" {
            guard let span = Self.span(text.dropFirst()) else { return nil }
            self = .relative(first == "-" ? -span : span)
        } else if let clock = Self.clock(text) {
            self = .clock((clock % Self.day + Self.day) % Self.day)
        } else {
            let parts = text.split(
                maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { "Tt ".contains($0) })
            guard let day = CivilDate(parts[0]) else { return nil }
            if parts.count == 1 {
                self = .absolute(day.milliseconds)
            } else {
                guard let clock = Self.clock(parts[1]) else { return nil }
                self = .absolute(day.milliseconds + clock)
            }
        }
    }

    /// - Parameter now: Milliseconds since 1970.
    package func resolved(now: Int64) -> Int64 {
        switch self {
        case .absolute(let at): return at
        case .relative(let span): return now + span
        case .clock(let clock):
            let today = now - ((now % Self.day) + Self.day) % Self.day + clock
            let choices = [today - Self.day, today, today + Self.day]
            return choices.min { abs($0 - now) < abs($1 - now) } ?? today
        }
    }

    /// Reads `45s`, `30m`, `6h`, `2d` as milliseconds.
    package static func span(_ text: some StringProtocol) -> Int64? {
        guard let unit = text.last, text.dropLast().allSatisfy(\.isDecimalDigit),
            let count = Int64(text.dropLast()), count < 1_000_000
        else {
            return nil
        }
        switch unit {
        case "s": return count * 1_000
        case "m": return count * 60_000
        case "h": return count * 3_600_000
        case "d": return count * 86_400_000
        default: return nil
        }
    }

    /// `02:51Z`, `02:51:30Z` or `13:51+11:00`, as milliseconds after midnight UTC; of a far zone less than 0 or
    /// more than a day.
    private static func clock(_ text: some StringProtocol) -> Int64? {
        if text.last == "Z" || text.last == "z" { return Self.timeOfDay(text.dropLast()) }
        guard let place = text.lastIndex(where: { $0 == "+" || $0 == "-" }),
            text[text.index(after: place)...].count == 5,
            let offset = Self.timeOfDay(text[text.index(after: place)...]), offset <= 14 * 3_600_000,
            let clock = Self.timeOfDay(text[..<place])
        else { return nil }
        return text[place] == "+" ? clock - offset : clock + offset
    }

    /// `02:51` or `02:51:30`, as milliseconds.
    static func timeOfDay(_ text: some StringProtocol) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count),
            parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isDecimalDigit) })
        else { return nil }
        let numbers = parts.compactMap { Int64($0) }
        guard numbers[0] < 24, numbers.dropFirst().allSatisfy({ $0 < 60 }) else { return nil }
        let seconds = numbers.count > 2 ? numbers[2] : 0
        return (numbers[0] * 3_600 + numbers[1] * 60 + seconds) * 1_000
    }
}

extension Character {
    /// 0 to 9: `isNumber` is true of much else.
    var isDecimalDigit: Bool { ("0"..."9").contains(self) }
}
