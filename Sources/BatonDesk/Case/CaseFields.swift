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
    package static let acknowledged = FieldCode(32)
    package static let triaged = FieldCode(33)
    package static let active = FieldCode(34)
    package static let contained = FieldCode(35)
    package static let resolved = FieldCode(36)
}

/// The merge rules of the desk, as data: one table for all that folds, shows and checks.
package enum DeskFieldTable {
    /// The feature level of this build.
    package static let level: UInt64 = 1

    package static let current = FieldTable(
        level: DeskFieldTable.level,
        rules: [(kind: .escalation, fields: DeskFieldTable.escalation)])

    private static let escalation: [FieldRule] = [
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
        FieldRule(32, "acknowledged", .milestone, .union, .details),
        FieldRule(33, "triaged", .milestone, .union, .details),
        FieldRule(34, "active", .milestone, .union, .details),
        FieldRule(35, "contained", .milestone, .union, .details),
        FieldRule(36, "resolved", .milestone, .union, .details),
    ]
}
