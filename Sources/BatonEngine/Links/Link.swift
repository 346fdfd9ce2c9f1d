import BatonModel
import BatonProtocol

/// One connection's protocol state.
///
/// ```
///            dialler: greet →                      hello verified
/// opened ──────────────────────► awaitingHello ───────────────────► live ──► (closed)
/// opened ──► awaitingGreet ──(greet received: hello →)──► awaitingHello
///            listener
/// ```
/// The listener says nothing before the dialler's greeting, and the dialler nothing but a nonce before the
/// listener's signed hello: a peer whose TLS key is refused late has learnt nothing.
struct Link: Sendable {
    enum Phase: Sendable, Equatable {
        case awaitingGreet
        case awaitingHello(LinkBinding)
        case live
    }

    let opening: LinkOpening
    var phase: Phase
    /// What the dialler said that the connection is for; bulk until the greeting tells.
    var purpose: LinkPurpose
    var decoder: FrameDecoder
    /// 16 random bytes that this node drew for the link.
    let nonce: [UInt8]
    let openedAt: UInt64
    /// When the greeting was done.
    var liveAt: UInt64?
    var lastHeard: UInt64
    /// The exchange that the link belongs to, once it is live.
    var session: SessionID?
    var isCongested = false
    var isReadingPaused = false
    var chunks = ChunksInFlight()
    var keysSent: Set<KeyMark> = []
    var flow = FlowBudget()
    /// What this node held when it said hello: what an equal digest speaks of.
    var haveAtHello = HaveSet()
    /// Heartbeats in a row whose digest differed from ours while nothing was under way.
    var unequalHeartbeats = 0
    /// When the last of them was counted, on the monotonic clock.
    var unequalAt: UInt64?
    /// What the session had received when the last heartbeat came.
    var receivedAtHeartbeat: UInt64 = 0

    /// Keys are sent once a link.
    struct KeyMark: Hashable, Sendable {
        let scope: KeyScope
        let id: KeyID
    }

    init(_ opening: LinkOpening, phase: Phase, nonce: [UInt8], frameBytesMax: Int, now: EngineTime) {
        self.opening = opening
        self.phase = phase
        self.purpose = opening.purpose ?? .bulk
        self.nonce = nonce
        self.decoder = FrameDecoder(bytesMax: frameBytesMax)
        self.openedAt = now.monotonicMilliseconds
        self.lastHeard = now.monotonicMilliseconds
    }

    /// Two dials that cross on the way are both open within this time. Who dials later has lost the first
    /// link, whatever stands at this side of it.
    private static let crossingMillisecondsMax: UInt64 = 2_000

    func hasCrossed(_ other: Link) -> Bool {
        self.openedAt <= (other.liveAt ?? self.openedAt) + Self.crossingMillisecondsMax
    }

    var isLive: Bool { self.phase == .live }
    var site: SiteID { self.opening.site }
    var stateWord: String { self.isLive ? "live" : "greeting" }
}

/// Names a dial: each purpose has a connection of its own and pauses of its own.
struct DialPlace: Hashable, Comparable, Sendable {
    let site: SiteID
    let purpose: LinkPurpose

    static func < (left: DialPlace, right: DialPlace) -> Bool {
        (left.site, left.purpose) < (right.site, right.purpose)
    }
}

/// Redials a peer with growing pauses. Jitter comes from the caller's entropy.
struct Redial: Sendable {
    /// Doublings after which the pause is longest for a peer that refuses us: it will not change its mind
    /// within seconds.
    private static let refusals = 8

    private(set) var failures = 0
    var isWaiting = false
    var isDialling = false

    /// How long to wait before the next dial: doubling from the least to the greatest, then 50 % to 100 %
    /// of it.
    func delay(_ limits: WireLimits, isUrgent: Bool, jitter: UInt8) -> UInt64 {
        let doubled = limits.redialMillisecondsMin << UInt64(min(self.failures, 16))
        let most =
            isUrgent && self.failures < Self.refusals
            ? min(limits.redialMillisecondsMaxUrgent, limits.redialMillisecondsMax)
            : limits.redialMillisecondsMax
        let base = min(doubled, most)
        return base / 2 + base / 2 * UInt64(jitter) / 255
    }

    mutating func failed(isRefusal: Bool = false) {
        self.failures = isRefusal ? max(self.failures + 1, Self.refusals) : self.failures + 1
    }
    mutating func succeeded() { self.failures = 0 }
}
