package import BatonModel

/// Something about a draft that keeps it from being offered, or that the leaver should look at.
package struct HandoffFinding: Sendable, Equatable {
    package let isBlocking: Bool
    /// Stable; listed in `docs/operations.md`.
    package let code: String
    /// The case it is about; nil for the whole.
    package let document: DocumentID?
    package let what: String
    package let remedy: String
    /// A later moment of custody, milliseconds since 1970, that would avoid it.
    package var laterAt: UInt64?
}

/// The guards of a handoff: what must be there before it can be offered, and what is warned of.
package enum HandoffCheck {
    /// Of a draft of more cases than were read for it.
    package static func tooMany(_ count: Int) -> [HandoffFinding] {
        guard count > HandoffRecord.casesMax else { return [] }
        return [
            HandoffFinding(
                isBlocking: true, code: "handoff.too-many", document: nil,
                what: "\(count) cases would be handed on, and only the \(HandoffRecord.casesMax) most urgent "
                    + "are looked at here.",
                remedy: "Name those that go on; the others stay: handoff draft --case CASE.")
        ]
    }

    package static func findings(
        _ record: HandoffRecord, _ rules: HandoffRules, now: UInt64
    ) -> [HandoffFinding] {
        var found = record.items.flatMap { Self.findings($0, record, rules, now) }
        if record.items.isEmpty {
            found.append(
                HandoffFinding(
                    isBlocking: true, code: "handoff.empty", document: nil,
                    what: "There is no case in this handoff.",
                    remedy: "Only cases whose baton this site holds can be handed on; see queue."))
        }
        if record.bytes.count > HandoffRecord.bytesMax {
            found.append(
                HandoffFinding(
                    isBlocking: true, code: "handoff.too-long", document: nil,
                    what: "The record has \(record.bytes.count) bytes, and \(HandoffRecord.bytesMax) fit.",
                    remedy: "Hand the cases on in two handoffs: leave some out: handoff draft --keep CASE."))
        }
        if record.items.count > rules.casesBudget {
            found.append(
                HandoffFinding(
                    isBlocking: false, code: "handoff.over-budget", document: nil,
                    what:
                        "\(record.items.count) cases are more than the \(rules.casesBudget) that can be told.",
                    remedy: "The rest is listed; close or split what can be."))
        }
        return found
    }

    private static func findings(
        _ item: HandoffItem, _ record: HandoffRecord, _ rules: HandoffRules, _ now: UInt64
    ) -> [HandoffFinding] {
        Self.required(item, rules) + Self.warned(item, record, rules, now)
    }

    /// Parts without which a handoff drops something.
    private static func required(_ item: HandoffItem, _ rules: HandoffRules) -> [HandoffFinding] {
        var found: [HandoffFinding] = []
        func refuse(_ code: String, _ what: String, _ remedy: String) {
            found.append(
                HandoffFinding(
                    isBlocking: true, code: code, document: item.document, what: "\(item.handle) \(what)",
                    remedy: remedy))
        }
        let severity = item.severity ?? .s0
        for pending in item.pending where pending.lacksExpectation {
            refuse(
                "handoff.no-expectation", "waits for \(pending.partner), and nobody said until when.",
                "contact expect \(pending.partner) TIME \"what to do then\"")
        }
        if severity <= rules.situationUpTo {
            if item.situation.isEmpty {
                refuse(
                    "handoff.no-situation", "has no one-line situation.",
                    "handoff say \(item.handle) --situation \"…\"")
            }
            if item.pending.isEmpty, !item.isNothingPending {
                refuse(
                    "handoff.pending-unsaid", "has no awaited answer, and nobody said so.",
                    "Type none if that is right: handoff say \(item.handle) --pending none")
            }
        }
        if item.situation.count > rules.situationCharactersMax {
            refuse(
                "handoff.situation-long",
                "has a situation of \(item.situation.count) characters; \(rules.situationCharactersMax) fit.",
                "Say it shorter; the rest belongs into a note.")
        }
        if severity <= rules.contingencyUpTo, item.contingencies.isEmpty {
            refuse(
                "handoff.no-contingency", "has no if-then plan.",
                "handoff say \(item.handle) --if \"if … then …\"")
        }
        return found
    }

    private static func warned(
        _ item: HandoffItem, _ record: HandoffRecord, _ rules: HandoffRules, _ now: UInt64
    ) -> [HandoffFinding] {
        var found: [HandoffFinding] = []
        func warn(_ code: String, _ what: String, _ remedy: String) {
            found.append(
                HandoffFinding(
                    isBlocking: false, code: code, document: item.document, what: "\(item.handle) \(what)",
                    remedy: remedy))
        }
        let margin = UInt64(clamping: rules.deadlineMarginMilliseconds)
        for action in item.actions where action.isHard {
            guard let due = action.due, Self.distance(due, record.custodyAt) <= margin else { continue }
            let side = due <= record.custodyAt ? "before" : "after"
            warn(
                "handoff.deadline-near",
                "hard clock \(action.what) falls \(TimeWords.instant(due, now: now)), "
                    + "\(TimeWords.span(Self.distance(due, record.custodyAt))) \(side) custody moves.",
                "Move the handoff to \(TimeWords.instant(due + margin + 60_000, now: now)) or later.")
            found[found.count - 1].laterAt = due + margin + 60_000
        }
        if item.hops >= rules.relayHops, (item.severity ?? .s0) <= rules.readBackUpTo {
            warn(
                "handoff.relay", "changes hands for the \(item.hops). time within a day.",
                "Let the receiver read it back on the telephone.")
        }
        for sentence in item.copied {
            warn(
                "handoff.copied",
                "has a sentence that came unchanged through more than \(rules.copiedHandoffsMax) handoffs: "
                    + "\"\(sentence)\"",
                "Say whether it is still so.")
        }
        let missing = item.missing.count
        if missing > 0 {
            warn(
                "handoff.unread-here", "has \(Count.words(missing, "change")) that this site cannot read.",
                "The receipt will name them; a cleared site should tell the receiver.")
        }
        return found
    }

    private static func distance(_ left: UInt64, _ right: UInt64) -> UInt64 {
        left > right ? left - right : right - left
    }
}
