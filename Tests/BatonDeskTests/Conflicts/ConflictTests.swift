import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator
import Testing

@Suite("Conflicts of the desk")
struct ConflictTests {
    /// Two sites that have met on a verified case, and are apart now.
    private func apart(_ lines: [(String, String)] = Lines.verified) throws -> (
        usw: DeskDouble, syd: DeskDouble
    ) {
        let (usw, syd) = (DeskDouble("usw"), DeskDouble("syd"))
        for (person, line) in lines { try usw.act(person, line) }
        DeskDouble.meet(usw, syd)
        syd.now = usw.now
        return (usw, syd)
    }

    @Test("Opposing decisions freeze every further effect and say what each side had not seen")
    func decisions() throws {
        let (usw, syd) = try self.apart()
        try usw.act("kim", "decide disclose --items phone --basis us.2702c4")
        try usw.act("pat", "approve dec:1")
        try usw.act("pat", "decide delivered dec:1 --to harlan-so --manifest \(Lines.manifest)")
        syd.pass(minutes: 4)
        try syd.act("alee", "verify callback --result unknown --note \"agency number not in directory\"")
        try syd.act("alee", "decide preserve-only --why PRESERVE-ONLY")
        try syd.act("mo", "approve dec:1")
        DeskDouble.meet(usw, syd)
        let record = try #require(usw.file.conflicts.open.first { $0.kind == .decision })
        #expect(record.versions.map { $0.site.description } == ["usw", "syd"])
        #expect(record.versions.map(\.text) == ["dec:1.usw disclose (delivered)", "dec:1.syd preserve-only"])
        #expect(record.safeValue == "no further disclosure")
        #expect(record.versions[0].unseen.contains { $0.text.contains("agency number not in directory") })
        #expect(record.versions[1].unseen.contains { $0.text.contains("dec:1.usw approved") })
        #expect(usw.file.summary.conflicts == [CaseField.decision])
        #expect(
            usw.refusal("kim", "decide disclose --items email --basis us.2702c4")?.code
                == "disclose.conflict-open")
        #expect(usw.refusal("kim", "approve dec:1")?.code == "item.ambiguous")

