import BatonModel

/// One clock from its form and its entries.
extension ClockWork {
    func clock(_ form: ClockForm, _ facts: ClockFacts) -> Clock? {
        let entries = facts.ledger.entries(form.key)
        let claims = Self.standing(form.claims, entries, severity: facts.severity)
        guard !claims.isEmpty else { return nil }
        let isHard = claims.contains(where: \.isHard)
        let pauses = isHard ? [] : Self.pauses(entries)
        let still = StillTime(pauses.map { ($0.fromMilliseconds, $0.toMilliseconds) })
        let stop = Self.stop(form, entries, facts) ?? Self.closing(facts, isHard: isHard)
        let rounds = form.isRecurring ? claims.map { Self.cycle($0, entries) } : claims
        guard let claim = Self.first(rounds, still) else { return nil }
        return Clock(
            key: form.key, title: form.title, isHard: isHard, needsCounsel: form.needsCounsel, claim: claim,
            dueMilliseconds: claim.withinMilliseconds.flatMap {
                still.instant(from: claim.originMilliseconds, running: $0)
            }, still: still, pauses: pauses, stop: stop, isRecurring: form.isRecurring)
    }

    /// The claims that count: what the book says where nobody has written a start, every start and correction
    /// that no later correction replaces, without those of a severity graver than the case's.
    private static func standing(
        _ derived: [ClockClaim], _ entries: [ClockEntry], severity: Severity?
    ) -> [ClockClaim] {
        let starts = entries.filter { $0.body.kind == .start || $0.body.kind == .correct }
        let corrections = starts.filter { $0.body.kind == .correct }
        var claims: [ClockClaim] = []
        for entry in starts {
            let isReplaced = corrections.contains { $0.isAfter(entry) }
            if !isReplaced { claims.append(ClockClaim(entry.body)) }
        }
        for claim in derived {
            let isWritten = starts.contains { $0.body.kind == .start && $0.body.severity == claim.severity }
            // A correction speaks for the severity that its author saw, and for every less grave one.
            let isReplaced = corrections.contains {
                ($0.body.severity ?? .s0) <= (claim.severity ?? .s4)
            }
            if !isWritten, !isReplaced { claims.append(claim) }
        }
        guard let severity else { return claims }
        return claims.filter { ($0.severity ?? .s4) >= severity }
    }

    /// The claim that is due first. Equal ones are told apart by what they say, never by who came first.
    private static func first(_ claims: [ClockClaim], _ still: StillTime) -> ClockClaim? {
        claims.min { left, right in
            let (a, b) = (Self.rank(left, still), Self.rank(right, still))
            return a.lexicographicallyPrecedes(b)
        }
    }

    private static func rank(_ claim: ClockClaim, _ still: StillTime) -> [Int64] {
        let within = claim.withinMilliseconds
        let due = within.flatMap { still.instant(from: claim.originMilliseconds, running: $0) }
        return [
            due ?? .max, within.map { claim.originMilliseconds + $0 } ?? .max, claim.originMilliseconds,
            claim.isHard ? 0 : 1, claim.severity?.rawValue ?? -1, Int64(claim.version),
        ]
    }

    /// A clock that comes back begins anew with each time it is met.
    private static func cycle(_ claim: ClockClaim, _ entries: [ClockEntry]) -> ClockClaim {
        let last = Self.meetings(entries).map(\.body.atMilliseconds).max() ?? claim.originMilliseconds
        return ClockClaim(
            originMilliseconds: max(claim.originMilliseconds, last),
            withinMilliseconds: claim.withinMilliseconds, isHard: claim.isHard, severity: claim.severity,
            version: claim.version)
    }

    /// Each pause ends with the earliest resume that its author had not read before pausing, and at its own
    /// `until`. A resume that was written without knowing of the pause ends it too: in doubt a clock runs.
    private static func pauses(_ entries: [ClockEntry]) -> [Clock.Pause] {
        let resumes = entries.filter { $0.body.kind == .resume }
        let pauses = entries.filter { $0.body.kind == .pause }.map { pause -> Clock.Pause in
            let from = pause.body.atMilliseconds
            var ends = resumes.filter { resume in
                resume.isAfter(pause) || !pause.isAfter(resume) && resume.body.atMilliseconds >= from
            }.map { max(from, $0.body.atMilliseconds) }
            if let until = pause.body.untilMilliseconds { ends.append(max(from, until)) }
            return Clock.Pause(
                fromMilliseconds: from, toMilliseconds: ends.min(), code: pause.body.code,
                waitingFor: pause.body.words, by: pause.by)
        }
        return pauses.sorted {
            ($0.fromMilliseconds, $0.toMilliseconds ?? .max, $0.code, $0.waitingFor, $0.by.person)
                < ($1.fromMilliseconds, $1.toMilliseconds ?? .max, $1.code, $1.waitingFor, $1.by.person)
        }
    }

    /// Every `meet` that was not taken back.
    private static func meetings(_ entries: [ClockEntry]) -> [ClockEntry] {
        let undone = entries.filter { $0.body.kind == .unmeet }
        return entries.filter { entry in
            entry.body.kind == .meet && !undone.contains { $0.isAfter(entry) }
        }
    }

    /// The earliest of what stopped it. A clock that comes back is stopped by milestones alone.
    private static func stop(_ form: ClockForm, _ entries: [ClockEntry], _ facts: ClockFacts) -> Clock.Stop? {
        var stops = form.metBy.compactMap { milestone in
            facts.reached(milestone).map { Clock.Stop.milestone(milestone, atMilliseconds: $0) }
        }
        if !form.isRecurring {
            stops += Self.meetings(entries).map {
                Clock.Stop.entry(by: $0.by, atMilliseconds: $0.body.atMilliseconds)
            }
        }
        return stops.min { Self.rank($0) < Self.rank($1) }
    }

    private static func closing(_ facts: ClockFacts, isHard: Bool) -> Clock.Stop? {
        isHard ? nil : facts.closedMilliseconds.map { .closing(atMilliseconds: $0) }
    }

    private static func rank(_ stop: Clock.Stop) -> (Int64, Int64, Int64) {
        switch stop {
        case .milestone(let milestone, let at): (at, 0, Int64(milestone.field.code))
        case .entry(let actor, let at): (at, 1, Int64(actor.person.number))
        case .closing(let at): (at, 2, 0)
        }
    }
}
