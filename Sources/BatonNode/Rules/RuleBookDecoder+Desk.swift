import BatonDesk

/// Severities, gates, containment, codes, handoff, checklists.
extension RuleBookDecoder {
    mutating func severities(_ file: YAMLRecord) {
        for node in file.list("severities") {
            guard
                let record = YAMLRecord(
                    node, "severity",
                    required: ["severity", "meaning", "test", "example", "second_person_to_lower"],
                    file.complaints),
                let severity = record.word("severity", Self.severityWords)
            else { continue }
            self.define(.severity(severity.word), record)
            self.book.severities.append(
                SeverityRule(
                    severity: severity, meaning: record.text("meaning"), test: record.text("test"),
                    example: record.text("example"),
                    loweringNeedsSecondPerson: record.flag("second_person_to_lower")))
        }
    }

    mutating func gates(_ file: YAMLRecord) {
        for node in file.list("gates") {
            guard
                let record = YAMLRecord(
                    node, "gate", required: ["id", "word", "rule", "anchor", "reading", "required"],
                    optional: ["gap", "foreign_only", "within_days"], file.complaints),
                let reading = record.word("reading", LegalRule.Reading.self)
            else { continue }
            let gate = VerificationGate(
                id: record.name("id"), word: record.name("word"), rule: record.text("rule"),
                anchor: VerificationGate.Anchor(text: record.text("anchor"), reading: reading),
                applies: VerificationGate.Applies(
                    isRequired: record.flag("required"), foreignOnly: record.flag("foreign_only"),
                    withinDays: record.number("within_days", 1...366) ?? 0), gapCode: record.name("gap"))
            self.define(.gate(gate.id), record)
            self.book.gates.append(gate)
        }
        for node in file.list("expectations") {
            guard
                let record = YAMLRecord(
                    node, "expectation", required: ["who", "statement", "source", "reading"],
                    file.complaints),
                let reading = record.word("reading", LegalRule.Reading.self)
            else { continue }
            self.book.expectations.append(
                ResponseExpectation(
                    who: record.text("who"), statement: record.text("statement"),
                    source: record.text("source"), reading: reading))
        }
    }

    mutating func containments(_ file: YAMLRecord) {
        for node in file.list("actions") {
            guard
                let record = YAMLRecord(
                    node, "action", required: ["key", "title", "reversible", "second"],
                    optional: ["single", "caution"], file.complaints),
                let reversibility = record.word("reversible", ContainmentAction.Reversibility.self),
                let second = record.word("second", ContainmentAction.SecondPerson.self)
            else { continue }
            let action = ContainmentAction(
                key: record.name("key"), title: record.text("title"), reversibility: reversibility,
                secondPerson: second, isSingleExecutor: record.flag("single"),
                caution: record.text("caution"))
            self.define(.containment(action.key), record)
            self.book.containments.append(action)
        }
    }

    mutating func codes(_ file: YAMLRecord) {
        let uses = ReasonCode.Use.allCases.map { (word: $0.rawValue, value: $0) }
        for node in file.list("codes") {
            guard
                let record = YAMLRecord(
                    node, "code", required: ["code", "meaning", "uses"], optional: ["retired"],
                    file.complaints)
            else { continue }
            let code = ReasonCode(
                code: record.name("code"), meaning: record.text("meaning"), uses: record.words("uses", uses),
                isRetired: record.flag("retired"))
            self.define(.code(code.code), record)
            self.book.codes.append(code)
        }
    }

    mutating func handoff(_ file: YAMLRecord) {
        guard
            let record = file.record(
                "handoff",
                required: [
                    "situation_characters", "situation_up_to", "contingency_up_to", "read_back_up_to",
                    "cases_budget", "copied_handoffs", "relay_hops", "deadline_margin", "offer_expiry",
                    "confirm_every",
                ])
        else { return }
        self.define(.handoff, record)
        var rules = HandoffRules()
        rules.situationCharactersMax = record.number("situation_characters", 40...1_000) ?? 0
        rules.situationUpTo = record.word("situation_up_to", Self.severityWords) ?? .s0
        rules.contingencyUpTo = record.word("contingency_up_to", Self.severityWords) ?? .s0
        rules.readBackUpTo = record.word("read_back_up_to", Self.severityWords) ?? .s0
        rules.casesBudget = record.number("cases_budget", 1...100) ?? 0
        rules.copiedHandoffsMax = record.number("copied_handoffs", 1...100) ?? 0
        rules.relayHops = record.number("relay_hops", 1...100) ?? 0
        rules.deadlineMarginMilliseconds = record.span("deadline_margin") ?? 0
        rules.offerExpiryMilliseconds = record.span("offer_expiry") ?? 0
        rules.confirmEveryMilliseconds = record.span("confirm_every") ?? 0
        self.book.handoff = rules
    }

    mutating func checklist(_ file: YAMLRecord, _ version: Int) {
        let head = file.record("checklist", required: ["id", "title", "type"])
        let type = head?.word("type", Self.types)
        var steps: [ChecklistStep] = []
        for node in file.list("steps") {
            guard
                let record = YAMLRecord(
                    node, "step", required: ["key", "text", "mandatory"],
                    optional: ["milestone", "gate", "roles"], file.complaints)
            else { continue }
            let step = ChecklistStep(
                key: record.name("key"), text: record.text("text", bytesMax: 160),
                isMandatory: record.flag("mandatory"),
                milestone: record.word("milestone", Self.milestones), gate: record.name("gate"),
                roles: record.texts("roles"))
            self.define(.step("\(head?.name("id") ?? "")/\(step.key)"), record)
            steps.append(step)
        }
        guard let head, let type else { return }
        self.define(.checklist(head.name("id")), head)
        self.book.checklists.append(
            Checklist(
                id: head.name("id"), title: head.text("title"), type: type, version: version, steps: steps))
    }
}
