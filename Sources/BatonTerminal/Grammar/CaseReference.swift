import BatonDesk

/// How a line names a case.
package enum CaseReference: Hashable, Sendable {
    /// `@3`: row 3 of the list printed last, frozen when it was printed.
    case row(Int)
    /// `EDR-7K3QM2`, a unique prefix of it, or a document id of 32 hexadecimal digits; as typed.
    case handle(String)

    /// What a word says at a place where a case may stand.
    package enum Reading: Equatable, Sendable {
        case reference(CaseReference)
        /// It could be either: `edr-related`.
        case unclear
        /// It was meant as a case and is none: a wrong check character, too few characters.
        case broken
        case other
    }

    /// Reads a word where only a case can stand.
    package static func read(_ word: Word) -> Result<CaseReference, CommandIssue> {
        if let row = Self.row(word.text) { return row }
        if Self.isDocumentID(word.text) { return .success(.handle(word.text)) }
        // `EDR` alone would be read as the beginning of a code.
        if let type = CaseType(word: word.text) {
            return .failure(
                CommandIssue(
                    .notAHandle, "`\(type.word)` is a type of case, not a case.",
                    "Use a handle such as EDR-7K3QM2, or see: queue --type \(type.word)", column: word.column)
            )
        }
        do throws(CaseHandleFault) {
            _ = try CaseHandleQuery(word.text)
            return .success(.handle(word.text))
        } catch {
            return .failure(
                CommandIssue(
                    .notAHandle, "`\(SafeText.line(word.text))` names no case: \(error).",
                    "Use a handle such as EDR-7K3QM2, or @3 for row 3 of the last list.", column: word.column)
            )
        }
    }

    /// Reads a word where free text may stand instead of a case. Lower case without a digit is not decided
    /// here.
    package static func reading(_ word: Word) -> Reading {
        guard !word.isQuoted else { return .other }
        switch Self.row(word.text) {
        case .success(let reference): return .reference(reference)
        case .failure:
            return word.text.count > 1 && word.text.dropFirst().allSatisfy(\.isNumber) ? .broken : .other
        case nil: break
        }
        let pieces = word.text.split(separator: "-", omittingEmptySubsequences: false)
        guard pieces.count >= 2, CaseType.words.contains(pieces[0].uppercased()) else { return .other }
        let isTypedAsHandle = word.text == word.text.uppercased() || pieces[1].contains { $0.isNumber }
        let isHandle = (try? CaseHandleQuery(word.text)) != nil
        if isHandle { return isTypedAsHandle ? .reference(.handle(word.text)) : .unclear }
        return isTypedAsHandle ? .broken : .other
    }

    private static func row(_ text: String) -> Result<CaseReference, CommandIssue>? {
        guard text.hasPrefix("@") else { return nil }
        if let row = Int(text.dropFirst()), row > 0 { return .success(.row(row)) }
        return .failure(
            CommandIssue(
                .notAHandle, "`\(SafeText.line(text))` is not a row.",
                "Rows are written @1, @2, @3; `queue` prints them."))
    }

    private static func isDocumentID(_ text: String) -> Bool {
        text.utf8.count == 32 && text.allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}

/// A moment as typed; it becomes milliseconds only when the command runs.
package enum TimeExpression: Hashable, Sendable {
    /// Milliseconds since 1970.
    case absolute(Int64)
    /// Milliseconds from now; negative for the past.
    case relative(Int64)
    /// Minutes after midnight UTC, on the day nearest to now.
    case clock(Int)

    /// Reads `+30m`, `-2h`, `02:51Z`, `2026-11-22`, `2026-11-22T02:51Z`.
    package init?(_ text: String) {
        if let first = text.first, first == "+" || first == "-" {
            guard let span = Self.span(text.dropFirst()) else { return nil }
            self = .relative(first == "-" ? -span : span)
        } else if let minutes = Self.minutes(text), text.hasSuffix("Z") {
            self = .clock(minutes)
        } else {
            let parts = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
            guard let day = CalendarDay(parts[0]) else { return nil }
            if parts.count == 1 {
                self = .absolute(day.milliseconds)
            } else {
                guard parts[1].hasSuffix("Z"), let minutes = Self.minutes(parts[1]) else { return nil }
                self = .absolute(day.milliseconds + Int64(minutes) * 60_000)
            }
        }
    }

    /// - Parameter now: Milliseconds since 1970.
    package func resolved(now: Int64) -> Int64 {
        switch self {
        case .absolute(let at): return at
        case .relative(let span): return now + span
        case .clock(let minutes):
            let day: Int64 = 86_400_000
            let today = now - ((now % day) + day) % day + Int64(minutes) * 60_000
            let choices = [today - day, today, today + day]
            return choices.min { abs($0 - now) < abs($1 - now) } ?? today
        }
    }

    /// Reads `45s`, `30m`, `6h`, `2d` as milliseconds.
    package static func span(_ text: some StringProtocol) -> Int64? {
        guard let unit = text.last, let count = Int64(text.dropLast()), count >= 0, count < 1_000_000 else {
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

    /// `02:51Z` or `02:51:30Z`, as minutes.
    private static func minutes(_ text: some StringProtocol) -> Int? {
        let clock = text.hasSuffix("Z") ? String(text.dropLast()) : String(text)
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isASCII) })
        else {
            return nil
        }
        guard let hour = Int(parts[0]), let minute = Int(parts[1]), (0..<24).contains(hour),
            (0..<60).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }
}

/// A day of the proleptic Gregorian calendar, in UTC.
package struct CalendarDay: Hashable, Sendable {
    package let year: Int
    package let month: Int
    package let day: Int

    /// Reads `2026-11-22`; nil for a day that does not exist.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2 else {
            return nil
        }
        guard let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]) else { return nil }
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        self.year = year
        self.month = month
        self.day = day
        guard CalendarDay(daysSinceEpoch: self.daysSinceEpoch) == self else { return nil }
    }

    /// - Source: Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
    package init(daysSinceEpoch days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        self.month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.year = yearOfEra + era * 400 + (self.month <= 2 ? 1 : 0)
    }

    /// - Source: as above, days_from_civil.
    package var daysSinceEpoch: Int {
        let year = self.month <= 2 ? self.year - 1 : self.year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (self.month > 2 ? self.month - 3 : self.month + 9) + 2) / 5 + self.day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    package var milliseconds: Int64 { Int64(self.daysSinceEpoch) * 86_400_000 }
}
