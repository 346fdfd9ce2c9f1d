import BatonEncoding
package import BatonModel

/// What the queue shows of a document: a pure function of its state and two counts that the replica knows.
///
/// Documents of other kinds than cases have one too; what only cases have is empty there.
package struct CaseSummary: Hashable, Sendable {
    package let document: DocumentID
    /// All 16 characters; a handle shows the first six or more.
    package let code: String
    /// Nil while unknown, and of a type that this build does not know.
    package let type: CaseType?
    /// 0 is the gravest.
    package let severity: Int64?
    /// Who has the case in hand: by custody, and by the field `owner` until somebody has put their name to it.
    /// Nil when nobody has it.
    package let owner: OperatorID?
    /// Who answers for the case; nil for documents of other kinds.
    package let holder: CustodyHolder?
    package let title: String
    package let situation: String
    package let status: CaseStatus
    /// Sorted.
    package let tags: [String]
    /// Fields whose writes a person must settle, sorted.
    package let conflicts: [FieldCode]
    package let firstStamp: HybridTime
    package let lastStamp: HybridTime
    /// Milliseconds since 1970.
    package let receivedMilliseconds: UInt64?
    package let dueMilliseconds: UInt64?
    /// True when somebody closed it and no reopen has cancelled that, whether or not the close has read
    /// everything.
    package let hasClosure: Bool
    /// Material changes that no close has read and that follow none: "closed without seeing N updates".
    package let uncoveredCount: Int
    /// Deltas of the document whose past is not here yet.
    package let waitingCount: Int
    package let unreadCount: Int
    package let voidCount: Int
    package let appliedCount: Int

    /// - Parameters:
    ///   - uncoveredCount: From `Closures.uncovered`; ignored while there is no closure.
    ///   - authority: Needed where `CustodyAuthority.isAsked(by:)` says so.
    package init(
        state: DocumentState, uncoveredCount: Int, waitingCount: Int, hashing: some Hashing,
        authority: CustodyAuthority = .none
    ) {
        let view = CaseView(state)
        self.document = state.id
        self.code = CaseCode.of(state.id, hashing: hashing)
        self.type = view.integer(CaseField.type).flatMap { CaseType(rawValue: $0) }
        self.severity = view.integer(CaseField.severity)
        let named = view.integer(CaseField.owner).flatMap { UInt32(exactly: $0) } ?? 0
        let holder = CustodyHolder(state: state, authority: authority)
        self.holder = holder
        // Custody decides once it has been taken; until then the field is a name on the watch's case.
        let isUntaken = holder?.isUntaken ?? true
        self.owner = isUntaken ? (named == 0 ? nil : OperatorID(named)) : holder?.person
        self.title = view.text(CaseField.title)
        self.situation = view.text(CaseField.situation)
        self.tags = view.elements(CaseField.tags)
        self.conflicts = view.conflicts
        self.firstStamp = state.firstStamp
        self.lastStamp = state.lastStamp
        self.receivedMilliseconds = view.value(CaseField.receivedAt)?.unsignedValue
        self.dueMilliseconds = view.value(CaseField.due)?.unsignedValue
        self.hasClosure = view.hasClosure
        self.uncoveredCount = view.hasClosure ? uncoveredCount : 0
        self.waitingCount = waitingCount
        self.unreadCount = state.unreadCount
        self.voidCount = Int(clamping: state.voidCount)
        self.appliedCount = Int(clamping: state.appliedCount)
        self.status = view.hasClosure && uncoveredCount == 0 ? .closed : view.milestoneStatus
    }

    package var typeWord: String {
        if let type = self.type { return type.word }
        return (self.document.kind?.word ?? "document").uppercased()
    }

    package var isClosed: Bool { self.status == .closed }

    package var lane: Lane {
        switch self.document.kind {
        case .handoff: return .lifeAtStake
        case .directory, .schedule: return .urgent
        case .exposure, nil: return .open
        case .escalation:
            if self.isClosed { return .closed }
            switch self.severity {
            case 0: return .lifeAtStake
            case 1: return .urgent
            default: return .open
            }
        }
    }

    /// The text by which a document is found, beside its timeline: title, situation and tags, global ones
    /// only.
    package static func searchText(of state: DocumentState) -> String {
        let view = CaseView(state)
        let texts =
            [view.text(CaseField.title), view.text(CaseField.situation)] + view.elements(CaseField.tags)
        return texts.filter { !$0.isEmpty }.joined(separator: "\n")
    }
}

/// Reads fields of a document's state by the desk's policies. Global fields only: what is restricted is
/// never summarised.
private struct CaseView {
    private let state: DocumentState
    private let global: CompartmentState?

    init(_ state: DocumentState) {
        self.state = state
        self.global = state[.global]
    }

    func value(_ field: FieldCode) -> CBORValue? {
        guard let writes = self.global?.registers[field] else { return nil }
        let policy = DeskFieldTable.current.rule(self.state.id, field)?.policy ?? .greatest
        return policy.view(writes)?.shown.value
    }

    func integer(_ field: FieldCode) -> Int64? { self.value(field)?.intValue }

    func text(_ field: FieldCode) -> String { self.value(field)?.textValue ?? "" }

    func elements(_ field: FieldCode) -> [String] {
        var elements: [String] = []
        for write in self.global?.sets[field] ?? [] {
            guard let text = write.value?.textValue, !elements.contains(text) else { continue }
            elements.append(text)
        }
        return elements.sorted()
    }

    var conflicts: [FieldCode] {
        var fields: [FieldCode] = []
        for compartment in self.state.compartments {
            for entry in compartment.registers.entries where !fields.contains(entry.field) {
                guard let rule = DeskFieldTable.current.rule(self.state.id, entry.field) else { continue }
                if rule.policy.view(entry.value)?.isConflict ?? false { fields.append(entry.field) }
            }
        }
        return fields.sorted()
    }

    var hasClosure: Bool { self.state.compartments.contains { !$0.closures.isEmpty } }

    var milestoneStatus: CaseStatus {
        let reached = CaseStatus.allCases.last { status in
            guard let field = status.milestone else { return false }
            return self.global?.milestones[field] != nil
        }
        return reached ?? .received
    }
}
