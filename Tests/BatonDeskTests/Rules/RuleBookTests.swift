import BatonDesk
import BatonModel
import Testing

@Suite("Rules")
struct RuleBookTests {
    @Test("days come back from their numbers, through leap years and the turn of the centuries")
    func days() throws {
        #expect(CivilDate(daysSince1970: 0).description == "1970-01-01")
        #expect(CivilDate(daysSince1970: 20_514).description == "2026-03-02")
        for number in stride(from: -150_000, to: 200_000, by: 37) {
            let day = CivilDate(daysSince1970: number)
            #expect(day.daysSince1970 == number)
            #expect(CivilDate(day.description) == day || day.year < 1)
        }
        #expect(CivilDate("2026-11-22")?.weekday == .sunday)
        for wrong in ["2026-02-29", "2026-13-01", "26-01-01", "2026-1-1", "2026/01/01", "2026-01-01 ", ""] {
            #expect(CivilDate(wrong) == nil, "\(wrong)")
        }
        #expect(CivilDate("2028-02-29") != nil)
    }

    @Test("the three questions of triage suggest a severity")
    func matrix() {
        func severity(_ intent: Bool, _ capability: Bool, _ specific: Bool) -> Severity {
            ThreatMatrix(intent: intent, capability: capability, specific: specific).suggested
        }
        #expect(severity(true, true, true) == .s0)
        #expect(severity(true, true, false) == .s1)
        #expect(severity(true, false, true) == .s2)
        #expect(severity(false, false, true) == .s2)
        #expect(severity(false, false, false) == .s3)
    }

    @Test("a second person is asked for by the gravity of the case, and counsel always")
    func secondPerson() {
        func action(_ second: ContainmentAction.SecondPerson) -> ContainmentAction {
            ContainmentAction(
                key: "k", title: "t", reversibility: .yes, secondPerson: second, isSingleExecutor: false,
                caution: "")
        }
        #expect(!action(.belowS1).needsSecondPerson(at: .s1))
        #expect(action(.belowS1).needsSecondPerson(at: .s2))
        #expect(!action(.belowS1).needsSecondPerson(at: nil))
        #expect(action(.withCounsel).needsSecondPerson(at: .s0))
        #expect(!action(.never).needsSecondPerson(at: .s4))
    }

    @Test("a hold ends by its rule and its renewals, and a form names what is missing")
    func holdsAndForms() {
        let hold = HoldRule(days: 90, from: "the request", renewalDays: 90)
        #expect(hold.endMilliseconds(from: 0) == 90 * 86_400_000)
        #expect(hold.endMilliseconds(from: 0, renewals: 1) == 180 * 86_400_000)
        func field(_ key: String, _ isRequired: Bool) -> FormTemplate.Field {
            FormTemplate.Field(
                key: key, label: key, kind: .text, isRequired: isRequired, residency: .global, choices: [])
        }
        let form = FormTemplate(
            id: "X", title: "x", purpose: .report,
            filing: FormTemplate.Filing(recipient: "r", rule: "", reading: .ours, counselOK: true),
            blocks: [
                FormTemplate.Block(
                    key: "a", title: "A", isRepeated: false,
                    fields: [field("one", true), field("two", false)])
            ])
        #expect(form.missing(filled: ["a.two"]) == ["a.one"])
        #expect(form.missing(filled: ["a.one"]).isEmpty)
    }

    @Test("every milestone of the desk has a word of its own")
    func milestones() {
        #expect(Set(Milestone.all.map(\.word)).count == Milestone.all.count)
        #expect(Milestone(word: "filed")?.field == CaseMilestone.filed.field)
        #expect(Milestone(field: CaseField.acknowledged)?.word == "acknowledged")
        #expect(Milestone(word: "nothing") == nil)
    }
}
