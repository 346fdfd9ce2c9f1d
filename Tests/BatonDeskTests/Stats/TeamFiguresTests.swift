import BatonDesk
import BatonModel
import Testing

@Suite("Statistics of the team")
struct TeamFiguresTests {
    static let day: Int64 = 86_400_000

    private func figures(
        _ type: CaseType, _ site: String, day: Int64, ack: Int64?, clocks: (Int, Int) = (0, 0)
    ) -> CaseFigures {
        CaseFigures(
            type: type, site: SiteID(site), receivedMilliseconds: day * Self.day + 5, isClosed: ack != nil,
            acknowledgedAfter: ack, decidedAfter: nil, clocks: (met: clocks.0, missed: clocks.1))
    }

    @Test("Cases are counted by type and site, and nothing outside of the time is")
    func groups() {
        let cases = [
            self.figures(.threatToLife, "usw", day: 2, ack: 30, clocks: (2, 1)),
            self.figures(.emergencyDataRequest, "usw", day: 3, ack: 10),
            self.figures(.emergencyDataRequest, "syd", day: 3, ack: 20, clocks: (1, 0)),
            self.figures(.emergencyDataRequest, "syd", day: 4, ack: nil),
            self.figures(.emergencyDataRequest, "syd", day: 9, ack: 1),
        ]
        let team = TeamFigures(
            cases: cases, handoffs: [], fromMilliseconds: 2 * Self.day, toMilliseconds: 5 * Self.day)
        #expect(
            team.groups.map { "\($0.type?.word ?? "-") \($0.site?.description ?? "-") \($0.cases)" } == [
                "EDR syd 2", "EDR usw 1", "TTL usw 1",
            ])
        #expect(team.all.cases == 4 && team.all.open == 1)
        #expect(team.all.clocksMet == 3 && team.all.clocksMissed == 1)
        #expect(team.all.acknowledged.mean == 20 && team.all.acknowledged.median == 20)
        #expect(team.days.map(\.received) == [1, 2, 1])
        #expect(team.days.map(\.day.description) == ["1970-01-03", "1970-01-04", "1970-01-05"])
        let reversed = TeamFigures(
            cases: cases.reversed(), handoffs: [], fromMilliseconds: 2 * Self.day,
            toMilliseconds: 5 * Self.day)
        #expect(team == reversed)
    }

    @Test("A spread gives spans that were measured, and nothing where none was")
    func spread() {
        let none = TeamFigures.Spread([])
        #expect(none.count == 0 && none.mean == nil && none.median == nil && none.p90 == nil)
        let one = TeamFigures.Spread([7])
        #expect(one.mean == 7 && one.median == 7 && one.p90 == 7)
        let ten = TeamFigures.Spread([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])
        #expect(ten.mean == 5 && ten.median == 5 && ten.p90 == 9)
        let long = TeamFigures.Spread(Array(repeating: 1 << 47, count: 100_000))
        #expect(long.mean == 1 << 47)
    }

    @Test("Handoffs count by how they were received")
    func handoffs() {
        func handoff(_ day: Int64, _ accepted: Int64?, _ right: Int, _ corrected: Int) -> HandoffFigures {
            HandoffFigures(
                offeredAt: day * Self.day, isAccepted: accepted != nil, isDeclined: accepted == nil,
                acceptedAfter: accepted, cases: 4, readBacks: (right: right, corrected: corrected))
        }
        let team = TeamFigures(
            cases: [], handoffs: [handoff(2, 100, 3, 1), handoff(3, nil, 0, 0), handoff(8, 5, 1, 1)],
            fromMilliseconds: 2 * Self.day, toMilliseconds: 5 * Self.day)
        #expect(team.handoffs.offered == 2 && team.handoffs.accepted == 1 && team.handoffs.declined == 1)
        #expect(team.handoffs.cases == 8 && team.handoffs.readBacks == 3 && team.handoffs.corrections == 1)
        #expect(team.handoffs.acceptedAfter.median == 100)
    }

    @Test("A case gives its times and clocks: acknowledged by triage, decided by the second person's word")
    func story() throws {
        let desk = DeskDouble("usw")
        let now = Int64(desk.now)
        let before = CaseFigures(desk.file, rules: desk.rules, now: now)
        #expect(before.acknowledgedAfter == nil && before.decidedAfter == nil)
        desk.pass(minutes: 4)
        try desk.act("kim", "triage --type EDR --sev S1")
        let after = CaseFigures(desk.file, rules: desk.rules, now: Int64(desk.now))
        #expect(after.type == .emergencyDataRequest && after.site?.description == "usw")
        #expect(try #require(after.acknowledgedAfter) >= 0)
        let late = CaseFigures(desk.file, rules: desk.rules, now: Int64(desk.now) + 40 * Self.day)
        #expect(late.clocksMissed > after.clocksMissed)
    }
}
