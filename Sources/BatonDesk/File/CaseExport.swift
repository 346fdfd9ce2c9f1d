/// For whom a case file is written, and what such a file may hold.
package enum ExportReader: String, Sendable, CaseIterable {
    /// Law enforcement: what was asked, what was given and kept, and how to prove it; not how the team works.
    case lawEnforcement = "LE"
    /// Counsel: everything that is known here.
    case counsel
    /// The team's own copy: everything that is known here.
    case team

    package init?(word: String) {
        guard let found = Self.allCases.first(where: { $0.rawValue.lowercased() == word.lowercased() }) else {
            return nil
        }
        self = found
    }

    /// Parts of the case file, in the order of the page.
    package var sections: [String] {
        switch self {
        case .lawEnforcement: ["decisions", "reports", "holds", "evidence", "people"]
        case .counsel, .team: CaseFile.sectionNames.filter { $0 != "fields" }
        }
    }

    package var hasNotes: Bool { self != .lawEnforcement }
    package var hasMilestones: Bool { self != .lawEnforcement }
    /// Outside the company the people of the team stand behind it.
    package var namesStaff: Bool { self != .lawEnforcement }

    /// Fields of the case that the page shows; nil for all.
    package var fields: [String]? {
        switch self {
        case .lawEnforcement: ["type", "received", "agency", "reference", "source"]
        case .counsel, .team: nil
        }
    }

    /// Sentence of the page: what is not in it.
    package var leftOut: String {
        switch self {
        case .lawEnforcement:
            "Left out: the team's notes, checks, clocks, contacts and internal decisions, and the names of its staff."
        case .counsel, .team: "Nothing that is known at this site was left out."
        }
    }
}

/// Decides whether a case file may be written for somebody.
package enum CaseExport {
    /// - Throws: `export.…` or `disclose.…`: nothing leaves then.
    package static func check(_ file: CaseFile, for reader: ExportReader) throws(ActRefusal) {
        guard reader == .lawEnforcement else { return }
        guard !file.verification.isFraudSuspected else {
            throw ActRefusal(
                .refused, "export.fraud-suspected", "The request is suspected to be false.",
                "Nothing is exported for its sender. Counsel's copy: --for counsel.")
        }
        guard file.decisions.opposed.isEmpty else {
            throw ActRefusal(
                .choice, "export.conflict-open", "Decisions of this case stand against each other.",
                "Settle them first; until then nothing leaves: conflicts")
        }
        guard !file.holds.isFrozen else {
            throw ActRefusal(
                .choice, "export.frozen", "An order to destroy stands against a hold: access is frozen.",
                "Counsel decides; a lead records it with `hold counsel`.")
        }
        guard Self.hasBasis(file) else {
            throw ActRefusal(
                .refused, "export.no-basis", "Nothing of this case has been decided to leave the team.",
                "Decide first (decide disclose, report), or write counsel's copy: --for counsel.",
                because: [
                    "A file for law enforcement needs a disclosure that a second person approved, or a report that "
                        + "was filed."
                ])
        }
    }

    private static func hasBasis(_ file: CaseFile) -> Bool {
        let isDisclosed = file.decisions.items.contains {
            ($0.state == .approved && [.disclose, .partial].contains($0.choice)) || !$0.deliveries.isEmpty
        }
        return isDisclosed || file.reports.items.contains { !$0.isTest && !$0.filings.isEmpty }
    }

    /// What of a part may be in a file for somebody. Outside the company only what left the team is shown.
    package static func narrowed(_ section: FileSection, for reader: ExportReader, _ file: CaseFile)
        -> FileSection
    {
        guard reader == .lawEnforcement else { return section }
        let items: [FileItem] =
            switch section.name {
            case "decisions":
                section.items.filter { item in
                    file.decisions.items.contains { decision in
                        decision.label == item.id
                            && (!decision.deliveries.isEmpty
                                || (decision.state == .approved
                                    && [.disclose, .partial].contains(decision.choice)))
                    }
                }
            case "reports":
                section.items.filter { item in
                    file.reports.items.contains { $0.label == item.id && !$0.isTest && !$0.filings.isEmpty }
                }
            default: section.items
            }
        return FileSection(section.name, items.map(Self.withoutWords), unreadable: section.unreadable)
    }

    /// The team's own words beside a fact stay with the team.
    private static func withoutWords(_ item: FileItem) -> FileItem {
        FileItem(
            id: item.id, state: item.state, text: item.text, by: nil, site: item.site, at: item.at,
            due: item.due,
            marks: item.marks, details: item.details.filter { !["note", "gaps", "code"].contains($0.key) })
    }
}
