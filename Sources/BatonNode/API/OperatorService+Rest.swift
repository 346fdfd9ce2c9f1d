import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// Exposure and rest: each person reads and writes their own record; leads read sums of five people or more.
extension OperatorService {
    private static let dayMilliseconds: UInt64 = 86_400_000
    private static let recordsMax = 10_000

    func rest(
        _ call: APICall, _ words: [String], _ query: inout APIQuery, _ desk: Desk
    ) async throws(APIFault) -> APIReply {
        if words.count == 2 {
            guard words[1] == "team" else { throw Self.noSuchPath }
            try Self.expect("GET", call)
            let weeks = try query.number("weeks", usual: 4, in: 1...52)
            try query.finish()
            return try await self.reply(try await self.restTeam(weeks: weeks, desk))
        }
        guard call.method == "POST" else {
            try Self.expect("GET", call)
            let days = try query.number("days", usual: 28, in: 1...366)
            try query.finish()
            return try await self.reply(try await self.ownRest(days: days, isRecorded: false, desk))
        }
        try query.finish()
        return try await self.reply(try await self.record(call, desk))
    }

    private func exposure(of person: OperatorID, _ desk: Desk) -> DocumentID {
        Exposure.document(of: person, team: desk.membership.team, hashing: Blake2b())
    }

    private func ownRest(days: Int, isRecorded: Bool, _ desk: Desk) async throws(APIFault) -> RestReply {
        let now = NodeClock.wallMilliseconds
        let from = now - UInt64(days) * Self.dayMilliseconds
        let id = self.exposure(of: desk.person.id, desk)
        let record = try await self.read(desk) { reader throws(ReplicaFault) in
            try reader.store.exposure(id)
        }
        var load = OwnLoad(
            record, of: desk.person.id, shifts: try await self.shifts(from: from, to: now, desk), from: from,
            now: now)
        let isOn = self.rest.isOn(atMilliseconds: now)
        if isOn { load.declinedForRest = try await self.declinedForRest(from: from, desk) }
        return RestReply(
            asOf: await self.freshness(), isOn: isOn, begins: self.rest.begins?.description,
            minutes: (self.rest.breakAfterMinutes, self.rest.dayMinutesMax),
            swapWantedAt: load.swapWantedAt.map { Int64(clamping: $0) },
            own: isOn ? OwnLoadView(load, days: days) : nil, isRecorded: isRecorded)
    }

    /// When the roster has the person on duty.
    private func shifts(from: UInt64, to: UInt64, _ desk: Desk) async throws(APIFault) -> [Range<UInt64>] {
        let work = try await self.rosterWork(desk)
        let (person, name) = (desk.person.id, desk.person.name)
        let duties = work.duties(fromMilliseconds: Int64(clamping: from), toMilliseconds: Int64(clamping: to))
        let own = duties.filter { $0.people.contains(.named(name)) || $0.people.contains(.number(person)) }
        return own.map { UInt64(clamping: $0.fromMilliseconds)..<UInt64(clamping: $0.toMilliseconds) }
    }

    private func declinedForRest(from: UInt64, _ desk: Desk) async throws(APIFault) -> Int {
        let person = desk.person.id
        return try await self.read(desk) { reader throws(ReplicaFault) in
            let rows = try reader.store.queue(
                QueueFilter(kind: .handoff, includesClosed: true), limit: Self.recordsMax, offset: 0)
            var count = 0
            for row in rows where row.lastStamp.milliseconds >= from {
                guard let state = try reader.store.document(row.document) else { continue }
                count += HandoffState(state).moves.entries.count {
                    $0.body.kind == .decline && $0.body.code == "REST" && $0.by == person && $0.at >= from
                }
            }
            return count
        }
    }

