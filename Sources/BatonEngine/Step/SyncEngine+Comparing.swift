package import BatonModel
import BatonProtocol

/// What a comparison of the logs with a peer's found.
package struct ComparisonResult: Sendable, Equatable {
    package enum End: Sendable, Equatable {
        case done
        /// No link to the peer, or it broke meanwhile.
        case linkLost
        case notStated
        /// Our own log could not be read.
        case unread
    }

    package let site: SiteID
    package var end = End.done
    /// Deltas whose ids were found equal.
    package var equal: UInt64 = 0
    /// Ranges whose ids differ, each as small as a comparison makes it.
    package var unequal: [DeltaRange] = []
    /// What only this side, or only the peer, states to hold or can give a fingerprint of.
    package var onlyHere: [DeltaRange] = []
    package var onlyThere: [DeltaRange] = []

    package init(site: SiteID, end: End = .done) {
        self.site = site
        self.end = end
    }

    package var isEqual: Bool {
        self.end == .done && self.unequal.isEmpty && self.onlyHere.isEmpty && self.onlyThere.isEmpty
    }
}

/// A comparison under way: ranges that are still to be asked about, and those that are being compared.
struct ComparisonRun: Sendable {
    /// Where it began: a site with two machines has two sessions, and each holds what it holds.
    let session: SessionID
    var result: ComparisonResult
    var waiting: [DeltaRange]
    var asked: [DeltaRange] = []
    var token: UInt64 = 0
    /// On which the last question went: the answer comes on it or never.
    var link: LinkID?
    var ours: [RangeFingerprint?]?
    var theirs: [RangeFingerprint?]?
    /// Our own log could not be read. It ends once the peer has answered: until then the link takes no other
    /// question.
    var isUnread = false

    /// Ranges up to this size are reported as they are; larger ones that differ are halved by sixteen.
    static let sizeMin: UInt64 = 16
    static let cut: UInt64 = 16
}

/// Compares logs with a peer's by fingerprints of ranges, each question under a key of its own: equal
/// digests of have-sets say that both *state* the same; equal fingerprints that both *hold* the same.
extension SyncEngine {
    mutating func beginComparison(_ site: SiteID) {
        guard self.comparisons[site] == nil else { return }
        guard let (id, session) = self.newestSession(with: site) else {
            self.actions.append(.compared(ComparisonResult(site: site, end: .linkLost)))
            return
        }
        guard session.isStated else {
            self.actions.append(.compared(ComparisonResult(site: site, end: .notStated)))
            return
        }
        var result = ComparisonResult(site: site)
        result.onlyHere = self.have.missing(at: session.peerHave)
        result.onlyThere = session.peerHave.missing(at: self.have)
        let all = self.have.authors.flatMap { have in
            have.intervals.map { DeltaRange(author: have.author, first: $0.first, last: $0.last) }
        }
        let missing = session.peerHave.lacking(all)
        var common: [DeltaRange] = []
        for range in all { common.append(contentsOf: Self.cut(range, without: missing)) }
        self.comparisons[site] = ComparisonRun(session: id, result: result, waiting: common)
        self.goOnComparing(site)
    }

    /// The session with a site that began last. A site that has started anew has two until the silence of its
    /// former life is noticed, and nobody answers in that one.
    private func newestSession(with site: SiteID) -> (SessionID, PeerSession)? {
        var newest: (SessionID, PeerSession)?
        for id in self.sessionOrder {
            guard let session = self.sessions[id], session.site == site else { continue }
            if let known = newest, known.1.openedAt >= session.openedAt { continue }
            newest = (id, session)
        }
        return newest
    }

    /// What of a range is left without others, which lie inside it in order.
    private static func cut(_ range: DeltaRange, without others: [DeltaRange]) -> [DeltaRange] {
        var out: [DeltaRange] = []
        var next = range.first
        for other in others
        where other.author == range.author && other.first >= range.first
            && other.last <= range.last
        {
            if other.first > next {
                out.append(DeltaRange(author: range.author, first: next, last: other.first - 1))
            }
            next = other.last + 1
        }
        if next <= range.last { out.append(DeltaRange(author: range.author, first: next, last: range.last)) }
        return out
    }

    private mutating func goOnComparing(_ site: SiteID) {
        guard var run = self.comparisons[site] else { return }
        guard let link = self.sessions[run.session]?.controlLink else {
            return self.endComparison(site, .linkLost)
        }
        guard !run.waiting.isEmpty else { return self.endComparison(site, .done) }
        run.asked = Self.question(&run.waiting, self.configuration.limits)
        run.token += 1
        run.link = link
        (run.ours, run.theirs) = (nil, nil)
        let key = self.context.entropy.bytes(16)
        self.comparisons[site] = run
        let work = self.makeWork(.comparison(site))
        self.actions.append(.load(work, .fingerprints(key: key, run.asked), .bulk))
        self.send(.compare(Comparison(token: run.token, key: key, ranges: run.asked)), on: link)
    }

