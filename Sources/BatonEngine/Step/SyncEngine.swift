package import BatonModel
import BatonProtocol

/// Decides everything about exchange between nodes: one input in, ordered actions out.
///
/// Synchronous and pure but for its ports, which hash, sign and draw bytes. A node and a simulated node run
/// this same value.
///
/// Driver obligations: it MUST answer each `.verify`, `.apply` and `.load` once; it MUST feed inputs one at
/// a time with a monotonic clock that never goes back; it MUST tell of every commit of this site's own
/// deltas by `.authored`; and it MUST tell of commits, its own and others', in the order in which they were
/// made: each report states all that is held of its authors then.
package struct SyncEngine: Sendable {
    var context: ReplicaContext
    let configuration: EngineConfiguration
    let signatures: any SignatureVerifying
    var have: HaveSet { didSet { self.knownDigest = nil } }
    /// The digest of `have`, once it was asked for: heartbeats ask for it again and again.
    var knownDigest: Digest256?
    var links: [LinkID: Link] = [:]
    var sessions: [SessionID: PeerSession] = [:]
    var redials: [DialPlace: Redial] = [:]
    var bannedUntil: [SiteID: UInt64] = [:]
    /// Sites for which something that a person wrote here has waited since their last link ended.
    var urgentWaits: Set<SiteID> = []
    var behind: [SiteID: BehindBoard] = [:]
    var comparisons: [SiteID: ComparisonRun] = [:]
    /// Who is at the desks of this site, with the monotonic time at which each word runs out.
    var ownPresence: [StandingPresence] = []
    var peers: [SiteID]
    var paused: Set<SiteID>
    var lastHeardWall: [SiteID: UInt64] = [:]
    var work: [WorkID: Work] = [:]
    var workCount: UInt64 = 0
    /// Chunks of each link that are being verified, in the order received. A pool may finish them in another.
    var verifying: [LinkID: [WorkID]] = [:]
    var verdicts: [WorkID: VerificationOutcome] = [:]
    var actions: [EngineAction] = []
    var now = EngineTime(monotonicMilliseconds: 0, wallMilliseconds: 0)

    /// What an answer from the driver belongs to.
    enum Work: Sendable {
        case verification(LinkID, SiteID, [BareKey])
        case application(LinkID, SiteID)
        case load(SessionID, LinkPurpose, Load)
        /// Fingerprints that a peer has asked for, and those that we compare with a peer's.
        case answer(LinkID, token: UInt64)
        case comparison(SiteID)
    }

    /// What a page was read for.
    enum Load: Sendable {
        case live
        case survey
        case urgent
        case outline(isFirst: Bool, isCut: Bool)
        case recent
        case forwarded
        case rest(kept: [DeltaRange])
    }

    /// - Parameter have: What the replica holds at start; the engine keeps it current from reports.
    package init(
        _ context: ReplicaContext, configuration: EngineConfiguration, have: HaveSet,
        verifying: any SignatureVerifying
    ) {
        self.context = context
        self.configuration = configuration
        self.signatures = verifying
        self.have = have
        self.peers = configuration.peers.filter { $0 != context.author.site }.sorted()
        self.paused = Set(configuration.paused)
    }

    /// Takes one input and says what to do, in order.
    package mutating func step(_ input: EngineInput, at now: EngineTime) -> [EngineAction] {
        precondition(
            now.monotonicMilliseconds >= self.now.monotonicMilliseconds,
            "the monotonic clock went back from \(self.now.monotonicMilliseconds) to \(now.monotonicMilliseconds)"
        )
        self.now = now
        self.take(input)
        let actions = self.actions
        self.actions = []
        return actions
    }

    private mutating func take(_ input: EngineInput) {
        switch input {
        case .started: self.dialAll()
        case .linkOpened(let opening): self.open(opening)
        case .bytesReceived(let link, let bytes): self.receive(bytes, on: link)
        case .linkCongested(let link): self.links[link]?.isCongested = true
        case .linkDrained(let link): self.drained(link)
        case .linkClosed(let link): self.closed(link)
        case .dialFailed(let site, let purpose, let isRefusal):
            self.dialFailed(DialPlace(site: site, purpose: purpose), isRefusal: isRefusal)
        case .verified(let work, let outcome): self.verified(work, outcome)
        case .applied(let work, let result): self.applied(work, result)
        case .authored(let report): self.authored(report, on: .urgent)
        case .imported(let report): self.authored(report, on: .bulk)
        case .loaded(let work, let result): self.loaded(work, result)
        case .timerFired(let timer): self.fire(timer)
        case .peerAdded(let site): self.add(site)
        case .peerRemoved(let site): self.remove(site)
        case .peerPaused(let site, let isPaused): self.pause(site, isPaused)
        case .presenceStated(let people): self.presenceStated(people)
        case .membershipImported(let membership): self.adopt(membership)
        case .comparisonAsked(let site): self.beginComparison(site)
        }
    }

    private mutating func fire(_ timer: EngineTimer) {
        switch timer {
        case .redial(let site, let purpose): self.redial(DialPlace(site: site, purpose: purpose))
        case .greeting(let link): self.greetingLate(link)
        case .heartbeat(let link): self.heartbeat(link)
        case .forward(let session): self.forward(session)
        case .share(let session): self.pump(session)
        case .presence(let session): self.presenceDue(session)
        }
    }

    mutating func note(_ note: EngineNote) { self.actions.append(.note(note)) }

    /// - Returns: How many bytes the frame has.
    @discardableResult
    mutating func send(_ message: Message, on link: LinkID) -> Int {
        let bytes = message.framed()
        if let session = self.links[link]?.session {
            self.sessions[session]?.count.bytesSent += UInt64(bytes.count)
        }
        self.actions.append(.send(link, bytes))
        return bytes.count
    }

    mutating func makeWork(_ work: Work) -> WorkID {
        self.workCount += 1
        let id = WorkID(self.workCount)
        self.work[id] = work
        return id
    }

    /// Links in order of number: actions never follow hash order.
    var linkOrder: [LinkID] { self.links.keys.sorted() }

    var sessionOrder: [SessionID] { self.sessions.keys.sorted() }

    func isMet(_ site: SiteID) -> Bool { self.sessions.values.contains { $0.site == site } }
}
