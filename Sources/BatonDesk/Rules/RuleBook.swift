/// Everything that the team has laid down as data: laws, targets, checklists, codes, forms, the roster.
///
/// Pure and whole: what a loader returns has passed `RuleBookCheck`.
package struct RuleBook: Sendable, Equatable {
    /// One file of the book.
    package struct Edition: Sendable, Equatable {
        /// `rules/us.yaml`.
        package let file: String
        package let version: Int
        package let effective: CivilDate
        package let reviewBy: CivilDate
        package let owner: String

        package init(
            file: String, version: Int, effective: CivilDate, reviewBy: CivilDate, owner: String
        ) {
            self.file = file
            self.version = version
            self.effective = effective
            self.reviewBy = reviewBy
            self.owner = owner
        }
    }

    /// In order of file.
    package var editions: [Edition] = []
    /// Countries by region: `eu` has AT, BE … A jurisdiction that is no region stands for itself.
    package var regions: [Region] = []
    package var laws: [LegalRule] = []
    package var stages: [ClockStage] = []
    /// Nil where the team has no time of its own for that.
    package var orderStage: OrderStage?
    package var severities: [SeverityRule] = []
    package var gates: [VerificationGate] = []
    package var expectations: [ResponseExpectation] = []
    package var containments: [ContainmentAction] = []
    package var checklists: [Checklist] = []
    package var codes: [ReasonCode] = []
    package var handoff = HandoffRules()
    package var forms: [FormTemplate] = []
    package var roster = RosterRules()
    /// The version of the file that a law or a stage stands in.
    package var versionsByRule: [String: Int] = [:]

    package init() {}

    package struct Region: Sendable, Equatable {
        package let key: String
        /// ISO 3166 two-letter codes.
        package let countries: [String]

        package init(key: String, countries: [String]) {
            self.key = key
            self.countries = countries
        }
    }
}

extension RuleBook {
    package func law(_ id: String) -> LegalRule? { self.laws.first { $0.id == id } }

    package func checklist(for type: CaseType) -> Checklist? { self.checklists.first { $0.type == type } }

    package func code(_ code: String) -> ReasonCode? {
        let upper = code.uppercased()
        return self.codes.first { $0.code == upper }
    }

    /// Codes that may be given for something, in the book's order.
    package func codes(for use: ReasonCode.Use) -> [ReasonCode] {
        self.codes.filter { $0.uses.contains(use) && !$0.isRetired }
    }

    package func gate(_ word: String) -> VerificationGate? {
        self.gates.first { $0.id == word.uppercased() || $0.word == word }
    }

    package func containment(_ key: String) -> ContainmentAction? {
        self.containments.first { $0.key == key }
    }

    package func form(_ id: String) -> FormTemplate? {
        self.forms.first { $0.id.lowercased() == id.lowercased() }
    }

    package func severity(_ severity: Severity) -> SeverityRule? {
        self.severities.first { $0.severity == severity }
    }

    /// Says whether a rule's jurisdiction is among those of a case: the same word, or a country of its region.
    ///
    /// - Parameter jurisdictions: As they stand in the case, `US`, `DE`, `EU`.
    package func holds(_ rule: LegalRule, in jurisdictions: [String]) -> Bool {
        let key = rule.scope.jurisdiction.uppercased()
        let countries = self.regions.first { $0.key == rule.scope.jurisdiction }?.countries ?? []
        return jurisdictions.contains { jurisdiction in
            let place = jurisdiction.uppercased()
            // `AU-NSW` is a part of AU.
            let country = String(place.prefix { $0 != "-" })
            return place == key || country == key || countries.contains(country)
        }
    }

    /// Laws that concern a case of this type in these jurisdictions, in the book's order.
    package func laws(for type: CaseType, in jurisdictions: [String]) -> [LegalRule] {
        self.laws.filter { $0.scope.types.contains(type) && self.holds($0, in: jurisdictions) }
    }
}
