import BatonEncoding
import BatonModel

/// `triage`: what it is, how grave, where, and how it goes.
enum TriageActs {
    static let specs = [
        ActSpec(
            "triage", "say what a case is, how grave it is, where it belongs and how it goes",
            details: [
                "Intent, capability and specificity ask for a severity; a graver one may always be chosen, a less "
                    + "grave one contradicts them. Raising is free. Lowering takes --why, and from S0 the word of "
                    + "a second person.",
                "The first triage of a type brings its checklist and its clocks.",
            ],
            options: [
                .init("sev", .severity, "how grave"), .init("type", .type, "what it is"),
                .init("intent", ActSpec.Argument.yesOrNo, "does somebody mean to do harm"),
                .init("capability", ActSpec.Argument.yesOrNo, "can they"),
                .init("specific", ActSpec.Argument.yesOrNo, "is a person, a place or a time named"),
                .init("trend", .choice(TriageBody.Trend.allCases.map(\.word)), "how it goes"),
                .init("juris", .word, "a jurisdiction, such as US or AU-NSW", repeats: true),
                .why("a reason code, for lowering"), .init("note", .text, "in words"),
            ],
            examples: [
                "triage --type EDR --sev S0 --intent y --capability y --specific y --juris US",
                "triage --sev S2 --why INSUFFICIENT", "triage --trend worse",
            ], perform: Self.triage)
    ]

    static func triage(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) -> ActOutcome {
        let change = try TriageChange(act, file, scene)
        var outcome = ActOutcome([file.entry(CaseField.triage, change.body)])
        if let type = change.body.type, type != file.type {
            outcome.operations.append(file.set(CaseField.type, .unsigned(UInt64(type.rawValue))))
            outcome.said.append("\(file.type?.word ?? "type ?") -> \(type.word)")
        }
        outcome.operations += change.newJurisdictions.map { file.add(CaseField.jurisdictions, $0) }
        outcome.operations += file.milestone(CaseField.acknowledged)
        try change.applySeverity(to: &outcome, file, scene)
        Self.complete(&outcome, change, file, scene)
        return outcome
    }

    /// Milestone, checklist and clocks of a case whose type and severity are known now.
    private static func complete(
        _ outcome: inout ActOutcome, _ change: TriageChange, _ file: CaseFile, _ scene: ActScene
    ) {
        guard let type = change.body.type ?? file.type, let severity = change.inForce else {
            outcome.hints.append("triage needs \(file.type == nil ? "--type and " : "")--sev to be whole")
            return
        }
        outcome.operations += file.milestone(CaseField.triaged)
        if let checklist = scene.rules.checklist(for: type) {
            let steps = checklist.opening(of: file.document, beside: file.checklist, hashing: scene.hashing)
            outcome.operations += steps.map { file.entry(CaseField.steps, $0, isGenerated: true) }
            if !steps.isEmpty {
                outcome.said.append(
                    "template \(checklist.id)/v\(checklist.version), \(steps.count) steps added")
            }
        }
        let facts = change.facts(file, scene, type: type, severity: severity)
        let work = ClockWork(book: scene.rules)
        outcome.operations += work.missingStarts(facts).map {
            file.entry(CaseField.clocks, $0, isGenerated: true)
        }
        let clocks = work.clocks(facts).map { ClockWords.line($0, now: scene.now) }
        if !clocks.isEmpty { outcome.said.append("Clocks: \(clocks.joined(separator: " | "))") }
        outcome.hints.append(type == .emergencyDataRequest ? "Next: check, verify" : "Next: check")
    }
}

/// What one `triage` asks for, after it was checked.
private struct TriageChange {
    var body = TriageBody()
    var newJurisdictions: [String] = []
    /// What the act makes the severity; nil where it leaves it.
    var wanted: Severity?
    /// Lowering that waits for a second person.
    var isProposal = false
    var inForce: Severity?

    init(_ act: Act, _ file: CaseFile, _ scene: ActScene) throws(ActRefusal) {
        guard !act.arguments.isEmpty else {
            throw ActRefusal(
                .badValue, "triage.nothing", "Nothing was said about the case.",
                "Give --sev, --type, --trend, --juris or answers; `help triage` has examples.")
        }
        self.body.type = act.value("type").flatMap { CaseType(word: $0) }
        self.body.intent = act.answer("intent")
        self.body.capability = act.answer("capability")
        self.body.specific = act.answer("specific")
        self.body.trend = act.value("trend").flatMap { TriageBody.Trend(word: $0) }
        self.body.words = try act.cleanText("note") ?? ""
        self.newJurisdictions = try Self.jurisdictions(act, file)
        self.wanted = try self.severity(act, file)
        self.body.code = try act.reason(.severity, scene) ?? ""
        try self.checkLowering(file, scene)
        self.inForce = self.isProposal ? file.severity : self.wanted ?? file.severity
        self.body.severity = self.isProposal ? nil : self.wanted
    }

