/// A row of the queue.
package struct CaseRow: Codable, Sendable, Equatable {
    /// The handle: `EDR-7K3QM2`.
    package let ref: String
    /// The document id, 32 hexadecimal digits.
    package let id: String
    /// `EDR`, `CSEA`, `TTL`, `MCE`, `SENS`, `OTHER`.
    package let type: String
    package let title: String
    /// `S0` … `S4`; absent before triage.
    package let severity: String?
    /// The desk name of whoever has the case in hand, by custody; until somebody took it, the name in the field
    /// `owner`. Absent when nobody has it.
    package let owner: String?
    /// The site that answers for it.
    package let ownerSite: String?
    /// The custody epoch, `4`, or `5'` when provisional; absent before anybody took the case.
    package let epoch: String?
    /// Somebody else may have the case in hand too.
    package let isProvisional: Bool
    /// `received`, `acknowledged`, `triaged`, `active`, `contained`, `resolved` or `closed`.
    package let status: String
    /// Closed by someone who had read everything material.
    package let isClosed: Bool
    /// Material changes that a close did not see: the case stays open and says so.
    package let unseenByClose: Int
    package let situation: String?
    package let tags: [String]
    package let agency: String?
    package let source: String?
    package let receivedAt: Int64?
    package let dueAt: Int64?
    /// In a queue: when the first of its running clocks and its deadline runs out, or has run out.
    package var nextDueAt: Int64?
    package let createdAt: Int64
    package let updatedAt: Int64
    /// Deltas folded into the case.
    package let changes: Int
    /// Fields on which a person must decide.
    package let conflicts: Int
    /// Deltas that are here and wait for their past: the case is incomplete.
    package let waiting: Int
    package let unread: Int

    // long: one line per stored field.
    package init(
        ref: String, id: String, type: String, title: String, severity: String?, owner: String?,
        ownerSite: String?, epoch: String? = nil, isProvisional: Bool = false, status: String, isClosed: Bool,
        unseenByClose: Int, situation: String?,
        tags: [String], agency: String?, source: String?, receivedAt: Int64?, dueAt: Int64?, createdAt: Int64,
        updatedAt: Int64, changes: Int, conflicts: Int, waiting: Int, unread: Int
    ) {
        self.ref = ref
        self.id = id
        self.type = type
        self.title = title
        self.severity = severity
        self.owner = owner
        self.ownerSite = ownerSite
        self.epoch = epoch
        self.isProvisional = isProvisional
        self.status = status
        self.isClosed = isClosed
        self.unseenByClose = unseenByClose
        self.situation = situation
        self.tags = tags
        self.agency = agency
        self.source = source
        self.receivedAt = receivedAt
        self.dueAt = dueAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.changes = changes
        self.conflicts = conflicts
        self.waiting = waiting
        self.unread = unread
    }
}

/// A case with its fields.
package struct CaseDetail: Codable, Sendable, Equatable {
    package let summary: CaseRow
    /// Registers in order of field code; a field without a value is left out.
    package let fields: [FieldView]
    /// In order of field code; the earliest record of each.
    package let milestones: [MilestoneView]
    package let closures: [ClosureView]
    package let conflicts: [ConflictView]
    /// Changes of several fields of which some are in force and others have lost to what was written apart.
    package let partlySuperseded: [PartlySupersededView]
    /// Where every change of the case is stored, as those sites have signed; this site included. Sorted.
    package let safeAt: [String]
    /// Entries of the timeline, counted up to 1000.
    package let timelineCount: Int

    package init(
        summary: CaseRow, fields: [FieldView], milestones: [MilestoneView], closures: [ClosureView],
        conflicts: [ConflictView], partlySuperseded: [PartlySupersededView] = [], safeAt: [String],
        timelineCount: Int
    ) {
        self.partlySuperseded = partlySuperseded
        self.summary = summary
        self.fields = fields
        self.milestones = milestones
        self.closures = closures
        self.conflicts = conflicts
        self.safeAt = safeAt
        self.timelineCount = timelineCount
    }
}

/// One change of several fields that holds in some of them only.
package struct PartlySupersededView: Codable, Sendable, Equatable {
    /// The delta, hexadecimal.
    package let delta: String
    package let written: Authorship
    /// Fields where its value is in force.
    package let inForce: [String]
    /// Fields where a value is that was written apart.
    package let lost: [String]

    package init(delta: String, written: Authorship, inForce: [String], lost: [String]) {
        self.delta = delta
        self.written = written
        self.inForce = inForce
        self.lost = lost
    }
}

/// A field's value in force. Severity reads `S1`, type `EDR`, owner a desk name; times are milliseconds
/// since 1970.
package struct FieldView: Codable, Sendable, Equatable {
    package let field: String
    package let value: APIValue
    package let written: Authorship
    /// Values that stand beside the one shown.
    package let others: [FieldVersion]

    package init(field: String, value: APIValue, written: Authorship, others: [FieldVersion]) {
        self.field = field
        self.value = value
        self.written = written
        self.others = others
    }
}

