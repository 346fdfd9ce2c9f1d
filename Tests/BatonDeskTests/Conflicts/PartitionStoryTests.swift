import BatonDesk
import BatonEncoding
import BatonModel
import Testing

@Suite("Stories of two sites")
struct PartitionStoryTests {
    @Test("Cut off and healed: what joined by itself, what needs a person, what is only to be looked at")
    func healed() throws {
        let (usw, syd) = (DeskDouble("usw"), DeskDouble("syd"))
        for (person, line) in Lines.verified { try usw.act(person, line) }
        try usw.act("kim", "subject add suspect --country US --account active")
        DeskDouble.meet(usw, syd)
        syd.now = usw.now

        // Sydney, on its own.
        syd.pass(minutes: 3)
        try syd.act(
            "alee", "contact log local-police \"rang duty officer\" --expect 1200000 --then \"ring again\"")
        try syd.act("alee", "contain suspend subj:1 --why TTL-IMMINENT --executor usw")
        #expect(syd.refusal("alee", "contain done suspend subj:1")?.code == "contain.not-executor")
        try syd.act("alee", "check done 6")
        try syd.act("alee", "triage --trend worse --note \"agency number not in directory\"")
        try syd.act("alee", "decide preserve-only --why PRESERVE-ONLY")
        try syd.act("mo", "approve dec:1")

        // The US, not knowing.
        usw.pass(minutes: 2)
        try usw.act("kim", "contain suspend subj:1 --why TTL-IMMINENT")
        try usw.act("kim", "contain done suspend subj:1")
        try usw.act("kim", "check done 6")
        try usw.act("kim", Lines.disclose.1)
        try usw.act("pat", "approve dec:1")
        try usw.act("pat", "decide delivered dec:1 --to harlan-so --manifest \(Lines.manifest)")
        try usw.act("kim", "triage --sev S1 --why INSUFFICIENT")

        DeskDouble.meet(usw, syd)
        let conflicts = syd.file.conflicts
        #expect(conflicts.open.map(\.handle) == ["decision"])
        #expect(conflicts.open.first?.safeValue == "no further disclosure")
        #expect(conflicts.toLookAt.map(\.what).sorted() == ["intent beside an effect", "step done twice"])
        #expect(usw.file.conflicts.section == conflicts.section)
        #expect(syd.file.awaiting.map(\.what) == ["lower-severity S1"])
        #expect(syd.item("containment", "suspend/subj:1")?.state == "done")
        #expect(syd.item("steps", "6")?.state == "done")
        #expect(syd.item("contacts", "con:1")?.state == "pending")
        #expect(syd.file.next(syd.rules, now: syd.now).first == "settle decision: decision was written apart")
        syd.pass(minutes: 30)
        #expect(syd.item("contacts", "con:1")?.marks == ["overdue"])

        try syd.act("alee", "settle decision escalate legal-oncall")
        #expect(syd.item("pages", "page:1")?.text == "legal-oncall: conflict: decision")
        #expect(syd.refusal("alee", Lines.disclose.1)?.code == "disclose.conflict-open")
        DeskDouble.meet(usw, syd)
        try usw.act("pat", "settle decision keep usw")
        DeskDouble.meet(usw, syd)
        for desk in [usw, syd] {
            #expect(desk.file.conflicts.open.isEmpty)
            #expect(desk.file.decisions.standing.map(\.choice) == [.disclose])
        }
    }

    @Test("Titles written apart are both kept, the newest is shown with a mark")
    func titles() throws {
        let (usw, syd) = (DeskDouble("usw"), DeskDouble("syd"))
        usw.write([usw.file.setForTest(CaseField.title, "one")], by: OperatorID(1))
        syd.now += 5_000
        syd.write([syd.file.setForTest(CaseField.title, "two")], by: OperatorID(3))
        DeskDouble.meet(usw, syd)
        let item = try #require(usw.item("fields", "title"))
        #expect(item.text == "two" && item.marks == ["*"])
        let other = item.details.first?.text(now: usw.now) { $0 == OperatorID(1) ? "kim" : "?" }
        #expect(other == "one (kim at usw, 02:51Z)")
        #expect(usw.file.conflicts.open.isEmpty)
    }

    @Test("Paper after a disclosure has a day, and is overdue after it")
    func followUp() throws {
        let usw = DeskDouble("usw")
        for (person, line) in Lines.verified + [Lines.disclose] { try usw.act(person, line) }
        try usw.act("pat", "approve dec:1")
        #expect(usw.item("gates", "V10")?.due == nil)
        try usw.act("pat", "decide delivered dec:1 --to harlan-so --manifest \(Lines.manifest)")
        #expect(usw.item("gates", "V10")?.due == usw.now + 7 * 86_400_000)
        usw.now += 8 * 86_400_000
        #expect(usw.item("gates", "V10")?.marks == ["needed", "overdue"])
        #expect(usw.file.next(usw.rules, now: usw.now).contains("verify follow-up: paper was due 29 Nov"))
        try usw.act("kim", "verify follow-up --result ok")
        #expect(usw.item("gates", "V10")?.due == nil)
        #expect(usw.file.has(CaseMilestone.followUpReceived.field))
    }

    @Test("What the desk makes by itself holds no close back; what people write does")
    func material() throws {
        let usw = DeskDouble("usw")
        let outcome = try usw.act("kim", Lines.triaged.1)
        let generated = outcome.operations.filter { !$0.shape.isMaterial }.map(\.shape.field)
        #expect(Set(generated) == [CaseField.steps, CaseField.clocks])
        #expect(try usw.act("kim", "check done 1").operations.allSatisfy { $0.shape.isMaterial })
        // A second triage of the same kind makes nothing anew.
        let again = try usw.act("pat", "triage --trend same")
        #expect(again.operations.map(\.shape.field) == [CaseField.triage])
    }

    @Test(
        "Two sites that triage apart under different books share their steps, and done ones keep their text")
    func books() throws {
        let (usw, syd) = (DeskDouble("usw"), DeskDouble("syd"))
        syd.rules.checklists = [DeskBook.checklist(version: 8)]
        try usw.act("kim", Lines.triaged.1)
        try syd.act("alee", Lines.triaged.1)
        try usw.act("kim", "check done 1")
        DeskDouble.meet(usw, syd)
        let steps = usw.section("steps").items
        #expect(steps.count == 7)
        #expect(steps[0].text == "Log receipt time and channel")
        #expect(steps[1].text == "Acknowledge to agency, v8")
        #expect(syd.section("steps") == usw.section("steps"))
    }

    @Test("A number that nobody can have counted to does not use the others up")
    func hugeNumber() throws {
        let usw = DeskDouble("usw")
        var body = SubjectBody(.add, item: ItemKey(number: ItemKey.numberMax, tag: 7))
        body.role = "suspect"
        let shape = OperationShape(kind: .append, field: CaseField.subjects, isMaterial: true)
        usw.write([Operation(shape: shape, body: body.value)], by: OperatorID(1))
        try usw.act("kim", "subject add victim")
        #expect(usw.section("people").items.map(\.id).sorted() == ["subj:1", "subj:1000000"])
    }
}
