import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// Reads what paging looks at. Runs on the thread that reads.
struct PageReader {
    let store: ReplicaStore
    let membership: Membership

    /// Nil for what is no case or has no handle here yet.
    func held(_ id: DocumentID) throws(ReplicaFault) -> PagingCase? {
        guard id.kind == .escalation, let state = try self.store.document(id),
            let summary = try self.store.summary(id), let handle = try self.store.handle(of: id)
        else { return nil }
        let file = CaseFile(state: state, summary: summary, membership: self.membership)
        guard !summary.isClosed else { return PagingCase(file, handle: handle.description) }
        var handoffs: [DocumentID: PagingCase.OfferedHandoff] = [:]
        for offer in file.custody?.offers ?? [] where !offer.isEnded {
            guard let document = offer.handoff, let hash = offer.record, handoffs[document] == nil,
                let written = try self.store.document(document),
                let record = HandoffState(written).record(hash, hashing: Blake2b()),
                let first = record.items.first
            else { continue }
            handoffs[document] = .init(
                first: first.document, label: record.label, cases: record.items.count,
                expiresMilliseconds: Int64(clamping: record.expiresAt))
        }
        return PagingCase(file, handle: handle.description, handoffs: handoffs)
    }
}

extension ReplicaStore {
    /// What people changed of the roster: the ledgers of the team's schedule.
    func rosterChanges(team: TeamID) throws(ReplicaFault) -> RosterChanges {
        let schedule = DocumentID.singleton(.schedule, team: team, hashing: Blake2b())
        guard let state = try self.document(schedule) else { return RosterChanges() }
        let ledgers = state[.global]?.ledgers
        return RosterChanges(
            (ledgers?[ScheduleField.overrides] ?? []) + (ledgers?[ScheduleField.swaps] ?? []))
    }
}
