import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore
import Synchronization

/// Who is on duty, and what people change of it.
extension OperatorService {
    private static let rowsMax = 100

    func rosterWork(_ desk: Desk) async throws(APIFault) -> RosterWork {
        let team = desk.membership.team
        let changes = try await self.read(desk) { reader throws(ReplicaFault) in
            try reader.store.rosterChanges(team: team)
        }
        return RosterWork(rules: self.rules.roster, zones: self.roster.zones, changes: changes)
    }

    func roster(days: Int, _ desk: Desk) async throws(APIFault) -> RosterReply {
        let work = try await self.rosterWork(desk)
        let now = Int64(clamping: NodeClock.wallMilliseconds)
        let end = now + Int64(days) * 86_400_000
        let views = RosterViews(names: desk.membership)
        let onDuty = work.onDuty(atMilliseconds: now).sorted {
            ($0.line, $0.site, $0.rotation) < ($1.line, $1.site, $1.rotation)
        }
        let next = work.duties(fromMilliseconds: now, toMilliseconds: end).filter {
            $0.fromMilliseconds > now
        }
        let stretches = work.rules.lines.filter(\.isCovered).flatMap {
            work.coverage(line: $0.key, fromMilliseconds: now, toMilliseconds: end)
        }.sorted { ($0.fromMilliseconds, $0.line) < ($1.fromMilliseconds, $1.line) }
        return RosterReply(
            asOf: await self.freshness(), days: days, now: onDuty.map(views.duty),
            next: next.prefix(Self.rowsMax).map(views.duty),
            stretches: stretches.prefix(Self.rowsMax).map { views.stretch($0, count: 1) },
            notices: work.notices(atMilliseconds: now, aheadDays: days).map {
                views.stretch($0.first, count: $0.count)
            },
            changes: work.standing.map(views.change))
    }

    func changeRoster(_ call: APICall, _ desk: Desk) async throws(APIFault) -> APIReply {
        let wanted = try APIText.strictValue(RosterCall.self, json: call.body)
        let command = try self.command(call, desk)
        guard let kind = RosterWish.Kind(rawValue: wanted.kind) else {
            throw APIFault(
                .badValue, "The roster is not changed by that word.", "Write assign, swap or withdraw.")
        }
        var wish = RosterWish(kind, rotation: wanted.rotation, day: wanted.day)
        (wish.otherRotation, wish.otherDay) = (wanted.otherRotation, wanted.otherDay)
        (wish.person, wish.why) = (wanted.person, wanted.why ?? "")
        let work = try await self.rosterWork(desk)
        let operation: Operation
        do throws(ActRefusal) {
            operation = try RosterActs.operation(
                wish, work, membership: desk.membership,
                now: NodeClock.wallMilliseconds)
        } catch {
            throw APIFault(error)
        }
        let schedule = DocumentID.singleton(.schedule, team: desk.membership.team, hashing: Blake2b())
        let draft = Draft(document: schedule, operations: [operation], actor: Actor(person: desk.person.id))
        do throws(WriteRefusal) {
            _ = try await self.driver.lane.write(WriteOrder(draft: draft, command: command)).get()
        } catch {
            throw APIFault(error)
        }
        return try await self.reply(try await self.roster(days: 14, desk))
    }

    /// Gaps that nobody may learn of on the day itself, as alarms; looked for once an hour.
    func rosterAlarms(_ desk: Desk) async throws(APIFault) -> [AlarmView] {
        let now = Int64(clamping: NodeClock.wallMilliseconds)
        let work = try await self.rosterWork(desk)
        let key = "\(now / 3_600_000) \(work.standing.hashValue)"
        if let known = self.rosterCache.known(key) { return known }
        let notices = work.notices(atMilliseconds: now, aheadDays: work.rules.noticeDays)
        let alarms = notices.filter { $0.first.kind == .gap }.map { run in
            let from = TimeWords.instant(UInt64(clamping: run.first.fromMilliseconds), now: UInt64(now))
            return AlarmView(
                code: "roster.gap", site: self.ownSite.description,
                message: "Nobody is on duty for \(run.first.line) from \(from), \(run.first.minutes) min"
                    + (run.count > 1 ? ", on \(run.count) days." : "."),
                hint: "Fill the shift: roster gaps, then roster assign.", deltas: [])
        }
        self.rosterCache.keep(key, alarms)
        return alarms
    }
}

/// The roster's alarms, kept until the hour or the schedule changes.
final class RosterCache: Sendable {
    private let state = Mutex<(key: String, alarms: [AlarmView])?>(nil)

    func known(_ key: String) -> [AlarmView]? {
        self.state.withLock { $0?.key == key ? $0?.alarms : nil }
    }

    func keep(_ key: String, _ alarms: [AlarmView]) { self.state.withLock { $0 = (key, alarms) } }
}

private struct RosterViews {
    let names: Membership

    func name(_ person: OperatorID) -> String {
        self.names.head.operatorRecord(person)?.name ?? "operator \(person.number)"
    }

    func duty(_ duty: Duty) -> DutyView {
        DutyView(
            line: duty.line, site: duty.site, watch: duty.watch, rotation: duty.rotation, day: "\(duty.day)",
            from: duty.fromMilliseconds, to: duty.toMilliseconds,
            people: duty.people.map { person in
                switch person {
                case .named(let name): name
                case .number(let number): self.name(number)
                }
            }, isChanged: duty.isChanged)
    }

    func stretch(_ stretch: CoverageStretch, count: Int) -> StretchView {
        StretchView(
            kind: stretch.kind.rawValue, line: stretch.line, from: stretch.fromMilliseconds,
            to: stretch.toMilliseconds, watches: stretch.watches, count: count)
    }

    func change(_ body: RosterBody) -> RosterChangeView {
        RosterChangeView(
            kind: body.kind == .swap ? "swap" : "assign", rotation: body.slot.rotation,
            day: "\(body.slot.day)",
            otherRotation: body.other?.rotation, otherDay: body.other.map { "\($0.day)" },
            person: body.person.map(self.name), why: body.why.isEmpty ? nil : body.why)
    }
}
