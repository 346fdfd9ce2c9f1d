import BatonDesk

extension RuleBookDecoder {
    static let types = CaseType.allCases.map { (word: $0.word, value: $0) }
    static let severityWords = Severity.allCases.map { (word: $0.word, value: $0) }
    static let milestones = Milestone.all.map { (word: $0.word, value: $0) }
    static let starts: [(word: String, value: ClockRule.Start)] =
        [("received", .received), ("attached", .attached)] + Milestone.all.map { ($0.word, .milestone($0)) }

    mutating func laws(_ file: YAMLRecord, _ version: Int) {
        for node in file.list("regions") {
            guard
                let record = YAMLRecord(node, "region", required: ["key", "countries"], file.complaints)
            else { continue }
            self.define(.region(record.name("key")), record)
            self.book.regions.append(
                RuleBook.Region(key: record.name("key"), countries: record.texts("countries")))
        }
        for node in file.list("laws") {
            guard
                let record = YAMLRecord(
                    node, "law",
                    required: [
                        "id", "title", "jurisdiction", "kind", "types", "trigger", "duty", "decides",
                        "source",
                    ], optional: ["recipient", "notes", "clock", "hold"], file.complaints),
                let law = self.law(record)
            else { continue }
            self.define(.law(law.id), record)
            self.book.laws.append(law)
            self.book.versionsByRule[law.id] = version
        }
    }

    private func law(_ record: YAMLRecord) -> LegalRule? {
        let kind = record.word("kind", LegalRule.Kind.self)
        let clock = record.has("clock") ? self.clock(record) : nil
        let hold = record.has("hold") ? self.hold(record) : nil
        let source = self.source(record)
        let id = record.name("id")
        guard let kind, let source, !id.isEmpty else { return nil }
        return LegalRule(
            id: id,
            words: LegalRule.Words(
                title: record.text("title", bytesMax: 80), trigger: record.text("trigger"),
                duty: record.text("duty"), notes: record.text("notes")),
            scope: LegalRule.Scope(
                kind: kind, jurisdiction: record.name("jurisdiction"),
                types: record.words("types", Self.types), recipient: record.text("recipient"),
                decides: record.texts("decides")),
            clock: clock, hold: hold, source: source)
    }

    private func clock(_ law: YAMLRecord) -> ClockRule? {
        guard
            let record = law.record(
                "clock", required: ["starts", "hard"], optional: ["within", "met_by", "up_to", "every"]),
            let start = record.word("starts", Self.starts)
        else { return nil }
        return ClockRule(
            start: start, withinMilliseconds: record.span("within"), isHard: record.flag("hard"),
            metBy: record.words("met_by", Self.milestones),
            upTo: record.word("up_to", Self.severityWords), isRecurring: record.flag("every"))
    }

    private func hold(_ law: YAMLRecord) -> HoldRule? {
        guard let record = law.record("hold", required: ["days", "from", "renewal_days"]),
            let days = record.number("days", 1...36_600),
            let renewal = record.number("renewal_days", 0...36_600)
        else { return nil }
        return HoldRule(days: days, from: record.text("from"), renewalDays: renewal)
    }

    private func source(_ law: YAMLRecord) -> RuleSource? {
        guard
            let record = law.record(
                "source", required: ["citation", "reading", "read_on", "review_by", "counsel_ok"],
                optional: ["url"]),
            let reading = record.word("reading", LegalRule.Reading.self),
            let readOn = record.date("read_on"), let reviewBy = record.date("review_by")
        else { return nil }
        let isOK = record.flag("counsel_ok")
        return RuleSource(
            citation: record.text("citation"), url: record.text("url"), reading: reading, readOn: readOn,
            reviewBy: reviewBy, counselOK: isOK)
    }

    mutating func stages(_ file: YAMLRecord, _ version: Int) {
        if let record = file.record("orders", required: ["title", "within"]),
            let within = record.span("within")
        {
            self.book.orderStage = OrderStage(
                title: record.text("title", bytesMax: 48), withinMilliseconds: within)
            self.book.versionsByRule[OrderStage.rule] = version
        }
        for node in file.list("stages") {
            guard
                let record = YAMLRecord(
                    node, "stage", required: ["type", "key", "title", "starts", "met_by", "within"],
                    optional: ["every"], file.complaints),
                let type = record.word("type", Self.types), let start = record.word("starts", Self.starts),
                let within = self.within(record)
            else { continue }
            let stage = ClockStage(
                type: type, key: record.name("key"), title: record.text("title", bytesMax: 48),
                ends: ClockStage.Ends(
                    start: start, metBy: record.words("met_by", Self.milestones),
                    isRecurring: record.flag("every")), withinMilliseconds: within)
            self.define(.stage(stage.id), record)
            self.book.stages.append(stage)
            self.book.versionsByRule[stage.id] = version
        }
    }

    /// One time for each severity; `-` where there is none.
    private func within(_ record: YAMLRecord) -> [Int64?]? {
        guard let list = record.value("within") else { return nil }
        let texts = record.texts("within")
        guard texts.count == Severity.allCases.count else {
            record.refuse("within", list, "one time for each of S0 to S4, `-` where there is none")
            return nil
        }
        var spans: [Int64?] = []
        for text in texts {
            guard let span = text == "-" ? .some(nil) : YAMLRecord.span(text).map({ Optional($0) }) else {
                record.refuse("within", list, "times with a unit (5m, 2h, 3d), or `-`; \(text) is none")
                return nil
            }
            spans.append(span)
        }
        return spans
    }
}
