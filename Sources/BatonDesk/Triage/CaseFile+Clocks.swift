import BatonEncoding
import BatonModel

extension CaseFile {
    /// What the clocks of the case are worked out from.
    package var clockFacts: ClockFacts {
        var facts = ClockFacts(
            document: self.document, type: self.type,
            receivedMilliseconds: Int64(clamping: self.receivedMilliseconds))
        facts.severity = self.severity
        facts.severityClaims = self.severityClaims
        facts.jurisdictions = self.jurisdictions
        facts.reached = Milestone.all.compactMap { milestone in
            self.reached(milestone).map {
                ClockFacts.Reached(milestone: milestone, atMilliseconds: Int64(clamping: $0))
            }
        }
        facts.ledger = ClockLedger(self.state[.global]?.ledgers[CaseField.clocks] ?? [])
        return facts
    }

    /// Everybody's word of how grave it is. Where it was only edited, the register's own writes speak.
    private var severityClaims: [ClockFacts.SeverityClaim] {
        let judged = self.triages.entries { $0.severity != nil }
        var claims = judged.compactMap { entry in
            entry.body.severity.map { severity in
                ClockFacts.SeverityClaim(
                    severity: severity, atMilliseconds: Int64(clamping: entry.at),
                    isFirst: !judged.contains { entry.isAfter($0) })
            }
        }
        for write in self.state[.global]?.registers[CaseField.severity] ?? [] {
            guard let severity = write.value?.intValue.flatMap({ Severity(rawValue: $0) }),
                !claims.contains(where: { $0.severity == severity })
            else { continue }
            claims.append(
                ClockFacts.SeverityClaim(
                    severity: severity, atMilliseconds: Int64(clamping: write.stamp.milliseconds),
                    isFirst: judged.isEmpty))
        }
        return claims
    }

    /// In the order in which people should see them.
    package func clocks(_ rules: RuleBook) -> [Clock] { ClockWork(book: rules).clocks(self.clockFacts) }

    package func clockSection(_ rules: RuleBook, now: UInt64) -> FileSection {
        let instant = Int64(clamping: now)
        return FileSection(
            "clocks", self.clocks(rules).map { Self.item($0, instant, rules) },
            unreadable: self.clockFacts.ledger.unreadable)
    }

    private static func item(_ clock: Clock, _ now: Int64, _ rules: RuleBook) -> FileItem {
        var marks = [clock.isHard ? "hard" : "soft"]
        if clock.needsCounsel { marks.append("~") }
        if clock.isRecurring { marks.append("recurring") }
        var details = [FileItem.Detail("started", at: UInt64(clamping: clock.startedMilliseconds))]
        if let law = rules.law(clock.key.rule) {
            details.append(.init("source", law.source.citation))
            details.append(.init("duty", law.words.duty))
        }
        for pause in clock.pauses {
            details.append(
                .init(
                    "pause", "\(pause.code), waiting for \(pause.waitingFor)", by: pause.by.person,
                    at: UInt64(clamping: pause.fromMilliseconds)))
        }
        if let stop = clock.stop {
            details.append(.init("stopped", at: UInt64(clamping: stop.atMilliseconds)))
        }
        return FileItem(
            id: clock.key.word, state: clock.standing(nowMilliseconds: now).word, text: clock.title,
            at: UInt64(clamping: clock.startedMilliseconds),
            due: clock.dueMilliseconds.map { UInt64(clamping: $0) }, marks: marks, details: details)
    }
}

extension ClockKey {
    /// `edr.ack`, `eu.tco/2`.
    package var word: String { self.instance.isEmpty ? self.rule : "\(self.rule)/\(self.instance)" }

    package init(word: String) {
        guard let slash = word.firstIndex(of: "/") else {
            self.init(rule: word)
            return
        }
        self.init(rule: String(word[..<slash]), instance: String(word[word.index(after: slash)...]))
    }
}
