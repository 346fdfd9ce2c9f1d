import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// Reads handoffs and what they draw on from the replica. Runs on the thread that reads.
struct HandoffReader {
    let reader: CaseReader
    let author: Author
    let board: HandoffBoard
    /// Shows what this site did before a restart; nil where nothing is written.
    var recovery: RecoveryBoard?

    private static let newsMax = 200
    /// Records that sentences are compared with, and how many handoffs are looked through for them.
    private static let earlierMax = 5
    private static let earlierLooked = 20

    private var epoch: UInt64 { self.reader.wording.membership.epoch }

    /// All handoffs, newest first. Only those are read that have changed since they were last looked at.
    ///
    /// - Complexity: O(handoffs).
    func digests(_ act: ActScene) throws(ReplicaFault) -> [HandoffDigest] {
        var found: [HandoffDigest] = []
        for version in try self.reader.store.versions(of: .handoff) {
            if let known = self.board.digest(version, epoch: self.epoch) {
                found.append(known)
            } else if let state = try self.state(version.document) {
                let digest = HandoffDigest(state, label: HandoffViews(state, act).label)
                self.board.keep(digest, version, epoch: self.epoch)
                found.append(digest)
            }
        }
        return found
    }

    func state(_ id: DocumentID) throws(ReplicaFault) -> HandoffState? {
        try self.reader.store.document(id).map { HandoffState($0) }
    }

    /// Fills a scene with the handoff's cases: of a draft, those that would be offered and whose baton this site
    /// holds.
    ///
    /// - Parameter named: A case that the step is about: read even where it is not part of the draft.
    func scene(
        _ state: HandoffState, naming named: DocumentID?, _ act: ActScene
    ) throws(ReplicaFault) -> HandoffScene {
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
            let drafted = try self.casesDrafted(state, named)
            scene.caseCount = drafted.count
            var some = Array(drafted.prefix(HandoffRecord.casesMax))
            if let named, !some.contains(named), drafted.contains(named) { some.append(named) }
            for id in some {
                try self.add(id, heldBy: self.author.site, to: &scene, receiver: to, held)
            }
            scene.earlier = try self.earlier(than: state, act)
        }
        return scene
    }

    /// The cases that a draft hands on. Where the leaver named some, no other is looked at.
    private func casesDrafted(
        _ state: HandoffState, _ named: DocumentID?
    ) throws(ReplicaFault) -> [DocumentID] {
        let marked = state.marked
        if let only = marked.only {
            guard let named, !only.contains(named) else { return only }
            return only + [named]
        }
        let ours = try self.known().filter { $0.holder == self.author.site }.map(\.version.document)
        return ours.filter { !marked.without.contains($0) || $0 == named }
    }

    /// What is known of each open case, most urgent first; worked out where it has changed.
    ///
    /// - Complexity: O(open cases), and O(changed ones) to read.
    private func known() throws(ReplicaFault) -> [HandoffBoard.KnownCase] {
        let before = self.board.cases(epoch: self.epoch)
        var after: [DocumentID: HandoffBoard.KnownCase] = [:]
        var found: [HandoffBoard.KnownCase] = []
        for version in try self.reader.store.openCases() {
            let id = version.document
            var one = before[id]
            if one?.version != version, let file = try self.reader.file(id) {
                let custody = file.custody
                one = HandoffBoard.KnownCase(
                    version: version, holder: custody?.accountable.site,
                    brief: try self.brief(
                        file, since: custody?.lastRead(by: self.author.site) ?? CausalVector()))
            }
            guard let one else { continue }
            after[id] = one
            found.append(one)
        }
        self.board.keep(after, epoch: self.epoch)
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
                handle: try self.handle(id)))
        let known = self.recovery.flatMap {
            $0.scene(file, holding: held, membership: self.reader.wording.membership)
        }
        scene.scenes.append(known ?? CustodyScene(author: self.author, origin: origin, evidence: nil))
    }

    private func earlier(
        than state: HandoffState, _ act: ActScene
    ) throws(ReplicaFault) -> [HandoffRecord] {
        let before = try self.digests(act).prefix(Self.earlierLooked).filter {
            $0.document != state.document && $0.standing == .accepted
        }
        var records: [HandoffRecord] = []
        for one in before.prefix(Self.earlierMax) {
            guard let earlier = try self.state(one.document), let hash = earlier.accepted?.body.record,
                let record = earlier.record(hash, hashing: act.hashing)
            else { continue }
            records.append(record)
        }
        return records
    }

    /// What changed in the open cases since this site last had each in hand, or since a time.
    ///
    /// - Parameter since: Milliseconds since 1970.
    func brief(_ only: DocumentID?, since: UInt64?) throws(ReplicaFault) -> [BriefCase] {
        var found: [BriefCase] = []
        if only == nil, since == nil {
            for known in try self.known() {
                guard !known.brief.isEmpty else { continue }
                // Another case may have come that makes it longer.
                var brief = known.brief
                brief.handle = try self.handle(known.version.document)
                found.append(brief)
            }
            return found
        }
        let ids: [DocumentID]
        if let only {
            ids = [only]
        } else {
            ids = try self.reader.store.openCases().filter { $0.lastStamp.milliseconds >= since ?? 0 }
                .map(\.document)
        }
        for id in ids {
            guard let file = try self.reader.file(id) else { continue }
            let past: CausalVector
            if let since {
                past = try self.past(of: id, before: since)
            } else {
                past = file.custody?.lastRead(by: self.author.site) ?? CausalVector()
            }
            found.append(try self.brief(file, since: past))
        }
        return found
    }

    private func brief(_ file: CaseFile, since past: CausalVector) throws(ReplicaFault) -> BriefCase {
        let id = file.document
        let news = try self.reader.store.timeline(id, limit: Self.newsMax).entries.filter {
            !past.contains($0.write.reference)
        }
        return BriefCase(file, since: past, news: news.reversed(), handle: try self.handle(id))
    }

    private func handle(_ id: DocumentID) throws(ReplicaFault) -> String {
        try self.reader.store.handle(of: id)?.description ?? id.description
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
