package import BatonAPI
package import BatonModel

/// Turns rows of an ITSM log into entries of cases. Pure: the same rows make the same entries everywhere.
package struct ITSMMapping: Sendable {
    package let hashing: any Hashing

    package init(hashing: any Hashing) { self.hashing = hashing }

    /// Severities by the log's priority. A service desk's 1 is not a life at stake, so nothing becomes S0.
    package static func severity(priority: String) -> String? {
        switch priority {
        case "1": "S1"
        case "2": "S2"
        case "3": "S3"
        case "4", "5": "S4"
        default: nil
        }
    }

    /// Begins the case.
    ///
    /// - Parameter isClosedByActivity: False where the incident's own row must say that it is closed.
    package func header(_ row: ITSMIncident, isClosedByActivity: Bool) -> BatchEntry {
        var operations = [
            ChangeOperation(.set, field: "type", value: .text("OTHER")),
            ChangeOperation(.set, field: "title", value: .text(Self.title(row))),
            ChangeOperation(.set, field: "received", value: .integer(row.openedAt)),
            ChangeOperation(.set, field: "source", value: .text("itsm")),
            ChangeOperation(.set, field: "reference", value: .text(row.id)),
        ]
        if let severity = Self.severity(priority: row.priority) {
            operations.append(ChangeOperation(.set, field: "severity", value: .text(severity)))
        }
        for tag in Self.tags(row) {
            operations.append(ChangeOperation(.add, field: "tags", value: .text(tag)))
        }
        operations.append(
            ChangeOperation(
                .append, field: "note",
                value: .map(["text": .text(Self.summary(row)), "at": .integer(row.openedAt)])))
        if !isClosedByActivity, row.status == "Closed", let closedAt = row.closedAt {
            operations.append(ChangeOperation(.close, value: .map(["at": .integer(closedAt)])))
        }
        return self.entry(row.id, row.rowKey, operations)
    }

    /// Adds an activity to its case's timeline, with the milestone or the close that it is by the survey.
    package func entry(_ row: ITSMActivity, survey: ITSMSurvey.Incident?) -> BatchEntry {
        let when: [String: APIValue] =
            row.team.isEmpty
            ? ["at": .integer(row.at)] : ["at": .integer(row.at), "who": .text(row.team)]
        let text = when.merging(["text": .text(Self.text(row))]) { $1 }
        var operations = [ChangeOperation(.append, field: "note", value: .map(text))]
        if let milestone = ITSMMilestone(activity: row.activity),
            survey?.milestoneLines[milestone] == row.line
        {
            operations.append(ChangeOperation(.milestone, field: milestone.rawValue, value: .map(when)))
        }
        if survey?.closingLine == row.line { operations.append(ChangeOperation(.close, value: .map(when))) }
        return self.entry(row.incident, row.rowKey, operations)
    }

    private func entry(_ incident: String, _ key: String, _ operations: [ChangeOperation]) -> BatchEntry {
        let document = ImportIdentity.document(incident: incident, hashing: self.hashing)
        return BatchEntry(document: document.description, key: key, operations: operations)
    }

    // Texts.

    static func title(_ row: ITSMIncident) -> String {
        let item = [row.itemType, row.itemSubtype].filter { !$0.isEmpty }.joined(separator: ", ")
        let service = row.service.isEmpty ? "" : "service \(row.service)"
        let about = [item, service].filter { !$0.isEmpty }.joined(separator: "; ")
        let category = row.category.isEmpty ? "incident" : row.category
        return ImportRule.cut(
            about.isEmpty ? "\(category) \(row.id)" : "\(category): \(about)", bytesMax: 512)
    }

    static func tags(_ row: ITSMIncident) -> [String] {
        var tags: [String] = []
        for text in ["itsm", row.category, row.itemType] {
            let tag = ImportRule.cut(text, bytesMax: 64)
            guard tag.contains(where: { !$0.isWhitespace }), !tags.contains(tag) else { continue }
            tags.append(tag)
        }
        return tags
    }

    static func summary(_ row: ITSMIncident) -> String {
        let parts = [
            ("status", row.status), ("impact", row.impact), ("urgency", row.urgency),
            ("priority", row.priority),
            ("closure code", row.closureCode), ("reassignments", row.reassignments),
        ]
        let words = parts.filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        return words.isEmpty ? "Imported \(row.id)" : "Imported \(row.id): \(words)"
    }

    static func text(_ row: ITSMActivity) -> String {
        let parts = [("activity", row.activityID), ("knowledge", row.knowledgeItem)]
        let words = parts.filter { !$0.1.isEmpty }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
        return words.isEmpty ? row.activity : "\(row.activity) (\(words))"
    }
}
