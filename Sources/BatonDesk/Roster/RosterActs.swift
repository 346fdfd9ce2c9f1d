package import BatonModel

/// What somebody wants changed of the roster, in the words of the desk.
package struct RosterWish: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable { case assign, swap, withdraw }

    package let kind: Kind
    package let rotation: String
    /// The day on which the shift begins at its site: `2026-12-24`.
    package let day: String
    /// Of `swap`.
    package var otherRotation: String?
    package var otherDay: String?
    /// Of `assign`: a desk name, or `nobody`.
    package var person: String?
    package var why = ""

    package init(_ kind: Kind, rotation: String, day: String) {
        self.kind = kind
        self.rotation = rotation
        self.day = day
    }
}

/// Overrides and swaps: checked against the rules and signed into the schedule.
package enum RosterActs {
    /// - Parameters:
    ///   - person: Who asks.
    ///   - now: Milliseconds since 1970.
    /// - Throws: `roster.…`, `text.…`: nothing is written then.
    package static func operation(
        _ wish: RosterWish, _ work: RosterWork, membership: Membership, now: UInt64
    ) throws(ActRefusal) -> Operation {
        let slot = try Self.slot(wish.rotation, wish.day, work, now)
        var body = RosterBody(Self.kind(wish.kind), slot)
        switch wish.kind {
        case .assign:
            guard let name = wish.person else {
                throw ActRefusal(
                    .badValue, "roster.no-person", "Nobody was named for the shift.",
                    "Name an operator, or `nobody` where the shift falls out.")
            }
            if name != "nobody" { body.person = try Self.person(name, membership) }
        case .swap:
            guard let rotation = wish.otherRotation, let day = wish.otherDay else {
                throw ActRefusal(
                    .badValue, "roster.no-other-shift", "A swap has two shifts.",
                    "Write: roster swap ROTATION DAY ROTATION DAY")
            }
            let other = try Self.slot(rotation, day, work, now)
            guard other != slot else {
                throw ActRefusal(
                    .badValue, "roster.no-other-shift", "A shift is not swapped with itself.",
                    "Name another rotation or day.")
            }
            body.other = other
        case .withdraw:
            guard work.isChanged(slot) else {
                throw ActRefusal(
                    .refused, "roster.not-changed", "Nothing was changed of \(slot.rotation) on \(slot.day).",
                    "`roster` shows what was changed.")
            }
        }
        if !wish.why.isEmpty { body.why = try Act.clean(wish.why, "why", bytesMax: 256) }
        let field = wish.kind == .swap ? ScheduleField.swaps : ScheduleField.overrides
        return Operation(
            shape: OperationShape(kind: .append, field: field, isMaterial: true), body: body.value)
    }

    private static func kind(_ kind: RosterWish.Kind) -> RosterBody.Kind {
        switch kind {
        case .assign: .assign
        case .swap: .swap
        case .withdraw: .withdraw
        }
    }

    private static func slot(
        _ rotation: String, _ day: String, _ work: RosterWork, _ now: UInt64
    ) throws(ActRefusal) -> RosterBody.Slot {
        guard let rule = work.rules.rotations.first(where: { $0.id == rotation.lowercased() }) else {
            throw ActRefusal(
                .notFound, "roster.no-such-rotation", "`\(rotation)` is no rotation of the roster.",
                "It has: \(work.rules.rotations.map(\.id).joined(separator: ", ")).")
        }
        guard let date = CivilDate(day) else {
            throw ActRefusal(
                .badValue, "roster.bad-day", "`\(day)` is not a day.", "Write it as 2026-12-24.")
        }
        let today = CivilDate(daysSince1970: Int(clamping: now / 86_400_000))
        guard date >= today.adding(days: -1), date <= today.adding(days: 400) else {
            throw ActRefusal(
                .refused, "roster.bad-day", "\(date) is past, or more than a year away.",
                "Change shifts from today on, a year ahead at most.")
        }
        guard date >= rule.from, rule.hours.days.contains(date.weekday) else {
            throw ActRefusal(
                .notFound, "roster.no-such-shift", "No shift of \(rule.id) begins on \(date).",
                "Its shifts begin on \(rule.hours.days.map(\.word).joined(separator: ", ")).")
        }
        return RosterBody.Slot(rotation: rule.id, day: date)
    }

    private static func person(_ name: String, _ membership: Membership) throws(ActRefusal) -> OperatorID {
        guard let found = membership.head.operators.first(where: { $0.name == name.lowercased() }) else {
            throw ActRefusal(
                .notFound, "roster.no-such-person", "No operator is called `\(name)`.",
                "Name one of: \(membership.head.operators.map(\.name).joined(separator: ", ")).")
        }
        return found.id
    }
}
