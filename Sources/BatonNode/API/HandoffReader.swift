import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// Reads handoffs and what they draw on from the replica. Runs on the thread that reads.
struct HandoffReader {
    let reader: CaseReader
    let author: Author
    /// Shows what this site did before a restart; nil where nothing is written.
    var recovery: RecoveryBoard?

    /// Drafts draw on this many open cases at most.
    static let casesMax = 10_000
    static let handoffsMax = 500
    private static let newsMax = 200
    /// Records that sentences are compared with.
    private static let earlierMax = 5

    /// Newest first.
    func states(limit: Int = Self.handoffsMax) throws(ReplicaFault) -> [HandoffState] {
        var states: [HandoffState] = []
        for id in try self.reader.store.documents(of: .handoff, newest: limit) {
            if let state = try self.reader.store.document(id) { states.append(HandoffState(state)) }
        }
        return states
    }

    /// Fills a scene with the handoff's cases: while it is a draft, those whose baton this site holds.
    func scene(_ state: HandoffState, _ act: ActScene) throws(ReplicaFault) -> HandoffScene {
        var scene = HandoffScene(state, act: act)
        // Read first: each file then has at least that.
        let held = try self.reader.store.haveSet()
        if let hash = state.offered?.body.record, !state.standing.isDrafted,
            let record = state.record(hash, hashing: act.hashing)
        {
            for item in record.items {
                try self.add(item.document, heldBy: nil, to: &scene, receiver: record.to, held)
            }
        } else if state.terms?.site == self.author.site, let to = state.terms?.body.site {
            for id in try self.openCases() {
                try self.add(id, heldBy: self.author.site, to: &scene, receiver: to, held)
            }
            scene.earlier = try self.earlier(than: state, act.hashing)
        }
        return scene
    }

    private func openCases() throws(ReplicaFault) -> [DocumentID] {
        var found: [DocumentID] = []
        let page = 1_000
        while found.count < Self.casesMax {
            let rows = try self.reader.store.queue(QueueFilter(), limit: page, offset: found.count)
            found += rows.map(\.document)
            guard rows.count == page else { break }
        }
        return found
    }

    /// - Parameter heldBy: Leaves the case out where another site answers for it.
    private func add(
        _ id: DocumentID, heldBy: SiteID?, to scene: inout HandoffScene, receiver: SiteID, _ held: HaveSet
    ) throws(ReplicaFault) {
        guard let file = try self.reader.file(id), let origin = file.origin, let custody = file.custody else {
            return
        }
        if let heldBy, custody.accountable.site != heldBy { return }
        let lastHeld = custody.lastRead(by: receiver)
        let news = try self.reader.store.timeline(id, limit: Self.newsMax).entries.filter {
            !lastHeld.contains($0.write.reference)
        }
        scene.cases.append(
            HandoffCase(
                file: file, custody: custody, lastHeld: lastHeld, news: news.reversed(),
                handle: try self.reader.store.handle(of: id)?.description ?? id.description))
        let known = self.recovery.flatMap {
            $0.scene(file, holding: held, membership: self.reader.wording.membership)
        }
        scene.scenes.append(known ?? CustodyScene(author: self.author, origin: origin, evidence: nil))
    }

    private func earlier(
        than state: HandoffState, _ hashing: any Hashing
    ) throws(ReplicaFault) -> [HandoffRecord] {
        let before = try self.states(limit: 20).filter {
            $0.document != state.document && $0.standing == .accepted
        }
        return before.prefix(Self.earlierMax).compactMap { earlier in
            earlier.accepted.flatMap { earlier.record($0.body.record, hashing: hashing) }
        }
    }

    /// What changed in the open cases since this site last had each in hand, or since a time.
    ///
    /// - Parameter since: Milliseconds since 1970.
    func brief(_ only: DocumentID?, since: UInt64?) throws(ReplicaFault) -> [BriefCase] {
        var found: [BriefCase] = []
        let ids = if let only { [only] } else { try self.openCases() }
        for id in ids {
            guard let file = try self.reader.file(id) else { continue }
            if let since, only == nil, file.summary.lastStamp.milliseconds < since { continue }
            let past: CausalVector
            if let since {
                past = try self.past(of: id, before: since)
            } else {
                past = file.custody?.lastRead(by: self.author.site) ?? CausalVector()
            }
            let news = try self.reader.store.timeline(id, limit: Self.newsMax).entries.filter {
                !past.contains($0.write.reference)
            }
            let handle = try self.reader.store.handle(of: id)?.description ?? id.description
            found.append(BriefCase(file, since: past, news: news.reversed(), handle: handle))
        }
        return found
    }

    private func past(of id: DocumentID, before time: UInt64) throws(ReplicaFault) -> CausalVector {
        var past = CausalVector()
        for entry in try self.reader.store.deltas(of: id, limit: 10_000)
        where entry.delta.header.stamp.milliseconds < time {
            past.include(entry.delta.header.reference)
        }
        return past
    }
}
