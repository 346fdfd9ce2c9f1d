import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import BatonStore
import Testing

/// What an operator can find out about a replica after something happened to its disk.
private enum Finding: Equatable {
    /// Everything is as it was.
    case sound
    /// The node refused to start, or a check named the damage.
    case named(String)
    /// It started on less, and says so by a new incarnation.
    case lessThanBefore
    /// Log and checks are sound, and the documents are not what the log says: comparing digests with a peer
    /// shows it, and folding the log again mends it.
    case otherDocuments
    /// It started, no check says anything, and something is other than it was.
    case silent(String)
}

/// A site whose deltas a peer holds too, and the checks that a node has for itself.
private struct RotScene {
    let site: DiskSite
    let peer: DiskSite

    init(seed: UInt64, checkpointPages: Int) throws {
        self.site = DiskSite(key: seed, checkpointPages: checkpointPages)
        self.peer = DiskSite(.memory, at: 1)
        try self.site.start()
        try self.peer.start()
        var writer = CaseWriter(seed: seed)
        for _ in 0..<20 { try self.site.author(writer.document(), writer.operations()) }
        try self.peer.pull(from: self.site)
    }

    /// Starts the site again and looks at everything.
    func look() -> Finding {
        do throws(ReplicaFault) {
            let started = try self.site.start()
            if !started.lost.isEmpty {
                return started.opened == nil ? .silent("deltas are gone") : .lessThanBefore
            }
            guard let store = self.site.storeMachine?.running else { return .sound }
            if let problem = try store.integrityCheck().first { return .named(problem) }
            if try store.firstBrokenAuditRecord() != nil { return .named("audit") }
            let finding = try self.readEverything()
            guard finding == .sound, let problem = try self.site.machine.compare().first else {
                return finding
            }
            return problem == "the documents differ" ? .otherDocuments : .silent(problem)
        } catch {
            return .named(error.code)
        }
    }

    /// Reads every delta and opens every part, as `baton verify` does.
    private func readEverything() throws(ReplicaFault) -> Finding {
        guard let machine = self.site.storeMachine, let context = self.site.context else { return .sound }
        let have = try machine.running.haveSet()
        let ranges = have.authors.flatMap { have in
            have.intervals.map { DeltaRange(author: have.author, first: $0.first, last: $0.last) }
        }
        let page = try machine.running.deltas(in: ranges, bytesMax: .max)
        let keys = try machine.running.wrappedKeys(of: page.deltas)
        for delta in page.deltas {
            for (index, part) in delta.parts.enumerated() {
                guard let part else { continue }
                let scope = delta.header.keyScope(part: index)
                let descriptor = delta.header.parts[index]
                guard let key = keys.first(where: { $0.scope == scope && $0.key.id == descriptor.key })
                else { return .named("a key is gone") }
                let place = PartPlace(scope: scope, seq: delta.header.seq, index: index)
                let opened = try? context.sealing.open(
                    part, at: place, commitment: descriptor.commitment, header: delta.headerBytes,
                    key: key.key)
                if opened == nil { return .named("a part is not what it commits to") }
            }
            if try self.site.machine.model.delta(delta.id) != delta { return .silent("\(delta.reference)") }
        }
        return page.deltas.count == machine.model.deltasInOrder.count ? .sound : .silent("a shorter log")
    }

    /// What repairs every damage of one replica while another holds its deltas: an empty disk, and the peer.
    func repair() throws(ReplicaFault) {
        self.site.machine.wipe()
        self.site.machine.disk?.disarmAll()
        try self.site.start()
        try self.site.pull(from: self.peer)
    }
}

@Suite("Rot and misdirected writes")
struct RotTests {
    /// Plays many seeds and counts what was found; nothing may go unseen, and a peer repairs everything.
    private static func findings(
        _ seeds: Range<UInt64>, _ damage: (RotScene, UInt64) throws -> Bool
    ) throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for seed in seeds {
            let pages = seed.isMultiple(of: 2) ? 8 : 1000
            let scene = try RotScene(seed: seed, checkpointPages: pages)
            let wasTold = try damage(scene, seed)
            switch scene.look() {
            case .sound: counts["sound", default: 0] += 1
            case .named: counts["named", default: 0] += 1
            case .lessThanBefore: counts["less", default: 0] += 1
            case .otherDocuments: counts["other documents", default: 0] += 1
            case .silent(let what):
                if !wasTold { Issue.record("seed \(seed): damage went unseen: \(what)") }
            }
            try scene.repair()
            #expect(scene.site.digest == scene.peer.digest, "seed \(seed)")
        }
        return counts
    }

    @Test("a flipped bit of the database is harmless or shows, and a peer repairs it")
    func databaseRots() throws {
        let counts = try Self.findings(1..<81) { scene, seed in
            scene.site.machine.close()
            #expect(scene.site.machine.disk?.rot(StoreMachine.database, key: seed) != nil)
            return false
        }
        #expect(counts["named", default: 0] > 5, "\(counts)")
    }

    @Test("a flipped bit of the log is harmless or shows, and a peer repairs it")
    func logRots() throws {
        let counts = try Self.findings(101..<141) { scene, seed in
            scene.site.machine.kill()
            #expect(scene.site.machine.disk?.rot(StoreMachine.log, key: seed) != nil)
            return false
        }
        #expect(counts["less", default: 0] > 5, "\(counts)")
    }

    @Test("a write that landed elsewhere is harmless or shows, and a peer repairs it")
    func misdirected() throws {
        let counts = try Self.findings(201..<241) { scene, seed in
            let files: DiskFault.Files = seed.isMultiple(of: 2) ? .database : .log
            scene.site.machine.disk?.arm(DiskFault(.misdirected, in: files, after: seed % 30))
            var writer = CaseWriter(seed: seed &+ 1)
            var fault: ReplicaFault?
            for _ in 0..<12 where fault == nil {
                let document = writer.document()
                let operations = writer.operations()
                fault = refusal { () throws(ReplicaFault) in try scene.site.author(document, operations) }
            }
            try? scene.peer.pull(from: scene.site)
            let told = scene.site.machine.takeDifferences()
            scene.site.machine.kill()
            return fault != nil || !told.isEmpty
        }
        #expect(counts["named", default: 0] + counts["less", default: 0] > 5, "\(counts)")
    }

    @Test("what only the rotten disk held is refused by name, and not made up")
    func unrepairable() throws {
        let scene = try RotScene(seed: 3, checkpointPages: 1000)
        let only = try scene.site.author(
            DocumentID(kind: .escalation, suffix: [UInt8](repeating: 9, count: 15)),
            [
                Operation(
                    shape: OperationShape(kind: .set, field: CaseField.title, isMaterial: true),
                    body: .text("only here"))
            ])
        scene.site.machine.close()
        // Page 1: the file is no database any more.
        #expect(scene.site.machine.disk?.flip(StoreMachine.database, offset: 3, bit: 2) == true)
        let fault = try #require(refusal { () throws(ReplicaFault) in try scene.site.start() })
        #expect(fault.code == "store.not-a-replica")
        try scene.repair()
        #expect(scene.site.missing == [only.id])
        #expect(scene.site.digest == scene.peer.digest)
    }
}
