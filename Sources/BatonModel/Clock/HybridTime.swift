/// Stamps an event: 48 bits of wall-clock milliseconds since 1970 and a 16-bit counter.
///
/// The stamp orders cosmetic text and tells people when something was done. It decides nothing else.
/// - Source: Kulkarni et al. 2014, "Logical physical clocks".
package struct HybridTime: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let packed: UInt64

    package static let zero = HybridTime(packed: 0)
    package static let millisecondsMax: UInt64 = (1 << 48) - 1

    package init(packed: UInt64) { self.packed = packed }

    package init(milliseconds: UInt64, counter: UInt16) {
        precondition(milliseconds <= Self.millisecondsMax, "a hybrid time has 48 bits of milliseconds")
        self.packed = milliseconds << 16 | UInt64(counter)
    }

    package var milliseconds: UInt64 { self.packed >> 16 }
    package var counter: UInt16 { UInt16(truncatingIfNeeded: self.packed) }
    package var description: String { "\(self.milliseconds).\(self.counter)" }

    package static func < (left: HybridTime, right: HybridTime) -> Bool { left.packed < right.packed }
}

/// Issues stamps that rise strictly, and follows what it observes from others only within a bound.
///
/// A stamp from far in the future is kept in its delta but never drags this clock along.
package struct HybridClock: Sendable, Equatable {
    package private(set) var latest: HybridTime
    package let skewMillisecondsMax: UInt64

    package init(latest: HybridTime = .zero, skewMillisecondsMax: UInt64 = 120_000) {
        self.latest = latest
        self.skewMillisecondsMax = skewMillisecondsMax
    }

    /// Issues the next stamp.
    ///
    /// - Parameter wallMilliseconds: The wall clock now, milliseconds since 1970.
    package mutating func tick(wallMilliseconds: UInt64) -> HybridTime {
        let wall = min(wallMilliseconds, HybridTime.millisecondsMax)
        if wall > self.latest.milliseconds || Mutant.isOn(.clockGoesBack) {
            self.latest = HybridTime(milliseconds: wall, counter: 0)
        } else {
            // A full counter carries into the next millisecond: the packed number simply goes up by one.
            self.latest = HybridTime(packed: self.latest.packed + (Mutant.isOn(.clockStandsStill) ? 0 : 1))
        }
        return self.latest
    }

    /// Takes note of another author's stamp.
    ///
    /// - Returns: False when the stamp is further ahead of the wall clock than the bound (*clock-suspect*);
    ///   the clock is unchanged then.
    package mutating func observe(_ stamp: HybridTime, wallMilliseconds: UInt64) -> Bool {
        guard
            stamp.milliseconds <= wallMilliseconds + self.skewMillisecondsMax
                || Mutant.isOn(.clockFollowsAnyStamp)
        else { return false }
        self.latest = max(self.latest, stamp)
        return true
    }
}
