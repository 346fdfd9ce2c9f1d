/// `GET /v1/stats`: how the team has worked over some days, as far as this replica knows. Nothing of it tells
/// people apart.
package struct StatsReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    /// Milliseconds since 1970; cases received and handoffs offered between.
    package let from: Int64
    package let to: Int64
    package let all: Group
    /// By type, then by the site that took the case in.
    package let groups: [Group]
    /// Every day, in UTC.
    package let days: [Day]
    package let handoffs: Handoffs

    package struct Group: Codable, Sendable, Equatable {
        /// Absent in the line of all.
        package let type: String?
        package let site: String?
        package let cases: Int
        package let open: Int
        /// From receipt to the first person who has it.
        package let acknowledged: Spread
        /// From receipt to the first decision or answer.
        package let decided: Spread
        package let clocksMet: Int
        /// Met late, or past due now.
        package let clocksMissed: Int

        package init(
            type: String?, site: String?, cases: Int, open: Int,
            times: (acknowledged: Spread, decided: Spread),
            clocks: (met: Int, missed: Int)
        ) {
            self.type = type
            self.site = site
            self.cases = cases
            self.open = open
            (self.acknowledged, self.decided) = times
            (self.clocksMet, self.clocksMissed) = clocks
        }
    }

    /// Milliseconds; absent where nothing was measured.
    package struct Spread: Codable, Sendable, Equatable {
        package let count: Int
        package let mean: Int64?
        package let median: Int64?
        /// Nine of ten are no longer.
        package let p90: Int64?

        package init(count: Int, mean: Int64?, median: Int64?, p90: Int64?) {
            self.count = count
            self.mean = mean
            self.median = median
            self.p90 = p90
        }
    }

    package struct Day: Codable, Sendable, Equatable {
        /// `2026-11-22`, in UTC.
        package let day: String
        package let received: Int
        package let clocksMissed: Int

        package init(day: String, received: Int, clocksMissed: Int) {
            self.day = day
            self.received = received
            self.clocksMissed = clocksMissed
        }
    }

    package struct Handoffs: Codable, Sendable, Equatable {
        package let offered: Int
        package let accepted: Int
        package let declined: Int
        package let acceptedAfter: Spread
        package let cases: Int
        /// Cases that were read back right, and those of them that took a correction.
        package let readBacks: Int
        package let corrections: Int
        /// Parts of changes that receivers lacked when they signed.
        package let missingParts: Int

        package init(
            offered: Int, accepted: Int, declined: Int, acceptedAfter: Spread, cases: Int,
            readBacks: (right: Int, corrected: Int, missingParts: Int)
        ) {
            self.offered = offered
            self.accepted = accepted
            self.declined = declined
            self.acceptedAfter = acceptedAfter
            self.cases = cases
            (self.readBacks, self.corrections, self.missingParts) = readBacks
        }
    }

    package init(
        asOf: Freshness, from: Int64, to: Int64, all: Group, groups: [Group], days: [Day], handoffs: Handoffs
    ) {
        self.asOf = asOf
        self.from = from
        self.to = to
        self.all = all
        self.groups = groups
        self.days = days
        self.handoffs = handoffs
    }
}
