package import BatonModel

/// One row of an ITSM incident file.
package struct ITSMIncident: Sendable, Equatable {
    package let line: Int
    package let id: String
    package let category: String
    package let status: String
    package let impact: String
    package let urgency: String
    package let priority: String
    package let itemType: String
    package let itemSubtype: String
    package let service: String
    package let closureCode: String
    package let reassignments: String
    /// Milliseconds since 1970, as the file gives them.
    package let openedAt: Int64
    package let resolvedAt: Int64?
    package let closedAt: Int64?
    package let rowKey: String

    package static let columns: [CSVTable.Column] = [
        .required("incident_id"), .optional("category"), .optional("status"), .optional("impact"),
        .optional("urgency"), .optional("priority"), .optional("item_type"), .optional("item_subtype"),
        .optional("service"), .optional("closure_code"), .optional("reassignments"), .required("open_time"),
        .optional("reopen_time"), .optional("resolved_time"), .optional("close_time"),
    ]

    /// - Throws: `RowFault` for an id or a time that is missing or not one.
    package init(_ row: CSVTable.Row, time: ImportTime, hashing: some Hashing) throws(RowFault) {
        let values = row.values
        self.line = row.line
        self.id = try ImportRule.identifier(values[0], "incident_id")
        self.category = values[1]
        self.status = values[2]
        self.impact = values[3]
        self.urgency = values[4]
        self.priority = values[5]
        self.itemType = values[6]
        self.itemSubtype = values[7]
        self.service = values[8]
        self.closureCode = values[9]
        self.reassignments = values[10]
        self.openedAt = try ImportRule.time(values[11], "open_time", time)
        // Not kept, but a row with a broken time is not half right.
        if !values[12].isEmpty { _ = try ImportRule.time(values[12], "reopen_time", time) }
        self.resolvedAt = values[13].isEmpty ? nil : try ImportRule.time(values[13], "resolved_time", time)
        self.closedAt = values[14].isEmpty ? nil : try ImportRule.time(values[14], "close_time", time)
        self.rowKey = ImportIdentity.rowKey("itsm-incident", values, hashing: hashing)
    }
}

/// One row of an ITSM activity file.
package struct ITSMActivity: Sendable, Equatable {
    package let line: Int
    package let incident: String
    /// Milliseconds since 1970, as the file gives it; it may lie before the incident's `open_time`.
    package let at: Int64
    package let activityID: String
    package let activity: String
    package let team: String
    package let knowledgeItem: String
    package let rowKey: String

    package static let columns: [CSVTable.Column] = [
        .required("incident_id"), .required("at"), .optional("activity_id"), .required("activity"),
        .required("team"), .optional("knowledge_item"),
    ]

    /// - Throws: `RowFault` for an id, an activity or a time that is missing or not one.
    package init(_ row: CSVTable.Row, time: ImportTime, hashing: some Hashing) throws(RowFault) {
        let values = row.values
        self.line = row.line
        self.incident = try ImportRule.identifier(values[0], "incident_id")
        self.at = try ImportRule.time(values[1], "at", time)
        self.activityID = values[2]
        self.activity = values[3]
        guard self.activity.contains(where: { !$0.isWhitespace }) else { throw RowFault("activity is empty") }
        self.team = try ImportRule.who(values[4], "team")
        self.knowledgeItem = values[5]
        self.rowKey = ImportIdentity.rowKey("itsm-activity", values, hashing: hashing)
    }
}

/// What the whole activity file says of each incident, read before anything is written.
package struct ITSMSurvey: Sendable {
    package struct Incident: Sendable, Equatable {
        /// Of the first row: the case's header goes to this team's site.
        package var firstTeam: String
        /// By milestone, the line of the row that reaches it first.
        package var milestoneLines: [ITSMMilestone: Int] = [:]
        /// The line of the last `Closed`, while no `Reopen` follows it.
        package var closingLine: Int?
    }

    package private(set) var incidents: [String: Incident] = [:]

    package init() {}

    /// Takes the rows in the order of the file. Times are not compared: clocks of such logs disagree.
    package mutating func take(_ row: ITSMActivity) {
        var incident = self.incidents[row.incident] ?? Incident(firstTeam: row.team)
        if let milestone = ITSMMilestone(activity: row.activity), incident.milestoneLines[milestone] == nil {
            incident.milestoneLines[milestone] = row.line
        }
        switch row.activity {
        case "Closed": incident.closingLine = row.line
        case "Reopen": incident.closingLine = nil
        default: break
        }
        self.incidents[row.incident] = incident
    }
}

/// The milestones that activities reach (`docs/import.md`).
package enum ITSMMilestone: String, Sendable, Hashable, CaseIterable {
    case acknowledged, triaged, active, contained, resolved

    package init?(activity: String) {
        switch activity {
        case "Assignment": self = .acknowledged
        case "Reassignment", "External Vendor Assignment": self = .triaged
        case "Operator Update", "Analysis/Research", "Pending vendor": self = .active
        case "Problem Workaround": self = .contained
        case "Resolved", "Closed": self = .resolved
        default: return nil
        }
    }
}
