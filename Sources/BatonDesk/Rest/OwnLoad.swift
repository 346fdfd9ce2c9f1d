package import BatonModel

/// What one person's exposure record says, for that person alone. Sums of recorded facts: no score, no rank.
package struct OwnLoad: Sendable, Equatable {
    package struct Day: Sendable, Equatable {
        package let day: CivilDate
        package let cases: Int
        package let minutes: Int
    }

    /// Graphic cases opened.
    package private(set) var cases = 0
    /// Minutes with a graphic case in use, at most.
    package private(set) var minutes = 0
    /// Graphic cases one after the other, up to now.
    package private(set) var row = 0
    /// Days one after the other with graphic cases, up to now.
    package private(set) var daysInRow = 0
    package private(set) var breaks = 0
    package private(set) var nightPages = 0
    /// Minutes past the end of own shifts, and the days on which there were some.
    package private(set) var overrunMinutes = 0
    package private(set) var overrunDays = 0
    /// Milliseconds since 1970; nil where no break was taken by command in the time looked at.
    package private(set) var lastBreakAt: UInt64?
    /// Minutes with graphic cases since that break, at most.
    package private(set) var minutesSinceBreak = 0
    /// Minutes with graphic cases on the present day, at most.
    package private(set) var minutesToday = 0
    /// Minutes with graphic cases outside the person's own shifts, at most; nil where no shift names them.
    package internal(set) var minutesOffShift: Int?
    /// Handoffs declined for rest.
    package var declinedForRest = 0
    /// Since when the person asks for other work, milliseconds since 1970; nil where they do not.
    package private(set) var swapWantedAt: UInt64?
    /// Oldest first; days without graphic cases are left out.
    package private(set) var days: [Day] = []

    /// - Parameters:
    ///   - record: The person's record; entries that somebody else wrote into it say nothing.
    ///   - shifts: When the person was on duty, milliseconds since 1970.
    ///   - from: What is older is left out, but for a wish that still stands.
    package init(
        _ record: Ledger<ExposureBody>, of person: OperatorID, shifts: [Range<UInt64>] = [], from: UInt64,
        now: UInt64
    ) {
        let entries = record.entries.filter { $0.by == person }
        let wishes = entries.filter { $0.body.kind == .swapWanted || $0.body.kind == .swapWithdrawn }
        if let last = wishes.newest(), last.body.kind == .swapWanted { self.swapWantedAt = last.at }
        let overruns = entries.filter { $0.body.kind == .overrun && $0.at >= from && $0.at <= now }
        self.overrunMinutes = overruns.reduce(0) { $0 + Int($1.body.minutes) }
        self.overrunDays = Set(overruns.map { Self.day($0.at) }).count
        var outside = 0
        for entry in entries where entry.at >= from && entry.at <= now {
            self.count(entry, today: Self.day(now))
            outside += Self.minutes(of: entry, outside: shifts)
        }
        if !shifts.isEmpty { self.minutesOffShift = outside }
        self.daysInRow = Self.run(self.days.map(\.day), upTo: Self.day(now))
    }

    private static func day(_ milliseconds: UInt64) -> CivilDate {
        CivilDate(daysSince1970: Int(clamping: milliseconds / 86_400_000))
    }

    private mutating func count(_ entry: Entry<ExposureBody>, today: CivilDate) {
        switch entry.body.kind {
        case .graphic:
            let (minutes, day) = (Int(entry.body.minutes), Self.day(entry.at))
            self.cases += 1
            self.minutes += minutes
            self.row += 1
            self.minutesSinceBreak += minutes
            if day == today { self.minutesToday += minutes }
            let known = self.days.last.flatMap { $0.day == day ? $0 : nil }
            if known != nil { self.days.removeLast() }
            self.days.append(
                Day(day: day, cases: (known?.cases ?? 0) + 1, minutes: (known?.minutes ?? 0) + minutes))
        case .other: self.row = 0
        case .pause:
            self.breaks += 1
            self.lastBreakAt = entry.at
            self.minutesSinceBreak = 0
        case .nightPage: self.nightPages += 1
        case .overrun, .swapWanted, .swapWithdrawn: break
        }
    }

    /// An entry is written when its minutes are over.
    private static func minutes(of entry: Entry<ExposureBody>, outside shifts: [Range<UInt64>]) -> Int {
        guard entry.body.kind == .graphic else { return 0 }
        let used = entry.at.subtractingToZero(entry.body.minutes * 60_000)..<entry.at
        let within = shifts.reduce(UInt64(0)) { sum, shift in
            let both = used.clamped(to: shift)
            return sum + UInt64(both.upperBound - both.lowerBound)
        }
        return Int(clamping: UInt64(used.count).subtractingToZero(within) / 60_000)
    }

    /// Days in a row that end today or yesterday.
    private static func run(_ days: [CivilDate], upTo today: CivilDate) -> Int {
        guard let last = days.last, last >= today.adding(days: -1) else { return 0 }
        var count = 0
        for day in days.reversed() {
            guard day == last.adding(days: -count) else { break }
            count += 1
        }
        return count
    }
}

extension UInt64 {
    fileprivate func subtractingToZero(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }
}
