import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

@Suite("Roster")
struct RosterTests {
    static let day: Int64 = 86_400_000

    static func rotation(
        _ id: String, _ zone: String, _ hours: ClosedRange<Int>, days: [Weekday] = Weekday.allCases,
        people: [String] = [], turnDays: Int = 7
    ) throws -> RosterRules.Rotation {
        RosterRules.Rotation(
            id: id, line: "desk", watch: id, site: String(id.prefix(3)),
            hours: RosterRules.Hours(
                zone: zone, days: days, startMinute: hours.lowerBound * 60,
                endMinute: hours.upperBound % 24 * 60, isOffOnHolidays: true),
            turns: RosterRules.Rotation.Turns(
                from: try #require(CivilDate("2026-01-05")), days: turnDays, people: people))
    }

    /// Sydney by day, New York by day: twelve hours each, which fit in one half of the year only.
    static func rules() throws -> RosterRules {
        var rules = RosterRules()
        rules.lines = [RosterRules.Line(key: "desk", title: "the desk", isCovered: true)]
        rules.rotations = [
            try Self.rotation("syd", "Australia/Sydney", 7...19, people: ["alee", "ben", "chi"]),
            try Self.rotation("use", "America/New_York", 5...17, people: ["kim", "pat"]),
        ]
        return rules
    }

    static func instant(_ day: String, _ minute: Int = 0) throws -> Int64 {
        Int64(try #require(CivilDate(day)).daysSince1970) * Self.day + Int64(minute) * 60_000
    }

    private func work(_ rules: RosterRules? = nil, _ changes: RosterChanges = RosterChanges()) throws
        -> RosterWork
    {
        RosterWork(rules: try rules ?? Self.rules(), zones: try SampleZone.all(), changes: changes)
    }

    private func people(_ work: RosterWork, _ day: String, _ minute: Int) throws -> [Duty.Person] {
        try work.onDuty(atMilliseconds: Self.instant(day, minute)).flatMap(\.people)
    }

    @Test("turns go round by weeks, in the zone's own hours")
    func turns() throws {
        let work = try self.work()
        // 06:00 in Sydney is 20:00Z of the day before in July, and 19:00Z in January.
        #expect(try self.people(work, "2026-07-05", 21 * 60) == [.named("chi")])
        #expect(try self.people(work, "2026-01-04", 20 * 60) == [.named("alee")])
        #expect(try self.people(work, "2026-01-11", 22 * 60 + 30) == [.named("ben")])
        #expect(try self.people(work, "2026-01-04", 19 * 60).isEmpty)
        #expect(try self.people(work, "2026-07-06", 9 * 60) == [.named("kim")])
        #expect(try self.people(work, "2026-07-13", 9 * 60) == [.named("pat")])
    }

    @Test("crews of Sunday to Thursday and Tuesday to Saturday cover the week together")
    func weeks() throws {
        var rules = RosterRules()
        rules.lines = [RosterRules.Line(key: "desk", title: "the desk", isCovered: true)]
        let sunday: [Weekday] = [.sunday, .monday, .tuesday, .wednesday, .thursday]
        let tuesday: [Weekday] = [.tuesday, .wednesday, .thursday, .friday, .saturday]
        rules.rotations = [
            try Self.rotation("syd-sun", "Australia/Sydney", 6...14, days: sunday),
            try Self.rotation("syd-tue", "Australia/Sydney", 6...14, days: tuesday),
        ]
        let work = try self.work(rules)
        let first = try Self.instant("2026-07-05", 12 * 60)
        let duties = work.duties(fromMilliseconds: first, toMilliseconds: first + 7 * Self.day)
        // Sunday and Monday one crew, Tuesday to Thursday both, Friday and Saturday the other.
        #expect(
            duties.map(\.day.weekday.word) == [
                "mon", "tue", "tue", "wed", "wed", "thu", "thu", "fri", "sat", "sun",
            ])
    }

    @Test("a shift over midnight belongs to the day on which it begins")
    func midnight() throws {
        var rules = RosterRules()
        rules.lines = [RosterRules.Line(key: "desk", title: "the desk", isCovered: true)]
        rules.rotations = [
            try Self.rotation(
                "syd", "Australia/Sydney", 8...32, days: [.friday], people: ["alee"], turnDays: 0)
        ]
        let work = try self.work(rules)
        let duty = try #require(work.onDuty(atMilliseconds: try Self.instant("2026-07-10", 20 * 60)).first)
        #expect(duty.day.description == "2026-07-10" && duty.day.weekday == .friday)
        #expect(duty.toMilliseconds - duty.fromMilliseconds == Self.day)
    }

    @Test("a swap changes both shifts, an override beats the rules, nobody leaves a gap")
    func changes() throws {
        let (syd, use) = (
            RosterBody.Slot(rotation: "syd", day: try #require(CivilDate("2026-07-06"))),
            RosterBody.Slot(rotation: "use", day: try #require(CivilDate("2026-07-07")))
        )
        var scene = try LedgerScene(["syd", "usw"])
        var swap = RosterBody(.swap, syd)
        swap.other = use
        scene.write([swap.value], field: ScheduleField.swaps, at: 0)
        var work = try self.work(nil, RosterChanges(scene.ledger(ScheduleField.swaps, at: 0)))
        #expect(try self.people(work, "2026-07-05", 21 * 60) == [.named("kim")])
        #expect(try self.people(work, "2026-07-07", 9 * 60) == [.named("chi")])
        #expect(try self.people(work, "2026-07-06", 21 * 60) == [.named("chi")])
        var assign = RosterBody(.assign, syd)
        assign.person = OperatorID(9)
        scene.write([assign.value], field: ScheduleField.swaps, at: 0)
        work = try self.work(nil, RosterChanges(scene.ledger(ScheduleField.swaps, at: 0)))
        #expect(try self.people(work, "2026-07-05", 21 * 60) == [.number(OperatorID(9))])
        // The swap had two shifts: what replaces it in one takes it back in the other.
        #expect(try self.people(work, "2026-07-07", 9 * 60) == [.named("kim")])
        scene.write([RosterBody(.assign, syd).value], field: ScheduleField.swaps, at: 0)
        work = try self.work(nil, RosterChanges(scene.ledger(ScheduleField.swaps, at: 0)))
        #expect(try self.people(work, "2026-07-05", 21 * 60).isEmpty)
        scene.write([RosterBody(.withdraw, syd).value], field: ScheduleField.swaps, at: 0)
        work = try self.work(nil, RosterChanges(scene.ledger(ScheduleField.swaps, at: 0)))
        #expect(try self.people(work, "2026-07-05", 21 * 60) == [.named("chi")])
    }

    @Test("two sites that fill one shift unknown to each other leave both on duty")
    func concurrent() throws {
        let slot = RosterBody.Slot(rotation: "syd", day: try #require(CivilDate("2026-07-06")))
        var scene = try LedgerScene(["syd", "usw"])
        for site in 0..<2 {
            var assign = RosterBody(.assign, slot)
            assign.person = OperatorID(UInt32(site + 5))
            scene.write([assign.value], field: ScheduleField.overrides, at: site)
        }
        scene.heal()
        let changes = (0..<2).map { RosterChanges(scene.ledger(ScheduleField.overrides, at: $0)) }
        #expect(changes[0] == changes[1])
        let people = try self.people(try self.work(nil, changes[0]), "2026-07-05", 21 * 60)
        #expect(Set(people) == [.number(OperatorID(5)), .number(OperatorID(6))])
    }

    @Test("a holiday empties a rotation that keeps it, unless somebody took the shift")
    func holidays() throws {
        var rules = try Self.rules()
        let day = try #require(CivilDate("2026-07-06"))
        rules.holidays = [RosterRules.Holiday(site: "use", day: day, name: "a holiday")]
        #expect(try self.people(try self.work(rules), "2026-07-06", 9 * 60).isEmpty)
        var scene = try LedgerScene(["syd"])
        var assign = RosterBody(.assign, RosterBody.Slot(rotation: "use", day: day))
        assign.person = OperatorID(3)
        scene.write([assign.value], field: ScheduleField.overrides, at: 0)
        let changes = RosterChanges(scene.ledger(ScheduleField.overrides, at: 0))
        #expect(
            try self.people(try self.work(rules, changes), "2026-07-06", 9 * 60) == [.number(OperatorID(3))])
    }

    @Test("the escalation path waits at those who are on duty and passes over those who are not")
    func escalation() throws {
        let step = { (site: String) in
            RosterRules.Path.Step(line: "desk", site: site, waitMilliseconds: 300_000)
        }
        let path = RosterRules.Path(key: "x", title: "x", steps: [step("use"), step("syd"), step("")])
        let now = try Self.instant("2026-07-05", 21 * 60)
        let steps = try self.work().escalation(path, atMilliseconds: now)
        #expect(steps.map { $0.duties.map(\.rotation) } == [[], ["syd"], ["syd"]])
        #expect(steps.map { $0.atMilliseconds - now } == [0, 0, 300_000])
    }

    @Test("the next change of the roster is known")
    func nextChange() throws {
        let now = try Self.instant("2026-07-05", 22 * 60)
        #expect(
            try self.work().nextChange(afterMilliseconds: now) == (try Self.instant("2026-07-06", 9 * 60)))
    }

    @Test("what the schedule cannot read is counted, and every change comes back from its bytes")
    func bodies() throws {
        let slot = RosterBody.Slot(rotation: "syd", day: try #require(CivilDate("2026-07-06")))
        for kind in RosterBody.Kind.allCases {
            var body = RosterBody(kind, slot)
            (body.other, body.person, body.why) = (slot, OperatorID(4), "a wedding")
            #expect(RosterBody(try CBORValue.decode(CBORValue.encode(body.value))) == body)
        }
        var scene = try LedgerScene(["syd"])
        scene.write([.null, .map([]), RosterBody(.swap, slot).value], field: ScheduleField.swaps, at: 0)
        #expect(RosterChanges(scene.ledger(ScheduleField.swaps, at: 0)).unreadable == 3)
    }
}
