import BatonDesk
import BatonEncoding
import BatonModel
import Testing

@Suite("Outcomes and the end of a shift")
struct OutcomeTests {
    private static let minute: UInt64 = 60_000
    private static let hour: UInt64 = 3_600_000

    /// A case on which kim and pat worked and which somebody closed with some words.
    private func closed(_ words: CBORValue, by closer: String = "pat") throws -> DeskDouble {
        let usw = DeskDouble("usw")
        try usw.act("kim", "triage --type EDR --sev S2")
        try usw.act("pat", "subject add bystander")
        usw.pass(minutes: 5)
        let close = Operation(
            shape: OperationShape(kind: .close, field: CaseField.closure, isMaterial: true), body: words)
        usw.write([close], by: DeskTeam.shared.person(closer).id)
        return usw
    }

    private func outcome(_ desk: DeskDouble, for name: String) -> CaseOutcome? {
        let actors = desk.log.map(\.delta.header.actor.person)
        return CaseOutcome(
            desk.file, actors: actors, person: DeskTeam.shared.person(name).id, rules: desk.rules)
    }

    @Test("whoever worked on a case learns by its code how somebody else closed it, and no text of it")
    func told() throws {
        let usw = try self.closed(.text("CONTAINED: he was found with a rope"))
        let outcome = try #require(self.outcome(usw, for: "kim"))
        #expect(outcome.code == "CONTAINED" && outcome.meaning == "contained")
        #expect(outcome.by == DeskTeam.shared.person("pat").id && outcome.site == usw.site)
        #expect(outcome.at == usw.now && outcome.document == usw.document)
        #expect(outcome.close == usw.log.last?.delta.id)
        #expect(self.outcome(usw, for: "pat") == nil, "who closed it knows")
        #expect(self.outcome(usw, for: "ada") == nil, "who did nothing in it is told nothing")
    }

    @Test(
        "where no code of the rule book was given nothing of the words is told",
        arguments: [
            CBORValue.null, .text("he was found with a rope"), .text("PARTITION: no code for closing"),
            .text(""),
        ])
    func withoutCode(words: CBORValue) throws {
        let outcome = try #require(self.outcome(try self.closed(words), for: "kim"))
        #expect(outcome.code.isEmpty && outcome.meaning == "closed, without a code")
    }

    @Test("a code is found too where a time stands beside the words")
    func imported() throws {
        let words = CBORValue.map([
            CBORPair(key: .unsigned(1), value: .text("REFERRED")),
            CBORPair(key: .unsigned(2), value: .unsigned(1_700_000_000_000)),
        ])
        #expect(self.outcome(try self.closed(words), for: "kim")?.code == "REFERRED")
    }

    @Test("a case that was opened again, or never closed, has no outcome")
    func reopened() throws {
        let usw = try self.closed(.text("CONTAINED"))
        usw.write(
            [
                Operation(
                    shape: OperationShape(kind: .reopen, field: CaseField.closure, isMaterial: true),
                    body: .null)
            ], by: DeskTeam.shared.person("pat").id)
        #expect(self.outcome(usw, for: "kim") == nil)
    }

    // MARK: The end of a shift

    private static let end: UInt64 = 1_795_315_860_000
    private static let shift = end - 8 * hour..<end

    private func overrun(
        minutesAfter: UInt64, recorded: [UInt64] = [], shifts: [Range<UInt64>] = [shift],
        by person: UInt32 = 7
    ) throws -> ExposureBody? {
        var scene = try LedgerScene(["syd"])
        var entries: [LedgerEntry] = []
        for after in recorded {
            entries += scene.write(
                [ExposureBody(.overrun, minutes: 10).value], field: ExposureField.entries, at: 0,
                stamp: Int64(Self.end + after * Self.minute), by: person)
        }
        return ShiftOverrun.body(
            atMilliseconds: Self.end + minutesAfter * Self.minute, shifts: shifts, Ledger(entries),
            of: OperatorID(7))
    }

    @Test("work past the end of a shift is counted in steps, from the end or the step before")
    func steps() throws {
        #expect(try self.overrun(minutesAfter: 9) == nil, "a last line is nobody's overrun")
        #expect(try self.overrun(minutesAfter: 10) == ExposureBody(.overrun, minutes: 10))
        #expect(try self.overrun(minutesAfter: 25, recorded: [10]) == ExposureBody(.overrun, minutes: 15))
        #expect(try self.overrun(minutesAfter: 19, recorded: [10]) == nil)
        #expect(
            try self.overrun(minutesAfter: 25, recorded: [10], by: 8) == ExposureBody(.overrun, minutes: 25),
            "what somebody else wrote there is no step of this person")
    }

    @Test("a pause is not counted, nor the next shift, nor another day, nor who has no shift")
    func pauses() throws {
        #expect(try self.overrun(minutesAfter: 5 * 60) == ExposureBody(.overrun, minutes: 1))
        #expect(try self.overrun(minutesAfter: 13 * 60) == nil)
        #expect(try self.overrun(minutesAfter: 30, shifts: []) == nil)
        let next = Self.end + 20 * Self.minute..<Self.end + 8 * Self.hour
        #expect(try self.overrun(minutesAfter: 30, shifts: [Self.shift, next]) == nil)
        #expect(
            try self.overrun(minutesAfter: 15, shifts: [next, Self.shift])
                == ExposureBody(.overrun, minutes: 15))
    }

    @Test("the person sees minutes and days past their shifts, leads only totals of five people or more")
    func shown() throws {
        var scene = try LedgerScene(["syd"])
        let now = Self.end + 14 * 24 * Self.hour
        var records: [(person: OperatorID, record: Ledger<ExposureBody>)] = []
        for person in UInt32(1)...5 {
            var entries: [LedgerEntry] = []
            for (after, minutes) in [(UInt64(0), UInt64(20)), (Self.hour, 15), (24 * Self.hour, 30)] {
                entries += scene.write(
                    [ExposureBody(.overrun, minutes: minutes).value], field: ExposureField.entries, at: 0,
                    stamp: Int64(Self.end + after), by: person)
            }
            records.append((OperatorID(person), Ledger(entries)))
        }
        let own = OwnLoad(records[0].record, of: OperatorID(1), from: 0, now: now)
        #expect(own.overrunMinutes == 65 && own.overrunDays == 2)
        #expect(own.cases == 0 && own.row == 0 && own.minutes == 0, "it is no graphic case")
        let late = OwnLoad(
            records[0].record, of: OperatorID(1), from: Self.end + 2 * Self.hour, now: now)
        #expect(late.overrunMinutes == 30 && late.overrunDays == 1)
        let team = TeamLoad(records, weeks: 4, now: now)
        #expect(team.weeks.reduce(0) { $0 + $1.overrunMinutes } == 5 * 65)
        #expect(TeamLoad(Array(records.dropLast()), weeks: 4, now: now).weeks.isEmpty)
    }
}
