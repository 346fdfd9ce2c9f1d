/// What a team has settled about its counters. The numbers are policy, not science: no study fixes a threshold.
package struct RestPolicy: Sendable, Equatable {
    /// The law asks for this long between the notice and the first count (New South Wales, Workplace Surveillance
    /// Act 2005, section 10).
    package static let noticeDays = 14

    /// The day on which people were told in writing that this is counted; nil: nothing is counted.
    package var notice: CivilDate?
    /// Minutes with graphic cases after which a break is offered.
    package var breakAfterMinutes = 60
    /// Minutes with graphic cases in a day after which the day is called full.
    package var dayMinutesMax = 240

    package init() {}

    /// The first day that counts, UTC; nil where no notice was given.
    package var begins: CivilDate? { self.notice.map { $0.adding(days: Self.noticeDays) } }

    /// Says whether an act is a page answered at night, 22:00 to 06:00 at the site, while the counters are on.
    ///
    /// - Parameters:
    ///   - now: Milliseconds since 1970.
    ///   - offset: Minutes that the site's clocks are ahead of UTC.
    package func countsAsNightPage(
        _ act: String, atMilliseconds now: UInt64, offsetMinutes offset: Int
    ) -> Bool {
        guard act == "page answer", self.isOn(atMilliseconds: now) else { return false }
        let minute = (Int(clamping: now / 60_000) + offset) % 1_440
        return minute >= 22 * 60 || minute < 6 * 60
    }

    /// - Parameter now: Milliseconds since 1970.
    package func isOn(atMilliseconds now: UInt64) -> Bool {
        self.begins.map { $0 <= CivilDate(daysSince1970: Int(clamping: now / 86_400_000)) } ?? false
    }
}
