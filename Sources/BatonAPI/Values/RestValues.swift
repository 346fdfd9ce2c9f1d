/// `GET /v1/rest`, and the answer to `POST /v1/rest`: the caller's own figures, shown to nobody else.
package struct RestReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    /// False until two weeks after the day of the notice: nothing is counted then.
    package let isOn: Bool
    /// The first day that counts, `2026-12-24`, UTC; absent where no notice is configured.
    package let begins: String?
    /// Minutes with graphic cases after which a break is offered: policy, not science.
    package let breakAfterMinutes: Int
    /// Minutes with graphic cases after which a day is called full: policy, not science.
    package let dayMinutesMax: Int
    /// Since when the caller asks for work that is not graphic; absent where they do not.
    package let swapWantedAt: Int64?
    /// Absent while the counters are off.
    package let own: OwnLoadView?
    /// Of `POST`: whether anything was written.
    package let isRecorded: Bool

    package init(
        asOf: Freshness, isOn: Bool, begins: String?, minutes: (breakAfter: Int, dayMax: Int),
        swapWantedAt: Int64?, own: OwnLoadView?, isRecorded: Bool
    ) {
        self.asOf = asOf
        self.isOn = isOn
        self.begins = begins
        self.breakAfterMinutes = minutes.breakAfter
        self.dayMinutesMax = minutes.dayMax
        self.swapWantedAt = swapWantedAt
        self.own = own
        self.isRecorded = isRecorded
    }
}

/// Sums of recorded facts of one person over some days.
package struct OwnLoadView: Codable, Sendable, Equatable {
    /// How many days back.
    package var days: Int
    /// Graphic cases opened.
    package var cases: Int
    /// Minutes with a graphic case in use, at most.
    package var minutes: Int
    package var minutesToday: Int
    /// Graphic cases one after the other, up to now.
    package var row: Int
    /// Days one after the other with graphic cases, up to now.
    package var daysInRow: Int
    package var breaks: Int
    /// Absent where no break was taken by command.
    package var lastBreakAt: Int64?
    /// Minutes with graphic cases since then, at most.
    package var minutesSinceBreak: Int
    /// Minutes with graphic cases outside one's own shifts; absent where the roster names none.
    package var minutesOffShift: Int?
    /// Pages answered between 22:00 and 06:00 at the person's site.
    package var nightPages: Int
    /// Minutes past the end of own shifts in which changes were written, and the days on which there were some.
    package var overrunMinutes: Int
    package var overrunDays: Int
    /// Handoffs declined for rest.
    package var declinedForRest: Int
    /// Oldest first; days without graphic cases are left out.
    package var byDay: [DayLoadView]

    package init(
        days: Int, cases: Int, minutes: Int, minutesToday: Int, row: Int, daysInRow: Int
    ) {
        self.days = days
        self.cases = cases
        self.minutes = minutes
        self.minutesToday = minutesToday
        self.row = row
        self.daysInRow = daysInRow
        self.breaks = 0
        self.minutesSinceBreak = 0
        self.nightPages = 0
        self.overrunMinutes = 0
        self.overrunDays = 0
        self.declinedForRest = 0
        self.byDay = []
    }
}

package struct DayLoadView: Codable, Sendable, Equatable {
    package let day: String
    package let cases: Int
    package let minutes: Int

    package init(day: String, cases: Int, minutes: Int) {
        self.day = day
        self.cases = cases
        self.minutes = minutes
    }
}

/// `POST /v1/rest`: one entry of the caller's own record.
package struct RestCall: Codable, Sendable, Equatable {
    /// `break`, `graphic`, `other`, `swap` or `keep`.
    package var kind: String
    /// Of `break` and `graphic`.
    package var minutes: Int?
    /// Of `graphic`: the type of the case, never which one.
    package var type: String?

    package init(kind: String, minutes: Int? = nil, type: String? = nil) {
        self.kind = kind
        self.minutes = minutes
        self.type = type
    }
}

/// `GET /v1/rest/team`: for leads.
package struct RestTeamReply: Codable, Sendable, Equatable {
    /// Sums of one whole week, Monday to Sunday, UTC.
    package struct Week: Codable, Sendable, Equatable {
        package let monday: String
        /// Never fewer than `peopleMin`.
        package let people: Int
        package let cases: Int
        package let minutes: Int
        package let breaks: Int
        package let nightPages: Int
        /// Past the end of own shifts.
        package let overrunMinutes: Int

        package init(
            monday: String, people: Int, cases: Int,
            load: (minutes: Int, breaks: Int, pages: Int, overrun: Int)
        ) {
            self.monday = monday
            self.people = people
            self.cases = cases
            self.minutes = load.minutes
            self.breaks = load.breaks
            self.nightPages = load.pages
            self.overrunMinutes = load.overrun
        }
    }

    /// Somebody who asks the leads for other work.
    package struct Wish: Codable, Sendable, Equatable {
        package let person: String
        package let site: String
        package let at: Int64

        package init(person: String, site: String, at: Int64) {
            self.person = person
            self.site = site
            self.at = at
        }
    }

    package let asOf: Freshness
    package let isOn: Bool
    /// The fewest people of whom totals are shown.
    package let peopleMin: Int
    /// Newest first.
    package let weeks: [Week]
    /// Weeks that are not shown, since fewer people have entries.
    package let tooFew: Int
    /// The longest wait first.
    package let wishes: [Wish]

    package init(
        asOf: Freshness, isOn: Bool, peopleMin: Int, weeks: [Week], tooFew: Int, wishes: [Wish]
    ) {
        self.asOf = asOf
        self.isOn = isOn
        self.peopleMin = peopleMin
        self.weeks = weeks
        self.tooFew = tooFew
        self.wishes = wishes
    }
}
