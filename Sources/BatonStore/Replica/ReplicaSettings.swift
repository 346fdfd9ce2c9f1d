/// How a replica's database is opened. Every node passes the same; only tests differ.
package struct ReplicaSettings: Sendable, Hashable {
    /// Milliseconds to wait for a lock of the operating system before `store.busy`.
    package var busyMillisecondsMax: Int
    /// Pages in the write-ahead log, after a commit, from which the writer copies them into the database.
    package var checkpointPages: Int
    /// Pages in the write-ahead log from which changes are refused, because a reader that never ends keeps it
    /// from being emptied.
    package var logPagesMax = 65_536
    /// KiB of page cache per connection.
    package var cacheKibibytes: Int
    /// The name of a registered SQLite VFS: the simulator's faulty disk. Nil for the system's.
    package var vfs: String?
    /// True to give rows to SQLite on a thread of its own while a large transaction still makes others. What
    /// is written, and in which order, is the same either way; a world of one thread has none.
    package var hasRowThread: Bool

    package init(
        busyMillisecondsMax: Int = 5000, checkpointPages: Int = 1000, cacheKibibytes: Int = 32_768,
        vfs: String? = nil, hasRowThread: Bool = false
    ) {
        self.busyMillisecondsMax = busyMillisecondsMax
        self.checkpointPages = checkpointPages
        self.cacheKibibytes = cacheKibibytes
        self.vfs = vfs
        self.hasRowThread = hasRowThread
    }
}
