package import BatonModel

/// One duty or permission that a law or a published policy lays on the team, as data. Nothing of it is legal
/// advice, and no code knows a law: counsel edits the file.
package struct LegalRule: Sendable, Equatable {
    /// What sort of duty it is. Only `.deadline` and `.prompt` make clocks.
    package enum Kind: String, Sendable, CaseIterable {
        /// Allows something; no time runs.
        case permission
        /// A number stands in the law.
        case deadline
        /// "Promptly", "without delay": time runs, no number stands in the law.
        case prompt
        /// Something must be kept.
        case retention
        /// Something must be destroyed or limited.
        case restriction
        /// A standing duty: notices to staff, logs, programmes.
        case standing
    }

    /// How much of the source was read. Only `.primary` text was read itself.
    package enum Reading: String, Sendable, CaseIterable {
        /// The primary text, or its opening, was read.
        case primary = "P"
        /// A quotation of the primary text in somebody else's file.
        case quoted = "Q"
        case secondary = "S"
        case unverified = "U"
        /// Our own proposal.
        case ours = "D"
    }

    /// What people read.
    package struct Words: Sendable, Equatable {
        package let title: String
        package let trigger: String
        package let duty: String
        package let notes: String

        package init(title: String, trigger: String, duty: String, notes: String) {
            self.title = title
            self.trigger = trigger
            self.duty = duty
            self.notes = notes
        }
    }

    /// Where it holds and who is concerned.
    package struct Scope: Sendable, Equatable {
        package let kind: Kind
        /// `us`, `eu`, `au`, `uk`: a region of the book.
        package let jurisdiction: String
        /// Types of case that it concerns; never empty.
        package let types: [CaseType]
        /// Whom to tell; empty where nobody is told.
        package let recipient: String
        /// Roles and offices that may decide under this rule.
        package let decides: [String]

        package init(
            kind: Kind, jurisdiction: String, types: [CaseType], recipient: String, decides: [String]
        ) {
            self.kind = kind
            self.jurisdiction = jurisdiction
            self.types = types
            self.recipient = recipient
            self.decides = decides
        }
    }

    package let id: String
    package let words: Words
    package let scope: Scope
    /// Nil where no clock runs.
    package let clock: ClockRule?
    package let hold: HoldRule?
    package let source: RuleSource

    package init(
        id: String, words: Words, scope: Scope, clock: ClockRule?, hold: HoldRule?, source: RuleSource
    ) {
        self.id = id
        self.words = words
        self.scope = scope
        self.clock = clock
        self.hold = hold
        self.source = source
    }
}

/// Where a rule comes from, when it was read, and whether counsel agrees.
package struct RuleSource: Sendable, Equatable {
    package let citation: String
    package let url: String
    package let reading: LegalRule.Reading
    package let readOn: CivilDate
    package let reviewBy: CivilDate
    /// Without it every clock of the rule shows `~`.
    package let counselOK: Bool

    package init(
        citation: String, url: String, reading: LegalRule.Reading, readOn: CivilDate, reviewBy: CivilDate,
        counselOK: Bool
    ) {
        self.citation = citation
        self.url = url
        self.reading = reading
        self.readOn = readOn
        self.reviewBy = reviewBy
        self.counselOK = counselOK
    }

    /// Somebody should have read it again by that day.
    package func isReviewOverdue(on day: CivilDate) -> Bool { self.reviewBy < day }
}

/// How long something is kept, from when, and how it is prolonged.
package struct HoldRule: Sendable, Equatable {
    package let days: Int
    /// In words: what the period runs from.
    package let from: String
    /// Days that one renewal adds; 0: it cannot be renewed.
    package let renewalDays: Int

    package init(days: Int, from: String, renewalDays: Int) {
        self.days = days
        self.from = from
        self.renewalDays = renewalDays
    }

    package func endMilliseconds(from startMilliseconds: Int64, renewals: Int = 0) -> Int64 {
        startMilliseconds + Int64(self.days + renewals * self.renewalDays) * 86_400_000
    }

    /// Names one renewal of one hold alike at every site.
    ///
    /// - Parameter hold: What names the hold in its case: the rule's id and its scope.
    /// - Parameter number: The first renewal is 1.
    package static func renewalID(
        of document: DocumentID, hold: String, number: Int, hashing: some Hashing
    ) -> GeneratedID {
        GeneratedID(.renewal, of: document, parts: [hold, String(number)], hashing: hashing)
    }
}
