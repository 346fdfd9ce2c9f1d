import BatonModel
import BatonProtocol

/// Fills the two lanes of a session, one page at a time each.
extension SyncEngine {
    /// Asks for the next page of each lane that can take one.
    mutating func pump(_ id: SessionID) {
        for lane in LinkPurpose.allCases { self.pump(id, lane) }
    }

    private mutating func pump(_ id: SessionID, _ lane: LinkPurpose) {
        guard let session = self.sessions[id], session.loading[lane] == nil, self.canSend(session, lane),
            let (order, load) = self.nextOrder(id, lane)
        else { return }
        let work = self.makeWork(.load(id, lane, load))
        self.sessions[id]?.loading[lane] = work
        self.actions.append(.load(work, order, lane))
    }

    /// The link that carries a lane now. Bulk waits a moment for a connection of its own, then shares.
    private func carrier(_ session: PeerSession, _ lane: LinkPurpose) -> LinkID? {
        if let own = session.links[lane] { return own }
        guard lane == .bulk else { return session.links[.bulk] }
        let waited = self.now.monotonicMilliseconds - session.openedAt
        return waited >= self.configuration.limits.shareMillisecondsMin ? session.links[.urgent] : nil
    }

    private func canSend(_ session: PeerSession, _ lane: LinkPurpose) -> Bool {
        guard let link = self.carrier(session, lane), let state = self.links[link],
            !state.isCongested || Mutant.isOn(.congestionIgnored)
        else { return false }
        guard lane == .bulk else { return true }
        // On a shared connection nothing of bulk may stand before what is urgent.
        if session.links.count == 1, session.hasUrgentWork { return false }
        // Nor does it begin before the first urgent page of a catch-up is on its way.
        if session.isBeforeFirstUrgentPage { return false }
        return self.hasRoom(session, lane)
    }

    /// True while so little of a catch-up is on its way in the lane that a live change written now would not
    /// wait long behind it.
    private func hasRoom(_ session: PeerSession, _ lane: LinkPurpose) -> Bool {
        guard let link = self.carrier(session, lane), let flow = self.links[link]?.flow else { return false }
        let limits = self.configuration.limits
        let page = self.pageBytes(session, lane)
        let least = flow.bytesPerSecond == 0 ? limits.bulkBytesInFlightMin : 2 * page
        return flow.hasRoom(
            forPage: page, smallest: limits.pageBytesMin, bytesMin: least,
            queueMilliseconds: limits.bulkQueueMilliseconds)
    }

    /// Where a page of a catch-up is closed: earlier on a slow path than on a fast one.
    private func pageBytes(_ session: PeerSession, _ lane: LinkPurpose) -> Int {
        let limits = self.configuration.limits
        let most = lane == .urgent ? limits.urgentBytesTarget : limits.chunkBytesTarget
        guard let link = self.carrier(session, lane),
            let bytes = self.links[link]?.flow.bytes(in: limits.pageMilliseconds)
        else { return most }
        return min(most, max(limits.pageBytesMin, Int(clamping: bytes)))
    }

    private mutating func nextOrder(_ id: SessionID, _ lane: LinkPurpose) -> (LoadOrder, Load)? {
        lane == .urgent ? self.nextUrgent(id) : self.nextBulk(id)
    }

    private mutating func nextUrgent(_ id: SessionID) -> (LoadOrder, Load)? {
        guard var session = self.sessions[id] else { return nil }
        defer { self.sessions[id] = session }
        let limits = self.configuration.limits
        if !session.live.isEmpty {
            let ranges = session.peerHave.lacking(session.live)
            session.live = []
            if !ranges.isEmpty {
                let order = LoadOrder.ranges(
                    ranges, sent: session.sentSince, bytesMax: limits.urgentBytesTarget)
                return (order, .live)
            }
        }
        if session.isUrgentSurveyDue {
            session.isUrgentSurveyDue = false
            session.isSurveying = true
            return (.survey(documentsMax: limits.outlineDocumentsMax), .survey)
        }
        guard !session.urgentDocuments.isEmpty, self.hasRoom(session, .urgent) else { return nil }
        let grown = limits.urgentBytesFirst << min(session.urgentPages, 16)
        session.urgentPages += 1
        let order = LoadOrder.documents(
            session.urgentDocuments, lacking: session.peerHave,
            bytesMax: min(grown, self.pageBytes(session, .urgent)))
        return (order, .urgent)
    }

    private mutating func nextBulk(_ id: SessionID) -> (LoadOrder, Load)? {
        guard var session = self.sessions[id], session.isStated else { return nil }
        defer { self.sessions[id] = session }
        let limits = self.configuration.limits
        if session.outline.isFirstPageDue { return self.outlineOrder(&session) }
        if !session.recentDocuments.isEmpty {
            let documents = session.recentDocuments
            let bytesMax = self.pageBytes(session, .bulk)
            return (.documents(documents, lacking: session.peerHave, bytesMax: bytesMax), .recent)
        }
        if !session.forwarded.isEmpty {
            let taken = RangeList.take(limits.rangesPerPageMax, from: &session.forwarded)
            let ranges = session.peerHave.lacking(taken)
            if !ranges.isEmpty {
                return (self.bulkPage(ranges, session), .forwarded)
            }
        }
        if session.outline.hasWork { return self.outlineOrder(&session) }
        guard !session.rest.isEmpty else { return nil }
        let ranges = RangeList.take(limits.rangesPerPageMax, from: &session.rest)
        let kept = session.rest
        return (self.bulkPage(ranges, session), .rest(kept: kept))
    }

