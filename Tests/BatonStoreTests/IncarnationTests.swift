import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Foundation
import Testing

@testable import BatonStore

@Suite("The decision to resume or to open an incarnation")
struct IncarnationDecisionTests {
    private let boot = [UInt8](repeating: 1, count: 16)
    private let file = FileIdentity(device: 3, inode: 4)
    private let author: Author
    private let committed = LogHead(seq: 5, id: DeltaID(digest: Digest256(words: 5, 5, 5, 5)))
    private let intended = LogHead(seq: 6, id: DeltaID(digest: Digest256(words: 6, 6, 6, 6)))

    init() throws {
        self.author = Author(
            site: try #require(SiteID("syd")),
            incarnation: Incarnation(counter: 2, nonce: 0xffff_0000_1234_5678))
    }

    private func claim(_ intended: LogHead, _ settled: LogHead) -> IncarnationClaim {
        IncarnationClaim(
            bootID: self.boot, file: self.file, author: self.author, intended: intended, settled: settled)
    }

    private func decide(_ claim: IncarnationClaim?, head: LogHead, author: Author? = nil)
        -> IncarnationDecision
    {
        let evidence = IncarnationEvidence(
            bootID: self.boot, file: self.file, author: author ?? self.author, head: head)
        return IncarnationDecision(claim: claim, evidence: evidence)
    }

    @Test("Cases 1 to 4: wherever a process is killed around a commit, the head in the database is resumed")
    func kills() {
        let settled = self.claim(self.committed, self.committed)
        let between = self.claim(self.intended, self.committed)
        let done = self.claim(self.intended, self.intended)
        #expect(self.decide(settled, head: self.committed) == .resume(self.author, self.committed))
        #expect(self.decide(between, head: self.committed) == .resume(self.author, self.committed))
        #expect(self.decide(between, head: self.intended) == .resume(self.author, self.intended))
        #expect(self.decide(done, head: self.intended) == .resume(self.author, self.intended))
    }

    @Test("Case 5: a head that went back after deltas could leave opens the next incarnation")
    func rolledBack() {
        let done = self.claim(self.intended, self.intended)
        #expect(self.decide(done, head: self.committed) == .open(.otherHead))
        #expect(self.decide(done, head: .none) == .open(.otherHead))
    }

    @Test("Case 6: a head that the record has not heard of, or of the same number on another branch, opens")
    func ahead() {
        let settled = self.claim(self.committed, self.committed)
        let branch = LogHead(seq: self.committed.seq, id: self.intended.id)
        #expect(self.decide(settled, head: self.intended) == .open(.otherHead))
        #expect(self.decide(settled, head: branch) == .open(.otherHead))
    }

    @Test("Cases 7 and 8: no record, another boot, another file, another author, a new database open")
    func elsewhere() {
        let good = self.claim(self.committed, self.committed)
        #expect(self.decide(nil, head: self.committed) == .open(.noRecord))
        var other = good
        other.bootID = [UInt8](repeating: 2, count: 16)
        #expect(self.decide(other, head: self.committed) == .open(.otherBoot))
        other = good
        other.file = FileIdentity(device: 3, inode: 5)
        #expect(self.decide(other, head: self.committed) == .open(.otherFile))
        let next = Author(site: self.author.site, incarnation: Incarnation(counter: 3, nonce: 1))
        #expect(self.decide(good, head: self.committed, author: next) == .open(.otherAuthor))
        let evidence = IncarnationEvidence(bootID: self.boot, file: self.file, author: nil, head: .none)
        #expect(IncarnationDecision(claim: good, evidence: evidence) == .open(.newReplica))
    }

    @Test("No sequence of commits, kills and restored copies sends two deltas with one number")
    func model() {
        for seed in 1...300 as ClosedRange<UInt64> {
            var random = SeededRandom(seed: seed)
            var world = IncarnationWorld(boot: self.boot, file: self.file, author: self.author)
            for _ in 0..<40 { world.step(&random) }
            #expect(world.repeated == nil, "seed \(seed)")
        }
    }

    @Test("A claim reads back; every changed byte and every cut shows")
    func encoding() {
        let claim = self.claim(self.intended, self.committed)
        let bytes = claim.encoded
        #expect(bytes.count == IncarnationClaim.byteCount)
        #expect(IncarnationClaim(encoded: bytes) == claim)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x10
            #expect(IncarnationClaim(encoded: changed) == nil)
            #expect(IncarnationClaim(encoded: Array(bytes[..<index])) == nil)
        }
    }
}

/// A node reduced to its own numbering: a database that can be copied and put back, a record, and what left.
private struct IncarnationWorld {
    private let boot: [UInt8]
    private let file: FileIdentity
    private var author: Author
    private var heads: [Author: LogHead] = [:]
    private var copies: [(author: Author, heads: [Author: LogHead])] = []
    private var claim: IncarnationClaim
    private var sent: [DeltaReference: DeltaID] = [:]
    private var drawn: UInt64 = 0
    private(set) var repeated: DeltaReference?

