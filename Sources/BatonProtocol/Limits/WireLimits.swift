/// Bounds of what a peer may send and of what we keep for it. Every queue, frame and list has one.
package struct WireLimits: Sendable, Equatable {
    /// A frame larger than this is refused from its head, before its bytes are gathered.
    package var frameBytesMax = 256 * 1024
    /// Where a sender closes a chunk of deltas; one delta may still go over it.
    package var chunkBytesTarget = 96 * 1024
    package var deltasPerChunkMax = 2048
    package var keysPerChunkMax = 2048
    /// Chunks of one link that may be between receipt and commit before reading pauses.
    package var chunksInFlightMax = 4
    /// Bytes queued to one link before sending waits for it to drain.
    package var queuedBytesMax = 1 << 20
    package var greetingMillisecondsMax: UInt64 = 10_000
    package var heartbeatMilliseconds: UInt64 = 5_000
    /// Silence after which a link counts as dead.
    package var silenceMillisecondsMax: UInt64 = 15_000
    package var redialMillisecondsMin: UInt64 = 100
    package var redialMillisecondsMax: UInt64 = 30_000
    /// How long a relayed delta waits, so that its origin can push it first.
    package var forwardDelayMilliseconds: UInt64 = 2_000

    package init() {}

    package static let standard = WireLimits()
}
