import BatonDesk
import BatonModel
import Testing

/// What stands in a ledger need not have gone through an act of this build: the projections keep the rules too.
@Suite("Rules that hold whatever the ledger says")
struct ForgeryTests {
    @Test("Nobody is their own second person, even where an entry says so")
    func ownApproval() throws {
        let desk = DeskDouble("usw")
        for (person, line) in Lines.verified + [Lines.disclose] { try desk.act(person, line) }
        let item = try #require(desk.file.decisions.items.first)
        let kim = DeskTeam.shared.person("kim").id
        let shape = OperationShape(kind: .append, field: CaseField.decisions, isMaterial: true)
        desk.write([Operation(shape: shape, body: DecisionBody(.approve, item: item.key).value)], by: kim)
        #expect(desk.item("decisions", "dec:1")?.state == "proposed")
        var gap = GateBody(.gap, gate: "V8")
        gap.code = "GAP-CALLBACK"
        gap.item = ItemKey(number: 1, tag: 9)
        var agreed = GateBody(.gapApproved, gate: "V8")
        agreed.item = gap.item
        let gates = OperationShape(kind: .append, field: CaseField.verification, isMaterial: true)
        desk.write(
            [Operation(shape: gates, body: gap.value), Operation(shape: gates, body: agreed.value)], by: kim)
        #expect(desk.file.verification.standing("V8").gap?.approval == nil)
    }

    @Test("A proposal under the key of one that was agreed to waits for a word of its own")
    func keyTaken() throws {
        let (usw, syd) = (DeskDouble("usw"), DeskDouble("syd"))
        try usw.act("kim", "decide refuse --why REFUSED-UNVERIFIED")
        DeskDouble.meet(usw, syd)
        try syd.act("mo", "approve dec:1")
        DeskDouble.meet(usw, syd)
        let agreed = try #require(usw.file.decisions.items.first)
        #expect(agreed.state == .approved)
        var other = DecisionBody(.propose, item: agreed.key)
        other.choice = .disclose
        other.contents = ["everything"]
        let shape = OperationShape(kind: .append, field: CaseField.decisions, isMaterial: true)
        usw.now += 1_000
        usw.write([Operation(shape: shape, body: other.value)], by: DeskTeam.shared.person("kim").id)
        #expect(usw.file.decisions.items.map(\.state) == [.approved, .proposed])
        #expect(usw.file.decisions.standing.map(\.choice) == [.refuse])
    }

    @Test("A word to a name that two proposals go by agrees to neither, and the desk says so")
    func keyTwice() throws {
        let (usw, syd) = (DeskDouble("usw"), DeskDouble("syd"))
        try usw.act("kim", "decide refuse --why REFUSED-UNVERIFIED")
        let key = try #require(usw.file.decisions.items.first?.key)
        var other = DecisionBody(.propose, item: key)
        other.choice = .disclose
        other.contents = ["everything"]
        let shape = OperationShape(kind: .append, field: CaseField.decisions, isMaterial: true)
        usw.now += 1_000
        usw.write([Operation(shape: shape, body: other.value)], by: DeskTeam.shared.person("kim").id)
        DeskDouble.meet(usw, syd)
        #expect(syd.item("decisions", "dec:1")?.marks.contains("name used twice") == true)
        let refusal = #expect(throws: ActRefusal.self) { try syd.act("mo", "approve dec:1") }
        #expect(refusal?.code == "approve.name-twice")
        // An older build would have written it.
        syd.write(
            [Operation(shape: shape, body: DecisionBody(.approve, item: key).value)],
            by: DeskTeam.shared.person("mo").id)
        #expect(syd.file.decisions.items.map(\.state) == [.proposed, .proposed])
        #expect(syd.file.decisions.standing.isEmpty)
        try usw.act("kim", "decide withdraw dec:1")
        #expect(usw.file.decisions.items.map(\.state) == [.withdrawn, .withdrawn])
    }

    @Test("A word to a gap whose name two gaps go by agrees to neither")
    func gapTwice() throws {
        let desk = DeskDouble("usw")
        var gap = GateBody(.gap, gate: "V8")
        gap.code = "GAP-CALLBACK"
        gap.item = ItemKey(number: 1, tag: 9)
        var wider = gap
        wider.gate = "V1"
        let shape = OperationShape(kind: .append, field: CaseField.verification, isMaterial: true)
        let (kim, pat) = (DeskTeam.shared.person("kim").id, DeskTeam.shared.person("pat").id)
        for body in [gap, wider] {
            desk.now += 1_000
            desk.write([Operation(shape: shape, body: body.value)], by: kim)
        }
        let refusal = #expect(throws: ActRefusal.self) { try desk.act("pat", "approve gap:1") }
        #expect(refusal?.code == "approve.name-twice")
        var agreed = GateBody(.gapApproved, gate: "V8")
        agreed.item = gap.item
        desk.write([Operation(shape: shape, body: agreed.value)], by: pat)
        #expect(desk.file.verification.gaps.map(\.approval?.by) == [nil, nil])
    }

    @Test("A suspicion outlives a clearing that had not seen it")
    func suspicion() throws {
        let (usw, syd) = (DeskDouble("usw"), DeskDouble("syd"))
        try usw.act("kim", "verify fraud suspected --note seal")
        DeskDouble.meet(usw, syd)
        try usw.act("kim", "verify fraud confirmed --note \"the real agency knows nothing\"")
        syd.now += 60_000
        try syd.act("alee", "verify fraud cleared --note known")
        #expect(!syd.file.verification.isFraudSuspected)
        DeskDouble.meet(usw, syd)
        #expect(usw.file.verification.isFraudSuspected && syd.file.verification.isFraudSuspected)
    }

    @Test("Counsel's answers that differ keep the hold, and expected times that differ give the earlier one")
    func safeValues() throws {
        let (usw, syd) = (DeskDouble("usw"), DeskDouble("syd"))
        try usw.act("kim", "hold add us.2703f")
        try usw.act("kim", "hold destroy A1 --note AFP")
        try usw.act("kim", "contact log AFP asked --ask")
        DeskDouble.meet(usw, syd)
        try usw.act("pat", "hold counsel A1 destroy --note x")
        try syd.act("mo", "hold counsel A1 keep --note y")
        try usw.act("kim", "contact expect AFP \(usw.now + 600_000) \"ring\"")
        try syd.act("alee", "contact expect AFP \(syd.now + 300_000) \"ring\"")
        DeskDouble.meet(usw, syd)
        for desk in [usw, syd] {
            #expect(desk.item("holds", "order:A1")?.state == "kept")
            #expect(desk.item("contacts", "con:1")?.due == DeskDouble.start + 300_000)
        }
    }

    @Test("A withdrawal beats an approval that had not seen it")
    func withdrawn() throws {
        let (usw, syd) = (DeskDouble("usw"), DeskDouble("syd"))
        try usw.act("kim", "decide refuse --why REFUSED-UNVERIFIED")
        DeskDouble.meet(usw, syd)
        try usw.act("kim", "decide withdraw dec:1")
        try syd.act("mo", "approve dec:1")
        DeskDouble.meet(usw, syd)
        #expect(usw.item("decisions", "dec:1")?.state == "withdrawn")
        #expect(syd.file.decisions.standing.isEmpty)
    }
}
