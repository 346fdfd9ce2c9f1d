import BatonDesk
import BatonEngine
import BatonModel
import BatonSimulator
import BatonStore
import Testing

@Suite("Faults of the simulated disk")
struct DiskFaultTests {
    private static func busySite(_ count: Int = 12, checkpointPages: Int = 1000) throws -> DiskSite {
        let site = DiskSite(checkpointPages: checkpointPages)
        try site.start()
        var writer = CaseWriter(seed: 5)
        for _ in 0..<count { try site.author(writer.document(), writer.operations()) }
        return site
    }

    private static func write(_ site: DiskSite, seed: UInt64 = 9) -> ReplicaFault? {
        var writer = CaseWriter(seed: seed)
        let document = writer.document()
        let operations = writer.operations()
        return refusal { () throws(ReplicaFault) in try site.author(document, operations) }
    }

    @Test("a disk without space refuses a change whole and takes the next one once there is room")
    func full() throws {
        let site = try Self.busySite()
        let disk = try #require(site.machine.disk)
        disk.arm(DiskFault(.full, count: .max))
        let fault = try #require(Self.write(site))
        #expect(fault.code == "store.disk-full")
        #expect(!fault.isFatal)
        #expect(try site.machine.compare() == [])
        disk.disarm(.full)
        #expect(Self.write(site) == nil)
        #expect(try site.machine.compare() == [])
        #expect(site.acknowledged.count == 13)
    }

    @Test("a disk that is full by its size takes changes again when it grows")
    func capacity() throws {
        let site = try Self.busySite()
        let disk = try #require(site.machine.disk)
        let used = try #require(disk.size(StoreMachine.database)) + #require(disk.size(StoreMachine.log))
        disk.setCapacity(used + 4_096)
        var fault: ReplicaFault?
        for number in 0..<20 where fault == nil { fault = Self.write(site, seed: UInt64(number)) }
        #expect(fault?.code == "store.disk-full")
        let before = site.acknowledged.count
        disk.setCapacity(nil)
        #expect(Self.write(site) == nil)
        site.machine.losePower(3, loss: .allDropped)
        #expect(try site.start().lost == [])
        #expect(site.machine.model.deltasInOrder.count == before + 1)
    }

    @Test("a read that fails at a start is refused by name, and the next start finds everything")
    func readFails() throws {
        let site = try Self.busySite()
        site.machine.kill()
        site.machine.disk?.arm(DiskFault(.readFails, after: 3))
        let fault = try #require(refusal { () throws(ReplicaFault) in try site.start() })
        #expect(fault.code == "store.io")
        #expect(fault.isFatal)
        #expect(try site.start().lost == [])
        #expect(try site.machine.compare() == [])
    }

    @Test(
        "a write or sync that fails is fatal, and what was acknowledged is there after the next start",
        arguments: [DiskFault.Kind.writeFails, .syncFails])
    func writeFails(kind: DiskFault.Kind) throws {
        let site = try Self.busySite()
        site.machine.disk?.arm(DiskFault(kind))
        let fault = try #require(Self.write(site))
        #expect(fault.code == "store.io")
        #expect(fault.isFatal)
        // It sticks: the kernel may have dropped what it failed to write.
        #expect(Self.write(site)?.code == "store.io")
        site.machine.kill()
        #expect(try site.start().lost == [])
        #expect(try site.machine.compare() == [])
        #expect(site.missing == [])
    }

    /// The page cache shows a log that the medium does not have (Rebello et al., "Can applications recover from
    /// fsync failures?", USENIX ATC 2020). What is written after it must not depend on it.
    @Test(
        "what is acknowledged after a failed sync and a restart survives a loss of power",
        arguments: UInt64(0)..<12)
    func failedSyncThenPower(seed: UInt64) throws {
        let site = DiskSite(key: seed)
        try site.start()
        var writer = CaseWriter(seed: seed)
        for _ in 0..<6 { try site.author(writer.document(), writer.operations()) }
        site.machine.disk?.arm(DiskFault(.syncFails, in: .log))
        #expect(Self.write(site, seed: seed)?.code == "store.io")
        site.machine.kill()
        try site.start()
        for _ in 0..<3 { try site.author(writer.document(), writer.operations()) }
        site.machine.losePower(seed, loss: .allDropped)
        #expect(try site.start().lost == [])
        #expect(site.missing == [])
        #expect(try site.machine.compare() == [])
    }

