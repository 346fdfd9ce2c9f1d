/// Who is on duty when, as rules: rotations in named zones, holidays, ways to escalate. What people change day
/// by day (overrides, swaps) is not among it; it stands in the schedule.
package struct RosterRules: Sendable, Equatable {
    /// What somebody is on duty for: `desk`, `lead`, `legal`.
    package struct Line: Sendable, Equatable {
        package let key: String
        package let title: String
        /// Somebody must be there at every instant; a gap is announced.
        package let isCovered: Bool

        package init(key: String, title: String, isCovered: Bool) {
            self.key = key
            self.title = title
            self.isCovered = isCovered
        }
    }

    /// A crew that works the same hours on the same days of each week and takes turns.
    package struct Rotation: Sendable, Equatable {
        package let id: String
        package let line: String
        /// Crews of one watch work side by side; two watches overlap: `syd.early`.
        package let watch: String
        package let site: String
        package let hours: Hours
        /// The first day of the first person's first turn; nobody is on duty before.
        package let from: CivilDate
        /// How many days one person's turn lasts. 0: everybody is on duty together.
        package let turnDays: Int
        /// Desk names in order of turns; empty: the seat is kept, but nobody is named.
        package let people: [String]

        package init(
            id: String, line: String, watch: String, site: String, hours: Hours, turns: Turns
        ) {
            self.id = id
            self.line = line
            self.watch = watch
            self.site = site
            self.hours = hours
            self.from = turns.from
            self.turnDays = turns.days
            self.people = turns.people
        }

        package struct Turns: Sendable, Equatable {
            package let from: CivilDate
            package let days: Int
            package let people: [String]

            package init(from: CivilDate, days: Int, people: [String]) {
                self.from = from
                self.days = days
                self.people = people
            }
        }
    }

    /// When a rotation works, by the clocks of its zone.
    package struct Hours: Sendable, Equatable {
        /// `Australia/Sydney`.
        package let zone: String
        /// Days on which a shift *begins*, Monday first; never empty.
        package let days: [Weekday]
        /// Minutes after midnight.
        package let startMinute: Int
        /// Minutes after midnight; not later than the start means the next day.
        package let endMinute: Int
        /// Nobody works on the site's holidays.
        package let isOffOnHolidays: Bool

        package init(
            zone: String, days: [Weekday], startMinute: Int, endMinute: Int, isOffOnHolidays: Bool
        ) {
            self.zone = zone
            self.days = days
            self.startMinute = startMinute
            self.endMinute = endMinute
            self.isOffOnHolidays = isOffOnHolidays
        }
    }

    package struct Holiday: Sendable, Equatable {
        package let site: String
        package let day: CivilDate
        package let name: String

        package init(site: String, day: CivilDate, name: String) {
            self.site = site
            self.day = day
            self.name = name
        }
    }

    /// Whom to page, and whom next when nobody answers.
    package struct Path: Sendable, Equatable {
        package struct Step: Sendable, Equatable {
            package let line: String
            /// Empty: whichever site is on duty on that line.
            package let site: String
            /// How long to wait for an answer before the next step.
            package let waitMilliseconds: Int64

            package init(line: String, site: String, waitMilliseconds: Int64) {
                self.line = line
                self.site = site
                self.waitMilliseconds = waitMilliseconds
            }
        }

        package let key: String
        package let title: String
        package let steps: [Step]

        package init(key: String, title: String, steps: [Step]) {
            self.key = key
            self.title = title
            self.steps = steps
        }
    }

    /// Gaps and new overlaps are announced this many days before, at least.
    package var noticeDays = 14
    package var lines: [Line] = []
    package var rotations: [Rotation] = []
    package var holidays: [Holiday] = []
    package var paths: [Path] = []

    package init() {}

    /// Zones that the rotations name, sorted.
    package var zones: [String] { Set(self.rotations.map(\.hours.zone)).sorted() }
}
