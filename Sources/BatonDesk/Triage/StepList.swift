import BatonModel

/// The checklist of a case as people work through it: numbered, that of the case's type first.
package struct StepList: Sendable {
    package struct Item: Sendable {
        /// 1, 2, 3 … as they are listed.
        package let number: Int
        package let state: StepState
        /// False for a step of a checklist that the case had under another type.
        package let isCurrent: Bool

        package var word: String {
            switch self.state.standing {
            case .open, .reopened: "todo"
            case .done: "done"
            case .skipped: "skipped"
            }
        }

        package var isOpen: Bool { !self.state.isSettled }
        /// Several people have done it.
        package var isTwice: Bool { Set(self.state.marks.filter { $0.kind == .done }.map(\.by)).count > 1 }
    }

    package let items: [Item]
    package let unreadable: Int

    /// - Parameter checklist: The id of the checklist of the case's type; nil where there is none, and then
    ///   all of them count.
    init(_ state: ChecklistState, checklist: String?) {
        let isCurrent = { (step: StepState) in
            checklist == nil || step.checklist == checklist || step.isAdded
        }
        let given = state.steps.filter { !$0.isAdded }
        // Of a checklist that counts no more only what was touched is worth a line. What was added comes last, so
        // that the numbers that people have learned stay.
        let steps =
            given.filter(isCurrent) + given.filter { !isCurrent($0) && !$0.marks.isEmpty }
            + state.steps.filter(\.isAdded)
        self.items = steps.enumerated().map { place, step in
            Item(number: place + 1, state: step, isCurrent: isCurrent(step))
        }
        self.unreadable = state.unreadable
    }

    /// - Parameter typed: The number, or the step's key.
    package func item(_ typed: String) -> Item? {
        self.items.first { String($0.number) == typed || $0.state.step.key == typed }
    }

    /// Mandatory steps that are neither done nor skipped.
    package var open: [Item] { self.items.filter { $0.isCurrent && $0.state.isMissing } }

    package var section: FileSection {
        FileSection("steps", self.items.map(Self.fileItem), unreadable: self.unreadable)
    }

    private static func fileItem(_ item: Item) -> FileItem {
        let state = item.state
        var marks: [String] = []
        if item.isTwice { marks.append("twice") }
        if !state.step.isMandatory { marks.append("optional") }
        if !item.isCurrent { marks.append("other checklist") }
        if state.isAdded { marks.append("added") }
        var details = [FileItem.Detail("key", state.step.key)]
        if !state.isAdded { details.append(.init("template", "\(state.checklist)/v\(state.version)")) }
        if let owner = state.owner { details.append(.init("owner", by: owner)) }
        if !state.step.gate.isEmpty { details.append(.init("gate", state.step.gate)) }
        for mark in state.marks {
            let words = [mark.code, mark.note].filter { !$0.isEmpty }.joined(separator: " ")
            details.append(
                .init(
                    mark.kind == .done ? "done" : "skipped", words, by: mark.by.person,
                    at: UInt64(clamping: mark.atMilliseconds)))
        }
        return FileItem(
            id: "\(item.number)", state: item.word, text: state.step.text, by: state.mark?.by.person,
            at: state.mark.map { UInt64(clamping: $0.atMilliseconds) }, due: state.due, marks: marks,
            details: details)
    }
}

extension CaseFile {
    package var checklist: ChecklistState {
        ChecklistState(self.state[.global]?.ledgers[CaseField.steps] ?? [])
    }

    package func steps(_ rules: RuleBook) -> StepList {
        StepList(self.checklist, checklist: self.type.flatMap { rules.checklist(for: $0) }?.id)
    }
}
