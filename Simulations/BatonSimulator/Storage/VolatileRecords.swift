import BatonStore

/// The tmpfs of a simulated machine, where the record of a living incarnation is, and its boot id.
final class VolatileRecords: IncarnationPlace {
    private let disk: FaultDisk
    private let machine: UInt64
    private var bootCount: UInt64 = 0
    fileprivate var contents: [FileIdentity: [UInt8]] = [:]
    /// Counts processes: what an earlier one held is dead.
    fileprivate var process = 0

    init(_ disk: FaultDisk, machine: UInt64) {
        self.disk = disk
        self.machine = machine
    }

    var bootID: [UInt8]? { bigEndianBytes(self.machine) + bigEndianBytes(self.bootCount) }

    func identity(ofDatabase path: String) -> FileIdentity? {
        self.disk.inode(path).map { FileIdentity(device: self.machine, inode: $0) }
    }

    func record(of database: FileIdentity) -> (any IncarnationRecord)? {
        VolatileRecord(self, database, process: self.process)
    }

    /// The process dies: its record stays as it was last stored.
    func kill() { self.process += 1 }

    /// The kernel starts anew.
    func reboot() {
        self.kill()
        self.bootCount += 1
        self.contents = [:]
    }

    /// A process whose machine has stopped writes nothing any more.
    fileprivate func isLiving(_ process: Int) -> Bool { process == self.process && !self.disk.isFrozen }
}

private final class VolatileRecord: IncarnationRecord {
    private let place: VolatileRecords
    private let database: FileIdentity
    private let process: Int

    init(_ place: VolatileRecords, _ database: FileIdentity, process: Int) {
        self.place = place
        self.database = database
        self.process = process
    }

    func load(_ count: Int) -> [UInt8] { Array((self.place.contents[self.database] ?? []).prefix(count)) }

    func store(_ bytes: [UInt8]) -> Bool {
        guard self.place.isLiving(self.process) else { return false }
        self.place.contents[self.database] = bytes
        return true
    }

    func clear() -> Bool {
        guard self.place.isLiving(self.process) else { return false }
        self.place.contents[self.database] = nil
        return true
    }
}

private func bigEndianBytes(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) }
}
