/// How grave a case is. The least number is the gravest; on merge it wins.
package enum Severity: Int64, Sendable, CaseIterable, Comparable {
    /// Life at stake now.
    case s0 = 0
    case s1 = 1
    case s2 = 2
    case s3 = 3
    case s4 = 4

    /// `S0` … `S4`.
    package var word: String { "S\(self.rawValue)" }

    package init?(word: String) {
        guard let found = Self.allCases.first(where: { $0.word == word.uppercased() }) else { return nil }
        self = found
    }

    /// Orders by gravity: `.s0` is less than `.s4`.
    package static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }

    package func isGraver(than other: Severity) -> Bool { self < other }
}

/// What a severity means, how it is told from its neighbours, and what lowering it costs.
package struct SeverityRule: Sendable, Equatable {
    package let severity: Severity
    package let meaning: String
    package let test: String
    package let example: String
    /// Lowering a case *from* this severity needs a second person beside the reason.
    package let loweringNeedsSecondPerson: Bool

    package init(
        severity: Severity, meaning: String, test: String, example: String, loweringNeedsSecondPerson: Bool
    ) {
        self.severity = severity
        self.meaning = meaning
        self.test = test
        self.example = example
        self.loweringNeedsSecondPerson = loweringNeedsSecondPerson
    }
}

/// What the three questions of triage say together. An answer that nobody knows counts as no.
package struct ThreatMatrix: Sendable, Equatable {
    package let intent: Bool
    package let capability: Bool
    /// Who, where or when is named.
    package let specific: Bool

    package init(intent: Bool, capability: Bool, specific: Bool) {
        self.intent = intent
        self.capability = capability
        self.specific = specific
    }

    /// The gravest severity that the answers ask for. A person may always choose a graver one.
    ///
    /// - Source: the severity table; three of three S0, intent with capability S1, one or two others S2.
    package var suggested: Severity {
        switch (self.intent, self.capability, self.specific) {
        case (true, true, true): .s0
        case (true, true, false): .s1
        case (false, false, false): .s3
        default: .s2
        }
    }
}