    init(boot: [UInt8], file: FileIdentity, author: Author) {
        self.boot = boot
        self.file = file
        self.author = author
        self.claim = IncarnationClaim(
            bootID: boot, file: file, author: author, intended: .none, settled: .none)
    }

    /// Commits, is killed somewhere around a commit, or has an older copy put back in place; then starts
    /// again.
    mutating func step(_ random: inout SeededRandom) {
        let head = self.heads[self.author] ?? .none
        self.drawn += 1
        let next = LogHead(seq: head.seq + 1, id: DeltaID(digest: Digest256(words: self.drawn, 0, 0, 0)))
        let stage = random.below(5)
        if stage >= 1 { self.claim.intended = next }
        if stage >= 2 { self.heads[self.author] = next }
        if stage >= 3 { self.claim.settled = next }
        if stage >= 3 { self.send(next) }
        if random.chance(1, in: 4) { self.copies.append((self.author, self.heads)) }
        guard stage < 4 || random.chance(1, in: 3) else { return }
        if random.chance(1, in: 3), !self.copies.isEmpty {
            (self.author, self.heads) = random.pick(self.copies)
        }
        self.start()
    }

    private mutating func send(_ head: LogHead) {
        let place = DeltaReference(author: self.author, seq: head.seq)
        if let before = self.sent[place], before != head.id { self.repeated = place }
        self.sent[place] = head.id
    }

    private mutating func start() {
        let evidence = IncarnationEvidence(
            bootID: self.boot, file: self.file, author: self.author, head: self.heads[self.author] ?? .none)
        if case .open = IncarnationDecision(claim: self.claim, evidence: evidence) {
            self.drawn += 1
            self.author = Author(
                site: self.author.site,
                incarnation: Incarnation(counter: self.author.incarnation.counter + 1, nonce: self.drawn))
        }
        let head = self.heads[self.author] ?? .none
        self.claim = IncarnationClaim(
            bootID: self.boot, file: self.file, author: self.author, intended: head, settled: head)
    }
}

/// These need a tmpfs, which `/dev/shm` is on every Linux that the desk runs on.
@Suite("Incarnations of a replica")
struct IncarnationTests {
    private let syd: SiteID
    private let memory: TestFolder
    private let folder: TestFolder

    init() throws {
        self.syd = try #require(SiteID("syd"))
        self.memory = try TestFolder(in: "/dev/shm")
        self.folder = try TestFolder()
    }

    private var settings: IncarnationSettings { IncarnationSettings(folders: [self.memory.path]) }

    private func start(
        _ store: ReplicaStore, _ settings: IncarnationSettings? = nil, nonce: UInt64 = 7
    ) throws -> (living: LivingIncarnation, peer: StorePeer) {
        let living = try store.resumeOrOpen(
            site: self.syd, settings: settings ?? self.settings, nonce: nonce, nowMilliseconds: 1)
        var peer = StorePeer(store)
        peer.context.author = living.author
        peer.context.previousHead = living.previousHead
        return (living, peer)
    }

    private func write(_ peer: StorePeer, _ count: Int = 1) throws -> Delta {
        var last: Delta?
        for _ in 0..<count {
            last = try peer.author(caseID(1), [operation(.append, CaseField.note, .text("n"))])
        }
        return try #require(last)
    }

    @Test("A new replica opens its first incarnation and writes that into the audit log")
    func first() throws {
        let store = try self.folder.open()
        let living = try self.start(store).living
        #expect(living.opened == .newReplica)
        #expect(living.isRecorded)
        #expect(living.author.incarnation == Incarnation(counter: 1, nonce: 7))
        #expect(living.previousHead == .none)
        #expect(try store.auditTail(limit: 1).map(\.record.kind) == [.incarnationOpened])
    }

    @Test("A clean restart resumes with the head, and so does one before anything was written")
    func restart() throws {
        var store = try self.folder.open()
        let opened = try self.start(store).living
        store.close()
        store = try self.folder.open()
        let idle = try self.start(store)
        #expect(idle.living.opened == nil)
        #expect(idle.living.author == opened.author)
        let last = try self.write(idle.peer, 3)
        store.close()
        store = try self.folder.open()
        let again = try self.start(store).living
        #expect(again.opened == nil)
        #expect(again.author == opened.author)
        #expect(again.head == LogHead(seq: 3, id: last.id))
    }

