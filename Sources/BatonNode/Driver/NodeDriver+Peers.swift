import BatonCrypto
import BatonEngine
import BatonModel
import BatonProtocol
import BatonStore
import BatonTransport
import Logging

/// A log that went back, or split, and who showed it.
struct PeerAlarm: Sendable, Hashable {
    enum Kind: String, Sendable {
        /// A peer states less of its own log than we hold of it.
        case peerWentBack = "peer-went-back"
        /// Our database holds less of a log than this site has signed to hold.
        case replicaWentBack = "replica-went-back"
        /// Another delta stands where this site has signed for one.
        case logSplit = "log-split"
    }

    let kind: Kind
    let author: Author
    let seq: UInt64
    let atMilliseconds: UInt64
}

/// What concerns peers beside the exchange itself: who is dialled, what they have signed for, what their
/// logs show.
extension NodeDriver {
    static let alarmsMax = 64

    // Receipts.

    /// A peer's first word since it was met: what it had signed for beyond that is not safe there any more.
    func takeBack(_ site: SiteID, _ have: HaveSet) {
        if let bytes = self.recovery.take(site, have) { self.lane.add(.statements(bytes)) }
        for author in self.receipts.restate(site, have) {
            self.logger.warning(
                "safe elsewhere taken back", metadata: ["peer.site": "\(site)", "author": "\(author)"])
            self.lane.add(PeerWord.takeBack(site, author))
        }
    }

    /// Fires the timers of the next try; where a link is there or a dial under way, nothing happens.
    func dialNow(_ site: SiteID) {
        guard !self.isBanned(site), !self.pausedSites.contains(site) else { return }
        for purpose in LinkPurpose.allCases { self.take(.timerFired(.redial(site, purpose))) }
    }

    func save(statements bytes: [UInt8]) async {
        let result = await self.worker.change { store throws(ReplicaFault) in
            try store.save(statements: bytes)
        }
        if case .failure(let fault) = result { self.noteFailure(fault) }
    }

    func forget(_ site: SiteID, about author: Author) async {
        let record = AuditRecord(
            kind: .administered, atMilliseconds: NodeClock.wallMilliseconds,
            range: nil, site: site, detail: "safe elsewhere taken back: \(author)")
        let result = await self.worker.change { store throws(ReplicaFault) in
            try store.forgetReceipts(of: site, about: author, record: record)
        }
        if case .failure(let fault) = result { self.noteFailure(fault) }
    }

    // Alarms.

    func alarm(_ note: EngineNote) {
        switch note {
        case .peerWentBack(let author, let held, _): self.raise(.peerWentBack, author, held)
        default: break
        }
    }

    func raise(_ kind: PeerAlarm.Kind, _ author: Author, _ seq: UInt64) {
        guard !self.alarms.contains(where: { $0.kind == kind && $0.author == author && $0.seq == seq }) else {
            return
        }
        let alarm = PeerAlarm(
            kind: kind, author: author, seq: seq, atMilliseconds: NodeClock.wallMilliseconds)
        self.alarms.append(alarm)
        if self.alarms.count > Self.alarmsMax { self.alarms.removeFirst() }
        self.lane.add(.alarm(alarm))
    }

    func save(_ alarm: PeerAlarm) async {
        let record = AuditRecord(
            kind: .administered, atMilliseconds: alarm.atMilliseconds,
            range: alarm.seq > 0
                ? DeltaRange(author: alarm.author, first: alarm.seq, last: alarm.seq) : nil,
            site: alarm.author.site, detail: "alarm: \(alarm.kind.rawValue) \(alarm.author)")
        let result = await self.worker.change { store throws(ReplicaFault) in try store.append(record) }
        if case .failure(let fault) = result { self.noteFailure(fault) }
    }

    // The witness.

    /// Remembers the heads of what was just committed, before any receipt about it leaves.
    func bearWitness(_ input: EngineInput) {
        let haves: [AuthorHave]
        switch input {
        case .applied(_, .success(let report)), .authored(let report), .imported(let report):
            haves = report.haves
        default: return
        }
        for have in haves { self.judge(self.witness.note(have), have.author) }
    }

    private func judge(_ verdict: WitnessFile.Verdict, _ author: Author) {
        switch verdict {
        case .fine: return
        case .wentBack(let head):
            self.logger.error(
                "the replica went back",
                metadata: ["author": "\(author)", "seq.signed-for": "\(head.seq)"])
            self.raise(.replicaWentBack, author, head.seq)
        case .split(let head):
            self.logger.error(
                "another delta stands where this site has signed for one",
                metadata: ["author": "\(author)", "seq": "\(head.seq)"])
            self.raise(.logSplit, author, head.seq)
        }
    }

    /// At start: everything that this site has signed for must still be here.
    func checkWitness() async {
        let heads = self.witness.heads
        let held = await self.worker.read { store throws(ReplicaFault) in
            let have = try store.haveSet()
            var verdicts: [(Author, WitnessFile.Verdict)] = []
            for author in heads.keys.sorted() {
                guard let head = heads[author] else { continue }
                let run = have[author]?.intervals.first
                if run?.first != 1 || (run?.last ?? 0) < head.seq {
                    verdicts.append((author, .wentBack(head)))
                    continue
                }
                let place = DeltaRange(author: author, first: head.seq, last: head.seq)
                let ids = try store.ids(in: place) ?? []
                if !ids.contains(head.id) { verdicts.append((author, .split(head))) }
            }
            return (have, verdicts)
        }
        switch held {
        case .failure(let fault): self.noteFailure(fault)
        case .success(let (have, verdicts)):
            for (author, verdict) in verdicts { self.judge(verdict, author) }
            for entry in have.authors where heads[entry.author] == nil { _ = self.witness.note(entry) }
        }
        self.saveWitness()
    }

    /// Writes the file when it has changed. A lost second of it is a weaker alarm, not a lost delta.
    func saveWitness() {
        guard let bytes = self.witness.takeBytes() else { return }
        self.chores.yield(.keep(bytes))
    }

    func keep(_ bytes: [UInt8]) async {
        let path = self.witness.path
        let logger = self.logger
        _ = await self.worker.change { _ throws(ReplicaFault) in
            do throws(NodeFault) { try Files.replace(path, bytes) } catch {
                logger.error("the witness could not be kept", metadata: ["code": "\(error.code)"])
            }
        }
    }

    // Comparing.

    /// Compares the logs with a peer's; ends when the peer has answered or the link is lost.
    func compare(with site: SiteID) async -> ComparisonResult {
        await withCheckedContinuation { continuation in
            self.comparing[site, default: []].append(continuation)
            self.take(.comparisonAsked(site))
        }
    }

    func finishComparing(_ result: ComparisonResult) {
        for waiting in self.comparing.removeValue(forKey: result.site) ?? [] {
            waiting.resume(returning: result)
        }
    }

    // Who is dialled.

    /// Takes another list of peers: new ones are dialled, those that are gone are let go, and one whose
    /// address changed is dialled anew.
    func setPeers(_ addresses: [SiteID: PeerAddress]) {
        let before = self.addresses
        self.addresses = addresses
        for site in before.keys.sorted() where addresses[site] != before[site] {
            self.take(.peerRemoved(site))
        }
        for site in addresses.keys.sorted() where addresses[site] != before[site] {
            self.take(.peerAdded(site))
        }
    }
}