    private func record(_ call: APICall, _ desk: Desk) async throws(APIFault) -> RestReply {
        let wanted = try APIText.strictValue(RestCall.self, json: call.body)
        let command = try self.command(call, desk)
        guard let kind = RestWish.Kind(rawValue: wanted.kind) else {
            throw APIFault(
                .badValue, "Nothing of that name is kept about rest.",
                "Write one of: \(RestWish.Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        guard wanted.type == nil || wanted.type.flatMap({ CaseType(word: $0) }) != nil else {
            throw APIFault(
                .badValue, "That is not a type of case.",
                "Write one of: \(CaseType.allCases.map(\.word).joined(separator: ", ")).")
        }
        let wish = RestWish(
            kind, minutes: wanted.minutes, type: wanted.type.flatMap { CaseType(word: $0) })
        // A repeated call whose answer was lost is not judged again: it is done.
        if let command, try await self.outcome(of: command, desk) != nil {
            return try await self.ownRest(days: 28, isRecorded: true, desk)
        }
        let before = try await self.ownRest(days: 28, isRecorded: false, desk)
        let body: ExposureBody?
        do throws(ActRefusal) {
            body = try RestActs.body(wish, isOn: before.isOn, isWanted: before.swapWantedAt != nil)
        } catch {
            throw APIFault(error)
        }
        guard let body else { return before }
        try await self.write(body, command, desk)
        return try await self.ownRest(days: 28, isRecorded: true, desk)
    }

    private func write(
        _ body: ExposureBody, _ command: [UInt8]?, _ desk: Desk
    ) async throws(APIFault) {
        let draft = Draft(
            document: self.exposure(of: desk.person.id, desk), operations: [Exposure.operation(body)],
            actor: Actor(person: desk.person.id))
        do throws(WriteRefusal) {
            _ = try await self.driver.lane.write(WriteOrder(draft: draft, command: command)).get()
        } catch {
            throw APIFault(error)
        }
    }

    /// Counts an answer to a page at night, where the counters are on. The answer itself is safe already, so a
    /// count that could not be written is no fault of it.
    func countNightPage(_ act: String, _ desk: Desk) async {
        let now = NodeClock.wallMilliseconds
        guard let offset = self.siteZones.offsetMinutes(of: self.ownSite, at: now),
            self.rest.countsAsNightPage(act, atMilliseconds: now, offsetMinutes: offset)
        else { return }
        try? await self.write(ExposureBody(.nightPage), nil, desk)
    }

    /// Counts work past the end of the person's own shift, where the counters are on and the roster names them. The
    /// change itself is safe already, so a count that could not be written is no fault of it.
    func countOverrun(_ desk: Desk) async {
        let now = NodeClock.wallMilliseconds
        guard self.rest.isOn(atMilliseconds: now),
            let shifts = try? await self.shifts(from: now - Self.dayMilliseconds, to: now + 1, desk),
            !shifts.isEmpty
        else { return }
        let id = self.exposure(of: desk.person.id, desk)
        let record = try? await self.read(desk) { reader throws(ReplicaFault) in try reader.store.exposure(id)
        }
        guard let record,
            let body = ShiftOverrun.body(
                atMilliseconds: now, shifts: shifts, record, of: desk.person.id)
        else { return }
        try? await self.write(body, nil, desk)
    }

    private func restTeam(weeks: Int, _ desk: Desk) async throws(APIFault) -> RestTeamReply {
        do throws(ActRefusal) { try RestActs.checkLead(desk.person) } catch { throw APIFault(error) }
        let now = NodeClock.wallMilliseconds
        let people = desk.membership.head.operators
        let documents = people.map { self.exposure(of: $0.id, desk) }
        let records = try await self.read(desk) { reader throws(ReplicaFault) in
            var records: [Ledger<ExposureBody>] = []
            for document in documents { records.append(try reader.store.exposure(document)) }
            return records
        }
        let isOn = self.rest.isOn(atMilliseconds: now)
        let team = TeamLoad(Array(zip(people.map(\.id), records)), weeks: weeks, now: now)
        let wishes = zip(people, records).compactMap { person, record in
            OwnLoad(record, of: person.id, from: now, now: now).swapWantedAt.map {
                RestTeamReply.Wish(
                    person: person.name, site: person.site.description, at: Int64(clamping: $0))
            }
        }
        return RestTeamReply(
            asOf: await self.freshness(), isOn: isOn, peopleMin: TeamLoad.peopleMin,
            weeks: isOn ? team.weeks.map { .init($0) } : [], tooFew: isOn ? team.tooFew : 0,
            wishes: wishes.sorted { ($0.at, $0.person) < ($1.at, $1.person) })
    }
}

extension ReplicaStore {
    /// What an exposure record says; empty where it was never written.
    func exposure(_ id: DocumentID) throws(ReplicaFault) -> Ledger<ExposureBody> {
        Ledger(try self.document(id)?[.global]?.ledgers[ExposureField.entries] ?? [])
    }
}

extension OwnLoadView {
    fileprivate init(_ load: OwnLoad, days: Int) {
        self.init(
            days: days, cases: load.cases, minutes: load.minutes, minutesToday: load.minutesToday,
            row: load.row, daysInRow: load.daysInRow)
        self.breaks = load.breaks
        self.lastBreakAt = load.lastBreakAt.map { Int64(clamping: $0) }
        self.minutesSinceBreak = load.minutesSinceBreak
        self.minutesOffShift = load.minutesOffShift
        self.nightPages = load.nightPages
        self.overrunMinutes = load.overrunMinutes
        self.overrunDays = load.overrunDays
        self.declinedForRest = load.declinedForRest
        self.byDay = load.days.map {
            DayLoadView(day: $0.day.description, cases: $0.cases, minutes: $0.minutes)
        }
    }
}

extension RestTeamReply.Week {
    fileprivate init(_ week: TeamLoad.Week) {
        self.init(
            monday: week.monday.description, people: week.people, cases: week.cases,
            load: (week.minutes, week.breaks, week.nightPages, week.overrunMinutes))
    }
}
