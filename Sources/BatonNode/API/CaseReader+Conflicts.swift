import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// Conflicts as the API tells them: fields, ledgers, custody, and what was done twice.
extension CaseReader {
    func ledger(_ state: DocumentState, _ summary: CaseSummary) -> ConflictLedger {
        CaseFile(state: state, summary: summary, membership: self.wording.membership).conflicts
    }

    /// One author alone contradicts nobody.
    func openCount(_ state: DocumentState, _ summary: CaseSummary) -> Int {
        guard state.latest.count > 1 else { return summary.conflicts.count }
        return self.ledger(state, summary).open.count
    }

    /// Open ones first, in the desk's order; then what is to be looked at.
    func conflicts(_ state: DocumentState, _ row: CaseRow) throws(ReplicaFault) -> [ConflictView] {
        guard let summary = try self.store.summary(state.id) else { return [] }
        let ledger = self.ledger(state, summary)
        return (ledger.open + ledger.toLookAt).map { self.conflict($0, state, row) }
    }

    private func conflict(_ record: ConflictRecord, _ state: DocumentState, _ row: CaseRow) -> ConflictView {
        let isLook = !record.needsPerson
        var versions = record.versions.enumerated().map { place, version in
            FieldVersion(
                value: .text(version.text),
                written: Authorship(
                    by: self.wording.name(version.by), site: version.site.description,
                    at: Int64(clamping: version.at)),
                delta: version.dot.delta.description, isShown: false, number: place + 1,
                unseen: version.unseen.map(self.line))
        }
        var field = record.handle
        if case .register(let code) = record.kind, let view = self.view(code, state) {
            field = FieldNames.name(code)
            versions = self.registerVersions(code, view, record)
        }
        return ConflictView(
            ref: row.ref, caseID: row.id, title: row.title, field: field, versions: versions,
            notes: .init(
                id: record.id(of: state.id, hashing: Blake2b()).description,
                handle: isLook ? nil : record.handle, what: record.what, safe: record.safeValue,
                isLook: isLook, isEscalated: record.isEscalated))
    }

    /// A field's values as they are, the one in force first.
    private func registerVersions(
        _ code: FieldCode, _ view: RegisterView, _ record: ConflictRecord
    ) -> [FieldVersion] {
        ([view.shown] + view.others).map { write in
            let place = record.versions.firstIndex { $0.dot == write.dot }
            let plain = self.version(write, code, isShown: write.dot == view.shown.dot)
            return FieldVersion(
                value: plain.value, written: plain.written, delta: plain.delta, isShown: plain.isShown,
                number: place.map { $0 + 1 },
                unseen: place.map { record.versions[$0].unseen.map(self.line) } ?? [])
        }
    }

    private func line(_ sighting: Sighting) -> String {
        let detail = sighting.detail("")
        return detail.text(now: NodeClock.wallMilliseconds, name: self.wording.name)
    }

    /// Every conflict of every case, closed ones too: a conflict does not end with its case. What is only to be
    /// looked at ends with it, and comes last.
    func conflicts(limit: Int) throws(ReplicaFault) -> [ConflictView] {
        let filter = QueueFilter(includesClosed: true, onlyConflicts: true)
        var found: [ConflictView] = []
        for row in try self.store.queue(filter, limit: limit) {
            guard let state = try self.store.document(row.document), let row = try self.row(state) else {
                continue
            }
            found += try self.conflicts(state, row).filter { !$0.isLook || !row.isClosed }
        }
        return found.filter { !$0.isLook } + found.filter(\.isLook)
    }
}
