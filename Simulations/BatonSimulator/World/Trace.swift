import BatonEngine
import BatonModel
import BatonProtocol

/// A rolling hash over everything that happened: two runs of one seed must end with the same one, also in
/// two processes whose dictionaries are in different order.
package struct Trace: Sendable, Equatable {
    package private(set) var hash: UInt64 = 0x5eed
    package private(set) var eventCount: UInt64 = 0

    package init() {}

    mutating func note(_ now: UInt64, _ site: SiteID, _ input: EngineInput, _ actions: [EngineAction]) {
        self.eventCount += 1
        self.absorb(now)
        self.absorb(site.packed)
        self.absorb(Self.code(input))
        for action in actions { self.absorb(action) }
    }

    private mutating func absorb(_ value: UInt64) {
        var random = SeededRandom(seed: self.hash ^ value)
        self.hash = random.next()
    }

    private mutating func absorb(_ action: EngineAction) {
        switch action {
        case .send(let link, let bytes):
            self.absorb(1)
            self.absorb(link.number)
            self.absorb(StandInHashing().digest256(bytes).word0)
        case .apply(let work, let batch, _):
            self.absorb(2)
            self.absorb(work.number)
            for delta in batch.deltas { self.absorb(delta.id.digest.word0) }
        case .dial(let site, let purpose): self.absorb(3 ^ site.packed ^ UInt64(purpose.rawValue))
        case .close(let link): self.absorb(4 ^ link.number << 8)
        case .load(let work, _, _): self.absorb(5 ^ work.number << 8)
        case .startTimer(_, let delay): self.absorb(6 ^ delay << 8)
        case .verify(let work, _, _): self.absorb(7 ^ work.number << 8)
        case .pauseReading, .resumeReading, .saveReceipt, .saveMembership, .cancelTimer, .note, .peerStated,
            .compared:
            self.absorb(8)
        }
    }

    private static func code(_ input: EngineInput) -> UInt64 {
        switch input {
        case .started: 1
        case .linkOpened: 2
        case .bytesReceived(_, let bytes): 3 ^ UInt64(bytes.count) << 8
        case .linkCongested: 4
        case .linkDrained: 5
        case .linkClosed: 6
        case .dialFailed: 7
        case .verified: 8
        case .applied: 9
        case .authored: 10
        case .loaded: 11
        case .timerFired: 12
        case .peerAdded: 13
        case .peerPaused: 14
        case .membershipImported: 15
        case .imported: 16
        case .peerRemoved: 17
        case .comparisonAsked: 18
        case .presenceStated: 19
        }
    }
}
