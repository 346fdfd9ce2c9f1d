/// What is to be done in one type of case, in order, in one version.
package struct Checklist: Sendable, Equatable {
    package let id: String
    package let title: String
    package let type: CaseType
    /// Rises with every change of the file; a case keeps the texts that it was given.
    package let version: Int
    package let steps: [ChecklistStep]

    package init(id: String, title: String, type: CaseType, version: Int, steps: [ChecklistStep]) {
        self.id = id
        self.title = title
        self.type = type
        self.version = version
        self.steps = steps
    }
}

/// One step. Its key never changes while it means the same thing; its text may.
package struct ChecklistStep: Hashable, Sendable {
    package let key: String
    package let text: String
    /// An open mandatory step holds back the closing of the case.
    package let isMandatory: Bool
    /// The milestone that doing it brings about; nil for most.
    package let milestone: Milestone?
    /// The verification gate that it serves, `V3`; empty for most.
    package let gate: String
    /// Who may do it; empty: anybody on the desk.
    package let roles: [String]

    package init(
        key: String, text: String, isMandatory: Bool, milestone: Milestone?, gate: String, roles: [String]
    ) {
        self.key = key
        self.text = text
        self.isMandatory = isMandatory
        self.milestone = milestone
        self.gate = gate
        self.roles = roles
    }
}
