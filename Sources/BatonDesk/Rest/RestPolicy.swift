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

    /// - Parameter now: Milliseconds since 1970.
    package func isOn(atMilliseconds now: UInt64) -> Bool {
        self.begins.map { $0 <= CivilDate(daysSince1970: Int(clamping: now / 86_400_000)) } ?? false
    }
}