    @Test(
        "a sync that lies loses deltas only with the power, opens a new incarnation, and a peer gives them back"
    )
    func syncLies() throws {
        let site = try Self.busySite()
        let peer = DiskSite(at: 1)
        try peer.start()
        site.machine.disk?.arm(DiskFault(.syncLies, count: .max))
        for number in 0..<5 { #expect(Self.write(site, seed: UInt64(20 + number)) == nil) }
        try peer.pull(from: site)
        // Of the process alone the kernel still knows everything.
        site.machine.kill()
        let continued = try site.start()
        #expect(continued.lost == [])
        #expect(continued.opened == nil)
        // The start has copied the log into the database, with syncs that lied too.
        #expect(Self.write(site, seed: 40) == nil)
        site.machine.losePower(8, loss: .allDropped)
        site.machine.disk?.disarmAll()
        let after = try site.start()
        #expect(after.opened == .otherBoot || after.opened == .noRecord)
        #expect(!after.lost.isEmpty)
        site.forget(after.lost)
        #expect(try site.machine.compare() == [])
        try site.pull(from: peer)
        #expect(Self.write(site, seed: 41) == nil)
        let unsent = Set(after.lost.map(\.id)).subtracting(peer.machine.model.deltasInOrder.map(\.id))
        #expect(unsent.count <= 1)
        #expect(try site.machine.compare() == [])
    }

    @Test("a removed log takes what was only in it, by a new incarnation and not in silence")
    func removedLog() throws {
        let site = try Self.busySite()
        site.machine.kill()
        #expect(site.machine.disk?.remove(StoreMachine.log) == true)
        let started = try site.start()
        #expect(!started.lost.isEmpty)
        #expect(started.opened != nil)
        #expect(try site.machine.compare() == [])
    }

    @Test("a slow disk is counted and nobody waits for it")
    func slow() throws {
        let site = DiskSite()
        site.machine.disk?.setPace(read: 10, write: 20, sync: 5_000)
        try site.start()
        let before = try #require(site.machine.disk?.statistics)
        #expect(Self.write(site) == nil)
        let after = try #require(site.machine.disk?.statistics)
        // FULL: one sync of the log for one commit.
        #expect(after.syncs == before.syncs + 1)
        #expect(after.busyMicroseconds - before.busyMicroseconds >= 5_000)
    }
}

@Suite("Machines of the simulator")
struct NodeMachineTests {
    private static func wrote(_ site: DiskSite, _ seed: UInt64) throws {
        var writer = CaseWriter(seed: seed)
        try site.author(writer.document(), writer.operations())
    }

    @Test(
        "a killed process continues its incarnation, a machine that lost power opens the next",
        arguments: ReplicaKind.allCases)
    func incarnations(kind: ReplicaKind) throws {
        let site = DiskSite(kind)
        let first = try site.start()
        #expect(first.opened == .newReplica)
        try Self.wrote(site, 1)
        site.machine.kill()
        let second = try site.start()
        #expect(second.opened == nil)
        #expect(second.context.author == first.context.author)
        try Self.wrote(site, 2)
        site.machine.losePower(7, loss: .mixed)
        let third = try site.start()
        #expect(third.opened != nil)
        #expect(third.context.author.incarnation.counter == first.context.author.incarnation.counter + 1)
        #expect(third.context.previousHead == site.acknowledged.last?.id)
        #expect(site.missing == [])
    }

