/// Says what an operation does to its field. Codes are frozen; an unknown one is kept and replayed after an
/// upgrade.
package enum OperationKind: UInt8, Sendable, CaseIterable {
    /// Writes a register; covers every write of it in its past.
    case set = 1
    /// Adds an element to an observed-remove set.
    case add = 2
    /// Removes every add of the element in its past.
    case remove = 3
    /// Appends an entry to the timeline.
    case append = 4
    /// Records that something happened; the earliest is shown, all are kept.
    case milestone = 5
    case step = 6
    case hold = 7
    case clock = 8
    case custody = 9
    case close = 10
    case reopen = 11
    case concur = 12
    case settle = 13
    case release = 14
}

/// Numbers a field of a document's field table, 0…1023.
package struct FieldCode: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let code: UInt16

    package init(_ code: UInt16) {
        precondition(code <= DeltaLimits.fieldCodeMax, "a field code has ten bits, got \(code)")
        self.code = code
    }

    package var description: String { "field \(self.code)" }

    package static func < (left: FieldCode, right: FieldCode) -> Bool { left.code < right.code }
}

/// Tells in the signed header what one operation does, so that an erased or unread operation still
/// supersedes what it superseded.
///
/// One unsigned number: `field << 6 | material << 5 | kind`.
package struct OperationShape: Hashable, Sendable {
    /// The kind's code, 0…31; it may be one that this build does not know.
    package let kindCode: UInt8
    package let field: FieldCode
    /// True for what a person wrote. A close must have read it.
    package let isMaterial: Bool

    package init(kind: OperationKind, field: FieldCode, isMaterial: Bool) {
        self.kindCode = kind.rawValue
        self.field = field
        self.isMaterial = isMaterial
    }

    package init?(packed: UInt64) {
        guard packed >> 16 == 0 else { return nil }
        self.kindCode = UInt8(packed & 31)
        self.isMaterial = packed & 32 != 0
        self.field = FieldCode(UInt16(packed >> 6))
    }

    package var kind: OperationKind? { OperationKind(rawValue: self.kindCode) }

    package var packed: UInt64 {
        UInt64(self.field.code) << 6 | (self.isMaterial ? 32 : 0) | UInt64(self.kindCode)
    }
}
