package import BatonModel

/// What a lead may see: sums of whole weeks that are over, and only of weeks in which five people or more have
/// entries. There is no figure by which one person could be told from another: no greatest, no least, no list.
package struct TeamLoad: Sendable, Equatable {
    package static let peopleMin = 5

    package struct Week: Sendable, Equatable {
        /// The Monday on which it began, UTC.
        package let monday: CivilDate
        package fileprivate(set) var people = 0
        package fileprivate(set) var cases = 0
        package fileprivate(set) var minutes = 0
        package fileprivate(set) var breaks = 0
        package fileprivate(set) var nightPages = 0
        package fileprivate(set) var overrunMinutes = 0
    }

    /// Newest first.
    package let weeks: [Week]
    /// Weeks that are over and have entries, but of fewer than five people.
    package let tooFew: Int

    /// - Parameters:
    ///   - records: Each person's record.
    ///   - count: How many weeks back.
    package init(
        _ records: [(person: OperatorID, record: Ledger<ExposureBody>)], weeks count: Int, now: UInt64
    ) {
        let today = CivilDate(daysSince1970: Int(clamping: now / 86_400_000))
        let thisMonday = Self.monday(of: today)
        var weeks = (1...max(1, count)).map { Week(monday: thisMonday.adding(days: -7 * $0)) }
        for (person, record) in records {
            var seen: Set<Int> = []
            for entry in record.entries where entry.by == person {
                let day = CivilDate(daysSince1970: Int(clamping: entry.at / 86_400_000))
                guard let index = weeks.firstIndex(where: { $0.monday == Self.monday(of: day) }) else {
                    continue
                }
                guard Self.count(entry.body, into: &weeks[index]) else { continue }
                if seen.insert(index).inserted { weeks[index].people += 1 }
            }
        }
        self.weeks = weeks.filter { $0.people >= Self.peopleMin }
        self.tooFew = weeks.count { (1..<Self.peopleMin).contains($0.people) }
    }

    private static func monday(of day: CivilDate) -> CivilDate {
        // 1970-01-01 was a Thursday.
        day.adding(days: -((day.daysSince1970 + 3) % 7))
    }

    /// - Returns: False for an entry that is no figure.
    private static func count(_ body: ExposureBody, into week: inout Week) -> Bool {
        switch body.kind {
        case .graphic:
            week.cases += 1
            week.minutes += Int(body.minutes)
        case .pause: week.breaks += 1
        case .nightPage: week.nightPages += 1
        case .overrun: week.overrunMinutes += Int(body.minutes)
        case .other, .swapWanted, .swapWithdrawn: return false
        }
        return true
    }
}
