/// Spans of time as people write them: `2d 9h 30m`, `1.5s`, `200ms`, with `-` in front for backwards.
enum SpanText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// - Returns: Milliseconds; nil for anything else than numbers with units.
    static func read(_ text: String) -> Int64? {
        var rest = text[...]
        let isBack = rest.hasPrefix("-")
        if isBack || rest.hasPrefix("+") { rest = rest.dropFirst() }
        var total: Int64 = 0
        var isEmpty = true
        while true {
            rest = rest.drop { $0 == " " }
            guard !rest.isEmpty else { break }
            let whole = rest.prefix { $0.isNumber }
            rest = rest.dropFirst(whole.count)
            var fraction = Substring()
            if rest.first == "." {
                fraction = rest.dropFirst().prefix { $0.isNumber }
                rest = rest.dropFirst(1 + fraction.count)
            }
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let unit = Self.units.first(where: { $0.name == name })?.milliseconds,
                let number = Int64(whole), number < 1_000_000_000, fraction.count <= 3
            else { return nil }
            total += number * unit
            if !fraction.isEmpty {
                guard let parts = Int64(fraction) else { return nil }
                var scale: Int64 = 1
                for _ in 0..<fraction.count { scale *= 10 }
                total += parts * unit / scale
            }
            isEmpty = false
        }
        guard !isEmpty else { return nil }
        return isBack ? -total : total
    }

    static func write(_ milliseconds: Int64) -> String {
        guard milliseconds != 0 else { return "0s" }
        var left = abs(milliseconds)
        var pieces: [String] = []
        for unit in Self.units {
            let count = left / unit.milliseconds
            left -= count * unit.milliseconds
            if count > 0 { pieces.append("\(count)\(unit.name)") }
        }
        return (milliseconds < 0 ? "-" : "") + pieces.joined(separator: " ")
    }
}

/// Moments as `2026-10-03T16:00Z` or with seconds: UTC only.
enum MomentText {
    /// - Returns: Milliseconds since 1970.
    static func read(_ text: String) -> UInt64? {
        let pieces = text.split(separator: "T", omittingEmptySubsequences: false)
        guard pieces.count == 2, pieces[1].hasSuffix("Z") else { return nil }
        let date = pieces[0].split(separator: "-").compactMap { Int64($0) }
        let time = pieces[1].dropLast().split(separator: ":").compactMap { Int64($0) }
        guard date.count == 3, time.count == 2 || time.count == 3, date[0] >= 1970,
            (1...12).contains(date[1]), (1...31).contains(date[2]), time[0] < 24, time[1] < 60
        else { return nil }
        let seconds = time.count == 3 ? time[2] : 0
        let days = Self.days(date[0], date[1], date[2])
        return UInt64(((days * 24 + time[0]) * 60 + time[1]) * 60 + seconds) * 1_000
    }

    static func write(_ milliseconds: UInt64) -> String {
        var days = Int64(milliseconds / 86_400_000)
        let seconds = milliseconds % 86_400_000 / 1_000
        var year: Int64 = 1970
        while days >= Self.days(year + 1, 1, 1) - Self.days(year, 1, 1) {
            days -= Self.days(year + 1, 1, 1) - Self.days(year, 1, 1)
            year += 1
        }
        var month: Int64 = 1
        while month < 12, days >= Self.days(year, month + 1, 1) - Self.days(year, month, 1) {
            days -= Self.days(year, month + 1, 1) - Self.days(year, month, 1)
            month += 1
        }
        func two(_ number: some BinaryInteger) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let clock = "\(two(seconds / 3_600)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        return "\(year)-\(two(month))-\(two(days + 1))T\(clock)Z"
    }

    /// Days since 1970 of a date of the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level
    /// date algorithms").
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
