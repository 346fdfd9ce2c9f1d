/// One of the checks that a request for data passes before anything is disclosed.
package struct VerificationGate: Sendable, Equatable {
    /// `V1` … `V10`.
    package let id: String
    /// What is typed: `verify callback`.
    package let word: String
    package let rule: String
    package let anchor: Anchor
    /// Must be met, or be a named gap with a second person, before a disclosure.
    package let isRequired: Bool
    /// Asked for only when the asking agency is a foreign one.
    package let foreignOnly: Bool
    /// Asked for only after the disclosure.
    package let isAfterwards: Bool
    /// Days after the disclosure by which it is due; 0 for the others.
    package let withinDays: Int
    /// The reason code of the gap that is recorded when it cannot be met in time; empty: it cannot be waived.
    package let gapCode: String

    package init(
        id: String, word: String, rule: String, anchor: Anchor, applies: Applies, gapCode: String
    ) {
        self.id = id
        self.word = word
        self.rule = rule
        self.anchor = anchor
        self.isRequired = applies.isRequired
        self.foreignOnly = applies.foreignOnly
        self.isAfterwards = applies.withinDays > 0
        self.withinDays = applies.withinDays
        self.gapCode = gapCode
    }

    /// What a gate rests on: a guideline, a notice, a statute, and how much of it was read.
    package struct Anchor: Sendable, Equatable {
        package let text: String
        package let reading: LegalRule.Reading

        package init(text: String, reading: LegalRule.Reading) {
            self.text = text
            self.reading = reading
        }
    }

    /// When a gate is asked for.
    package struct Applies: Sendable, Equatable {
        package let isRequired: Bool
        package let foreignOnly: Bool
        package let withinDays: Int

        package init(isRequired: Bool, foreignOnly: Bool, withinDays: Int) {
            self.isRequired = isRequired
            self.foreignOnly = foreignOnly
            self.withinDays = withinDays
        }
    }
}

/// What another team has said in public about how fast and how often such requests are answered.
package struct ResponseExpectation: Sendable, Equatable {
    package let who: String
    package let statement: String
    package let source: String
    package let reading: LegalRule.Reading

    package init(who: String, statement: String, source: String, reading: LegalRule.Reading) {
        self.who = who
        self.statement = statement
        self.source = source
        self.reading = reading
    }
}
