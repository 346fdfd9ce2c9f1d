/// A POSIX TZ string: `AEST-10AEDT,M10.1.0,M4.1.0/3`. From it come the changes of years to come.
///
/// Only the `Mm.w.d` form of dates is read: it is the one that every zone in use has.
/// - Source: IEEE Std 1003.1-2017, section 8.3, with the hours of RFC 9636 section 3.3.1.
struct ZoneRule {
    private struct Change {
        let month: Int
        /// 1…5; 5 is the last.
        let week: Int
        /// 0 is Sunday.
        let weekday: Int
        let seconds: Int64
    }

    private struct Half {
        let abbreviation: String
        let offset: Int64
    }

    private let standard: Half
    private let summer: (half: Half, from: Change, to: Change)?

    init?(_ text: String) {
        var scanner = ZoneScanner(text)
        guard let name = scanner.name(), let west = scanner.time() else { return nil }
        self.standard = Half(abbreviation: name, offset: -west)
        guard let summerName = scanner.name() else {
            guard scanner.isAtEnd else { return nil }
            self.summer = nil
            return
        }
        let summerWest = scanner.isAt(",") ? west - 3_600 : scanner.time()
        guard let summerWest, let from = Self.change(&scanner), let to = Self.change(&scanner),
            scanner.isAtEnd
        else { return nil }
        self.summer = (Half(abbreviation: summerName, offset: -summerWest), from, to)
    }

    private static func change(_ scanner: inout ZoneScanner) -> Change? {
        guard scanner.take(","), scanner.take("M"), let month = scanner.number(), scanner.take("."),
            let week = scanner.number(), scanner.take("."), let weekday = scanner.number(),
            (1...12).contains(month), (1...5).contains(week), (0...6).contains(weekday)
        else { return nil }
        let seconds = scanner.take("/") ? scanner.time() : 2 * 3_600
        return seconds.map { Change(month: month, week: week, weekday: weekday, seconds: $0) }
    }

    /// Transitions after the last one of a file, to the end of a year.
    func transitions(after last: ZoneTable.Transition?, to lastYear: Int) -> [ZoneTable.Transition] {
        guard let summer = self.summer else { return [] }
        let known = last?.atSeconds ?? .min
        let firstDay = last.map { CivilDate(daysSince1970: Int($0.atSeconds / 86_400)) }
        var transitions: [ZoneTable.Transition] = []
        let firstYear = max(1970, (firstDay?.year ?? 1970) - 1)
        guard firstYear <= lastYear else { return [] }
        for year in firstYear...lastYear {
            // The time of day at which a change comes is that of the offset before it.
            let begins = Self.instant(summer.from, year) - self.standard.offset
            let ends = Self.instant(summer.to, year) - summer.half.offset
            transitions.append(Self.transition(begins, summer.half))
            transitions.append(Self.transition(ends, self.standard))
        }
        return transitions.filter { $0.atSeconds > known }.sorted { $0.atSeconds < $1.atSeconds }
    }

    private static func transition(_ at: Int64, _ half: Half) -> ZoneTable.Transition {
        ZoneTable.Transition(atSeconds: at, offsetSeconds: half.offset, abbreviation: half.abbreviation)
    }

    private static func instant(_ change: Change, _ year: Int) -> Int64 {
        guard let first = CivilDate(year: year, month: change.month, day: 1) else { return 0 }
        let offset = (change.weekday - Int(first.weekday.rawValue) % 7 + 7) % 7
        var day = first.adding(days: offset + 7 * (change.week - 1))
        if day.month != first.month { day = day.adding(days: -7) }
        return Int64(day.daysSince1970) * 86_400 + change.seconds
    }
}

/// Walks over a TZ string.
private struct ZoneScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { self.rest = Substring(text).utf8 }

    var isAtEnd: Bool { self.rest.isEmpty }

    func isAt(_ character: Character) -> Bool { self.rest.first == character.asciiValue }

    mutating func take(_ character: Character) -> Bool {
        guard self.isAt(character) else { return false }
        self.rest = self.rest.dropFirst()
        return true
    }

    /// `AEST`, or `<+1030>`.
    mutating func name() -> String? {
        let isQuoted = self.take("<")
        let letters = self.rest.prefix { byte in
            isQuoted ? byte != UInt8(ascii: ">") : byte | 0x20 >= 97 && byte | 0x20 <= 122
        }
        guard letters.count >= 3 else { return nil }
        self.rest = self.rest.dropFirst(letters.count)
        if isQuoted, !self.take(">") { return nil }
        return String(decoding: Array(letters), as: UTF8.self)
    }

    mutating func number() -> Int? {
        let digits = self.rest.prefix { (48...57).contains($0) }
        guard (1...3).contains(digits.count) else { return nil }
        self.rest = self.rest.dropFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int($1) - 48 }
    }

    /// `10`, `-9:30`, `+3:00:00`: seconds.
    mutating func time() -> Int64? {
        let isNegative = self.take("-")
        if !isNegative { _ = self.take("+") }
        guard let hours = self.number() else { return nil }
        var seconds = Int64(hours) * 3_600
        var unit: Int64 = 60
        while unit >= 1, self.take(":") {
            guard let part = self.number() else { return nil }
            seconds += Int64(part) * unit
            unit /= 60
        }
        return isNegative ? -seconds : seconds
    }
}