        let escalated = try syd.act("alee", "settle decision escalate legal-oncall")
        #expect(
            escalated.said == [
                "Paged legal-oncall with both histories. Until settled: no further disclosure."
            ])
        #expect(syd.item("conflicts", "decision")?.marks == ["escalated"])
        DeskDouble.meet(usw, syd)
        try usw.act("pat", "settle decision keep usw --why FIRST-EPOCH")
        DeskDouble.meet(usw, syd)
        #expect(syd.file.conflicts.open.contains { $0.kind == .decision } == false)
        #expect(syd.item("decisions", "dec:1.syd")?.state == "set-aside")
        #expect(syd.file.summary.conflicts.isEmpty)
    }

    @Test("Settlements that disagree leave the conflict open, and equal ones end it")
    func settledApart() throws {
        for (first, second, isOpen) in [("usw", "syd", true), ("usw", "usw", false)] {
            let (usw, syd) = try self.apart()
            try usw.act("kim", "decide refuse --why REFUSED-UNVERIFIED")
            try usw.act("pat", "approve dec:1")
            try syd.act("alee", "decide preserve-only --why PRESERVE-ONLY")
            try syd.act("mo", "approve dec:1")
            DeskDouble.meet(usw, syd)
            try usw.act("pat", "settle decision keep \(first)")
            try syd.act("mo", "settle decision keep \(second)")
            DeskDouble.meet(usw, syd)
            #expect(usw.file.conflicts.open.contains { $0.kind == .decision } == isOpen)
            #expect(usw.file.conflicts.section == syd.file.conflicts.section)
        }
    }

    @Test("Severities judged apart: the graver holds, and a person may settle it")
    func severity() throws {
        let (usw, syd) = try self.apart([])
        try usw.act("kim", "triage --type EDR --sev S1")
        try syd.act("alee", "triage --type EDR --sev S0")
        DeskDouble.meet(usw, syd)
        #expect(usw.file.severity == .s0)
        let record = try #require(usw.file.conflicts.open.first)
        #expect(record.handle == "severity" && record.safeValue == "S0 (graver)")
        #expect(usw.refusal("kim", "settle severity keep use")?.code == "settle.which")
        #expect(usw.refusal("kim", "settle severity merge --value S1")?.code == "settle.no-merge")
        try usw.act("kim", "settle severity keep usw")
        DeskDouble.meet(usw, syd)
        #expect(syd.file.severity == .s1)
        #expect(syd.file.conflicts.open.isEmpty)
    }

    @Test("A register of text is settled by a third value, and the conflict's id is the same at both sites")
    func merged() throws {
        let (usw, syd) = try self.apart([])
        usw.write([usw.file.setForTest(CaseField.agency, "harlan")], by: OperatorID(1))
        syd.write([syd.file.setForTest(CaseField.agency, "harlan county")], by: OperatorID(3))
        DeskDouble.meet(usw, syd)
        let ids = [usw, syd].map { desk in
            desk.file.conflicts.open.map { $0.id(of: desk.document, hashing: StandInHashing()) }
        }
        #expect(ids[0].count == 1 && ids[0] == ids[1])
        try syd.act("mo", "settle agency merge --value harlan-so")
        DeskDouble.meet(usw, syd)
        #expect(usw.file.text(CaseField.agency) == "harlan-so")
        #expect(usw.file.conflicts.open.isEmpty)
    }

    @Test("Results of a gate that differ count as not passed until somebody checks again")
    func gates() throws {
        let (usw, syd) = try self.apart([Lines.triaged])
        try usw.act("kim", Lines.callback.1)
        try syd.act("alee", "verify callback --result failed")
        DeskDouble.meet(usw, syd)
        #expect(usw.item("gates", "V3")?.state == "failed")
        #expect(usw.item("gates", "V3")?.marks == ["needed", "conflict"])
        #expect(usw.file.conflicts.open.map(\.handle) == ["V3"])
        try usw.act("pat", "settle V3 keep usw")
        #expect(usw.item("gates", "V3")?.state == "ok")
        #expect(usw.file.conflicts.open.isEmpty)
    }

    @Test("An effect that two sites had is a fact to look at, and an intent beside it is overtaken")
    func effects() throws {
        let (usw, syd) = try self.apart([Lines.triaged, ("kim", "subject add suspect")])
        for (desk, person) in [(usw, "kim"), (syd, "alee")] {
            try desk.act(person, "contain suspend subj:1 --why TTL-IMMINENT")
        }
        let merged = DeskDouble("use")
        merged.receive(from: usw)
        merged.receive(from: syd)
        #expect(merged.file.conflicts.open.map(\.handle) == ["suspend/subj:1"])
        try usw.act("kim", "contain done suspend subj:1")
        DeskDouble.meet(usw, syd)
        #expect(syd.item("containment", "suspend/subj:1")?.state == "done")
        #expect(syd.file.conflicts.toLookAt.map(\.what) == ["intent beside an effect"])
        #expect(syd.refusal("alee", "contain done suspend subj:1")?.code == "contain.wrong-step")

        let (one, two) = try self.apart([("kim", "triage --type EDR --sev S1")])
        for (desk, person) in [(one, "kim"), (two, "alee")] {
            try desk.act(person, "contain disable cont:1 --why CREDIBLE")
            try desk.act(person, "contain done disable cont:1")
            try desk.act(person, "check done 6")
        }
        DeskDouble.meet(one, two)
        #expect(one.item("containment", "disable/cont:1")?.marks == ["twice"])
        #expect(one.item("steps", "6")?.marks == ["twice"])
        #expect(one.file.conflicts.toLookAt.map(\.what).sorted().contains("doubled effect"))
        #expect(one.file.conflicts.toLookAt.contains { $0.handle == "step s6" })
    }

    @Test("A take in an emergency stands against the holder until the holder settles it, and is counted")
    func custody() throws {
        let (usw, syd) = try self.apart([("kim", "triage --type TTL --sev S0")])
        try usw.act("kim", "take")
        try syd.act("alee", "take --emergency --why PARTITION")
        DeskDouble.meet(usw, syd)
        try usw.act("kim", "custody hold")
        DeskDouble.meet(usw, syd)
        for desk in [usw, syd] {
            let record = try #require(desk.file.conflicts.open.first { $0.kind == .custody })
            #expect(record.versions.map(\.site.description).contains("syd"))
            #expect(record.safeValue.hasPrefix("usw acts"))
            #expect(desk.file.summary.holder?.isContested == true)
            #expect(desk.file.summary.owner == DeskTeam.shared.person("kim").id)
            #expect(ConflictLedger.count(desk.state, desk.file.summary) == 1)
        }
        #expect(syd.refusal("alee", "settle custody merge --value both")?.code == "settle.no-merge")
        // The taker's word gives up its own; the holder's ends it. Both at once make no further conflict.
        try syd.act("alee", "settle custody keep usw")
        try usw.act("kim", "settle custody keep usw")
        DeskDouble.meet(usw, syd)
        for desk in [usw, syd] {
            #expect(desk.file.conflicts.open.isEmpty)
            #expect(desk.file.summary.holder?.site.description == "usw")
            #expect(ConflictLedger.count(desk.state, desk.file.summary) == 0)
        }
    }

    @Test("Two owners written apart are called by their names, wherever the case tells of them")
    func owners() throws {
        let (usw, syd) = try self.apart([])
        for (desk, name) in [(usw, "kim"), (syd, "alee")] {
            let person = DeskTeam.shared.person(name).id
            let shape = OperationShape(kind: .set, field: CaseField.owner, isMaterial: true)
            desk.write([Operation(shape: shape, body: .unsigned(UInt64(person.number)))], by: person)
        }
        DeskDouble.meet(usw, syd)
        let record = try #require(syd.file.conflicts.open.first { $0.handle == "owner" })
        #expect(record.versions.map(\.text).sorted() == ["alee", "kim"])
        let review = ReviewReport(syd.file, rules: syd.rules, now: syd.now)
        let apart = review.sections.first { $0.name == "partition" }?.items.first { $0.id == "owner" }
        #expect(apart?.text == "kim (usw) / alee (syd)" || apart?.text == "alee (syd) / kim (usw)")
        let item = try #require(syd.item("fields", "owner"))
        #expect([item.text, item.details.first?.value].compactMap(\.self).sorted() == ["alee", "kim"])
    }

    @Test("A partner whom two sites turned to apart is to be looked at; turned to again knowingly is not")
    func contacts() throws {
        let (usw, syd) = try self.apart([])
        try usw.act("kim", "contact log harlan-so \"rang the desk\"")
        try syd.act("alee", "contact log harlan-so \"wrote to the desk\"")
        DeskDouble.meet(usw, syd)
        let look = try #require(syd.file.conflicts.toLookAt.first)
        #expect(look.what == "contacted twice" && look.handle == "harlan-so")
        #expect(look.versions.map(\.text) == ["rang the desk", "wrote to the desk"])
        #expect(ConflictLedger.count(usw.state, usw.file.summary) == 1)
        let (one, two) = try self.apart([("kim", "contact log harlan-so \"rang the desk\"")])
        try two.act("alee", "contact log harlan-so \"rang again\"")
        DeskDouble.meet(one, two)
        #expect(one.file.conflicts.toLookAt.isEmpty)
    }

    @Test("A number that two sites gave out names both, each with its site, and neither without")
    func numbers() throws {
        let (usw, syd) = try self.apart([])
        try usw.act("kim", "subject add suspect")
        try usw.act("kim", "contain disable subj:1 --why CREDIBLE")
        try syd.act("alee", "subject add victim")
        DeskDouble.meet(usw, syd)
        #expect(usw.section("people").items.map(\.id).sorted() == ["subj:1.syd", "subj:1.usw"])
        #expect(usw.item("containment", "disable/subj:1.usw")?.state == "intent")
        #expect(usw.refusal("kim", "subject set subj:1 --age adult")?.code == "item.ambiguous")
        try usw.act("kim", "subject set subj:1.syd --age teen")
        try usw.act("kim", "subject add bystander")
        #expect(usw.section("people").items.contains { $0.id == "subj:2" })
    }

    @Test("A release that had not seen a renewal does not end the hold")
    func holds() throws {
        let (usw, syd) = try self.apart([("kim", "hold add us.2703f")])
        try usw.act("pat", "hold release us.2703f --note served")
        try syd.act("alee", "hold renew us.2703f")
        DeskDouble.meet(usw, syd)
        #expect(usw.item("holds", "us.2703f")?.state == "held")
        #expect(usw.item("holds", "us.2703f")?.marks == ["held against a release"])
    }

    @Test("A review says what was known at that site at that time")
    func review() throws {
        let (usw, syd) = try self.apart()
        try syd.act("alee", "verify callback --result failed --note \"number is a shop\"")
        usw.pass(minutes: 5)
        try usw.act("kim", "decide disclose --items phone --basis us.2702c4")
        try usw.act("pat", "approve dec:1")
        DeskDouble.meet(usw, syd)
        let report = ReviewReport(usw.file, rules: usw.rules, now: usw.now)
        let decision = try #require(report.sections.first { $0.name == "decisions" }?.items.first)
        #expect(decision.marks == ["not all was known"])
        #expect(
            decision.details.contains {
                $0.key == "not known at usw" && $0.value.contains("number is a shop")
            })
        #expect(decision.details.contains { $0.key == "known at usw" && $0.value.hasPrefix("V3 ok") })
        #expect(report.sections.map(\.name).contains("verification"))
        #expect(report.sections.last?.name == "review")
        #expect(report.sections.dropLast().allSatisfy { !$0.items.isEmpty })
    }
}
