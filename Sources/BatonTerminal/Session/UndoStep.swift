package import BatonAPI

/// What takes back one change of this sitting: a new change that compensates, never a deletion.
package struct UndoStep: Sendable, Equatable {
    package enum Way: Sendable, Equatable {
        case change(ChangeRequest)
        /// It cannot be taken back; what to do instead.
        case impossible(instead: String)
    }

    package let id: String
    package let ref: String
    /// What was done: `edit severity S1`.
    package let done: String
    package let way: Way
    /// The case's changes right after it: more of them means that somebody has gone on.
    package internal(set) var changes: Int

    /// Compensates the setting of a register by setting what it showed before.
    static func edit(_ field: EditField, _ before: CaseDetail, _ after: CaseDetail) -> Way {
        guard let name = field.register else {
            return .impossible(instead: "What happened stays recorded; write a note on it.")
        }
        let old = before.fields.first { $0.field == name }?.value ?? .null
        if old == .null, field != .owner {
            return .impossible(
                instead: "There was no value before; set the right one: edit \(field.rawValue) …")
        }
        if field == .severity {
            return .impossible(
                instead: "Lowering takes a reason: edit severity \(old.text ?? "S4") --why CODE")
        }
        let operation = ChangeOperation(.set, field: name, value: old == .null ? .text("nobody") : old)
        return .change(ChangeRequest(operations: [operation], note: "undo: \(field.rawValue)"))
    }

    static func tags(_ operations: [ChangeOperation]) -> Way {
        let inverse = operations.map {
            ChangeOperation($0.action == .add ? .remove : .add, field: $0.field, value: $0.value)
        }
        return .change(ChangeRequest(operations: inverse))
    }

    static let close = Way.change(
        ChangeRequest(operations: [ChangeOperation(.reopen, value: .text("CLOSED-IN-ERROR: undo"))]))
}
