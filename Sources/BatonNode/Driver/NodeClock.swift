import BatonEngine
import Glibc

/// Reads both clocks of the machine.
struct NodeClock: Sendable {
    private let started = ContinuousClock.now

    var now: EngineTime {
        EngineTime(
            monotonicMilliseconds: UInt64(clamping: self.started.duration(to: .now).milliseconds),
            wallMilliseconds: Self.wallMilliseconds)
    }

    /// Since 1970, by the clock that may jump.
    static var wallMilliseconds: UInt64 {
        var time = timespec()
        // CLOCK_REALTIME cannot fail with a valid address.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(clamping: time.tv_sec) * 1000 + UInt64(clamping: time.tv_nsec) / 1_000_000
    }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = self.components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
