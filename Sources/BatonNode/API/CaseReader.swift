import BatonAPI
import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonStore

/// Builds the API's values from the replica. Runs on the thread that reads.
struct CaseReader: Sendable {
    let store: ReplicaStore
    let wording: Wording
    let receipts: ReceiptBoard
    let ownSite: SiteID

    /// Entries of a timeline are counted up to here.
    static let timelineCountMax = 1000

    // Rows.

    func row(_ id: DocumentID) throws(ReplicaFault) -> CaseRow? {
        guard let state = try self.store.document(id) else { return nil }
        return try self.row(state)
    }

    // long: one line per field of the row.
    func row(_ state: DocumentState) throws(ReplicaFault) -> CaseRow? {
        guard let summary = try self.store.summary(state.id), let handle = try self.store.handle(of: state.id)
        else {
            return nil
        }
        return CaseRow(
            ref: handle.description, id: state.id.description, type: summary.typeWord, title: summary.title,
            severity: summary.severity.map { "S\($0)" }, owner: summary.owner.map(self.wording.name),
            ownerSite: self.ownerSite(summary)?.description,
            epoch: summary.holder.flatMap { $0.isUntaken ? nil : $0.epoch },
            isProvisional: summary.holder?.isProvisional ?? false,
            status: summary.status.word,
            isClosed: summary.isClosed, unseenByClose: summary.uncoveredCount,
            situation: summary.situation.isEmpty ? nil : summary.situation, tags: summary.tags,
            agency: self.text(CaseField.agency, state), source: self.text(CaseField.source, state),
            receivedAt: summary.receivedMilliseconds.map { Int64($0) },
            dueAt: summary.dueMilliseconds.map { Int64($0) },
            createdAt: Int64(summary.firstStamp.milliseconds),
            updatedAt: Int64(summary.lastStamp.milliseconds), changes: summary.appliedCount,
            conflicts: self.openCount(state, summary), waiting: summary.waitingCount,
            unread: summary.unreadCount)
    }

    /// The site that answers; for a name on a case that nobody took yet, that person's.
    private func ownerSite(_ summary: CaseSummary) -> SiteID? {
        if let holder = summary.holder, !holder.isUntaken { return holder.site }
        return summary.owner.flatMap(self.wording.site(of:))
    }

    private func text(_ field: FieldCode, _ state: DocumentState) -> String? {
        self.view(field, state)?.shown.value?.textValue
    }

    func view(_ field: FieldCode, _ state: DocumentState) -> RegisterView? {
        guard let writes = state[.global]?.registers[field], let rule = FieldNames.rule(field) else {
            return nil
        }
        return rule.policy.view(writes)
    }

    // One case.

    func detail(_ id: DocumentID) throws(ReplicaFault) -> CaseDetail? {
        guard let state = try self.store.document(id), let row = try self.row(state) else { return nil }
        let global = state[.global]
        return CaseDetail(
            summary: row, fields: FieldNames.rules.compactMap { self.field($0, state) },
            milestones: (global?.milestones.entries ?? []).compactMap(self.milestone),
            closures: state.compartments.flatMap(\.closures).map(self.closure),
            conflicts: try self.conflicts(state, row).filter { !$0.isLook },
            partlySuperseded: state.partlySuperseded(in: .global, by: DeskFieldTable.current).map(self.torn),
            safeAt: self.safeSites(state.frontier.map(\.reference)),
            timelineCount: try self.store.timeline(id, limit: Self.timelineCountMax).entries.count)
    }

    /// This site and those that have signed for these deltas, sorted.
    func safeSites(_ references: [DeltaReference]) -> [String] {
        let others = self.receipts.sites(holding: references)
        return Set(others + [self.ownSite]).sorted().map(\.description)
    }

    private func field(_ rule: FieldRule, _ state: DocumentState) -> FieldView? {
        guard rule.structure == .register, let view = self.view(rule.code, state) else { return nil }
        return FieldView(
            field: rule.name, value: self.wording.value(rule.code, view.shown.value),
            written: self.wording.authorship(view.shown),
            others: view.others.map { self.version($0, rule.code, isShown: false) })
    }

    func version(_ write: Write, _ field: FieldCode, isShown: Bool) -> FieldVersion {
        FieldVersion(
            value: self.wording.value(field, write.value), written: self.wording.authorship(write),
            delta: write.dot.delta.description, isShown: isShown)
    }

    private func torn(_ action: PartlySuperseded) -> PartlySupersededView {
        PartlySupersededView(
            delta: action.standing.dot.delta.description,
            written: self.wording.authorship(action.standing), inForce: action.inForce.map(FieldNames.name),
            lost: action.lost.map(FieldNames.name))
    }

    private func milestone(_ entry: FieldMap<[Write]>.Entry) -> MilestoneView? {
        // The earliest is shown, all are kept.
        guard let first = entry.value.min(by: { $1.isLater(than: $0) }) else { return nil }
        return MilestoneView(
            milestone: FieldNames.name(entry.field), written: self.wording.authorship(first),
            note: EntryDetails(first.value).text)
    }

    private func closure(_ closure: Closure) -> ClosureView {
        ClosureView(
            action: closure.kindCode == OperationKind.concur.rawValue ? "concur" : "close",
            written: self.wording.authorship(closure.write), note: EntryDetails(closure.write.value).text)
    }

    // Timeline and log.

    func timeline(_ entry: TimelineEntry) -> TimelineView {
        let details = EntryDetails(entry.write.value)
        return TimelineView(
            id: "\(entry.write.dot.delta):\(entry.write.dot.index)", text: details.text ?? "",
            written: self.wording.authorship(entry.write), originallyAt: details.at, originallyBy: details.who
        )
    }

    func delta(_ entry: LogEntry) -> DeltaView {
        let header = entry.delta.header
        return DeltaView(
            id: entry.delta.id.description, author: header.author.description,
            seq: Int64(clamping: header.seq),
            written: self.wording.authorship(header), fate: entry.fate.word,
            operations: header.shape.map(self.operation), safeAt: self.safeSites([header.reference]))
    }

    private func operation(_ shape: OperationShape) -> DeltaView.OperationView {
        let action = shape.kind.map { "\($0)" } ?? "operation-\(shape.kindCode)"
        return DeltaView.OperationView(
            action: action, field: FieldNames.name(shape.field), isMaterial: shape.isMaterial)
    }
}
