package import BatonModel

/// Work past the end of a person's own shift, from the changes that they write.
package enum ShiftOverrun {
    /// One entry stands for so much at least: nobody is counted for a last line.
    static let stepMinutes: UInt64 = 10
    /// Who writes nothing for so long was not at work in between.
    static let pauseMinutes: UInt64 = 60
    /// After that it is another stretch of work, not the end of the shift.
    static let longestMinutes: UInt64 = 12 * 60
    private static let minute: UInt64 = 60_000

    /// What a change that is written now adds to the record.
    ///
    /// - Parameters:
    ///   - shifts: The person's own, milliseconds since 1970, in any order.
    ///   - record: The person's entries.
    /// - Returns: Nil on shift, where no shift has ended lately, and before a step is full.
    package static func body(
        atMilliseconds now: UInt64, shifts: [Range<UInt64>], _ record: Ledger<ExposureBody>,
        of person: OperatorID
    ) -> ExposureBody? {
        guard !shifts.contains(where: { $0.contains(now) }),
            let end = shifts.map(\.upperBound).filter({ $0 <= now }).max(),
            now - end <= Self.longestMinutes * Self.minute
        else { return nil }
        let entries = record.entries.filter { $0.by == person && $0.body.kind == .overrun }
        let from = max(end, entries.map(\.at).filter { $0 <= now }.max() ?? 0)
        let minutes = (now - from) / Self.minute
        guard minutes >= Self.stepMinutes else { return nil }
        // Of a return after a pause no more is known than that something was written.
        return ExposureBody(.overrun, minutes: minutes <= Self.pauseMinutes ? minutes : 1)
    }
}
