package import BatonModel

/// Somebody's shift, with both ends as instants.
package struct Duty: Hashable, Sendable {
    package enum Person: Hashable, Sendable {
        /// By the rules: a desk name.
        case named(String)
        /// By a change in the schedule.
        case number(OperatorID)
    }

    package let rotation: String
    package let line: String
    package let watch: String
    package let site: String
    /// The day on which it begins, at its site.
    package let day: CivilDate
    package let fromMilliseconds: Int64
    package let toMilliseconds: Int64
    /// Empty: the seat is kept, but nobody is named. Several where two sites changed it unknown to each other.
    package let people: [Person]
    /// Not what the rules say.
    package let isChanged: Bool

    package func contains(_ milliseconds: Int64) -> Bool {
        self.fromMilliseconds <= milliseconds && milliseconds < self.toMilliseconds
    }
}

/// Works out who is on duty from the rules, the zones and what people changed.
package struct RosterWork: Sendable {
    package let rules: RosterRules
    private let zones: [String: ZoneTable]
    private let changes: RosterChanges

    /// - Parameter zones: By name. A rotation whose zone is not there has no duty at all; the loader refuses
    ///   such a book before.
    package init(rules: RosterRules, zones: [String: ZoneTable], changes: RosterChanges = RosterChanges()) {
        self.rules = rules
        self.zones = zones
        self.changes = changes
    }

    /// Changes that stand, sorted by shift.
    package var standing: [RosterBody] { self.changes.standing }

    package func isChanged(_ slot: RosterBody.Slot) -> Bool {
        self.changes.standing.contains { $0.slot == slot || $0.other == slot }
    }

    /// Every duty that touches a stretch of time, in order of begin, then of rotation.
    ///
    /// - Complexity: O(r · d), r rotations, d days.
    package func duties(fromMilliseconds from: Int64, toMilliseconds to: Int64) -> [Duty] {
        guard from < to else { return [] }
        // A shift may begin the local day before, and local days are up to a day away from those of UTC.
        let first = CivilDate(daysSince1970: Int(from / 86_400_000) - 2)
        let days = Int((to - from) / 86_400_000) + 5
        var duties: [Duty] = []
        for rotation in self.rules.rotations {
            guard let zone = self.zones[rotation.hours.zone] else { continue }
            for offset in 0..<days {
                guard let duty = self.duty(rotation, zone, first.adding(days: offset)) else { continue }
                if duty.fromMilliseconds < to, duty.toMilliseconds > from { duties.append(duty) }
            }
        }
        return duties.sorted {
            ($0.fromMilliseconds, $0.rotation) < ($1.fromMilliseconds, $1.rotation)
        }
    }

    /// Who is on duty at an instant, on every line.
    package func onDuty(atMilliseconds now: Int64) -> [Duty] {
        self.duties(fromMilliseconds: now, toMilliseconds: now + 1)
    }

    /// The next instant at which somebody begins or ends, within eight days; nil when nothing changes.
    package func nextChange(afterMilliseconds now: Int64) -> Int64? {
        self.duties(fromMilliseconds: now, toMilliseconds: now + 8 * 86_400_000)
            .flatMap { [$0.fromMilliseconds, $0.toMilliseconds] }.filter { $0 > now }.min()
    }

    /// Whom to page at an instant, step by step, and when the next step comes if nobody answers.
    ///
    /// - Returns: Steps on which nobody is on duty stay in the list, empty, and cost no waiting.
    package func escalation(
        _ path: RosterRules.Path, atMilliseconds now: Int64
    ) -> [(step: RosterRules.Path.Step, atMilliseconds: Int64, duties: [Duty])] {
        var at = now
        return path.steps.map { step in
            let duties = self.onDuty(atMilliseconds: at).filter {
                $0.line == step.line && (step.site.isEmpty || $0.site == step.site)
            }
            let moment = at
            if !duties.isEmpty { at += step.waitMilliseconds }
            return (step, moment, duties)
        }
    }

    // Duties.

    private func duty(_ rotation: RosterRules.Rotation, _ zone: ZoneTable, _ day: CivilDate) -> Duty? {
        let hours = rotation.hours
        guard day >= rotation.from, hours.days.contains(day.weekday) else { return nil }
        let slot = RosterBody.Slot(rotation: rotation.id, day: day)
        let people = self.people(slot)
        let isHoliday = self.rules.holidays.contains { $0.site == rotation.site && $0.day == day }
        if isHoliday, hours.isOffOnHolidays, people == nil { return nil }
        if let people, people.isEmpty { return nil }
        let end = hours.endMinute <= hours.startMinute ? day.adding(days: 1) : day
        return Duty(
            rotation: rotation.id, line: rotation.line, watch: rotation.watch, site: rotation.site, day: day,
            fromMilliseconds: zone.seconds(of: day, minute: hours.startMinute) * 1_000,
            toMilliseconds: zone.seconds(of: end, minute: hours.endMinute) * 1_000,
            people: people ?? Self.planned(rotation, day).map { .named($0) }, isChanged: people != nil)
    }

    /// Whom the rules name.
    private static func planned(_ rotation: RosterRules.Rotation, _ day: CivilDate) -> [String] {
        guard !rotation.people.isEmpty else { return [] }
        guard rotation.turnDays > 0 else { return rotation.people }
        let turn = (day.daysSince1970 - rotation.from.daysSince1970) / rotation.turnDays
        return [rotation.people[turn % rotation.people.count]]
    }

    private func planned(_ slot: RosterBody.Slot) -> [Duty.Person] {
        guard let rotation = self.rules.rotations.first(where: { $0.id == slot.rotation }) else { return [] }
        return Self.planned(rotation, slot.day).map { .named($0) }
    }

    /// Who has a shift by the changes that stand; nil where none speaks of it, empty where it falls out.
    private func people(_ slot: RosterBody.Slot) -> [Duty.Person]? {
        let changes = self.changes.standing.filter { $0.slot == slot || $0.other == slot }
        guard !changes.isEmpty else { return nil }
        var people: [Duty.Person] = []
        for change in changes {
            let incoming: [Duty.Person] =
                switch change.kind {
                case .assign: change.person.map { [.number($0)] } ?? []
                case .swap: self.planned(change.slot == slot ? change.other ?? slot : change.slot)
                case .withdraw: []
                }
            for person in incoming where !people.contains(person) { people.append(person) }
        }
        return people
    }
}
