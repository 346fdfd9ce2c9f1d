package import BatonModel

/// L5: the log of a store is under its cap once readers and faults have ended: checkpoints came through.
package enum EventuallyLogBounded {
    /// One transaction may go over the mark at which a checkpoint is due, and what comes before the next one.
    private static let sparePages: UInt64 = 2_000
    /// A page and its frame's head.
    private static let frameBytes: UInt64 = 4_096 + 24

    package static func check(_ world: World, core: [SiteID]) -> [Violation] {
        core.compactMap { site in
            guard let disk = world.disks[NodeID(site)], disk.isRunning,
                let bytes = disk.disk?.size(StoreMachine.log)
            else { return nil }
            let most = (UInt64(disk.checkpointPages) + Self.sparePages) * Self.frameBytes
            guard bytes > most else { return nil }
            return Violation(
                "eventually-log-bounded", "the log of \(site)'s store has \(bytes) bytes",
                node: NodeID(site))
        }
    }
}