    private static func jurisdictions(_ act: Act, _ file: CaseFile) throws(ActRefusal) -> [String] {
        var new: [String] = []
        for typed in act.arguments["juris"] ?? [] {
            let place = typed.uppercased()
            let isPlace =
                (2...16).contains(place.utf8.count)
                && place.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) || $0 == 45 }
            guard isPlace, place.first != "-" else {
                throw ActRefusal(
                    .badValue, "triage.bad-jurisdiction", "`\(typed)` is no jurisdiction.",
                    "Give a country or a region, such as US, EU, DE or AU-NSW.")
            }
            if !file.jurisdictions.contains(place), !new.contains(place) { new.append(place) }
        }
        return new
    }

    private func severity(_ act: Act, _ file: CaseFile) throws(ActRefusal) -> Severity? {
        let typed = act.value("sev").flatMap { Severity(word: $0) }
        guard self.body.matrix != nil else { return typed == file.severity ? nil : typed }
        var answers = file.answers
        answers.intent = self.body.intent ?? answers.intent
        answers.capability = self.body.capability ?? answers.capability
        answers.specific = self.body.specific ?? answers.specific
        let suggested = answers.matrix?.suggested ?? .s3
        if let typed, suggested.isGraver(than: typed) {
            throw ActRefusal(
                .refused, "triage.contradiction",
                "With \(answers.answers) it is \(suggested.word), and \(typed.word) was typed.",
                "Correct an answer, or leave --sev out.",
                because: ["A graver severity than the answers ask for may be chosen, a less grave one not."])
        }
        if let typed { return typed == file.severity ? nil : typed }
        // Answers alone raise; they never lower by themselves.
        guard let current = file.severity else { return suggested }
        return suggested.isGraver(than: current) ? suggested : nil
    }

    private mutating func checkLowering(_ file: CaseFile, _ scene: ActScene) throws(ActRefusal) {
        guard let wanted = self.wanted, let current = file.severity else { return }
        if self.body.trend == .worse, current.isGraver(than: wanted) {
            throw ActRefusal(
                .refused, "triage.contradiction",
                "It is said to get worse and to be less grave than \(current.word).",
                "Leave one of --trend and --sev out.")
        }
        guard current.isGraver(than: wanted) else { return }
        guard !self.body.code.isEmpty else {
            let codes = scene.rules.codes(for: .severity).map(\.code).joined(separator: ", ")
            throw ActRefusal(
                .refused, "triage.lowering-needs-reason", "\(current.word) is graver than \(wanted.word).",
                "Lowering takes a reason: --why with one of \(codes).")
        }
        let rule = scene.rules.severity(current)
        self.isProposal = rule?.loweringNeedsSecondPerson ?? (current == .s0)
    }

    func applySeverity(
        to outcome: inout ActOutcome, _ file: CaseFile, _ scene: ActScene
    ) throws(ActRefusal) {
        guard let wanted = self.wanted else { return }
        let before = file.severity?.word ?? "S?"
        guard self.isProposal else {
            outcome.operations.append(file.set(CaseField.severity, .unsigned(UInt64(wanted.rawValue))))
            let why = self.body.matrix == nil ? self.body.code : self.body.answers
            outcome.said.append("\(before) -> \(wanted.word)\(why.isEmpty ? "" : "  (\(why))")")
            return
        }
        let decisions = file.decisions
        var proposal = DecisionBody(.propose, item: ItemKey.next(after: decisions.keys, scene))
        proposal.choice = .lowerSeverity
        proposal.severity = wanted
        proposal.code = self.body.code
        outcome.operations.append(file.entry(CaseField.decisions, proposal))
        outcome.said.append("Proposed: \(before) -> \(wanted.word) (\(proposal.code)). It stays \(before).")
        outcome.hints.append("A second person says: approve dec:\(proposal.item.number)")
        outcome.awaitsSecondPerson = true
    }

    /// The facts of the clocks as they will be when this is written.
    func facts(_ file: CaseFile, _ scene: ActScene, type: CaseType, severity: Severity) -> ClockFacts {
        var facts = file.clockFacts
        let now = Int64(clamping: scene.now)
        // The first words on a case are its receipt, where nobody said when it came in.
        if file.receivedMilliseconds == 0 { facts.receivedMilliseconds = now }
        if let said = self.body.severity {
            facts.severityClaims.append(
                .init(severity: said, atMilliseconds: now, isFirst: facts.severityClaims.isEmpty))
        }
        facts.type = type
        facts.severity = severity
        facts.jurisdictions = (facts.jurisdictions + self.newJurisdictions).sorted()
        for field in [CaseField.acknowledged, CaseField.triaged] where !file.has(field) {
            guard let milestone = Milestone(field: field) else { continue }
            facts.reached.append(.init(milestone: milestone, atMilliseconds: now))
        }
        return facts
    }
}

/// A clock in a few words.
enum ClockWords {
    /// `ack met 02:52Z`, `verify 03:06Z`, `update every 30 min`.
    static func line(_ clock: Clock, now: UInt64) -> String {
        let name = clock.key.rule.split(separator: ".").last.map(String.init) ?? clock.key.rule
        let mark = clock.needsCounsel ? "~" : ""
        if let stop = clock.stop {
            let word = clock.standing(nowMilliseconds: Int64(clamping: now)).word
            return
                "\(name)\(mark) \(word) \(TimeWords.instant(UInt64(clamping: stop.atMilliseconds), now: now))"
        }
        if clock.isRecurring, let within = clock.claim.withinMilliseconds {
            return "\(name)\(mark) every \(TimeWords.span(UInt64(clamping: within)))"
        }
        guard let due = clock.dueMilliseconds else { return "\(name)\(mark) without delay" }
        return
            "\(name)\(mark) \(TimeWords.instant(UInt64(clamping: due), now: now))\(clock.isHard ? " hard" : "")"
    }
}
