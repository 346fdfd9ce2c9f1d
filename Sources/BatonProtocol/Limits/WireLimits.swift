/// Bounds of what a peer may send and of what we keep for it. Every queue, frame and list has one.
package struct WireLimits: Sendable, Equatable {
    /// A frame larger than this is refused from its head, before its bytes are gathered.
    package var frameBytesMax = 256 * 1024
    /// Where a sender closes a chunk of deltas; one delta may still go over it.
    package var chunkBytesTarget = 96 * 1024
    /// The same for the urgent lane: small, so that the first case is not kept waiting by the second.
    package var urgentBytesTarget = 64 * 1024
    /// The first urgent page of a catch-up, doubling to the target: it fits the first window of a TCP
    /// connection (RFC 6928), so that the first case needs no round trip more.
    package var urgentBytesFirst = 8 * 1024
    package var deltasPerChunkMax = 2048
    package var keysPerChunkMax = 2048
    /// Chunks of one link, and their bytes, that may be between receipt and commit before reading pauses: full
    /// ones hold some 45,000 deltas. One transaction has up to a third of them while the others are verified.
    package var chunksInFlightMax = 96
    package var chunkBytesInFlightMax = 96 * 96 * 1024
    /// Bytes queued to one link before sending waits for it to drain.
    package var queuedBytesMax = 1 << 20
    /// Bytes of a catch-up that may be on their way in a lane before a rate has been measured.
    package var bulkBytesInFlightMin = 256 * 1024
    /// How much longer than the path itself the bytes of a catch-up may queue in it.
    package var bulkQueueMilliseconds: UInt64 = 50
    /// A page of a catch-up takes about this long on the path, once its rate is known: a live change may have to
    /// wait for one.
    package var pageMilliseconds: UInt64 = 25
    /// The smallest page that is made for a slow path.
    package var pageBytesMin = 16 * 1024
    /// How long the bulk lane waits for a connection of its own before it shares the urgent one.
    package var shareMillisecondsMin: UInt64 = 3_000
    /// Logs in a have-set part, and intervals of all of them together.
    package var haveIntervalsPerPart = 4096
    package var havePartsMax = 256
    /// Below this many missing deltas the deltas themselves are there as soon as an outline of them would be.
    package var outlineMissingMin: UInt64 = 256
    /// Deltas that one page of the outline counts, pages a catch-up sends, documents that are remembered.
    package var outlineDeltasPerPage = 4096
    package var outlinePagesMax = 64
    package var outlineDocumentsMax = 65_536
    /// Open documents that go ahead of the rest of the backlog.
    package var recentDocumentsMax = 256
    /// Ranges of live changes that wait for one peer before the lowest lane's are dropped; they come back
    /// through have.
    package var waitingRangesMax = 16_384
    /// Ranges of the rest that one page is read from.
    package var rangesPerPageMax = 64
    /// Intervals that one receipt states of one author.
    package var receiptIntervalsMax = 64
    /// Ranges of one comparison, and deltas that it may cover.
    package var comparedRangesMax = 1024
    package var comparedDeltasMax: UInt64 = 4_000_000
    /// The least time between two words about our desks to one peer.
    package var presenceMillisecondsMin: UInt64 = 1_000
    /// Words about its desks that a peer may say within a heartbeat; more are read past.
    package var presencePerHeartbeatMax = 16
    package var greetingMillisecondsMax: UInt64 = 10_000
    package var heartbeatMilliseconds: UInt64 = 5_000
    /// Silence after which a link counts as dead.
    package var silenceMillisecondsMax: UInt64 = 15_000
    package var redialMillisecondsMin: UInt64 = 100
    package var redialMillisecondsMax: UInt64 = 30_000
    /// The same while something that a person wrote here waits for the peer.
    package var redialMillisecondsMaxUrgent: UInt64 = 5_000
    /// How long a relayed delta waits, so that its origin can push it first.
    package var forwardDelayMilliseconds: UInt64 = 2_000

    package init() {}

    package static let standard = WireLimits()
}