package struct FieldVersion: Codable, Sendable, Equatable {
    package let value: APIValue
    package let written: Authorship
    /// The delta that wrote it, hexadecimal.
    package let delta: String
    package let isShown: Bool
    /// Of a conflict's side: what the act `settle … keep` calls it.
    package let number: Int?
    /// Of a conflict's side: what the others knew and this one had not seen, a line each.
    package let unseen: [String]?

    package init(
        value: APIValue, written: Authorship, delta: String, isShown: Bool, number: Int? = nil,
        unseen: [String]? = nil
    ) {
        self.value = value
        self.written = written
        self.delta = delta
        self.isShown = isShown
        self.number = number
        self.unseen = unseen
    }
}

package struct MilestoneView: Codable, Sendable, Equatable {
    package let milestone: String
    package let written: Authorship
    package let note: String?

    package init(milestone: String, written: Authorship, note: String?) {
        self.milestone = milestone
        self.written = written
        self.note = note
    }
}

package struct ClosureView: Codable, Sendable, Equatable {
    /// `close` or `concur`.
    package let action: String
    package let written: Authorship
    package let note: String?

    package init(action: String, written: Authorship, note: String?) {
        self.action = action
        self.written = written
        self.note = note
    }
}

/// What was written apart and stands against each other, or was done twice and is to be looked at.
package struct ConflictView: Codable, Sendable, Equatable {
    package let ref: String
    package let caseID: String
    package let title: String
    /// The field; of what is no field, what the act `settle` calls it: `decision`, `V3`, `custody`.
    package let field: String
    /// Of a field the one that is shown first, then the others in order of delta; else earliest first.
    package let versions: [FieldVersion]
    /// The conflict's id, hexadecimal, alike at every site that holds the same writes; absent from older nodes.
    package let id: String?
    /// What the act `settle` calls it; absent where nobody has to choose.
    package let handle: String?
    /// In words: `executor of suspend/subj:1`, `doubled effect`.
    package let what: String?
    /// What holds until it is settled.
    package let safe: String?
    /// True where nobody has to choose: a doubled effect, a step done twice.
    package let isLook: Bool
    /// Handed up, and still open.
    package let isEscalated: Bool

    /// What the desk adds to the versions.
    package struct Notes: Sendable {
        package let id: String
        package let handle: String?
        package let what: String
        package let safe: String
        package let isLook: Bool
        package let isEscalated: Bool

        package init(
            id: String, handle: String?, what: String, safe: String, isLook: Bool, isEscalated: Bool
        ) {
            self.id = id
            self.handle = handle
            self.what = what
            self.safe = safe
            self.isLook = isLook
            self.isEscalated = isEscalated
        }
    }

    package init(
        ref: String, caseID: String, title: String, field: String, versions: [FieldVersion],
        notes: Notes? = nil
    ) {
        self.id = notes?.id
        self.handle = notes?.handle
        self.what = notes?.what
        self.safe = notes?.safe
        self.isLook = notes?.isLook ?? false
        self.isEscalated = notes?.isEscalated ?? false
        self.ref = ref
        self.caseID = caseID
        self.title = title
        self.field = field
        self.versions = versions
    }
}

/// An entry of the timeline.
package struct TimelineView: Codable, Sendable, Equatable {
    /// Delta id and index, `9f2c…:0`.
    package let id: String
    package let text: String
    package let written: Authorship
    /// When and by whom it was first written, where that was elsewhere (imports).
    package let originallyAt: Int64?
    package let originallyBy: String?

    package init(id: String, text: String, written: Authorship, originallyAt: Int64?, originallyBy: String?) {
        self.id = id
        self.text = text
        self.written = written
        self.originallyAt = originallyAt
        self.originallyBy = originallyBy
    }
}

/// A delta for people.
package struct DeltaView: Codable, Sendable, Equatable {
    /// Hexadecimal.
    package let id: String
    package let author: String
    package let seq: Int64
    package let written: Authorship
    /// `applied`, `waiting`, `void` or `unread here`.
    package let fate: String
    package let operations: [OperationView]
    /// Sites that have signed for holding it, this one included. Sorted.
    package let safeAt: [String]

    package struct OperationView: Codable, Sendable, Equatable {
        package let action: String
        package let field: String
        package let isMaterial: Bool

        package init(action: String, field: String, isMaterial: Bool) {
            self.action = action
            self.field = field
            self.isMaterial = isMaterial
        }

        /// For people: `tags added`, `severity changed`.
        package var words: String {
            switch self.action {
            case "add", "append": "\(self.field) added"
            case "remove": "\(self.field) taken away"
            case "set": "\(self.field) changed"
            default: "\(self.action) \(self.field)"
            }
        }
    }

    package init(
        id: String, author: String, seq: Int64, written: Authorship, fate: String,
        operations: [OperationView],
        safeAt: [String]
    ) {
        self.id = id
        self.author = author
        self.seq = seq
        self.written = written
        self.fate = fate
        self.operations = operations
        self.safeAt = safeAt
    }
}
