/// `GET /v1/roster`, and the answer to a change of it.
package struct RosterReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    /// How far it looks ahead.
    package let days: Int
    /// Who is on duty now, by line, then by site.
    package let now: [DutyView]
    /// Shifts that begin within the time looked at, in order of begin; at most 100.
    package let next: [DutyView]
    /// Gaps and overlaps of the lines that are to be covered, in order of time; at most 100.
    package let stretches: [StretchView]
    /// What people have to be told by now: gaps, and overlaps that are new.
    package let notices: [StretchView]
    /// Overrides and swaps that stand, in order of shift.
    package let changes: [RosterChangeView]

    package init(
        asOf: Freshness, days: Int, now: [DutyView], next: [DutyView], stretches: [StretchView],
        notices: [StretchView], changes: [RosterChangeView]
    ) {
        self.asOf = asOf
        self.days = days
        self.now = now
        self.next = next
        self.stretches = stretches
        self.notices = notices
        self.changes = changes
    }
}

/// One shift.
package struct DutyView: Codable, Sendable, Equatable {
    package let line: String
    package let site: String
    package let watch: String
    package let rotation: String
    /// The day on which it begins at its site: with the rotation it names the shift.
    package let day: String
    package let from: Int64
    package let to: Int64
    /// Desk names; empty where the seat is kept and nobody is named.
    package let people: [String]
    /// Not what the rules say.
    package let isChanged: Bool

    package init(
        line: String, site: String, watch: String, rotation: String, day: String, from: Int64, to: Int64,
        people: [String], isChanged: Bool
    ) {
        self.line = line
        self.site = site
        self.watch = watch
        self.rotation = rotation
        self.day = day
        self.from = from
        self.to = to
        self.people = people
        self.isChanged = isChanged
    }
}

/// A time in which nobody is on duty on a line, or two watches are.
package struct StretchView: Codable, Sendable, Equatable {
    /// `gap` or `overlap`.
    package let kind: String
    package let line: String
    package let from: Int64
    package let to: Int64
    /// Of an overlap: who goes, then who comes. Of a gap: who ended, then who begins.
    package let watches: [String]
    /// How many days in a row it comes; 1 where it is listed by itself.
    package let count: Int

    package init(kind: String, line: String, from: Int64, to: Int64, watches: [String], count: Int) {
        self.kind = kind
        self.line = line
        self.from = from
        self.to = to
        self.watches = watches
        self.count = count
    }
}

/// An override or a swap that stands.
package struct RosterChangeView: Codable, Sendable, Equatable {
    /// `assign` or `swap`.
    package let kind: String
    package let rotation: String
    package let day: String
    package let otherRotation: String?
    package let otherDay: String?
    /// Absent where the shift falls out.
    package let person: String?
    package let why: String?

    package init(
        kind: String, rotation: String, day: String, otherRotation: String?, otherDay: String?,
        person: String?, why: String?
    ) {
        self.kind = kind
        self.rotation = rotation
        self.day = day
        self.otherRotation = otherRotation
        self.otherDay = otherDay
        self.person = person
        self.why = why
    }
}

/// `POST /v1/roster`: one override, swap or withdrawal.
package struct RosterCall: Codable, Sendable, Equatable {
    /// `assign`, `swap` or `withdraw`.
    package var kind: String
    package var rotation: String
    package var day: String
    package var otherRotation: String?
    package var otherDay: String?
    /// Of `assign`: a desk name, or `nobody`.
    package var person: String?
    package var why: String?

    package init(kind: String, rotation: String, day: String) {
        self.kind = kind
        self.rotation = rotation
        self.day = day
    }
}
