import BatonEncoding
import BatonModel

/// `settle`: a person ends a conflict. What it settles stands in the log with what it chose between.
enum SettleActs {
    static let specs = [
        ActSpec(
            "settle", "end a conflict: keep one version, write a third, or hand it up",
            details: [
                "Settlements that disagree make a new conflict. Whatever was done outside stays done and on record."
            ],
            parameters: [
                .init("conflict", .word, "the conflict, as `conflicts` names it", required: true),
                .init("way", .choice(["keep", "merge", "escalate"]), "how", required: true),
                .init("which", .word, "of keep: the site or the number; of escalate: whom to page"),
            ],
            options: [
                .why("a settle code"), .init("value", .text, "of merge: the value that both become"),
                .init("note", .text, "in words"),
            ],
            examples: [
                "settle severity keep usw", "settle decision escalate legal-oncall",
                "settle agency merge --value harlan-so",
            ], perform: Self.settle)
    ]

    private static func settle(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let typed = act.value("conflict") ?? ""
        let open = file.conflicts.open
        guard let record = open.first(where: { $0.handle.lowercased() == typed.lowercased() }) else {
            let known = open.map(\.handle).joined(separator: ", ")
            throw ActRefusal(
                .notFound, "settle.no-such", "There is no open conflict `\(typed)`.",
                known.isEmpty ? "Nothing is open." : "Open are: \(known).")
        }
        if case .order(let reference) = record.kind, act.value("way") != "escalate" {
            throw ActRefusal(
                .refused, "settle.counsel", "Counsel decides between a hold and an order to destroy.",
                "A lead records it: hold counsel \(reference) keep|destroy")
        }
        let code = try act.reason(.settle, scene) ?? ""
        switch act.value("way") {
        case "keep": return try Self.keep(record, code, act, file, scene)
        case "merge": return try Self.merge(record, act, file)
        default: return try Self.escalate(record, act, file, scene)
        }
    }

    // MARK: - Keep

    private static func keep(
        _ record: ConflictRecord, _ code: String, _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        // Of custody the site that made the case may be kept though its epoch was opened by no act.
        if record.kind == .custody, let which = act.value("which"), record.version(which) == nil {
            return try CustodyActs.settle(Act("custody settle", ["keep": [which]]), file, scene)
        }
        guard let which = act.value("which"), let version = record.version(which) else {
            let sides = record.versions.enumerated().map { "\($0 + 1) \($1.site) \($1.text)" }
            throw ActRefusal(
                .choice, "settle.which", "Nobody can tell which version is to be kept.",
                "Name its number or its site: \(sides.joined(separator: ", ")).")
        }
        if record.kind == .custody {
            let settling = Act("custody settle", ["keep": [version.site.description]])
            return try CustodyActs.settle(settling, file, scene)
        }
        let words = try act.cleanText("note") ?? ""
        let operations = try Self.operations(record, version, code: code, words: words, file)
        return ActOutcome(
            operations, said: ["\(record.what): \(version.text) is kept."],
            hints: record.versions.filter { $0.dot != version.dot }.map {
                "tell \(scene.name(of: $0.by)) at \($0.site)"
            })
    }

    private static func operations(
        _ record: ConflictRecord, _ version: ConflictRecord.Version, code: String, words: String,
        _ file: CaseFile
    ) throws(ActRefusal) -> [Operation] {
        switch record.kind {
        case .register(let field):
            let writes = file.state[.global]?.registers[field] ?? []
            guard let value = writes.first(where: { $0.dot == version.dot })?.value else { return [] }
            return [Self.settlement(field, value, writes)]
        case .decision:
            guard let item = file.decisions.opposed.first(where: { $0.approval?.dot == version.dot }) else {
                return []
            }
            var body = DecisionBody(.settled, item: item.key)
            (body.code, body.words) = (code, words)
            let writes = file.state[.global]?.registers[CaseField.decision] ?? []
            let value = CBORValue.text(item.proposal.body.summary)
            let register =
                writes.count > 1
                ? Self.settlement(CaseField.decision, value, writes) : file.set(CaseField.decision, value)
            return [file.entry(CaseField.decisions, body), register]
        case .gate(let gate):
            let results = file.verification.standing(gate).results
            guard var body = results.first(where: { $0.dot == version.dot })?.body else { return [] }
            (body.code, body.words) = (code, words.isEmpty ? body.words : words)
            return [file.entry(CaseField.verification, body)]
        case .executor(let action, let target):
            return Self.executor(version, action: action, target: target, file)
        case .report(let form, let number):
            var body = ReportBody(.draft, form: form, number: number)
            body.executor = SiteID(version.text)
            body.words = words
            return [file.entry(CaseField.reports, body)]
        case .order, .custody, .toLookAt: return []
        }
    }

    private static func executor(
        _ version: ConflictRecord.Version, action: String, target: String, _ file: CaseFile
    ) -> [Operation] {
        let item = file.containments.items.first { $0.action == action && $0.target == target }
        guard let item, var body = item.intents.first(where: { $0.dot == version.dot })?.body else {
            return []
        }
        // What a second person agreed to stays agreed to.
        body.needsSecondPerson = item.state == .awaiting
        return [file.entry(CaseField.containment, body)]
    }

    private static func settlement(_ field: FieldCode, _ value: CBORValue, _ writes: [Write]) -> Operation {
        let cited = writes.prefix(Settlement.citedMax).map {
            CitedDot(reference: $0.reference, index: $0.dot.index)
        }
        return Operation(
            shape: OperationShape(kind: .settle, field: field, isMaterial: true),
            body: Settlement(value: value, cited: cited).body)
    }

    // MARK: - Merge and escalate

    private static func merge(
        _ record: ConflictRecord, _ act: Act, _ file: CaseFile
    ) throws(ActRefusal) -> ActOutcome {
        guard case .register(let field) = record.kind, field != CaseField.decision,
            let rule = DeskFieldTable.current.rule(file.document, field),
            case .text(let bytesMax) = rule.value
        else {
            throw ActRefusal(
                .refused, "settle.no-merge", "\(record.what) has no third value.",
                "Keep one version, or hand it up with escalate.")
        }
        let text = try act.neededText("value", bytesMax: bytesMax)
        let writes = file.state[.global]?.registers[field] ?? []
        return ActOutcome(
            [Self.settlement(field, .text(text), writes)], said: ["\(record.what): \(text)."])
    }

    private static func escalate(
        _ record: ConflictRecord, _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        guard let whom = act.value("which") else {
            throw ActRefusal(
                .badValue, "settle.whom", "Nobody was named to hand it to.",
                "Name a duty or a person: settle \(record.handle) escalate legal-oncall")
        }
        var page = PageBody(.page, item: ItemKey.next(after: file.pages.items.map(\.key), scene))
        page.to = try Act.clean(whom, "which", bytesMax: 64)
        page.situation = "conflict: \(record.what)"
        page.background = LedgerMap.clipped(
            record.versions.map { "\($0.site): \($0.text)" }.joined(separator: " | "))
        page.recommendation = record.remedy
        var outcome = ActOutcome(
            [file.entry(CaseField.pages, page)],
            said: ["Paged \(page.to) with both histories. Until settled: \(record.safeValue)."])
        if record.kind == .decision {
            var body = DecisionBody(.settled, item: ItemKey(number: 0, tag: 0))
            body.isEscalated = true
            body.words = try act.cleanText("note") ?? ""
            outcome.operations.append(file.entry(CaseField.decisions, body))
        }
        return outcome
    }
}