    private func bulkPage(_ ranges: [DeltaRange], _ session: PeerSession) -> LoadOrder {
        .ranges(ranges, sent: session.sentSince, bytesMax: self.pageBytes(session, .bulk))
    }

    private func outlineOrder(_ session: inout PeerSession) -> (LoadOrder, Load) {
        let isFirst = session.outline.pagesSent == 0
        let deltasMax = self.configuration.limits.outlineDeltasPerPage
        let ranges = RangeList.takeNewest(deltasMax, from: &session.outline.ranges)
        let isCut = session.outline.isLastPage && !session.outline.ranges.isEmpty
        session.outline.pagesSent += 1
        return (.outline(ranges), .outline(isFirst: isFirst, isCut: isCut))
    }

    // Answers.

    mutating func loaded(_ id: WorkID, _ result: Result<LoadAnswer, ReplicaFault>) {
        switch self.work.removeValue(forKey: id) {
        case .load(let session, let lane, let load): self.loaded(session, lane, load, result)
        case .answer(let link, let token): self.fingerprinted(link, token, result)
        case .comparison(let site): self.fingerprinted(site, result)
        case .verification, .application, nil: break
        }
    }

    private mutating func loaded(
        _ id: SessionID, _ lane: LinkPurpose, _ load: Load, _ result: Result<LoadAnswer, ReplicaFault>
    ) {
        guard self.sessions[id] != nil else { return }
        self.sessions[id]?.loading[lane] = nil
        switch result {
        case .failure(let fault):
            self.note(.storeRefused(fault))
            for link in self.sessions[id]?.links.values.sorted() ?? [] { self.close(link, nil) }
            return
        case .success(.survey(let documents)):
            self.sessions[id]?.isSurveying = false
            self.sessions[id]?.urgentDocuments = documents
        case .success(.outline(let page)): self.send(page, load, to: id)
        case .success(.chunk(let chunk)):
            self.keep(chunk, load, in: id)
            self.send(chunk, load, lane, to: id)
        case .success(.fingerprints): break
        }
        self.pump(id)
        self.finishIfEven(id)
    }

    /// Puts back what did not fit the page.
    private mutating func keep(_ chunk: LoadedChunk, _ load: Load, in id: SessionID) {
        guard var session = self.sessions[id] else { return }
        switch load {
        case .live: session.live = chunk.rest + session.live
        case .urgent: session.urgentDocuments = chunk.restDocuments
        case .recent: session.recentDocuments = chunk.restDocuments
        case .forwarded: session.forwarded = chunk.rest + session.forwarded
        // Only if no new have has planned the rest anew meanwhile.
        case .rest(let kept): if session.rest == kept { session.rest = chunk.rest + session.rest }
        case .survey, .outline: break
        }
        self.sessions[id] = session
    }

    private mutating func send(_ page: OutlinePage, _ load: Load, to id: SessionID) {
        guard case .outline(let isFirst, let isCut) = load, let session = self.sessions[id],
            let link = self.carrier(session, .bulk) ?? session.controlLink
        else { return }
        if isFirst {
            let most = self.configuration.limits.recentDocumentsMax
            self.sessions[id]?.recentDocuments = Array(page.open.prefix(most))
        }
        let whole = OutlinePart(isFirst: isFirst, entries: page.entries, isCut: isCut)
        for part in whole.split(entriesMax: self.configuration.limits.outlineDeltasPerPage) {
            self.send(.outline(part.said(in: session.version)), on: link)
        }
    }

    private mutating func send(
        _ chunk: LoadedChunk, _ load: Load, _ lane: LinkPurpose, to id: SessionID
    ) {
        guard !chunk.deltas.isEmpty, let session = self.sessions[id],
            let link = self.carrier(session, lane) ?? session.controlLink
        else { return }
        self.sessions[id]?.sent(chunk.deltas, contested: self.have)
        let isDone = self.sessions[id].map { !$0.hasWork } ?? true
        if isDone { self.sessions[id]?.remaining = 0 }
        let remaining = self.sessions[id]?.remaining ?? 0
        let keys = chunk.keys.filter {
            self.links[link]?.keysSent.insert(.init(scope: $0.scope, id: $0.id)).inserted == true
        }
        if lane == .urgent {
            let deltas = chunk.deltas.map(WireDelta.init)
            let message = Message.deltas(DeltaChunk(keys: keys, deltas: deltas, remaining: remaining))
            let bytes = self.send(message, on: link)
            if case .urgent = load { self.mark(bytes, on: link) }
        } else {
            self.sendRuns(chunk.deltas, keys, remaining, on: link)
        }
    }

