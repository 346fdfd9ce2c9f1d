/// Reads times as logs write them: RFC 3339 and its plain relatives. A time that could mean two moments is
/// refused.
package struct ImportTime: Sendable {
    /// True with `--zone UTC`: a time without zone is in UTC.
    package let assumesUTC: Bool

    package init(assumesUTC: Bool) { self.assumesUTC = assumesUTC }

    package enum Outcome: Sendable, Equatable {
        /// Milliseconds since 1970.
        case at(Int64)
        /// Why not, and what to do.
        case refused(String)
    }

    /// Reads `2013-02-06T13:07:45Z`, also with a blank for the T, a fraction, or an offset such as +01:00.
    package func read(_ text: String) -> Outcome {
        var scan = DigitScan(Array(text.utf8))
        guard let day = scan.day() else { return Self.refusal(text) }
        guard scan.takes(UInt8(ascii: "T")) || scan.takes(UInt8(ascii: "t")) || scan.takes(UInt8(ascii: " ")),
            let clock = scan.clock()
        else { return .refused("the time has a day but no hour: write it as 2013-02-06T13:07:45Z") }
        let local = day * 86_400_000 + clock
        guard !scan.isAtEnd else {
            guard self.assumesUTC else {
                return .refused(
                    "the time names no zone: add Z or +01:00, or give --zone UTC if the file is in UTC")
            }
            return .at(local)
        }
        guard let offset = scan.zone(), scan.isAtEnd else {
            return .refused(
                "the time ends in something that is not a zone: write Z or an offset such as +01:00")
        }
        let milliseconds = local - offset
        guard milliseconds >= 0 else { return .refused("the time lies before 1970") }
        return .at(milliseconds)
    }

    private static func refusal(_ text: String) -> Outcome {
        if text.isEmpty { return .refused("there is no time") }
        if text.utf8.contains(UInt8(ascii: "/")) {
            return .refused(
                "a day with slashes leaves open what is the month: write 2013-02-06T13:07:45Z"
            )
        }
        return .refused("the time is not one: write it as 2013-02-06T13:07:45Z")
    }
}

/// Takes digits of fixed width from text.
private struct DigitScan {
    private let characters: [UInt8]
    private var place = 0

    init(_ characters: [UInt8]) { self.characters = characters }

    var isAtEnd: Bool { self.place == self.characters.count }

    mutating func takes(_ character: UInt8) -> Bool {
        guard !self.isAtEnd, self.characters[self.place] == character else { return false }
        self.place += 1
        return true
    }

    mutating func number(_ count: Int) -> Int64? {
        guard self.place + count <= self.characters.count else { return nil }
        var value: Int64 = 0
        for character in self.characters[self.place..<self.place + count] {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
            value = value * 10 + Int64(character - UInt8(ascii: "0"))
        }
        self.place += count
        return value
    }

    /// Days since 1970-01-01.
    mutating func day() -> Int64? {
        let dash = UInt8(ascii: "-")
        guard let year = self.number(4), self.takes(dash), let month = self.number(2), self.takes(dash),
            let day = self.number(2), (1970...9999).contains(year), (1...12).contains(month),
            (1...Self.length(of: month, year)).contains(day)
        else { return nil }
        return Self.days(year, month, day)
    }

    /// Milliseconds since midnight.
    mutating func clock() -> Int64? {
        let colon = UInt8(ascii: ":")
        guard let hour = self.number(2), self.takes(colon), let minute = self.number(2), hour < 24,
            minute < 60
        else {
            return nil
        }
        var milliseconds = (hour * 60 + minute) * 60_000
        guard self.takes(colon) else { return milliseconds }
        // A leap second is read as the first moment of the next minute.
        guard let second = self.number(2), second <= 60 else { return nil }
        milliseconds += second * 1000
        guard self.takes(UInt8(ascii: ".")) || self.takes(UInt8(ascii: ",")) else { return milliseconds }
        return self.fraction().map { milliseconds + $0 }
    }

    private mutating func fraction() -> Int64? {
        guard let tenths = self.number(1) else { return nil }
        var value = tenths * 100
        for scale in [Int64(10), 1] { value += (self.number(1) ?? 0) * scale }
        while self.number(1) != nil {}
        return value
    }

    /// Milliseconds that the zone is ahead of UTC.
    mutating func zone() -> Int64? {
        if self.takes(UInt8(ascii: "Z")) || self.takes(UInt8(ascii: "z")) { return 0 }
        let isAhead = self.takes(UInt8(ascii: "+"))
        guard isAhead || self.takes(UInt8(ascii: "-")), let hours = self.number(2) else { return nil }
        _ = self.takes(UInt8(ascii: ":"))
        guard let minutes = self.isAtEnd ? 0 : self.number(2), hours < 24, minutes < 60 else { return nil }
        return (hours * 60 + minutes) * (isAhead ? 60_000 : -60_000)
    }

    private static func length(of month: Int64, _ year: Int64) -> Int64 {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Counts with years that begin in March, so that the leap day comes last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}
