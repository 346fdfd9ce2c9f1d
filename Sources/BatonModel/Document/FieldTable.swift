package import BatonEncoding

/// Says how concurrent writes of a field are shown. No policy drops a write: a register keeps every
/// uncovered one.
package enum MergePolicy: Sendable, Equatable {
    /// All uncovered writes stand; more than one is a conflict that a person settles.
    case multiValue
    /// The greatest integer is shown.
    case maximum
    /// The least integer is shown.
    case minimum
    /// The write with the greatest (stamp, author, seq) is shown; the others stay visible in history.
    case greatest
    /// Every entry stands.
    case union
}

/// Says what bodies a field takes. A body of another type makes its part void, alike everywhere.
package enum ValueType: Sendable, Equatable {
    case text(bytesMax: Int)
    case integer(ClosedRange<Int64>)
    /// Milliseconds since 1970.
    case time
    /// A map, an array, text or null of bounded size: details of a milestone or an entry.
    case details

    package func accepts(_ value: CBORValue) -> Bool {
        switch (self, value) {
        case (.text(let limit), .text(let text)): text.utf8.count <= limit
        case (.integer(let range), _): value.intValue.map(range.contains) ?? false
        case (.time, .unsigned(let milliseconds)): milliseconds <= HybridTime.millisecondsMax
        case (.details, .text), (.details, .null), (.details, .map), (.details, .array): true
        default: false
        }
    }
}

/// One row of a document kind's field table.
package struct FieldRule: Sendable, Equatable {
    package enum Structure: Sendable, Equatable {
        case register, set, timeline, milestone, closure
        /// Entries of one kind that all stand in the state, each with the past that it has read: what rules
        /// of the desk are worked out from. For what is bounded in number; a history belongs in a timeline.
        case ledger(OperationKind)
    }

    package let code: FieldCode
    package let name: String
    package let structure: Structure
    package let policy: MergePolicy
    package let value: ValueType
    /// The feature level that brought the field. A delta of a lower level that uses it is malformed.
    package let level: UInt64

    package init(
        _ code: UInt16, _ name: String, _ structure: Structure, _ policy: MergePolicy, _ value: ValueType,
        level: UInt64 = 1
    ) {
        self.code = FieldCode(code)
        self.name = name
        self.structure = structure
        self.policy = policy
        self.value = value
        self.level = level
    }
}

extension FieldRule {
    /// Says whether a body fits the field: alike for what is authored here and for what is folded anywhere.
    ///
    /// Closes, reopens, concurs and milestones may carry nothing.
    package func accepts(_ body: CBORValue, written kind: OperationKind) -> Bool {
        switch kind {
        case .settle: Settlement(body: body).map { self.value.accepts($0.value) } ?? false
        case .close, .reopen, .concur, .milestone: body == .null || self.value.accepts(body)
        default: self.value.accepts(body)
        }
    }
}

/// All fields of all document kinds that a build knows, as data.
package struct FieldTable: Sendable {
    /// The highest level that this table describes: what this build reads.
    package let level: UInt64
    private let rules: [UInt32: FieldRule]
    /// Where releases of waiting deltas stand, by document kind.
    private let releaseFields: [UInt8: FieldCode]

    /// - Parameter rules: By document kind; codes are unique within a kind.
    package init(level: UInt64, rules: [(kind: DocumentKind, fields: [FieldRule])]) {
        self.level = level
        var byKey: [UInt32: FieldRule] = [:]
        for (kind, fields) in rules {
            for field in fields {
                let before = byKey.updateValue(field, forKey: Self.key(kind.rawValue, field.code))
                precondition(before == nil, "field \(field.code) of \(kind.word) is declared twice")
            }
        }
        self.rules = byKey
        self.releaseFields = Self.releaseFields(of: byKey)
    }

    private static func releaseFields(of rules: [UInt32: FieldRule]) -> [UInt8: FieldCode] {
        var fields: [UInt8: FieldCode] = [:]
        // order: each kind has one such field at most
        for (key, rule) in rules where rule.structure == .ledger(.release) {
            let before = fields.updateValue(rule.code, forKey: UInt8(key >> 16))
            precondition(before == nil, "a kind of document has two fields of releases")
        }
        return fields
    }

    /// The table of a later build: the same fields and some more.
    ///
    /// - Parameter added: By document kind; none of their codes is taken yet.
    package func raised(
        to level: UInt64, adding added: [(kind: DocumentKind, fields: [FieldRule])]
    ) -> FieldTable {
        let more = FieldTable(level: level, rules: added)
        let joined = self.rules.merging(more.rules) { _, _ in
            preconditionFailure("a field of level \(level) takes the code of an older one")
        }
        return FieldTable(level: level, joined: joined)
    }

    private init(level: UInt64, joined: [UInt32: FieldRule]) {
        self.level = level
        self.rules = joined
        self.releaseFields = Self.releaseFields(of: joined)
    }

    /// The ledger of a document's kind in which waiting deltas are released; nil where none can be.
    package func releaseField(of document: DocumentID) -> FieldCode? {
        self.releaseFields[document.kindCode]
    }

    package func rule(_ document: DocumentID, _ field: FieldCode) -> FieldRule? {
        self.rules[Self.key(document.kindCode, field)]
    }

    private static func key(_ kind: UInt8, _ field: FieldCode) -> UInt32 {
        UInt32(kind) << 16 | UInt32(field.code)
    }
}

extension FieldRule.Structure {
    package var isLedger: Bool {
        if case .ledger = self { return true }
        return false
    }

    /// Says which operations a structure takes.
    package func takes(_ kind: OperationKind) -> Bool {
        switch self {
        case .register: kind == .set || kind == .settle
        case .set: kind == .add || kind == .remove
        case .timeline: kind == .append
        case .milestone: kind == .milestone
        case .closure: kind == .close || kind == .reopen || kind == .concur
        case .ledger(let entry): kind == entry
        }
    }
}
