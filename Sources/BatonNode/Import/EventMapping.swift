package import BatonAPI
package import BatonModel

/// One row of any event log: something happened to a case at a time.
package struct EventRow: Sendable, Equatable {
    package let line: Int
    package let caseID: String
    /// Milliseconds since 1970.
    package let at: Int64
    package let activity: String
    /// Empty where the log names nobody.
    package let actor: String
    package let rowKey: String

    /// - Parameter row: Case, time, activity and perhaps actor, in this order.
    /// - Throws: `RowFault` for a case, an activity or a time that is missing or not one.
    package init(
        _ row: CSVTable.Row, columns: EventColumns, log: String, time: ImportTime, hashing: some Hashing
    ) throws(RowFault) {
        self.line = row.line
        self.caseID = try ImportRule.identifier(row.values[0], Quoted.name(columns.caseID))
        self.at = try ImportRule.time(row.values[1], Quoted.name(columns.at), time)
        self.activity = row.values[2]
        guard self.activity.contains(where: { !$0.isWhitespace }) else {
            throw RowFault("\(Quoted.name(columns.activity)) is empty")
        }
        self.actor = row.values.count > 3 ? try ImportRule.who(row.values[3], "the actor") : ""
        self.rowKey = ImportIdentity.rowKey("event", [log] + row.values, hashing: hashing)
    }
}

/// The names that a log gives to what is needed of it.
package struct EventColumns: Sendable, Equatable {
    package let caseID: String
    package let at: String
    package let activity: String
    package let actor: String?

    package init(caseID: String, at: String, activity: String, actor: String?) {
        self.caseID = caseID
        self.at = at
        self.activity = activity
        self.actor = actor
    }

    package var list: [CSVTable.Column] {
        [self.caseID, self.at, self.activity].map { .required($0) }
            + (self.actor.map { [.required($0)] } ?? [])
    }
}

/// Turns rows of any event log into entries of cases.
package struct EventMapping: Sendable {
    /// Keeps cases of different logs apart; also the cases' source.
    package let log: String
    package let hashing: any Hashing

    package init(log: String, hashing: any Hashing) {
        self.log = log
        self.hashing = hashing
    }

    /// Begins the case at its first row. Nothing but that row is known of it: an event log has no priorities.
    package func header(_ row: EventRow) -> BatchEntry {
        let title = ImportRule.cut("\(self.log) \(row.caseID)", bytesMax: 512)
        let note: [String: APIValue] = [
            "text": .text("Imported \(row.caseID) from \(self.log)"), "at": .integer(row.at),
        ]
        let key = ImportIdentity.rowKey("event-case", [self.log, row.caseID], hashing: self.hashing)
        return self.entry(
            row.caseID, key,
            [
                ChangeOperation(.set, field: "type", value: .text("OTHER")),
                ChangeOperation(.set, field: "title", value: .text(title)),
                ChangeOperation(.set, field: "received", value: .integer(row.at)),
                ChangeOperation(.set, field: "source", value: .text(self.log)),
                ChangeOperation(.set, field: "reference", value: .text(row.caseID)),
                ChangeOperation(.append, field: "note", value: .map(note)),
            ])
    }

    package func entry(_ row: EventRow) -> BatchEntry {
        var note: [String: APIValue] = ["text": .text(row.activity), "at": .integer(row.at)]
        if !row.actor.isEmpty { note["who"] = .text(row.actor) }
        return self.entry(
            row.caseID, row.rowKey, [ChangeOperation(.append, field: "note", value: .map(note))])
    }

    private func entry(_ caseID: String, _ key: String, _ operations: [ChangeOperation]) -> BatchEntry {
        let document = ImportIdentity.document(log: self.log, caseID: caseID, hashing: self.hashing)
        return BatchEntry(document: document.description, key: key, operations: operations)
    }
}
