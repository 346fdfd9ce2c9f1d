extension CaseFile {
    /// In the order in which a case is read.
    package static let sectionNames = [
        "fields", "triage", "custody", "clocks", "awaiting", "conflicts", "steps", "gates", "decisions",
        "containment",
        "people",
        "holds", "reports", "evidence", "contacts", "pages", "links", "review",
    ]

    /// One section by its name; an empty one for a name that there is not.
    ///
    /// - Parameter now: Milliseconds since 1970; for clocks and what is overdue.
    package func section(_ name: String, rules: RuleBook, now: UInt64) -> FileSection {
        switch name {
        case "fields": self.fieldSection
        case "triage": self.triageSection
        case "custody": self.custody.map { CustodyWords.section($0, now: now) } ?? FileSection("custody", [])
        case "clocks": self.clockSection(rules, now: now)
        case "awaiting": self.awaitingSection
        case "conflicts": self.conflicts.section
        case "steps": self.steps(rules).section
        case "gates":
            self.verification.section(
                rules, openGates: self.openGates(rules, isForeign: false), followUp: self.followUpDue(rules),
                now: now)
        case "decisions": self.decisions.section
        case "containment": self.containments.section
        case "people": self.subjects.section
        case "holds": self.holds.section(rules, now: now)
        case "reports": self.reports.section(rules)
        case "evidence": self.evidence.section
        case "contacts": self.contacts.section(now: now)
        case "pages": self.pages.section
        case "links": self.links.section
        case "review": self.review.section(now: now)
        default: FileSection(name, [])
        }
    }
}
