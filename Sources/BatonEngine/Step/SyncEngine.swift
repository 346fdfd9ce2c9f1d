package import BatonModel
import BatonProtocol

/// Decides everything about exchange between nodes: one input in, ordered actions out.
///
/// Synchronous and pure but for its ports, which hash, sign and draw bytes. A node and a simulated node run
/// this same value.
///
/// Driver obligations: it MUST answer each `.verify`, `.apply` and `.load` once; it MUST feed inputs one at
/// a time with a monotonic clock that never goes back; it MUST tell of every commit of this site's own
/// deltas by `.authored`.
package struct SyncEngine: Sendable {
    var context: ReplicaContext
    let configuration: EngineConfiguration
    let signatures: any SignatureVerifying
    var have: HaveSet
    var links: [LinkID: Link] = [:]
    var redials: [SiteID: Redial] = [:]
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
        case verification(LinkID, SiteID, [BareKey], bytes: Int)
        case application(LinkID, SiteID)
        case load(LinkID)
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
        case .dialFailed(let site): self.dialFailed(site)
        case .verified(let work, let outcome): self.verified(work, outcome)
        case .applied(let work, let result): self.applied(work, result)
        case .authored(let report): self.authored(report)
        case .loaded(let work, let result): self.loaded(work, result)
        case .timerFired(let timer): self.fire(timer)
        case .peerAdded(let site): self.add(site)
        case .peerPaused(let site, let isPaused): self.pause(site, isPaused)
        case .membershipImported(let membership): self.adopt(membership)
        }
    }

    private mutating func fire(_ timer: EngineTimer) {
        switch timer {
        case .redial(let site): self.redial(site)
        case .greeting(let link): self.greetingLate(link)
        case .heartbeat(let link): self.heartbeat(link)
        case .forward(let link): self.forward(link)
        }
    }

    mutating func note(_ note: EngineNote) { self.actions.append(.note(note)) }

    mutating func send(_ message: Message, on link: LinkID) {
        let bytes = message.framed()
        self.links[link]?.count.bytesSent += UInt64(bytes.count)
        self.actions.append(.send(link, bytes))
    }

    mutating func makeWork(_ work: Work) -> WorkID {
        self.workCount += 1
        let id = WorkID(self.workCount)
        self.work[id] = work
        return id
    }

    /// Links in order of number: actions never follow hash order.
    var linkOrder: [LinkID] { self.links.keys.sorted() }

    func liveLink(of site: SiteID) -> LinkID? {
        self.linkOrder.first { self.links[$0]?.site == site && self.links[$0]?.isLive == true }
    }

    package var snapshot: EngineSnapshot {
        let known = Set(self.peers).union(self.links.values.map(\.site)).union(self.lastHeardWall.keys)
        return EngineSnapshot(
            peers: known.sorted().map(self.peerSnapshot), deltaCount: self.have.count,
            logDigest: self.have.digest(hashing: self.context.hashing),
            membershipEpoch: self.context.membership.epoch)
    }

    private func peerSnapshot(_ site: SiteID) -> EngineSnapshot.Peer {
        let id = self.liveLink(of: site) ?? self.linkOrder.first { self.links[$0]?.site == site }
        let link = id.flatMap { self.links[$0] }
        let bannedUntil = self.redials[site]?.bannedUntil ?? 0
        let missing = link.map { link in
            Self.count(link.pending + link.loadingRanges)
        }
        return EngineSnapshot.Peer(
            site: site, state: self.paused.contains(site) ? "paused" : link?.stateWord ?? "down",
            lastHeardWallMilliseconds: self.lastHeardWall[site],
            clockOffsetMilliseconds: link?.clockOffsetMilliseconds, missingThere: missing ?? 0,
            missingHere: link?.announcedRemaining ?? 0, count: link?.count ?? ExchangeCount(),
            bannedForMilliseconds: bannedUntil > self.now.monotonicMilliseconds
                ? bannedUntil - self.now.monotonicMilliseconds : 0)
    }
}
