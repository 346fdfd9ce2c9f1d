package import BatonEncoding
package import BatonModel

/// What was said about one step of a case's checklist: the body of an entry of the step ledger.
///
/// `open` carries the step's whole text, so that a case keeps what it was given whatever becomes of the file.
package struct StepBody: Hashable, Sendable {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        /// The step is part of this case.
        case open = 1
        case done = 2
        /// Left out, with a code.
        case skip = 3
        /// Takes back every `done` and `skip` that its author had read.
        case reopen = 4
    }

    package var kind: Kind
    package var id: GeneratedID
    /// The version of the text that its author read.
    package var version: Int
    /// `edr`; of `open`.
    package var checklist = ""
    /// Of `open`.
    package var step: ChecklistStep?
    /// The place in the list, from 1; of `open`.
    package var ordinal = 0
    /// Of `skip`: why. Of `reopen`: why.
    package var code = ""
    package var note = ""
    /// When it was done, if not when it was written: milliseconds since 1970.
    package var atMilliseconds: Int64?
    /// Who is to do it; of `open`, and only of a step that somebody added to this one case.
    package var owner: OperatorID?
    /// Until when, milliseconds since 1970; as `owner`.
    package var due: UInt64?

    /// Stands for a checklist in steps that somebody added to this one case. No rule book can have it: the id of a
    /// checklist is a word.
    package static let addedChecklist = "+"

    package init(_ kind: Kind, id: GeneratedID, version: Int) {
        self.kind = kind
        self.id = id
        self.version = version
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let id: UInt64 = 2
        static let version: UInt64 = 3
        static let checklist: UInt64 = 4
        static let key: UInt64 = 5
        static let text: UInt64 = 6
        static let ordinal: UInt64 = 7
        static let mandatory: UInt64 = 8
        static let milestone: UInt64 = 9
        static let gate: UInt64 = 10
        static let roles: UInt64 = 11
        static let code: UInt64 = 12
        static let note: UInt64 = 13
        static let at: UInt64 = 14
        static let owner: UInt64 = 15
        static let due: UInt64 = 16
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.id, .bytes(self.id.bytes))
        map.put(Key.version, .unsigned(UInt64(self.version)))
        map.put(Key.checklist, text: self.checklist)
        if let step = self.step {
            map.put(Key.key, text: step.key)
            map.put(Key.text, text: step.text)
            map.put(Key.ordinal, .unsigned(UInt64(self.ordinal)))
            map.put(Key.mandatory, step.isMandatory ? .bool(true) : nil)
            map.put(Key.milestone, step.milestone.map { .unsigned(UInt64($0.field.code)) })
            map.put(Key.gate, text: step.gate)
            map.put(Key.roles, step.roles.isEmpty ? nil : .array(step.roles.map { .text($0) }))
            map.put(Key.owner, self.owner.map { .unsigned(UInt64($0.number)) })
            map.put(Key.due, milliseconds: self.due)
        }
        map.put(Key.code, text: self.code)
        map.put(Key.note, text: self.note)
        map.put(Key.at, self.atMilliseconds.map { CBORValue(Int($0)) })
        return map.value
    }

    /// - Returns: Nil for anything that says nothing here, also a `skip` without a code.
    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)),
            let id = map[Key.id]?.bytesValue.flatMap({ GeneratedID($0) }),
            let version = map.unsigned(Key.version).flatMap({ Int(exactly: $0) }),
            let checklist = map.optionalText(Key.checklist), let code = map.optionalText(Key.code),
            let note = map.optionalText(Key.note)
        else { return nil }
        self.init(kind, id: id, version: version)
        self.checklist = checklist
        self.code = code
        self.note = note
        self.atMilliseconds = map.milliseconds(Key.at)
        guard kind != .skip || !code.isEmpty else { return nil }
        guard kind == .open else { return }
        guard let step = Self.step(map) else { return nil }
        self.step = step
        self.ordinal = map.unsigned(Key.ordinal).flatMap { Int(exactly: $0) } ?? 0
        self.owner = map.unsigned(Key.owner).flatMap { UInt32(exactly: $0) }.map { OperatorID($0) }
        self.due = map.time(Key.due)
    }

    private static func step(_ map: LedgerMap) -> ChecklistStep? {
        guard let key = map.text(Key.key), let text = map.text(Key.text),
            let gate = map.optionalText(Key.gate)
        else { return nil }
        // A milestone that this build does not know is left out: the step itself can still be done.
        let milestone = map.unsigned(Key.milestone).flatMap { UInt16(exactly: $0) }
            .flatMap { Milestone(field: FieldCode($0)) }
        return ChecklistStep(
            key: key, text: text, isMandatory: map.flag(Key.mandatory), milestone: milestone, gate: gate,
            roles: map[Key.roles]?.arrayValue?.compactMap(\.textValue) ?? [])
    }
}

/// An entry of the step ledger that could be read.
package struct StepEntry: Hashable, Sendable {
    package let body: StepBody
    package let source: LedgerEntry

    package init(body: StepBody, source: LedgerEntry) {
        self.body = body
        self.source = source
    }

    package var by: Actor { self.source.write.actor }
    /// When it was done: as its author says, else its author's stamp.
    package var atMilliseconds: Int64 {
        self.body.atMilliseconds ?? Int64(self.source.write.stamp.milliseconds)
    }

    package func isAfter(_ other: StepEntry) -> Bool { self.source.isAfter(other.source) }
}
