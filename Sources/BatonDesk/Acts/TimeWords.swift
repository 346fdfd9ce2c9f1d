/// Instants in the words of the desk, in UTC.
package enum TimeWords {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    private static let dayMilliseconds: UInt64 = 86_400_000

    /// `02:52Z` on the day of `now`, else `29 Nov 02:52Z`, with the year where it is another one.
    package static func instant(_ milliseconds: UInt64, now: UInt64) -> String {
        let clock = "\(Self.two(milliseconds / 3_600_000 % 24)):\(Self.two(milliseconds / 60_000 % 60))Z"
        guard milliseconds / Self.dayMilliseconds != now / Self.dayMilliseconds else { return clock }
        return "\(Self.day(milliseconds, now: now)) \(clock)"
    }

    /// `29 Nov`, or `29 Nov 2027` where it is another year than that of `now`.
    package static func day(_ milliseconds: UInt64, now: UInt64) -> String {
        let date = Self.date(milliseconds)
        let words = "\(date.day) \(Self.months[date.month - 1])"
        return date.year == Self.date(now).year ? words : "\(words) \(date.year)"
    }

    /// `45 s`, `30 min`, `6 h`, `90 d`: the two largest units at most.
    package static func span(_ milliseconds: UInt64) -> String {
        let minutes = milliseconds / 60_000
        if minutes == 0 { return "\(milliseconds / 1_000) s" }
        if minutes < 60 { return "\(minutes) min" }
        if minutes < 48 * 60 {
            return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
        }
        return "\(minutes / 1_440) d"
    }

    private static func date(_ milliseconds: UInt64) -> CivilDate {
        CivilDate(daysSince1970: Int(clamping: milliseconds / Self.dayMilliseconds))
    }

    private static func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
