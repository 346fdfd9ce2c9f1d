import BatonModel

/// `report RECIPIENT draft|file|receipt|retract`.
enum ReportActs {
    static let specs = [
        ActSpec(
            "report", "draft an external report, and record that it was filed and received",
            details: [
                "Baton sends nothing: it keeps what was filled, checks it against the form, and keeps one site as "
                    + "the one that files.",
                "Restricted fields are filled where the report is written; here --filled says that they are.",
            ],
            parameters: [
                .init(
                    "form", .word, "the form, such as NCMEC, or NCMEC/2 for the second one", required: true),
                .init(
                    "step", .choice(["draft", "file", "receipt", "retract"]), "what is done", required: true),
                .init("receipt", .word, "the recipient's number, of `receipt`"),
            ],
            options: [
                .init("set", .text, "block.field=value", repeats: true),
                .init("filled", .word, "block.field that was filled outside", repeats: true),
                .init("test", .flag, "it is a test and fulfils no duty"),
                .init("live", .flag, "it is no test"),
                .init("executor", .word, "the site that files it"), .init("note", .text, "in words"),
            ],
            examples: [
                "report NCMEC draft --set incident.type=enticement --filled reported.account",
                "report NCMEC file",
                "report NCMEC receipt 4711",
            ], perform: Self.report)
    ]

    private static func report(
        _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let (form, number) = try Self.form(act, scene)
        let item = file.reports.items.first { $0.form == form.id && $0.number == number }
        switch act.value("step") {
        case "draft": return try Self.draft(form, number, item, act, file, scene)
        case "file": return try Self.filed(form, item, act, file, scene)
        case "receipt": return try Self.receipt(item, act, file)
        default: return try Self.retract(item, act, file)
        }
    }

    private static func form(
        _ act: Act, _ scene: ActScene
    ) throws(ActRefusal) -> (FormTemplate, UInt64) {
        let typed = act.value("form") ?? ""
        let pieces = typed.split(separator: "/", maxSplits: 1)
        let number = pieces.count == 2 ? UInt64(pieces[1]) : 1
        let form = pieces.first.flatMap { scene.rules.form(String($0)) }
        guard let form, form.purpose == .report, let number, (1...1_000).contains(number) else {
            let known = scene.rules.forms.filter { $0.purpose == .report }.map(\.id)
            throw ActRefusal(
                .notFound, "report.no-such-form", "The rule book has no report form `\(typed)`.",
                known.isEmpty ? "See config/sops." : "It has: \(known.joined(separator: ", ")).")
        }
        return (form, number)
    }

    private static func draft(
        _ form: FormTemplate, _ number: UInt64, _ item: ReportLedger.Item?, _ act: Act, _ file: CaseFile,
        _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        if let item, item.state == .filed || item.state == .receipted {
            throw ActRefusal(
                .refused, "report.filed-already",
                "\(item.label) is \(item.state.rawValue): it changes no more.",
                "Write a supplement: report \(form.id)/\(number + 1) draft.")
        }
        var body = ReportBody(.draft, form: form.id, number: number)
        body.fields = try ReportFields.read(act, form)
        body.isTest = act.has("test") ? true : act.has("live") ? false : nil
        body.words = try act.cleanText("note") ?? ""
        body.executor = try Self.executor(act, scene) ?? (item?.executors.isEmpty ?? true ? scene.site : nil)
        let names = Set(body.fields.map(\.name))
        let filled = (item?.filled ?? []).union(names)
        let missing = form.missing(filled: filled)
        var outcome = ActOutcome(
            [file.entry(CaseField.reports, body)] + file.milestone(.drafted) + file.activity)
        outcome.said.append("\(form.title): \(body.fields.count) fields written.")
        outcome.hints.append(
            missing.isEmpty ? "Next: report \(form.id) file" : "Missing: \(missing.joined(separator: ", "))")
        return outcome
    }

    private static func executor(_ act: Act, _ scene: ActScene) throws(ActRefusal) -> SiteID? {
        guard let typed = act.value("executor") else { return nil }
        let sites = scene.membership.head.sites.map(\.site)
        if let site = SiteID(typed.lowercased()), sites.contains(site) { return site }
        throw ActRefusal(
            .notFound, "report.no-such-site", "The team has no site `\(typed)`.",
            "Its sites are: \(sites.map(\.description).joined(separator: ", ")).")
    }

    private static func filed(
        _ form: FormTemplate, _ item: ReportLedger.Item?, _ act: Act, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) -> ActOutcome {
        let item = try Self.existing(item, [.draft])
        guard item.executors == [scene.site] else {
            let names = item.executors.map(\.description).joined(separator: " and ")
            throw ActRefusal(
                .refused, "report.not-executor", "\(item.label) is filed at \(names), not here.",
                "File it there, or move it: report \(item.label) draft --executor \(scene.site).",
                because: ["One executor keeps a report from being filed twice."])
        }
        let missing = form.missing(filled: item.filled)
        guard missing.isEmpty else {
            throw ActRefusal(
                .refused, "report.incomplete", "\(item.label) lacks \(missing.joined(separator: ", ")).",
                "Write them with --set, or say with --filled that they are filled outside.")
        }
        guard item.disputed.isEmpty else {
            throw ActRefusal(
                .choice, "report.disputed",
                "\(item.disputed.joined(separator: ", ")) was written differently apart.",
                "Say which is right: report \(item.label) draft --set …")
        }
        var body = ReportBody(.filed, form: item.form, number: item.number)
        body.words = try act.cleanText("note") ?? ""
        var outcome = ActOutcome([file.entry(CaseField.reports, body)])
        guard !item.isTest else {
            outcome.said.append("\(item.label) filed as a TEST: it fulfils no duty.")
            return outcome
        }
        outcome.operations += file.milestone(.filed)
        outcome.said.append("\(item.label) filed.")
        outcome.hints.append("Next: report \(item.label) receipt NUMBER")
        if let law = scene.rules.law(form.filing.rule), law.hold != nil {
            outcome.hints.append("hold add \(law.id)")
        }
        return outcome
    }

