/// The offsets of one named time zone from UTC, as a table of transitions: pure data that somebody else read.
package struct ZoneTable: Hashable, Sendable {
    package struct Transition: Hashable, Sendable {
        /// Seconds since 1970 at which the offset begins.
        package let atSeconds: Int64
        package let offsetSeconds: Int64
        /// `AEDT`, `PST`.
        package let abbreviation: String

        package init(atSeconds: Int64, offsetSeconds: Int64, abbreviation: String) {
            self.atSeconds = atSeconds
            self.offsetSeconds = offsetSeconds
            self.abbreviation = abbreviation
        }
    }

    /// `Australia/Sydney`.
    package let name: String
    /// The offset before the first transition.
    package let initial: Transition
    /// In order of time.
    package let transitions: [Transition]

    package init(name: String, initial: Transition, transitions: [Transition]) {
        self.name = name
        self.initial = initial
        self.transitions = transitions.sorted { $0.atSeconds < $1.atSeconds }
    }

    /// What holds at an instant.
    ///
    /// - Complexity: O(log n), n transitions.
    package func at(seconds: Int64) -> Transition {
        var low = 0
        var high = self.transitions.count
        while low < high {
            let middle = (low + high) / 2
            if self.transitions[middle].atSeconds <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? self.initial : self.transitions[low - 1]
    }

    /// The instant at which clocks in the zone show a local time.
    ///
    /// An hour that a clock shows twice means its first pass. An hour that it skips is counted on from the
    /// offset before, so that 02:30 becomes what would have been 02:30.
    /// - Source: PEP 495, `fold=0`.
    package func seconds(of day: CivilDate, minute: Int) -> Int64 {
        let local = Int64(day.daysSince1970) * 86_400 + Int64(minute) * 60
        let before = self.at(seconds: local - 86_400).offsetSeconds
        let after = self.at(seconds: local + 86_400).offsetSeconds
        let first = local - before
        if before == after || self.at(seconds: first).offsetSeconds == before { return first }
        let second = local - after
        return self.at(seconds: second).offsetSeconds == after ? second : first
    }

    /// The day and the minute of the day that clocks in the zone show.
    package func local(seconds: Int64) -> (day: CivilDate, minute: Int) {
        let local = seconds + self.at(seconds: seconds).offsetSeconds
        let days = local >= 0 ? local / 86_400 : (local - 86_399) / 86_400
        return (CivilDate(daysSince1970: Int(days)), Int((local - days * 86_400) / 60))
    }
}
