/// How a replica's database is opened. Every node passes the same; only tests differ.
package struct ReplicaSettings: Sendable, Hashable {
    /// Milliseconds to wait for a lock of the operating system before `store.busy`.
    package var busyMillisecondsMax: Int
    /// Pages in the write-ahead log, after a commit, from which the writer copies them into the database.
    package var checkpointPages: Int
    /// KiB of page cache per connection.
    package var cacheKibibytes: Int
    /// The name of a registered SQLite VFS: the simulator's faulty disk. Nil for the system's.
    package var vfs: String?

    package init(
        busyMillisecondsMax: Int = 5000, checkpointPages: Int = 1000, cacheKibibytes: Int = 32_768,
        vfs: String? = nil
    ) {
        self.busyMillisecondsMax = busyMillisecondsMax
        self.checkpointPages = checkpointPages
        self.cacheKibibytes = cacheKibibytes
        self.vfs = vfs
    }
}