    @Test("A process that is killed between commits resumes")
    func killed() async throws {
        let path = self.folder.path
        let memory = self.memory.path
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, memory = memory as String] in
            let store = try ReplicaStore(
                path: path + "/data/replica.sqlite", settings: ReplicaSettings(), hashing: StandInHashing())
            let site = try #require(SiteID("syd"))
            let living = try store.resumeOrOpen(
                site: site, settings: IncarnationSettings(folders: [memory]), nonce: 3, nowMilliseconds: 1)
            var peer = StorePeer(store)
            peer.context.author = living.author
            for _ in 0..<3 { try peer.author(caseID(1), [operation(.append, CaseField.note, .text("n"))]) }
            kill(getpid(), SIGKILL)
        }
        let store = try self.folder.open()
        let living = try self.start(store).living
        #expect(living.opened == nil)
        #expect(living.author.incarnation == Incarnation(counter: 1, nonce: 3))
        #expect(living.head.seq == 3)
    }

    @Test("A lost record opens the next incarnation, whose past head is known")
    func lostRecord() throws {
        var store = try self.folder.open()
        let last = try self.write(try self.start(store).peer, 2)
        store.close()
        for file in try FileManager.default.contentsOfDirectory(atPath: self.memory.path) {
            try FileManager.default.removeItem(atPath: self.memory.path + "/" + file)
        }
        store = try self.folder.open()
        let (living, peer) = try self.start(store, nonce: 8)
        #expect(living.opened == .noRecord)
        #expect(living.author.incarnation == Incarnation(counter: 2, nonce: 8))
        #expect(living.previousHead == last.id)
        let delta = try self.write(peer)
        #expect(delta.header.seq == 1)
        #expect(delta.header.prev == last.id)
    }

    @Test("Another boot opens the next incarnation")
    func otherBoot() throws {
        var store = try self.folder.open()
        _ = try self.write(try self.start(store).peer)
        store.close()
        let bootID = self.folder.path + "/boot_id"
        try "0f0e0d0c-0b0a-0908-0706-050403020100\n".write(toFile: bootID, atomically: true, encoding: .utf8)
        store = try self.folder.open()
        let settings = IncarnationSettings(folders: [self.memory.path], bootIDPath: bootID)
        #expect(try self.start(store, settings).living.opened == .otherBoot)
    }

    @Test("A copied data folder opens the next incarnation; the original resumes")
    func copied() throws {
        var store = try self.folder.open()
        _ = try self.write(try self.start(store).peer)
        store.close()
        let other = try TestFolder()
        try FileManager.default.removeItem(atPath: other.path)
        try FileManager.default.copyItem(atPath: self.folder.path, toPath: other.path)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: other.path + "/data")
        let copy = try other.open()
        #expect(try self.start(copy).living.opened == .noRecord)
        store = try self.folder.open()
        #expect(try self.start(store).living.opened == nil)
    }

    @Test("An older copy put back into the same file opens the next incarnation")
    func restored() throws {
        var store = try self.folder.open()
        let (first, peer) = try self.start(store)
        _ = try self.write(peer)
        store.close()
        let old = try #require(FileManager.default.contents(atPath: self.folder.database))
        store = try self.folder.open()
        _ = try self.write(try self.start(store).peer)
        store.close()
        let handle = try #require(FileHandle(forWritingAtPath: self.folder.database))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: old)
        try handle.close()
        store = try self.folder.open()
        let living = try self.start(store, nonce: 9).living
        #expect(living.opened == .otherHead)
        #expect(living.author.incarnation.counter == first.author.incarnation.counter + 1)
    }

    @Test("Without a tmpfs every start opens an incarnation")
    func noTemporaryFileSystem() throws {
        let disk = try TestFolder(in: FileManager.default.currentDirectoryPath)
        let settings = IncarnationSettings(folders: [disk.path, "/proc/baton"])
        var store = try self.folder.open()
        let first = try self.start(store, settings).living
        #expect(first.opened == .newReplica)
        #expect(!first.isRecorded)
        store.close()
        store = try self.folder.open()
        let second = try self.start(store, settings).living
        #expect(second.opened == .noVolatileStorage)
        #expect(second.author.incarnation.counter == 2)
    }

    @Test("A change that is rolled back leaves a record that still proves the head")
    func rolledBackChange() throws {
        var store = try self.folder.open()
        let (living, peer) = try self.start(store)
        let last = try self.write(peer)
        #expect(throws: ReplicaFault.self) {
            try store.write { (transaction) throws(ReplicaFault) in
                var have = AuthorHave(author: living.author)
                have.intervals = [HaveInterval(first: 1, last: 2, head: last.id)]
                try transaction.save(have)
                throw ReplicaFault(code: "test.stop", message: "stop", isFatal: false)
            }
        }
        store.close()
        store = try self.folder.open()
        let again = try self.start(store).living
        #expect(again.opened == nil)
        #expect(again.head == LogHead(seq: 1, id: last.id))
    }
}
