import BatonDesk
import BatonModel

/// A small rule book for tests: one of each thing that the acts ask for.
enum DeskBook {
    static let minute: Int64 = 60_000

    static let book: RuleBook = {
        var book = RuleBook()
        book.regions = [.init(key: "eu", countries: ["DE", "FR"])]
        book.laws = Self.laws
        book.stages = Self.stages
        book.orderStage = OrderStage(title: "acknowledge the order", withinMilliseconds: 5 * Self.minute)
        book.severities = Severity.allCases.map {
            SeverityRule(
                severity: $0, meaning: $0.word, test: "", example: "", loweringNeedsSecondPerson: $0 == .s0)
        }
        book.gates = Self.gates
        book.containments = Self.containments
        book.checklists = [Self.checklist(version: 7)]
        book.codes = Self.codes
        book.forms = [Self.form, Self.review]
        return book
    }()

    private static let codes: [ReasonCode] = {
        let table: [(ReasonCode.Use, [String])] = [
            (.severity, ["INSUFFICIENT", "NOT-CREDIBLE"]),
            (
                .edr,
                ["PRESERVE-ONLY", "REFUSED-UNVERIFIED", "FRAUD-SUSPECTED", "GAP-CALLBACK", "GAP-SUPERVISOR"]
            ),
            (.skip, ["OVERTAKEN", "DONE-ELSEWHERE"]), (.clock, ["WAIT-LE", "WAIT-LEGAL"]),
            (.contain, ["TTL-IMMINENT", "CREDIBLE"]), (.settle, ["FIRST-EPOCH", "BETTER-EVIDENCE"]),
            (.close, ["REFERRED", "CONTAINED"]), (.takeover, ["PARTITION"]),
        ]
        return table.flatMap { use, codes in
            codes.map { ReasonCode(code: $0, meaning: $0.lowercased(), uses: [use], isRetired: false) }
        }
    }()

    static func checklist(version: Int) -> Checklist {
        let texts = [
            "Log receipt time and channel", "Acknowledge to agency", "Search linked cases",
            "Place preservation",
            "Domain check", "Call back on directory number", "Supervisor confirm",
        ]
        let steps = texts.enumerated().map { place, text in
            ChecklistStep(
                key: "s\(place + 1)", text: version > 7 ? "\(text), v\(version)" : text,
                isMandatory: place != 2,
                milestone: place == 3 ? Milestone(word: "preserved") : nil, gate: place == 5 ? "V3" : "",
                roles: place == 6 ? ["lead"] : [])
        }
        return Checklist(id: "edr", title: "EDR", type: .emergencyDataRequest, version: version, steps: steps)
    }

    private static let gates: [VerificationGate] = {
        let anchor = VerificationGate.Anchor(text: "public guidelines", reading: .primary)
        func gate(_ id: String, _ word: String, required: Bool = true, days: Int = 0, gap: String = "")
            -> VerificationGate
        {
            VerificationGate(
                id: id, word: word, rule: "rule of \(word)", anchor: anchor,
                applies: .init(isRequired: required, foreignOnly: false, withinDays: days), gapCode: gap)
        }
        return [
            gate("V1", "channel"), gate("V2", "domain"), gate("V3", "callback", gap: "GAP-CALLBACK"),
            gate("V4", "supervisor", gap: "GAP-SUPERVISOR"), gate("V5", "document", required: false),
            gate("V6", "emergency"), gate("V7", "minimum"), gate("V8", "history", required: false),
            gate("V9", "two-people"), gate("V10", "follow-up", days: 7),
        ]
    }()

