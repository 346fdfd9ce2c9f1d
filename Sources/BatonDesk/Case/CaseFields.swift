package import BatonModel

/// The fields of a case. Codes are signed into deltas: never reuse one.
package enum CaseField {
    package static let title = FieldCode(1)
    package static let type = FieldCode(2)
    package static let severity = FieldCode(3)
    package static let owner = FieldCode(4)
    package static let situation = FieldCode(5)
    package static let tags = FieldCode(6)
    package static let note = FieldCode(7)
    package static let closure = FieldCode(8)
    package static let receivedAt = FieldCode(9)
    package static let source = FieldCode(10)
    package static let externalReference = FieldCode(11)
    package static let agency = FieldCode(12)
    package static let decision = FieldCode(13)
    package static let jurisdictions = FieldCode(14)
    package static let due = FieldCode(15)
    package static let steps = FieldCode(16)
    package static let clocks = FieldCode(17)
    package static let holds = FieldCode(18)
    package static let custody = FieldCode(19)
    package static let verification = FieldCode(20)
    package static let decisions = FieldCode(21)
    package static let containment = FieldCode(22)
    package static let reports = FieldCode(23)
    package static let evidence = FieldCode(24)
    package static let contacts = FieldCode(25)
    package static let links = FieldCode(26)
    package static let subjects = FieldCode(27)
    package static let alerts = FieldCode(28)
    package static let pages = FieldCode(29)
    package static let review = FieldCode(30)
    package static let triage = FieldCode(31)
    package static let acknowledged = FieldCode(32)
    package static let triaged = FieldCode(33)
    package static let active = FieldCode(34)
    package static let contained = FieldCode(35)
    package static let resolved = FieldCode(36)
    // 37 to 63 are milestones (`CaseMilestone`).
    package static let releases = FieldCode(64)
}

/// The fields of a handoff: the document in which one watch gives its batons to the next.
package enum HandoffField {
    package static let records = FieldCode(1)
    package static let moves = FieldCode(2)
    package static let readbacks = FieldCode(3)
    package static let addenda = FieldCode(4)
}

/// The fields of the team's directory: agencies, partners, ways to reach them.
package enum DirectoryField {
    package static let entries = FieldCode(1)
}

/// The fields of the schedule: who is on duty beside what the rotation rules say.
package enum ScheduleField {
    package static let overrides = FieldCode(1)
    package static let swaps = FieldCode(2)
}

/// The fields of the exposure record: counters of a person's own load.
package enum ExposureField {
    package static let entries = FieldCode(1)
}

/// The merge rules of the desk, as data: one table for all that folds, shows and checks.
package enum DeskFieldTable {
    /// The feature level of this build.
    package static let level: UInt64 = 1

    package static let current = FieldTable(
        level: DeskFieldTable.level,
        rules: [
            (kind: .escalation, fields: DeskFieldTable.escalation),
            (kind: .handoff, fields: DeskFieldTable.handoff),
            (kind: .directory, fields: [DeskFieldTable.ledger(1, "entries")]),
            (
                kind: .schedule,
                fields: [DeskFieldTable.ledger(1, "overrides"), DeskFieldTable.ledger(2, "swaps")]
            ),
            (kind: .exposure, fields: [DeskFieldTable.ledger(1, "entries")]),
        ])

    private static let handoff = [
        DeskFieldTable.ledger(1, "records"), DeskFieldTable.ledger(2, "moves"),
        DeskFieldTable.ledger(3, "readbacks"), DeskFieldTable.ledger(4, "addenda"),
    ]

    /// A ledger's entry is a map whose keys and values the desk reads; one that it cannot read counts as
    /// nothing said.
    private static func ledger(_ code: UInt16, _ name: String, _ kind: OperationKind = .append) -> FieldRule {
        FieldRule(code, name, .ledger(kind), .union, .details)
    }

    private static let escalation: [FieldRule] =
        [
            FieldRule(1, "title", .register, .greatest, .text(bytesMax: 512)),
            FieldRule(2, "type", .register, .multiValue, .integer(1...6)),
            // S0 is the gravest: the least number wins, so a raise is never lost to a concurrent lowering.
            FieldRule(3, "severity", .register, .minimum, .integer(0...4)),
            FieldRule(4, "owner", .register, .multiValue, .integer(0...Int64(UInt32.max))),
            FieldRule(5, "situation", .register, .greatest, .text(bytesMax: 1024)),
            FieldRule(6, "tags", .set, .union, .text(bytesMax: 64)),
            // Text, or a map {1: text, 2: milliseconds, 3: who} for entries that were written elsewhere first.
            FieldRule(7, "note", .timeline, .union, .details),
            FieldRule(8, "closure", .closure, .union, .details),
            FieldRule(9, "received", .register, .minimum, .time),
            FieldRule(10, "source", .register, .greatest, .text(bytesMax: 128)),
            FieldRule(11, "reference", .register, .multiValue, .text(bytesMax: 256)),
            FieldRule(12, "agency", .register, .multiValue, .text(bytesMax: 128)),
            FieldRule(13, "decision", .register, .multiValue, .text(bytesMax: 256)),
            FieldRule(14, "jurisdictions", .set, .union, .text(bytesMax: 16)),
            FieldRule(15, "due", .register, .minimum, .time),
            DeskFieldTable.ledger(16, "steps", .step),
            DeskFieldTable.ledger(17, "clocks", .clock),
            DeskFieldTable.ledger(18, "holds", .hold),
            DeskFieldTable.ledger(19, "custody", .custody),
            DeskFieldTable.ledger(20, "verification"),
            DeskFieldTable.ledger(21, "decisions"),
            DeskFieldTable.ledger(22, "containment"),
            DeskFieldTable.ledger(23, "reports"),
            DeskFieldTable.ledger(24, "evidence"),
            DeskFieldTable.ledger(25, "contacts"),
            DeskFieldTable.ledger(26, "links"),
            DeskFieldTable.ledger(27, "subjects"),
            DeskFieldTable.ledger(28, "alerts"),
            DeskFieldTable.ledger(29, "pages"),
            DeskFieldTable.ledger(30, "review"),
            DeskFieldTable.ledger(31, "triage"),
            FieldRule(32, "acknowledged", .milestone, .union, .details),
            FieldRule(33, "triaged", .milestone, .union, .details),
            FieldRule(34, "active", .milestone, .union, .details),
            FieldRule(35, "contained", .milestone, .union, .details),
            FieldRule(36, "resolved", .milestone, .union, .details),
            DeskFieldTable.ledger(64, "releases", .release),
        ]
        + CaseMilestone.allCases.map { FieldRule($0.rawValue, $0.word, .milestone, .union, .details) }
}