    @Test(
        "a backup that is put back opens a new incarnation, in place or not",
        arguments: ReplicaKind.allCases, [true, false])
    func restored(kind: ReplicaKind, inPlace: Bool) throws {
        let site = DiskSite(kind)
        try site.start()
        try Self.wrote(site, 1)
        let image = site.machine.image(key: 5)
        try Self.wrote(site, 2)
        site.machine.restore(image, inPlace: inPlace)
        let started = try site.start()
        #expect(started.opened == (inPlace ? .otherHead : kind == .sqlite ? .noRecord : .otherFile))
        #expect(site.machine.model.deltasInOrder.count == 1)
        try Self.wrote(site, 3)
        #expect(try site.machine.compare() == [])
    }

    @Test(
        "a clone is another machine and lives another incarnation than its source",
        arguments: ReplicaKind.allCases)
    func cloned(kind: ReplicaKind) throws {
        let source = DiskSite(kind)
        let life = try source.start()
        try Self.wrote(source, 1)
        let clone = DiskSite(kind, at: 0)
        let other = kind.machine(number: 99, key: 4)
        other.restore(source.machine.image(key: 6), inPlace: false)
        let team = clone.team
        let started = try other.start(
            site: source.site, nonce: 77, nowMilliseconds: 5, hashing: team.suite.hashing
        ) { author, head in team.context(of: author, seed: 5, previousHead: head) }
        #expect(started.opened != nil)
        #expect(started.context.author != life.context.author)
        #expect(other.model.deltasInOrder.map(\.id) == source.acknowledged.map(\.id))
        other.kill()
    }

    @Test("a machine that forgot everything gets it back from a peer", arguments: ReplicaKind.allCases)
    func amnesia(kind: ReplicaKind) throws {
        let site = DiskSite(kind)
        let peer = DiskSite(kind, at: 1)
        try site.start()
        try peer.start()
        for number in 0..<5 { try Self.wrote(site, UInt64(number)) }
        try peer.pull(from: site)
        site.machine.wipe()
        let started = try site.start()
        #expect(started.opened == .newReplica)
        try site.pull(from: peer)
        #expect(site.missing == [])
        #expect(site.digest == peer.digest)
        try Self.wrote(site, 9)
        #expect(try site.machine.compare() == [])
    }

    @Test(
        "the same deltas make the same have-set, digest and log on the store and in memory",
        arguments: CryptoKind.allCases)
    func storeEqualsModel(crypto: CryptoKind) throws {
        let team = SimulatedTeam(table: DeskFieldTable.current, crypto: crypto)
        let stored = DiskSite(.sqlite, team: team, at: 0, checkpointPages: 30)
        let inMemory = DiskSite(.memory, team: team, at: 1)
        try stored.start()
        try inMemory.start()
        var writer = CaseWriter(seed: 3)
        for _ in 0..<25 {
            try stored.author(writer.document(), writer.operations())
            try inMemory.author(writer.document(), writer.operations())
            if writer.random.chance(1, in: 4) { try stored.pull(from: inMemory, bytesMax: 3_000) }
            if writer.random.chance(1, in: 4) { try inMemory.pull(from: stored, bytesMax: 3_000) }
        }
        try stored.pull(from: inMemory)
        try inMemory.pull(from: stored)
        #expect(stored.machine.takeDifferences() == [])
        #expect(try stored.machine.compare() == [])
        let store = try #require(stored.storeMachine).running
        #expect(try store.haveSet() == inMemory.machine.model.haveSet)
        let level = DeskFieldTable.level
        let hashing = team.suite.hashing
        #expect(
            try store.stateDigest().digest == inMemory.machine.model.digest(level: level, hashing: hashing))
        // The order of the queue is the store's own index; the set of its rows is the model's documents.
        var filter = QueueFilter()
        filter.includesClosed = true
        let rows = try store.queue(filter, limit: 100)
        #expect(Set(rows.map(\.document)) == Set(inMemory.machine.model.documentIDs))
    }
}
