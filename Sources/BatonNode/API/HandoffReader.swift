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
        try self.known(reading: .max).cases
    }

    /// What is known of open cases, most urgent first.
    ///
    /// - Parameter limit: How many at most are read because they have changed.
    /// - Returns: Also how many have changed and were not read.
    func known(
        reading limit: Int
    ) throws(ReplicaFault) -> (cases: [HandoffBoard.KnownCase], pending: Int) {
        // Read first: what comes in between is seen as news the next time.
        let counts = try self.reader.store.counts()
        if let whole = self.board.whole(at: counts, epoch: self.epoch) { return (whole, 0) }
        let before = self.board.cases(epoch: self.epoch)
        var found: [HandoffBoard.KnownCase] = []
        var changed = 0
        for version in try self.reader.store.openCases() {
            var one = before[version.document]
            if one?.version != version {
                changed += 1
                one = changed <= limit ? try self.worked(version) : nil
            }
            if let one { found.append(one) }
        }
        let pending = max(0, changed - limit)
        self.board.keep(found, whole: pending == 0 ? counts : nil, epoch: self.epoch)
        return (found, pending)
    }

    /// - Returns: The open cases of which nothing is known as they stand now, most urgent first.
    func unknown() throws(ReplicaFault) -> [DocumentVersion] {
        let before = self.board.cases(epoch: self.epoch)
        return try self.reader.store.openCases().filter { before[$0.document]?.version != $0 }
    }

    /// Works out some cases, so that whoever asks next finds them known.
    ///
    /// - Parameter versions: Read before the cases are: what changes in between is seen as changed.
    func learn(_ versions: some Sequence<DocumentVersion>) throws(ReplicaFault) {
        var cases: [HandoffBoard.KnownCase] = []
        for version in versions {
            if let one = try self.worked(version) { cases.append(one) }
        }
        self.board.add(cases, epoch: self.epoch)
    }

    private func worked(_ version: DocumentVersion) throws(ReplicaFault) -> HandoffBoard.KnownCase? {
        guard let file = try self.reader.file(version.document) else { return nil }
        let custody = file.custody
        let clocks = file.clocks(self.board.rules).filter { $0.stop == nil }.compactMap(\.dueMilliseconds)
        let deadline = file.summary.dueMilliseconds.map { Int64(clamping: $0) }
        return HandoffBoard.KnownCase(
            version: version, holder: custody?.accountable.site,
            brief: try self.brief(file, since: custody?.lastRead(by: self.author.site) ?? CausalVector()),
            dues: (clocks + [deadline].compactMap(\.self)).sorted())
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

    /// What changed in one case since this site last had it in hand, or since a time.
    ///
    /// - Parameter since: Milliseconds since 1970.
    func brief(of id: DocumentID, since: UInt64?) throws(ReplicaFault) -> BriefCase? {
        guard let file = try self.reader.file(id) else { return nil }
        guard let since else {
            return try self.brief(file, since: file.custody?.lastRead(by: self.author.site) ?? CausalVector())
        }
        return try self.brief(file, since: try self.past(of: id, before: since))
    }

    /// What changed in the open cases since this site last had each in hand, the gravest first.
    ///
    /// - Parameter limit: How many cases at most are read for it; the others wait to be worked out.
    /// - Complexity: O(open cases), and O(limit) to read.
    func brief(reading limit: Int, rows: Int) throws(ReplicaFault) -> BriefPage {
        let (known, pending) = try self.known(reading: limit)
        return try self.page(known.map(\.brief), rows: rows, pending: pending)
    }

    /// What changed in the open cases since a time, the gravest first of the most urgent ones: those whose clocks
    /// and deadlines run out first, as in the work list.
    ///
    /// - Parameter limit: How many cases at most are read for it; the others are counted.
    func brief(since: UInt64, reading limit: Int, rows: Int) throws(ReplicaFault) -> BriefPage {
        let changed = Set(
            try self.reader.store.openCases().filter { $0.lastStamp.milliseconds >= since }.map(\.document))
        let dues = try self.reader.dues(self.author, self.board)
        let ids = dues.inOrder(try self.reader.store.queuePlaces(QueueFilter())).map(\.document)
            .filter { changed.contains($0) }
        var found: [BriefCase] = []
        for id in ids.prefix(limit) {
            if let one = try self.brief(of: id, since: since) { found.append(one) }
        }
        return try self.page(found, rows: rows, unlooked: max(0, ids.count - limit))
    }

    private func page(
        _ cases: [BriefCase], rows: Int, pending: Int = 0, unlooked: Int = 0
    ) throws(ReplicaFault) -> BriefPage {
        var page = BriefPage(cases, rows: rows, pending: pending, unlooked: unlooked)
        // Another case may have come that makes a handle longer.
        for index in page.shown.indices {
            page.shown[index].handle = try self.handle(page.shown[index].document)
        }
        return page
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