    private static let containments = [
        ContainmentAction(
            key: "disable", title: "disable content", reversibility: .yes, secondPerson: .never,
            isSingleExecutor: true, caution: ""),
        ContainmentAction(
            key: "suspend", title: "suspend account", reversibility: .yes, secondPerson: .belowS1,
            isSingleExecutor: true, caution: "may tip off: ask police first"),
        ContainmentAction(
            key: "ban", title: "ban", reversibility: .costly, secondPerson: .always, isSingleExecutor: true,
            caution: ""),
        ContainmentAction(
            key: "destroy", title: "destroy by order", reversibility: .no, secondPerson: .withCounsel,
            isSingleExecutor: true, caution: ""),
    ]

    private static let stages: [ClockStage] = {
        func stage(
            _ key: String, _ minutes: [Int64?], met: String, start: ClockRule.Start = .received,
            again: Bool = false
        )
            -> ClockStage
        {
            let milestone = Milestone(word: met).map { [$0] } ?? []
            return ClockStage(
                type: .emergencyDataRequest, key: key, title: "EDR \(key)",
                ends: .init(start: start, metBy: milestone, isRecurring: again),
                withinMilliseconds: minutes.map { $0.map { $0 * Self.minute } })
        }
        return [
            stage("ack", [5, 10, 30, 60, 60], met: "acknowledged"),
            stage("verify", [15, 25, 120, nil, nil], met: "verified"),
            stage("decide", [30, 60, 240, nil, nil], met: "decided"),
            stage("update", [30, 60, 240, nil, nil], met: "resolved", again: true),
        ]
    }()

    private static let laws: [LegalRule] = [
        law("us.2702c4", "us", .permission), law("us.2702b8", "us", .permission),
        law("us.2703f", "us", .retention, hold: HoldRule(days: 90, from: "request", renewalDays: 90)),
        law("us.2258A.hold", "us", .retention, hold: HoldRule(days: 365, from: "filing", renewalDays: 0)),
        law(
            "eu.tco", "eu", .deadline,
            clock: ClockRule(start: .attached, withinMilliseconds: 60 * Self.minute, isHard: true, metBy: [])),
    ]

    private static func law(
        _ id: String, _ place: String, _ kind: LegalRule.Kind, clock: ClockRule? = nil, hold: HoldRule? = nil
    ) -> LegalRule {
        let day = CivilDate(daysSince1970: 20_000)
        return LegalRule(
            id: id, words: .init(title: "rule \(id)", trigger: "", duty: "duty of \(id)", notes: ""),
            scope: .init(
                kind: kind, jurisdiction: place, types: CaseType.allCases, recipient: "", decides: []),
            clock: clock, hold: hold,
            source: RuleSource(
                citation: "citation of \(id)", url: "", reading: .primary, readOn: day, reviewBy: day,
                counselOK: true))
    }

    private static let form = FormTemplate(
        id: "NCMEC", title: "CyberTip", purpose: .report,
        filing: .init(recipient: "NCMEC", rule: "us.2258A.hold", reading: .primary, counselOK: true),
        blocks: [
            .init(
                key: "incident", title: "Incident", isRepeated: false,
                fields: [
                    .init(
                        key: "type", label: "type", kind: .choice, isRequired: true, residency: .global,
                        choices: ["enticement", "material"]),
                    .init(
                        key: "at", label: "time", kind: .time, isRequired: true, residency: .global,
                        choices: []),
                ]),
            .init(
                key: "reported", title: "Person", isRepeated: true,
                fields: [
                    .init(
                        key: "name", label: "name", kind: .text, isRequired: true, residency: .restricted,
                        choices: []),
                    .init(
                        key: "note", label: "note", kind: .text, isRequired: false, residency: .contextual,
                        choices: []),
                ]),
        ])

    private static let review = FormTemplate(
        id: "review", title: "Review", purpose: .review,
        filing: .init(recipient: "team", rule: "", reading: .ours, counselOK: true),
        blocks: [
            .init(
                key: "learned", title: "What we learned", isRepeated: false,
                fields: [
                    .init(
                        key: "well", label: "what went well", kind: .text, isRequired: true,
                        residency: .global,
                        choices: [])
                ])
        ])
}
