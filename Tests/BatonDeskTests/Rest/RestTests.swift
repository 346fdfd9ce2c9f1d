import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

@Suite("Exposure and rest")
struct RestTests {
    private static let minute: Int64 = 60_000
    private static let day: Int64 = 86_400_000
    /// Wednesday, 2026-11-25, noon UTC.
    private static let now = Int64(CivilDate("2026-11-25")?.daysSince1970 ?? 0) * day + day / 2

    private func record(
        _ entries: [(at: Int64, body: ExposureBody)], by person: UInt32 = 7
    ) throws -> Ledger<ExposureBody> {
        var scene = try LedgerScene(["syd"])
        var written: [LedgerEntry] = []
        for entry in entries {
            written += scene.write(
                [entry.body.value], field: ExposureField.entries, at: 0, stamp: entry.at, by: person)
        }
        return Ledger(written)
    }

    private func load(
        _ entries: [(at: Int64, body: ExposureBody)], shifts: [Range<UInt64>] = []
    ) throws -> OwnLoad {
        OwnLoad(
            try self.record(entries), of: OperatorID(7), shifts: shifts,
            from: UInt64(Self.now - 28 * Self.day),
            now: UInt64(Self.now))
    }

    @Test(
        "every entry reads back as it was written, and what says nothing is left out",
        arguments: ExposureBody.Kind.allCases)
    func roundTrip(kind: ExposureBody.Kind) throws {
        let body = ExposureBody(kind, minutes: 17, type: .childSafety)
        #expect(ExposureBody(body.value) == body)
        #expect(ExposureBody(.map([CBORPair(key: .unsigned(1), value: .unsigned(99))])) == nil)
        #expect(ExposureBody(.text("17")) == nil)
        let long = CBORValue.map([
            CBORPair(key: .unsigned(1), value: .unsigned(1)),
            CBORPair(key: .unsigned(2), value: .unsigned(9_999)),
        ])
        #expect(ExposureBody(long) == nil, "a day has no 9,999 minutes")
    }

    @Test("cases, minutes, rows, days and breaks are sums of what was recorded")
    func sums() throws {
        let graphic = ExposureBody(.graphic, minutes: 20, type: .childSafety)
        let load = try self.load([
            (Self.now - 40 * Self.day, graphic), (Self.now - 2 * Self.day, graphic),
            (Self.now - Self.day, graphic), (Self.now - Self.day + Self.minute, ExposureBody(.other)),
            (Self.now - 90 * Self.minute, graphic),
            (Self.now - 60 * Self.minute, ExposureBody(.pause, minutes: 15)),
            (Self.now - 30 * Self.minute, graphic), (Self.now - 10 * Self.minute, ExposureBody(.nightPage)),
        ])
        #expect(load.cases == 4, "the one of forty days ago is not of the time looked at")
        #expect(load.minutes == 80)
        #expect(load.minutesToday == 40)
        #expect(load.row == 2, "another case ended the row")
        #expect(load.daysInRow == 3)
        #expect(load.breaks == 1)
        #expect(load.minutesSinceBreak == 20)
        #expect(load.lastBreakAt == UInt64(Self.now - 60 * Self.minute))
        #expect(load.nightPages == 1)
        #expect(load.days.map(\.minutes) == [20, 20, 40])
        #expect(load.minutesOffShift == nil, "no shift names the person")
    }

    @Test("minutes outside one's own shifts are told apart")
    func offShift() throws {
        let end = UInt64(Self.now - 50 * Self.minute)
        let load = try self.load(
            [(Self.now - 40 * Self.minute, ExposureBody(.graphic, minutes: 30))],
            shifts: [end - 3_600_000..<end])
        #expect(load.minutesOffShift == 10, "of 11:50 to 12:20 twenty minutes were on shift")
    }

    @Test("what somebody else wrote into a record says nothing of its person")
    func forged() throws {
        let foreign = try self.record([(Self.now - 1, ExposureBody(.graphic, minutes: 600))], by: 8)
        let load = OwnLoad(
            foreign, of: OperatorID(7), from: 0, now: UInt64(Self.now))
        #expect(load.cases == 0)
    }

    @Test("a wish stands until it is taken back, however old it is")
    func wish() throws {
        let old = Self.now - 90 * Self.day
        #expect(try self.load([(old, ExposureBody(.swapWanted))]).swapWantedAt == UInt64(old))
        let back = try self.load([(old, ExposureBody(.swapWanted)), (old + 1, ExposureBody(.swapWithdrawn))])
        #expect(back.swapWantedAt == nil)
    }

    @Test("a lead sees weeks of five people or more, whole ones only, and no one's own figure")
    func team() throws {
        // Monday of the week before is 2026-11-16; the present week is not over.
        let lastWeek = Self.now - 8 * Self.day
        func records(_ people: UInt32, at: Int64) throws -> [(
            person: OperatorID, record: Ledger<ExposureBody>
        )] {
            try (1...people).map {
                (
                    OperatorID($0),
                    try self.record(
                        [
                            (at, ExposureBody(.graphic, minutes: UInt64($0) * 10)),
                            (at + 1, ExposureBody(.pause, minutes: 5)),
                        ],
                        by: $0)
                )
            }
        }
        let five = TeamLoad(try records(5, at: lastWeek), weeks: 4, now: UInt64(Self.now))
        #expect(five.weeks.map(\.monday.description) == ["2026-11-16"])
        #expect(five.weeks.map(\.people) == [5])
        #expect(five.weeks.map(\.minutes) == [150])
        #expect(five.weeks.map(\.cases) == [5])
        #expect(five.weeks.map(\.breaks) == [5])
        #expect(five.tooFew == 0)
        let four = TeamLoad(try records(4, at: lastWeek), weeks: 4, now: UInt64(Self.now))
        #expect(four.weeks.isEmpty)
        #expect(four.tooFew == 1)
        let present = TeamLoad(try records(6, at: Self.now - 1), weeks: 4, now: UInt64(Self.now))
        #expect(present.weeks.isEmpty, "the week is not over")
        #expect(present.tooFew == 0)
    }

