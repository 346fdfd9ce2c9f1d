import BatonDesk
import BatonEncoding
import BatonModel
import Testing

@Suite("Stories of the desk")
struct StoryTests {
    @Test("Triage of an EDR: gates close one by one, a second person decides, the clocks are met")
    func triage() throws {
        let usw = DeskDouble("usw")
        usw.write(
            [
                usw.file.setForTest(CaseField.source, "portal"),
                usw.file.setForTest(CaseField.agency, "harlan-so"),
            ], by: DeskTeam.shared.person("kim").id)
        usw.pass(minutes: 1)
        let triage = try usw.act(
            "kim", "triage --type EDR --sev S0 --intent y --capability y --specific y --juris US")
        #expect(triage.said.contains("S? -> S0  (intent y, capability y, specific y)"))
        #expect(triage.said.contains("template edr/v7, 7 steps added"))
        #expect(
            triage.said.contains(
                "Clocks: verify 03:06Z | decide 03:21Z | update every 30 min | ack met 02:52Z"))
        #expect(usw.file.summary.status == .triaged)
        usw.pass(minutes: 3)
        let domain = try usw.act("kim", "verify domain sheriff.harlan.example --result ok")
        #expect(domain.said.contains("Note: a matching domain alone never satisfies disclosure."))
        usw.pass(minutes: 3)
        let callback = try usw.act(
            "kim", "verify callback --number dir:217 --spoke \"duty lieutenant\" --result ok")
        #expect(callback.said == ["V3 callback ok 02:58Z (number from our directory, dir:217)"])
        let refusal = usw.refusal("kim", "decide disclose --items last-login-ip,phone --basis us.2702c4")
        #expect(refusal?.code == "disclose.gates-open")
        #expect(refusal?.what == "V4 supervisor and V6 emergency are open.")
        try usw.act("kim", "verify supervisor --name \"shift captain\" --result ok")
        let stated = try usw.act(
            "kim",
            "verify emergency --whose \"adult, identified by agency\" --danger \"stated plan tonight\" "
                + "--why-now \"under 6 h\" --data \"last location signal\" --why-not-process \"judge unreachable\""
        )
        #expect(stated.said == ["V6 recorded."])
        #expect(stated.hints == ["Next: decide"])
        usw.pass(minutes: 6)
        let proposal = try usw.act("kim", "decide disclose --items last-login-ip,phone --basis us.2702c4")
        #expect(proposal.awaitsSecondPerson)
        #expect(proposal.said.first == "Records only, no contents.")
        #expect(usw.refusal("kim", "approve dec:1")?.code == "approve.same-person")
        usw.pass(minutes: 3)
        let approval = try usw.act("pat", "approve dec:1")
        #expect(approval.said == ["DISCLOSE (last-login-ip, phone) 03:07Z"])
        #expect(usw.item("decisions", "dec:1")?.state == "approved")
        #expect(usw.item("clocks", "edr.decide")?.state == "met")
        #expect(usw.item("clocks", "edr.verify")?.state == "met")
        let delivered = try usw.act(
            "pat", "decide delivered dec:1 --to harlan-so --manifest \(String(repeating: "5b", count: 32))")
        #expect(delivered.hints.contains("follow-up paper due 29 Nov"))
        #expect(usw.file.summary.status == .active)
    }
}

extension CaseFile {
    /// A register written as `new` and `edit` write it.
    func setForTest(_ field: FieldCode, _ text: String) -> Operation {
        Operation(shape: OperationShape(kind: .set, field: field, isMaterial: true), body: .text(text))
    }
}