    private static func receipt(
        _ item: ReportLedger.Item?, _ act: Act, _ file: CaseFile
    ) throws(ActRefusal) -> ActOutcome {
        let item = try Self.existing(item, [.filed, .receipted])
        guard let number = act.value("receipt") else {
            throw ActRefusal(
                .badValue, "report.no-number", "A receipt has a number.",
                "report \(item.label) receipt NUMBER")
        }
        var body = ReportBody(.receipt, form: item.form, number: item.number)
        body.receipt = try Act.clean(number, "receipt", bytesMax: 64)
        body.words = try act.cleanText("note") ?? ""
        return ActOutcome(
            [file.entry(CaseField.reports, body)] + (item.isTest ? [] : file.milestone(.receipted)),
            said: ["\(item.label): receipt \(body.receipt)."])
    }

    private static func retract(
        _ item: ReportLedger.Item?, _ act: Act, _ file: CaseFile
    ) throws(ActRefusal) -> ActOutcome {
        let item = try Self.existing(item, [.draft, .filed])
        var body = ReportBody(.retracted, form: item.form, number: item.number)
        body.words = try act.cleanText("note") ?? ""
        return ActOutcome(
            [file.entry(CaseField.reports, body)], said: ["\(item.label) is retracted."],
            hints: item.state == .filed ? ["tell the recipient: nothing is taken back there by this"] : [])
    }

    private static func existing(
        _ item: ReportLedger.Item?, _ states: [ReportLedger.State]
    ) throws(ActRefusal) -> ReportLedger.Item {
        guard let item else {
            throw ActRefusal(
                .notFound, "report.no-such", "There is no such report in this case.",
                "Begin with `report FORM draft`.")
        }
        guard states.contains(item.state) else {
            throw ActRefusal(
                .refused, "report.wrong-step", "\(item.label) is \(item.state.rawValue).",
                "The steps are draft, file, receipt; retract comes before the receipt.")
        }
        return item
    }
}

/// Reads the fields of a draft against its form.
private enum ReportFields {
    static func read(_ act: Act, _ form: FormTemplate) throws(ActRefusal) -> [ReportBody.Field] {
        var fields: [ReportBody.Field] = []
        for text in act.arguments["set"] ?? [] {
            guard let equals = text.firstIndex(of: "=") else {
                throw ActRefusal(
                    .badValue, "report.bad-field", "`\(text)` has no value.", "Write block.field=value.")
            }
            let name = String(text[..<equals])
            let value = String(text[text.index(after: equals)...])
            try Self.check(value, try Self.field(name, form), name)
            fields.append(.init(name: name, value: value))
        }
        for name in act.arguments["filled"] ?? [] {
            _ = try Self.field(name, form)
            fields.append(.init(name: name, value: nil))
        }
        guard !fields.isEmpty || act.has("executor") || act.has("test") || act.has("live") else {
            throw ActRefusal(
                .badValue, "report.nothing-written", "No field was given.",
                "Use --set block.field=value and --filled block.field.")
        }
        return fields
    }

    private static func field(_ name: String, _ form: FormTemplate) throws(ActRefusal) -> FormTemplate.Field {
        let pieces = name.split(separator: ".", omittingEmptySubsequences: false)
        let block = form.blocks.first { $0.key == pieces.first.map(String.init) }
        let isNumbered = pieces.count == 3 && (block?.isRepeated ?? false) && Int(pieces[1]) ?? 0 > 0
        if let last = pieces.last, pieces.count == 2 || isNumbered,
            let field = block?.fields.first(where: { $0.key == last })
        {
            return field
        }
        let known = form.blocks.flatMap { block in block.fields.map { "\(block.key).\($0.key)" } }
        throw ActRefusal(
            .notFound, "report.no-such-field", "The form has no field `\(name)`.",
            "It has: \(known.joined(separator: ", ")).")
    }

    private static func check(
        _ value: String, _ field: FormTemplate.Field, _ name: String
    ) throws(ActRefusal) {
        guard field.residency != .restricted else {
            throw ActRefusal(
                .refused, "report.restricted-field",
                "`\(name)` is restricted, and every site would store it.",
                "Fill it where the report is written and say --filled \(name).")
        }
        _ = try Act.clean(value, name, bytesMax: 1024)
        let isFit: Bool =
            switch field.kind {
            case .text, .time: !value.isEmpty
            case .flag: value == "yes" || value == "no"
            case .number: Int(value) != nil
            case .choice: field.choices.contains(value)
            case .choices:
                value.split(separator: ",").allSatisfy { piece in field.choices.contains { $0 == piece } }
            }
        guard isFit else {
            let takes =
                field.choices.isEmpty
                ? (field.kind == .flag ? "yes or no" : field.kind == .number ? "a whole number" : "some text")
                : field.choices.joined(separator: ", ")
            throw ActRefusal(
                .badValue, "report.bad-value", "`\(name)` cannot be `\(value)`.", "It takes \(takes).")
        }
    }
}
