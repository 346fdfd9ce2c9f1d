import BatonModel

/// `evidence add`, `evidence move`, `evidence verify`.
enum EvidenceActs {
    static let specs = [
        ActSpec(
            "evidence add", "register a piece of evidence by its digest",
            details: [
                "The thing itself never enters Baton, and media of abuse are never stored anywhere by it."
            ],
            parameters: [.init("sort", .word, "what it is: log, image, document", required: true)],
            options: [
                Self.digest, .init("size", .count(0...Int.max), "bytes"),
                .init("acquired", .time, "when; now where it is left out"),
                .init("how", .text, "how it was acquired", required: true),
                .init("ref", .word, "where it lies, a reference such as locker:14"),
            ],
            examples: [
                "evidence add log --sha256 \(String(repeating: "5b", count: 32)) --how export --ref locker:14"
            ],
            perform: Self.add),
        ActSpec(
            "evidence move", "record that a piece of evidence went to somebody else", parameters: [Self.item],
            options: [
                .init("to", .text, "who has it now", required: true),
                .init("purpose", .text, "what for", required: true),
            ],
            examples: ["evidence move ev:1 --to \"AFP liaison\" --purpose investigation"], perform: Self.move),
        ActSpec(
            "evidence verify", "compare a piece of evidence with its digest", parameters: [Self.item],
            options: [Self.digest],
            examples: ["evidence verify ev:1 --sha256 \(String(repeating: "5b", count: 32))"],
            perform: Self.verify),
    ]

    private static let digest = ActSpec.Argument("sha256", .word, "its digest", required: true)
    private static let item = ActSpec.Argument("id", .word, "the piece, ev:N", required: true)

    private static func add(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        let ledger = file.evidence
        let key = ItemKey.next(after: ledger.items.map(\.key), scene)
        var body = EvidenceBody(.add, item: key)
        body.sort = try act.neededText("sort", bytesMax: 64)
        body.digest = try Hexadecimal.digest(act.value("sha256") ?? "", "sha256")
        body.size = act.value("size").flatMap { UInt64($0) }
        body.acquired = act.milliseconds("acquired") ?? scene.now
        body.how = try act.neededText("how")
        body.place = try act.cleanText("ref", bytesMax: 64) ?? ""
        if let same = ledger.items.first(where: { $0.entry.body.digest == body.digest }) {
            throw ActRefusal(
                .refused, "evidence.known", "\(same.label) has that digest already.",
                "Record a move or a check of it instead.")
        }
        return ActOutcome(
            [file.entry(CaseField.evidence, body)], said: ["ev:\(key.number) registered: \(body.sort)."])
    }

    private static func find(_ act: Act, _ file: CaseFile) throws(ActRefusal) -> EvidenceLedger.Item {
        let ledger = file.evidence
        let key = try ledger.labels.key(act.value("id") ?? "")
        guard let item = ledger.items.first(where: { $0.key == key }) else {
            preconditionFailure("a label of the evidence ledger names none of its items")
        }
        return item
    }

    private static func move(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome
    {
        let item = try Self.find(act, file)
        var body = EvidenceBody(.move, item: item.key)
        body.from = LedgerMap.clipped(item.holders.joined(separator: " or "))
        body.to = try act.neededText("to", bytesMax: 128)
        body.purpose = try act.neededText("purpose")
        return ActOutcome(
            [file.entry(CaseField.evidence, body)], said: ["\(item.label) is with \(body.to) now."])
    }

    private static func verify(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let item = try Self.find(act, file)
        var body = EvidenceBody(.verify, item: item.key)
        body.digest = try Hexadecimal.digest(act.value("sha256") ?? "", "sha256")
        let isSame = body.digest == item.entry.body.digest
        return ActOutcome(
            [file.entry(CaseField.evidence, body)],
            said: [isSame ? "\(item.label) is unchanged." : "\(item.label) is NOT what was acquired."],
            hints: isSame ? [] : ["stop using it; tell a lead and whoever had it"])
    }
}
