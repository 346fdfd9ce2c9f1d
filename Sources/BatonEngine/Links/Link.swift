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
    var decoder: FrameDecoder
    /// 16 random bytes that this node drew for the link.
    let nonce: [UInt8]
    var lastHeard: UInt64
    var peerAuthor: Author?
    var peerBootNonce: [UInt8] = []
    var clockOffsetMilliseconds: Int64?
    /// What the peer has stated to hold, plus what has been sent to it or come from it since.
    var peerHave = HaveSet()
    /// What is to be loaded and sent, in order.
    var pending: [DeltaRange] = []
    var loading: WorkID?
    /// Ranges of the load under way.
    var loadingRanges: [DeltaRange] = []
    var isCongested = false
    var isReadingPaused = false
    var chunksInFlight = 0
    var keysSent: Set<KeyMark> = []
    var announcedRemaining: UInt64 = 0
    /// What this node held when it said hello: what an equal digest speaks of.
    var haveAtHello = HaveSet()
    var isCatchingUp = false
    var isAwaitingHave = false
    /// Heartbeats in a row whose digest differed from ours while the link was idle.
    var unequalHeartbeats = 0
    var forward: [DeltaRange] = []
    var count = ExchangeCount()

    /// Keys are sent once a link.
    struct KeyMark: Hashable, Sendable {
        let scope: KeyScope
        let id: KeyID
    }

    init(_ opening: LinkOpening, phase: Phase, nonce: [UInt8], frameBytesMax: Int, now: EngineTime) {
        self.opening = opening
        self.phase = phase
        self.nonce = nonce
        self.decoder = FrameDecoder(bytesMax: frameBytesMax)
        self.lastHeard = now.monotonicMilliseconds
    }

    var isLive: Bool { self.phase == .live }

    /// Nothing is on its way in either direction.
    var isIdle: Bool {
        self.pending.isEmpty && self.loading == nil && self.chunksInFlight == 0 && self.forward.isEmpty
    }

    var site: SiteID { self.opening.site }

    var stateWord: String {
        switch self.phase {
        case .awaitingGreet, .awaitingHello: "greeting"
        case .live: self.isCatchingUp || !self.pending.isEmpty ? "catching-up" : "live"
        }
    }

    /// Adds ranges to send, leaving out what the peer is known to hold.
    mutating func enqueue(_ ranges: [DeltaRange]) {
        for range in ranges {
            if let last = self.pending.last, last.author == range.author, last.last + 1 == range.first {
                self.pending[self.pending.count - 1].last = range.last
            } else {
                self.pending.append(range)
            }
        }
    }
}

/// Redials a peer with growing pauses. Jitter comes from the caller's entropy.
struct Redial: Sendable {
    private(set) var failures = 0
    var isWaiting = false
    var isDialling = false
    var bannedUntil: UInt64 = 0

    /// How long to wait before the next dial: doubling from the least to the greatest, then 50 % to 100 %
    /// of it.
    func delay(_ limits: WireLimits, jitter: UInt8) -> UInt64 {
        let doubled = limits.redialMillisecondsMin << UInt64(min(self.failures, 16))
        let base = min(doubled, limits.redialMillisecondsMax)
        return base / 2 + base / 2 * UInt64(jitter) / 255
    }

    mutating func failed() { self.failures += 1 }
    mutating func succeeded() { self.failures = 0 }
}