    /// Sends deltas in runs, in more frames than one where they do not fit, and a mark that measures the way.
    private mutating func sendRuns(
        _ deltas: [Delta], _ keys: [BareKey], _ remaining: UInt64, on link: LinkID
    ) {
        let bytes = RunCodec.encode(
            deltas, keys: keys, version: self.version(on: link), hashing: self.context.hashing)
        if bytes.count + 64 > self.configuration.limits.frameBytesMax, deltas.count > 1 {
            let half = deltas.count / 2
            let named = Set(
                deltas[..<half].flatMap { delta in
                    delta.header.parts.indices.map { Link.KeyMark(delta, part: $0) }
                })
            let first = keys.filter { named.contains(.init(scope: $0.scope, id: $0.id)) }
            let second = keys.filter { !named.contains(.init(scope: $0.scope, id: $0.id)) }
            self.sendRuns(Array(deltas[..<half]), first, remaining + UInt64(deltas.count - half), on: link)
            self.sendRuns(Array(deltas[half...]), second, remaining, on: link)
            return
        }
        self.send(.runs(RunChunk(bytes: bytes, remaining: remaining)), on: link)
        self.mark(bytes.count, on: link)
    }

    /// What both ends of a link speak.
    private func version(on link: LinkID) -> UInt64 {
        guard let session = self.links[link]?.session else { return ProtocolVersion.oldest }
        return self.sessions[session]?.version ?? ProtocolVersion.oldest
    }

    /// Asks when what was just sent has been read.
    private mutating func mark(_ bytes: Int, on link: LinkID) {
        let now = self.now.monotonicMilliseconds
        guard let token = self.links[link]?.flow.send(bytes, at: now) else { return }
        self.send(.mark(token), on: link)
    }

    mutating func drained(_ link: LinkID) {
        self.links[link]?.isCongested = false
        if let session = self.links[link]?.session { self.pump(session) }
    }

    // What is new here.

    /// Own deltas go to every live peer at once: what people wrote on the urgent lane, what machines made
    /// on the bulk one.
    mutating func authored(_ report: ApplyReport, on lane: LinkPurpose) {
        self.take(report)
        let ranges = report.added.map { DeltaRange($0.reference) }
        if lane == .urgent { self.urgentWaits.formUnion(self.peers.filter { !self.isMet($0) }) }
        for id in self.sessionOrder { self.enqueue(ranges, on: lane, of: id) }
    }

    /// The origin pushes; others forward after a delay what has not arrived by then.
    mutating func relay(_ report: ApplyReport, from source: SessionID?, on lane: LinkPurpose) {
        guard !report.added.isEmpty else { return }
        let ranges = report.added.map { DeltaRange($0.reference) }
        for id in self.sessionOrder where id != source {
            guard let session = self.sessions[id] else { continue }
            if session.delayed.values.allSatisfy(\.isEmpty) {
                self.actions.append(
                    .startTimer(
                        .forward(id), afterMilliseconds: self.configuration.limits.forwardDelayMilliseconds))
            }
            self.sessions[id]?.delay(ranges, on: lane)
        }
    }

    mutating func forward(_ id: SessionID) {
        guard let session = self.sessions[id] else { return }
        self.sessions[id]?.delayed = [:]
        for lane in LinkPurpose.allCases {
            let missing = session.peerHave.lacking(session.delayed[lane] ?? [])
            self.enqueue(missing, on: lane, of: id)
        }
        self.finishIfEven(id)
    }

    private mutating func enqueue(_ ranges: [DeltaRange], on lane: LinkPurpose, of id: SessionID) {
        self.sessions[id]?.enqueue(ranges, on: lane)
        self.shed(id)
        self.pump(id)
    }

    /// A peer that takes too little keeps what waits for it from growing without bound: the lowest lane's
    /// live changes are dropped, and its next have asks for them.
    private mutating func shed(_ id: SessionID) {
        guard let session = self.sessions[id] else { return }
        let most = self.configuration.limits.waitingRangesMax
        guard session.live.count + session.forwarded.count > most else { return }
        if !session.forwarded.isEmpty {
            self.sessions[id]?.forwarded = []
            self.note(.shed(session.site, .bulk, ranges: session.forwarded.count))
        } else {
            self.sessions[id]?.live = []
            self.note(.shed(session.site, .urgent, ranges: session.live.count))
        }
    }
}

extension PeerSession {
    mutating func enqueue(_ ranges: [DeltaRange], on lane: LinkPurpose) {
        switch lane {
        case .urgent: RangeList.append(ranges, to: &self.live)
        case .bulk: RangeList.append(ranges, to: &self.forwarded)
        }
    }

    mutating func delay(_ ranges: [DeltaRange], on lane: LinkPurpose) {
        RangeList.append(ranges, to: &self.delayed[lane, default: []])
    }
}

extension Link.KeyMark {
    init(_ delta: Delta, part index: Int) {
        self.init(scope: delta.header.keyScope(part: index), id: delta.header.parts[index].key)
    }
}
