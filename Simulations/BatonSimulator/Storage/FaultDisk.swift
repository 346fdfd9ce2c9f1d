import CFaultVFS

/// Owns one disk of `CFaultVFS`: files in memory that know what was synced, and fail when told to.
///
/// Nothing is drawn in here but from the keys given, so a run with the same keys is the same run. One thread
/// at a time.
@safe
package final class FaultDisk {
    private let pointer: OpaquePointer

    /// - Parameter key: Decides what only the disk draws: what a failed sync leaves, where a misdirected write
    ///   lands.
    package init(key: UInt64) {
        guard let pointer = unsafe baton_disk_make(key) else {
            preconditionFailure("there is no memory for a simulated disk")
        }
        unsafe self.pointer = pointer
    }

    deinit {
        let handles = unsafe baton_disk_open_handles(self.pointer)
        precondition(handles == 0, "a simulated disk goes while \(handles) of its files are open")
        unsafe baton_disk_free(self.pointer)
    }

    /// What `ReplicaSettings.vfs` takes. Unique in this process and different in the next: it belongs into no
    /// trace.
    package var vfsName: String { unsafe String(cString: baton_disk_vfs_name(self.pointer)) }

    // Faults.

    /// Arms a fault, or replaces what was armed of its kind.
    package func arm(_ fault: DiskFault) {
        unsafe baton_disk_arm(
            self.pointer, fault.kind.code, fault.files.code, fault.after, fault.count)
    }

    package func disarm(_ kind: DiskFault.Kind) { unsafe baton_disk_disarm(self.pointer, kind.code) }

    package func disarmAll() { for kind in DiskFault.Kind.allCases { self.disarm(kind) } }

    /// Bytes that all files together may have; nil: no bound.
    package func setCapacity(_ bytes: UInt64?) {
        unsafe baton_disk_set_capacity(self.pointer, bytes.map { max(1, $0) } ?? 0)
    }

    /// How long operations take, in microseconds: `statistics.busyMicroseconds` adds them up, nobody waits.
    package func setPace(read: UInt32, write: UInt32, sync: UInt32) {
        unsafe baton_disk_set_pace(self.pointer, read, write, sync)
    }

    /// Flips one bit of a file, as rot does.
    ///
    /// - Returns: False when the file is not that long.
    package func flip(_ file: String, offset: UInt64, bit: Int) -> Bool {
        unsafe baton_disk_flip(self.pointer, file, offset, UInt32(bit & 7))
    }

    /// Flips a bit that the key chooses.
    ///
    /// - Returns: Where; nil when there is no such file, or nothing in it.
    @discardableResult
    package func rot(_ file: String, key: UInt64) -> UInt64? {
        guard let size = self.size(file), size > 0 else { return nil }
        var random = SeededRandom(seed: key)
        let offset = random.next() % size
        return self.flip(file, offset: offset, bit: random.below(8)) ? offset : nil
    }

    /// Removes a file by name, as somebody who tidies up does. What has it open keeps it.
    ///
    /// - Returns: False when there is no such file.
    @discardableResult
    package func remove(_ file: String) -> Bool { unsafe baton_disk_remove(self.pointer, file) }

    // Ends.

    /// The process dies. What it wrote stays in the kernel's view; what it had open is dead.
    package func kill() { unsafe baton_disk_kill(self.pointer) }

    /// The machine loses power: unsynced sectors are kept, dropped, garbled or torn as the key decides.
    package func losePower(_ key: UInt64, loss: PowerLoss = .mixed) {
        let code = baton_loss(dropped: loss.dropped, garbled: loss.garbled, torn: loss.torn)
        unsafe baton_disk_lose_power(self.pointer, key, code)
    }

    /// True from the write in which an armed stop struck until `kill` or `losePower`.
    package var isFrozen: Bool { unsafe baton_disk_is_frozen(self.pointer) }

    // Whole disks.

    /// Makes a disk with the same files, as the kernel shows them now: a backup, or a clone.
    package func copy(key: UInt64) -> FaultDisk {
        let copy = FaultDisk(key: key)
        copy.replace(by: self, inPlace: false)
        return copy
    }

    /// Puts another disk's files in the place of all that is here. What was open is dead.
    ///
    /// - Parameter inPlace: Whether files of equal name stay the same file to the kernel.
    package func replace(by other: FaultDisk, inPlace: Bool) {
        let isWhole = unsafe baton_disk_copy(self.pointer, other.pointer, inPlace)
        precondition(isWhole, "there is no memory for a copy of a simulated disk")
    }

    /// Forgets everything: amnesia. What was open is dead.
    package func wipe() { unsafe baton_disk_wipe(self.pointer) }

    // Looking.

    /// The number of a file, never given twice on one disk; nil when there is none.
    package func inode(_ file: String) -> UInt64? {
        let inode = unsafe baton_disk_inode(self.pointer, file)
        return inode == 0 ? nil : inode
    }

    /// Bytes; nil when there is no such file.
    package func size(_ file: String) -> UInt64? {
        UInt64(exactly: unsafe baton_disk_size(self.pointer, file))
    }

    package var unsyncedBytes: UInt64 { unsafe baton_disk_unsynced_bytes(self.pointer) }

    package func read(_ file: String, at offset: UInt64, count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let taken = unsafe bytes.withUnsafeMutableBufferPointer {
            unsafe baton_disk_read(self.pointer, file, offset, $0.baseAddress, count)
        }
        return Array(bytes.prefix(taken))
    }

    package var statistics: DiskStatistics { DiskStatistics(unsafe baton_disk_statistics_of(self.pointer)) }
}

/// What a disk has done since it was made.
package struct DiskStatistics: Sendable, Hashable {
    package let reads: UInt64
    package let writes: UInt64
    package let syncs: UInt64
    package let bytesWritten: UInt64
    /// What the operations would have taken at the set pace.
    package let busyMicroseconds: UInt64
    /// How often each fault has struck, in the order of `DiskFault.Kind.allCases`.
    private let hits: [UInt64]

    package func hits(_ kind: DiskFault.Kind) -> UInt64 { self.hits[Int(kind.code.rawValue)] }

    fileprivate init(_ counts: baton_disk_statistics) {
        self.reads = counts.reads
        self.writes = counts.writes
        self.syncs = counts.syncs
        self.bytesWritten = counts.bytes_written
        self.busyMicroseconds = counts.busy_microseconds
        let hits = counts.hits
        self.hits = [hits.0, hits.1, hits.2, hits.3, hits.4, hits.5, hits.6]
    }
}

extension DiskFault.Kind {
    var code: baton_fault {
        switch self {
        case .full: BATON_FAULT_FULL
        case .readFails: BATON_FAULT_READ
        case .writeFails: BATON_FAULT_WRITE
        case .syncFails: BATON_FAULT_SYNC
        case .syncLies: BATON_FAULT_LYING_SYNC
        case .misdirected: BATON_FAULT_MISDIRECTED
        case .stop: BATON_FAULT_FREEZE
        }
    }
}

extension DiskFault.Files {
    fileprivate var code: baton_file_kind {
        switch self {
        case .any: BATON_ANY_FILE
        case .database: BATON_DATABASE_FILE
        case .log: BATON_LOG_FILE
        }
    }
}
