import Glibc

/// Threads that work ahead of the one that writes.
package enum BackgroundThread {
    /// How much less of a busy processor such a thread gets: about a third of another's share.
    private static let niceness: Int32 = 5

    /// Lets the calling thread yield to others from now on. Verifying and opening what comes next fills the
    /// time in which the writing thread waits for the disk, and should not slow it while it folds.
    ///
    /// Linux takes process 0 for the calling thread (setpriority(2), "C library/kernel differences"). Where
    /// the system refuses, the thread keeps its share, which is only less favourable.
    package static func yieldFromNowOn() {
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
    }
}
