import BatonModel

/// Works out the clocks of a case: a pure function of its facts and the rule book.
///
/// The laws: more starts never make a clock due later; the order in which facts arrived never matters; a
/// correction replaces what its author had read, and nothing else; a hard clock never stands still.
/// - Source: the merge table of the desk: earliest due wins, hard beats soft.
package struct ClockWork: Sendable {
    let book: RuleBook

    package init(book: RuleBook) { self.book = book }

    /// - Returns: In the order in which people should see them (`Clock.isBefore`).
    /// - Complexity: O((r + e) · e), r rules that concern the case, e entries of its clock ledger.
    package func clocks(_ facts: ClockFacts) -> [Clock] {
        var known = self.known(facts)
        let keys = Set(known.map(\.key))
        var attached: [ClockKey] = []
        for entry in facts.ledger.entries {
            let key = ClockKey(rule: entry.body.rule, instance: entry.body.instance)
            if !keys.contains(key), !attached.contains(key) { attached.append(key) }
        }
        known.append(contentsOf: attached.compactMap { self.form($0, facts) })
        return known.compactMap { self.clock($0, facts) }.sorted(by: Clock.isBefore)
    }

    /// Starts that nobody has written down yet: what a node mints so that later changes of the book leave the
    /// running clocks of this case alone. Two sites that mint at once make equal clocks.
    ///
    /// - Returns: In order of rule.
    package func missingStarts(_ facts: ClockFacts) -> [ClockBody] {
        self.known(facts).flatMap { form -> [ClockBody] in
            form.claims.filter { claim in
                !facts.ledger.entries(form.key).contains {
                    $0.body.kind == .start && $0.body.severity == claim.severity
                }
            }.map { claim in
                var body = ClockBody(
                    .start, rule: form.key.rule, instance: form.key.instance,
                    atMilliseconds: claim.originMilliseconds)
                body.withinMilliseconds = claim.withinMilliseconds
                body.isHard = claim.isHard
                body.severity = claim.severity
                body.version = claim.version
                return body
            }
        }.sorted { ($0.rule, $0.severity?.rawValue ?? -1) < ($1.rule, $1.severity?.rawValue ?? -1) }
    }
}

/// What the book says of one clock of a case.
struct ClockForm {
    var key: ClockKey
    var title: String
    var needsCounsel: Bool
    var metBy: [Milestone]
    var isRecurring: Bool
    /// What runs although no entry says so.
    var claims: [ClockClaim]
}

extension ClockWork {
    /// Clocks that the book starts by itself in a case like this.
    private func known(_ facts: ClockFacts) -> [ClockForm] {
        guard let type = facts.type else { return [] }
        let stages = self.book.stages.filter { $0.type == type }.compactMap { self.form($0, facts) }
        let laws = self.book.laws(for: type, in: facts.jurisdictions).compactMap { law -> ClockForm? in
            guard let clock = law.clock, clock.start != .attached else { return nil }
            // Not triaged is not known to be grave: a law that asks for gravity waits for a word on it.
            if let upTo = clock.upTo, (facts.severity ?? .s4) > upTo { return nil }
            guard let event = facts.event(clock.start) else { return nil }
            return self.form(law, clock, ClockKey(rule: law.id), [self.claim(clock, event, law.id)])
        }
        return stages + laws
    }

    private func form(_ stage: ClockStage, _ facts: ClockFacts) -> ClockForm? {
        guard let event = facts.event(stage.ends.start) else { return nil }
        let version = self.version(of: stage.id)
        // Before triage nobody knows how grave it is. What runs from receipt runs as if it were S0.
        let severity = facts.severity ?? .s0
        guard facts.severity != nil || stage.ends.start == .received && stage.key == ClockStage.firstKey
        else { return nil }
        // Less grave times stay on: raising a case must not give anybody more time.
        let applying = facts.severityClaims.map(\.severity) + [severity]
        var claims: [ClockClaim] = []
        for grave in Severity.allCases where grave >= severity && applying.contains(grave) {
            guard let within = stage.within(grave) else { continue }
            claims.append(
                ClockClaim(
                    originMilliseconds: facts.start(event, at: grave), withinMilliseconds: within,
                    isHard: false, severity: grave, version: version))
        }
        guard !claims.isEmpty else { return nil }
        return ClockForm(
            key: ClockKey(rule: stage.id), title: stage.title, needsCounsel: false, metBy: stage.ends.metBy,
            isRecurring: stage.ends.isRecurring, claims: claims)
    }

    private func form(_ law: LegalRule, _ clock: ClockRule, _ key: ClockKey, _ claims: [ClockClaim])
        -> ClockForm
    {
        ClockForm(
            key: key, title: law.words.title, needsCounsel: !law.source.counselOK, metBy: clock.metBy,
            isRecurring: clock.isRecurring, claims: claims)
    }

    /// A clock that only the ledger knows: attached by hand, or by a site whose book is another.
    ///
    /// - Returns: Nil for a stage of another type: the case was typed anew, and that work is not its any more.
    private func form(_ key: ClockKey, _ facts: ClockFacts) -> ClockForm? {
        if let law = self.book.law(key.rule), let clock = law.clock {
            // Several orders under one rule: which of them a milestone answers, only a person knows.
            let metBy = key.instance.isEmpty ? clock.metBy : []
            var form = self.form(law, clock, key, [])
            form.metBy = metBy
            return form
        }
        if let stage = self.book.stages.first(where: { $0.id == key.rule }) {
            guard facts.type == nil || facts.type == stage.type else { return nil }
            return ClockForm(
                key: key, title: stage.title, needsCounsel: false, metBy: stage.ends.metBy,
                isRecurring: stage.ends.isRecurring, claims: [])
        }
        if key.rule == OrderStage.rule {
            return ClockForm(
                key: key, title: self.book.orderStage?.title ?? "acknowledge the order", needsCounsel: false,
                metBy: [], isRecurring: false, claims: [])
        }
        return ClockForm(
            key: key, title: key.rule, needsCounsel: true, metBy: [], isRecurring: false, claims: [])
    }

    private func claim(_ clock: ClockRule, _ event: Int64, _ rule: String) -> ClockClaim {
        ClockClaim(
            originMilliseconds: event, withinMilliseconds: clock.withinMilliseconds, isHard: clock.isHard,
            severity: nil, version: self.version(of: rule))
    }

    private func version(of rule: String) -> Int { self.book.versionsByRule[rule] ?? 0 }
}

extension ClockStage {
    /// The stage that runs before triage too.
    package static let firstKey = "ack"
}