    /// Takes ranges for one question, within its bounds.
    private static func question(_ waiting: inout [DeltaRange], _ limits: WireLimits) -> [DeltaRange] {
        var asked: [DeltaRange] = []
        var deltas: UInt64 = 0
        while asked.count < limits.comparedRangesMax, let next = waiting.first {
            let size = next.last - next.first + 1
            if size > limits.comparedDeltasMax / 4 {
                waiting.removeFirst()
                waiting.insert(contentsOf: Self.pieces(next), at: 0)
                continue
            }
            guard deltas + size <= limits.comparedDeltasMax else { break }
            deltas += size
            asked.append(next)
            waiting.removeFirst()
        }
        return asked
    }

    private static func pieces(_ range: DeltaRange) -> [DeltaRange] {
        let size = (range.last - range.first) / ComparisonRun.cut + 1
        var out: [DeltaRange] = []
        var first = range.first
        while first <= range.last {
            let last = min(range.last, first + size - 1)
            out.append(DeltaRange(author: range.author, first: first, last: last))
            first = last + 1
        }
        return out
    }

    mutating func comparisonReceived(_ comparison: Comparison, on link: LinkID) throws(PeerFault) {
        let total = Self.count(comparison.ranges)
        let most = self.configuration.limits.comparedDeltasMax
        guard total <= most else {
            throw .tooLarge(field: "compare", limit: Int(most), actual: Int(clamping: total))
        }
        // One question of a link at a time: the answer is a read of that many ids.
        let isBusy = self.work.values.contains {
            if case .answer(link, _) = $0 { true } else { false }
        }
        guard !isBusy else { throw .unexpected(message: "compare", state: "answering") }
        let work = self.makeWork(.answer(link, token: comparison.token))
        self.actions.append(.load(work, .fingerprints(key: comparison.key, comparison.ranges), .bulk))
    }

    mutating func fingerprinted(
        _ link: LinkID, _ token: UInt64, _ result: Result<LoadAnswer, ReplicaFault>
    ) {
        switch result {
        case .failure(let fault): self.note(.storeRefused(fault))
        case .success(.fingerprints(let prints)):
            guard self.links[link] != nil else { return }
            self.send(.compared(ComparisonAnswer(token: token, fingerprints: prints)), on: link)
        case .success: break
        }
    }

    mutating func fingerprinted(_ site: SiteID, _ result: Result<LoadAnswer, ReplicaFault>) {
        if case .success(.fingerprints(let prints)) = result {
            self.comparisons[site]?.ours = prints
        } else {
            self.comparisons[site]?.isUnread = true
        }
        self.judgeComparison(site)
    }

    mutating func answered(_ answer: ComparisonAnswer, by site: SiteID) {
        guard let run = self.comparisons[site], answer.token == run.token,
            answer.fingerprints.count == run.asked.count
        else { return }
        self.comparisons[site]?.theirs = answer.fingerprints
        self.judgeComparison(site)
    }

    private mutating func judgeComparison(_ site: SiteID) {
        guard var run = self.comparisons[site], let theirs = run.theirs else { return }
        guard !run.isUnread else { return self.endComparison(site, .unread) }
        guard let ours = run.ours, ours.count == run.asked.count else { return }
        for (index, range) in run.asked.enumerated() {
            let size = range.last - range.first + 1
            // What was sent is taken for held there; some of it may be on its way still, or have been refused.
            let isWhole = ours[index] != nil && theirs[index] != nil
            if isWhole, ours[index] == theirs[index] {
                run.result.equal = run.result.equal.saturatingAdd(size)
            } else if size > (isWhole ? ComparisonRun.sizeMin : 1) {
                run.waiting.append(contentsOf: Self.pieces(range))
            } else if isWhole {
                run.result.unequal.append(range)
            } else if ours[index] != nil {
                RangeList.append([range], to: &run.result.onlyHere)
            } else if theirs[index] != nil {
                RangeList.append([range], to: &run.result.onlyThere)
            }
        }
        self.comparisons[site] = run
        self.goOnComparing(site)
    }

    mutating func endComparison(_ site: SiteID, _ end: ComparisonResult.End) {
        guard var result = self.comparisons.removeValue(forKey: site)?.result else { return }
        result.end = end
        self.actions.append(.compared(result))
    }
}
