/// A fault that waits on a disk for its operation: a value, so that a scenario can hold it and a shrinker can
/// leave it out.
package struct DiskFault: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// No space for a write.
        case full
        case readFails = "read-fails"
        case writeFails = "write-fails"
        /// A sync that fails; the kernel holds the pages for clean from then on.
        case syncFails = "sync-fails"
        /// A sync that says it was done and was not.
        case syncLies = "sync-lies"
        /// A write that lands elsewhere in the same file.
        case misdirected
        /// The machine stops in the middle of a write, truncation, sync or deletion.
        case stop
    }

    package enum Files: String, Sendable, CaseIterable { case any, database, log }

    package var kind: Kind
    package var files: Files
    /// How many operations of its sort pass before it strikes.
    package var after: UInt64
    /// How many in a row it strikes; `UInt64.max` until disarmed.
    package var count: UInt64

    package init(_ kind: Kind, in files: Files = .any, after: UInt64 = 0, count: UInt64 = 1) {
        self.kind = kind
        self.files = files
        self.after = after
        self.count = count
    }

    /// Draws one that strikes within the next `within` operations.
    package static func drawn(_ random: inout SeededRandom, within: Int = 60) -> DiskFault {
        DiskFault(
            random.pick(Kind.allCases), in: random.pick(Files.allCases),
            after: UInt64(random.below(within)), count: UInt64(1 + random.below(3)))
    }

    /// True for a fault after which acknowledged deltas may be gone from this disk: the sync that promised them
    /// did not tell the truth, or the medium did not keep what it had.
    package var mayLoseAcknowledged: Bool { self.kind == .syncLies || self.kind == .misdirected }
}

/// Of 256 sectors that were written and not synced when power went, how many are dropped, garbled and torn; the
/// rest is kept.
package struct PowerLoss: Sendable, Hashable {
    package let dropped: UInt8
    package let garbled: UInt8
    package let torn: UInt8

    package init(dropped: UInt8, garbled: UInt8, torn: UInt8) {
        self.dropped = dropped
        self.garbled = garbled
        self.torn = torn
    }

    /// Some of each.
    package static let mixed = PowerLoss(dropped: 96, garbled: 32, torn: 32)
    package static let allKept = PowerLoss(dropped: 0, garbled: 0, torn: 0)
    package static let allDropped = PowerLoss(dropped: 255, garbled: 0, torn: 0)

    /// Draws one: mixed half of the time, an extreme otherwise.
    package static func drawn(_ random: inout SeededRandom) -> PowerLoss {
        switch random.below(8) {
        case 0: .allKept
        case 1: .allDropped
        case 2: PowerLoss(dropped: 0, garbled: 255, torn: 0)
        case 3: PowerLoss(dropped: 0, garbled: 0, torn: 255)
        default: .mixed
        }
    }
}