    @Test("a person who only asked for other work is not counted among the five")
    func wishIsNoFigure() throws {
        let lastWeek = Self.now - 8 * Self.day
        let records = try (UInt32(1)...5).map { person in
            let body = person == 5 ? ExposureBody(.swapWanted) : ExposureBody(.graphic, minutes: 10)
            return (OperatorID(person), try self.record([(lastWeek, body)], by: person))
        }
        #expect(TeamLoad(records, weeks: 4, now: UInt64(Self.now)).weeks.isEmpty)
    }

    @Test(
        "an answered page counts as one at night from 22:00 to 06:00 at the site, once counting is on",
        arguments: [
            (11 * 60, 660, true), (18 * 60 + 59, 660, true), (19 * 60, 660, false),
            (10 * 60 + 59, 660, false), (5 * 60, -480, false), (6 * 60, -480, true),
        ])
    func nightPage(minuteUTC: Int, offset: Int, isNight: Bool) throws {
        var policy = RestPolicy()
        let midnight = try #require(CivilDate("2026-12-24")).milliseconds
        let now = UInt64(midnight) + UInt64(minuteUTC) * 60_000
        #expect(!policy.countsAsNightPage("page answer", atMilliseconds: now, offsetMinutes: offset))
        policy.notice = CivilDate("2026-11-12")
        #expect(
            policy.countsAsNightPage("page answer", atMilliseconds: now, offsetMinutes: offset) == isNight)
        #expect(!policy.countsAsNightPage("note", atMilliseconds: now, offsetMinutes: offset))
    }

    @Test("counting begins two weeks after the notice, and never without one")
    func notice() throws {
        var policy = RestPolicy()
        #expect(!policy.isOn(atMilliseconds: UInt64(Self.now)))
        policy.notice = CivilDate("2026-11-12")
        #expect(policy.begins?.description == "2026-11-26")
        #expect(!policy.isOn(atMilliseconds: UInt64(Self.now)))
        #expect(policy.isOn(atMilliseconds: UInt64(Self.now + Self.day)))
    }

    @Test("while the counters are off only a wish is written")
    func off() throws {
        for wish in [RestWish(.pause, minutes: 15), RestWish(.graphic, minutes: 3), RestWish(.other)] {
            #expect(try RestActs.body(wish, isOn: false, isWanted: false) == nil)
            #expect(try RestActs.body(wish, isOn: true, isWanted: false) != nil)
        }
        #expect(try RestActs.body(RestWish(.swap), isOn: false, isWanted: false)?.kind == .swapWanted)
        #expect(try RestActs.body(RestWish(.swap), isOn: false, isWanted: true) == nil, "it stands already")
        #expect(try RestActs.body(RestWish(.keep), isOn: false, isWanted: true)?.kind == .swapWithdrawn)
    }

    @Test("lengths nobody takes, and a wish that is not there, are refused with their codes")
    func refusals() throws {
        func code(_ wish: RestWish) -> String? {
            do throws(ActRefusal) { _ = try RestActs.body(wish, isOn: true, isWanted: false) } catch {
                return error.code
            }
            return nil
        }
        #expect(code(RestWish(.pause, minutes: 0)) == "rest.bad-length")
        #expect(code(RestWish(.pause, minutes: 241)) == "rest.bad-length")
        #expect(code(RestWish(.graphic)) == "rest.bad-length")
        #expect(code(RestWish(.keep)) == "rest.no-swap")
    }

    @Test("each person's record is a document of its own, the same at every site")
    func documents() throws {
        let hashing = StandInHashing()
        let team = TeamID(digest: hashing.digest256([1]))
        let first = Exposure.document(of: OperatorID(1), team: team, hashing: hashing)
        #expect(first == Exposure.document(of: OperatorID(1), team: team, hashing: hashing))
        #expect(first != Exposure.document(of: OperatorID(2), team: team, hashing: hashing))
        #expect(first.kind == .exposure)
    }

    @Test("abuse, mass casualties and what people tagged are graphic; nobody is alone on the gravest abuse")
    func graphic() {
        #expect(Exposure.isGraphic(type: .childSafety, tags: []))
        #expect(Exposure.isGraphic(type: .massCasualty, tags: []))
        #expect(Exposure.isGraphic(type: .sensitiveContent, tags: ["press", "graphic"]))
        #expect(!Exposure.isGraphic(type: .emergencyDataRequest, tags: ["press"]))
        #expect(Exposure.wantsBuddy(type: .childSafety, severity: 1))
        #expect(!Exposure.wantsBuddy(type: .childSafety, severity: 2))
        #expect(!Exposure.wantsBuddy(type: .childSafety, severity: nil))
        #expect(!Exposure.wantsBuddy(type: .threatToLife, severity: 0))
    }
}
