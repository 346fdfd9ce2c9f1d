import BatonEncoding
import BatonEngine
import BatonModel
import BatonProtocol
import BatonSimulator
import Testing

@Suite("SyncEngine")
struct SyncEngineTests {
    private static let document = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 3, count: 15))

    private static func note(_ text: String) -> [Operation] {
        [
            Operation(
                shape: OperationShape(kind: .append, field: SimulatedFields.note, isMaterial: true),
                body: .text(text))
        ]
    }

    private static func site(_ world: World, _ index: Int) -> SiteID { world.team.sites[index] }

    private static func liveLinks(_ world: World, _ site: SiteID) -> Int {
        world.nodes[site]?.engine.snapshot.peers.filter { $0.state == "live" }.count ?? 0
    }

    @Test("a delta authored at one site is folded at the others, and its author gets their receipts")
    func firstLight() throws {
        let world = World(seed: 1)
        world.run(milliseconds: 500)
        let syd = Self.site(world, 0)
        #expect(Self.liveLinks(world, syd) == 2)
        let delta = try #require(world.author(syd, Self.document, Self.note("hello")))
        world.run(milliseconds: 100)
        for site in world.team.sites {
            #expect(world.nodes[site]?.replica.fate(delta.id) == .applied)
        }
        #expect(world.areEqual)
        let receivers = Set(world.nodes[syd]?.receipts.map(\.site) ?? [])
        #expect(receivers == Set(world.team.sites.dropFirst()))
    }

    @Test("both sides dialling at once settle on one link a pair")
    func oneLinkPerPair() {
        let world = World(seed: 2)
        world.run(milliseconds: 5_000)
        for site in world.team.sites { #expect(Self.liveLinks(world, site) == 2) }
        let redundant = world.notes.filter { if case .linkRedundant = $0.note { true } else { false } }
        let lost = world.notes.filter { if case .linkLost = $0.note { true } else { false } }
        #expect(!redundant.isEmpty)
        #expect(lost.isEmpty, "closing a redundant link is not a lost peer")
    }

    @Test("a cut, work on both sides and a heal lose nothing and end equal", arguments: 0..<40)
    func cutAndHeal(seed: Int) {
        let world = World(seed: UInt64(seed))
        var generator = HistoryGenerator(seed: UInt64(seed) &+ 77, team: world.team, documentCount: 3)
        world.run(milliseconds: 300)
        var authored: [Delta] = []
        for round in 0..<30 {
            if generator.random.chance(1, in: 5) {
                let pair = generator.random.shuffled(world.team.sites)
                world.setCut(pair[0], pair[1], generator.random.chance(1, in: 2))
            }
            if generator.random.chance(1, in: 9) {
                let site = generator.random.pick(world.team.sites)
                world.crash(site)
                world.run(milliseconds: 40)
                world.restart(site, incarnation: UInt32(2 + round))
            }
            let site = generator.random.pick(world.team.sites)
            let document = generator.random.pick(generator.documents)
            if let delta = world.author(site, document, generator.operations()) { authored.append(delta) }
            world.run(milliseconds: UInt64(generator.random.below(400)))
        }
        for one in world.team.sites {
            for two in world.team.sites where one < two { world.setCut(one, two, false) }
        }
        world.run(milliseconds: 90_000)
        #expect(world.areEqual, "seed \(seed)")
        for site in world.team.sites {
            #expect(world.nodes[site]?.replica.waitingCount == 0, "seed \(seed)")
            for delta in authored {
                #expect(world.nodes[site]?.replica.fate(delta.id) == .applied, "seed \(seed)")
            }
        }
    }

    @Test("a broken pair is healed through a third site")
    func relay() throws {
        let world = World(seed: 4)
        let (syd, usw) = (Self.site(world, 0), Self.site(world, 1))
        world.setCut(syd, usw, true)
        world.run(milliseconds: 1_000)
        let delta = try #require(world.author(syd, Self.document, Self.note("by way of use")))
        world.run(milliseconds: 5_000)
        #expect(world.nodes[usw]?.replica.fate(delta.id) == .applied)
    }

    @Test("equal replicas exchange no have-sets when they meet again")
    func equalDigests() {
        let world = World(seed: 5)
        world.run(milliseconds: 500)
        world.author(Self.site(world, 0), Self.document, Self.note("one"))
        world.run(milliseconds: 3_000)
        let (syd, usw) = (Self.site(world, 0), Self.site(world, 1))
        world.setCut(syd, usw, true)
        world.run(milliseconds: 200)
        world.setCut(syd, usw, false)
        let before = world.notes.count
        world.run(milliseconds: 20_000)
        let started = world.notes.dropFirst(before).contains {
            if case .catchUpStarted = $0.note { true } else { false }
        }
        #expect(!started)
        #expect(Self.liveLinks(world, syd) == 2)
    }

    @Test("a paused peer gets nothing until it is resumed")
    func pause() throws {
        let world = World(seed: 6)
        let (syd, usw, use) = (Self.site(world, 0), Self.site(world, 1), Self.site(world, 2))
        world.run(milliseconds: 500)
        world.feed(.peerPaused(usw, true), to: syd)
        world.feed(.peerPaused(use, true), to: syd)
        world.run(milliseconds: 500)
        let delta = try #require(world.author(syd, Self.document, Self.note("cut off")))
        world.run(milliseconds: 40_000)
        #expect(world.nodes[usw]?.replica.fate(delta.id) == nil)
        world.feed(.peerPaused(usw, false), to: syd)
        world.run(milliseconds: 1_000)
        #expect(world.nodes[usw]?.replica.fate(delta.id) == .applied)
    }

    // What a member with a valid TLS key may send.

    private static func hostile(_ bytes: [UInt8], after: UInt64 = 1_000) -> World {
        let world = World(seed: 7)
        world.run(milliseconds: 500)
        world.inject(bytes, to: world.team.sites[0], asIfFrom: world.team.sites[1])
        world.run(milliseconds: after)
        return world
    }

    private static func faults(_ world: World) -> [PeerFault] {
        world.notes.compactMap {
            guard $0.site == world.team.sites[0], case .linkLost(_, let fault) = $0.note else { return nil }
            return fault
        }
    }

    @Test(
        "bytes that are no message close that peer's link with one fault and leave the other peer live",
        arguments: [
            [0xff, 0xff, 0xff], [0x58, 0x03, 0x81, 0x18, 0x63], [0x41, 0x00], [0x5a, 0x7f, 0xff, 0xff, 0xff],
            [0x43, 0x82, 0x18, 0x63], [0x58, 0x01, 0x00],
        ] as [[UInt8]])
    func garbage(bytes: [UInt8]) {
        let world = Self.hostile(bytes)
        #expect(Self.faults(world).count == 1)
        let snapshot = world.nodes[world.team.sites[0]]?.engine.snapshot
        #expect(snapshot?.peers.first { $0.site == world.team.sites[1] }?.bannedForMilliseconds ?? 0 > 0)
        #expect(snapshot?.peers.first { $0.site == world.team.sites[2] }?.state == "live")
    }

    @Test("a banned peer is taken back when the ban is over, and everything converges")
    func banEnds() throws {
        let world = Self.hostile([0xff])
        let delta = try #require(world.author(world.team.sites[1], Self.document, Self.note("later")))
        world.run(milliseconds: 60_000)
        #expect(Self.liveLinks(world, world.team.sites[0]) == 2)
        #expect(world.nodes[world.team.sites[0]]?.replica.fate(delta.id) == .applied)
    }

    @Test("a wrongly signed delta is refused and noted; the link and the rest of the chunk live on")
    func wrongSignature() throws {
        let world = World(seed: 8)
        world.run(milliseconds: 500)
        let (syd, usw) = (Self.site(world, 0), Self.site(world, 1))
        let other = ReplicaPeer(world.team.context(usw, incarnation: 5))
        let good = other.author(Self.document, Self.note("good"), by: world.team.person(at: usw))
        let bad = other.author(Self.document, Self.note("bad"), by: world.team.person(at: usw))
        let keys = other.replica.keys(for: good).map { BareKey(scope: $0.0, id: $0.1.id, bytes: $0.1.bytes) }
        let forged = WireDelta(
            headerBytes: bad.headerBytes, signature: [UInt8](repeating: 9, count: 64), parts: bad.parts)
        let chunk = DeltaChunk(keys: keys, deltas: [WireDelta(good), forged], remaining: 0)
        world.inject(Message.deltas(chunk).framed(), to: syd, asIfFrom: usw)
        world.run(milliseconds: 1_000)
        #expect(world.nodes[syd]?.replica.fate(good.id) == .applied)
        #expect(world.nodes[syd]?.replica.haveSet.contains(bad.reference) == false)
        let refusals = world.notes.filter { if case .signatureRefused = $0.note { true } else { false } }
        #expect(refusals.count == 2, "the chunk came on both connections of the pair")
        #expect(Self.liveLinks(world, syd) == 2)
    }

    @Test("deltas of an unknown membership epoch close the link and change nothing")
    func unknownEpoch() throws {
        let world = World(seed: 9)
        world.run(milliseconds: 500)
        let (syd, usw) = (Self.site(world, 0), Self.site(world, 1))
        let delta = ReplicaPeer(world.team.context(usw, incarnation: 5))
            .author(Self.document, Self.note("x"), by: world.team.person(at: usw))
        var header = delta.header
        header.membership.epoch = 99
        let forged = WireDelta(
            headerBytes: header.encoded(), signature: delta.signature, parts: delta.parts)
        world.inject(
            Message.deltas(DeltaChunk(keys: [], deltas: [forged], remaining: 0)).framed(), to: syd,
            asIfFrom: usw)
        world.run(milliseconds: 100)
        let faults = Self.faults(world)
        #expect(faults == [.membershipUnknown(epoch: 99), .membershipUnknown(epoch: 99)])
        #expect(world.nodes[syd]?.replica.haveSet.count == 0)
    }

    @Test("a peer that is silent too long is let go")
    func silence() {
        var limits = WireLimits()
        limits.heartbeatMilliseconds = 100
        limits.silenceMillisecondsMax = 300
        let world = World(seed: 10, limits: limits)
        world.run(milliseconds: 500)
        #expect(Self.liveLinks(world, Self.site(world, 0)) == 2)
        world.delayMilliseconds = 100_000
        world.run(milliseconds: 2_000)
        #expect(Self.faults(world).contains(.silent))
    }
}

/// Drives one engine by hand: what a pool of threads may do to the order of answers.
@Suite("SyncEngine and a pool that verifies")
struct SyncEngineOrderTests {
    private static let team = SimulatedTeam()
    private static let time = EngineTime(monotonicMilliseconds: 10, wallMilliseconds: 1_700_000_000_000)

    /// An engine of the first site with a live link to the second one.
    private static func liveEngine() throws -> (engine: SyncEngine, link: LinkID) {
        let (syd, usw) = (Self.team.sites[0], Self.team.sites[1])
        func engine(_ site: SiteID) -> SyncEngine {
            SyncEngine(
                Self.team.context(site),
                configuration: EngineConfiguration(peers: [], bootNonce: [UInt8](repeating: 1, count: 16)),
                have: HaveSet(), verifying: StandInSigning(named: "any"))
        }
        func sent(_ actions: [EngineAction]) -> [[UInt8]] {
            actions.compactMap { if case .send(_, let bytes) = $0 { bytes } else { nil } }
        }
        func opening(_ site: SiteID, _ peer: SiteID, isDialler: Bool) -> LinkOpening {
            LinkOpening(
                link: LinkID(1), site: peer, isDialler: isDialler, purpose: isDialler ? .bulk : nil,
                localPin: SimulatedTeam.pin(of: site), remotePin: SimulatedTeam.pin(of: peer))
        }
        var (near, far) = (engine(syd), engine(usw))
        let link = LinkID(1)
        _ = near.step(.linkOpened(opening(syd, usw, isDialler: false)), at: Self.time)
        var toNear = sent(far.step(.linkOpened(opening(usw, syd, isDialler: true)), at: Self.time))
        while !toNear.isEmpty {
            let toFar = toNear.flatMap { sent(near.step(.bytesReceived(link, $0), at: Self.time)) }
            toNear = toFar.flatMap { sent(far.step(.bytesReceived(link, $0), at: Self.time)) }
        }
        try #require(near.snapshot.peers.first?.state == "live")
        return (near, link)
    }

    @Test("chunks are applied in the order received, whichever was verified first")
    func order() throws {
        var (engine, link) = try Self.liveEngine()
        let author = ReplicaPeer(Self.team.context(Self.team.sites[1], incarnation: 4))
        let document = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 8, count: 15))
        let deltas = (0..<4).map { number in
            author.author(
                document,
                [
                    Operation(
                        shape: OperationShape(kind: .append, field: SimulatedFields.note, isMaterial: true),
                        body: .text("\(number)"))
                ], by: Self.team.person(at: author.site))
        }
        var jobs: [(id: WorkID, job: VerificationJob)] = []
        for delta in deltas {
            let chunk = DeltaChunk(keys: [], deltas: [WireDelta(delta)], remaining: 0)
            for action in engine.step(.bytesReceived(link, Message.deltas(chunk).framed()), at: Self.time) {
                if case .verify(let id, let job, _) = action { jobs.append((id, job)) }
            }
        }
        #expect(jobs.count == 4)
        var applied: [DeltaID] = []
        for (id, job) in [jobs[2], jobs[3], jobs[0], jobs[1]] {
            let outcome = job.run(hashing: StandInHashing(), verifying: StandInSigning(named: "any"))
            for action in engine.step(.verified(id, outcome), at: Self.time) {
                if case .apply(_, let batch, _) = action {
                    applied.append(contentsOf: batch.deltas.map(\.id))
                }
            }
        }
        #expect(applied == deltas.map(\.id))
    }
    @Test("a peer that floods heartbeats is told what is held here as often as one that does not")
    func floodedHeartbeats() throws {
        var (engine, link) = try Self.liveEngine()
        let ping = Message.ping(7, Digest256(words: 1, 2, 3, 4)).framed()
        func told(_ milliseconds: UInt64) throws -> Int {
            let time = EngineTime(
                monotonicMilliseconds: Self.time.monotonicMilliseconds + milliseconds,
                wallMilliseconds: Self.time.wallMilliseconds + milliseconds)
            return try engine.step(.bytesReceived(link, ping), at: time).reduce(0) { count, action in
                guard case .send(_, let bytes) = action else { return count }
                var decoder = FrameDecoder(bytesMax: WireLimits.standard.frameBytesMax)
                decoder.feed(bytes)
                let frame = try #require(try decoder.next())
                guard case .have = try Message(decoding: frame, limits: .standard) else { return count }
                return count + 1
            }
        }
        let due = WireLimits.standard.heartbeatMilliseconds
        let calm = try (0..<6).map { try told(due * UInt64($0)) }
        #expect(calm.reduce(0, +) == 3, "every second one finds the two still unequal")
        let start = 6 * due
        let flooded = try (0..<600).map { try told(start + UInt64($0) * due / 100) }
        #expect(flooded.reduce(0, +) <= 6, "600 in six times the time of a heartbeat")
        #expect(flooded.reduce(0, +) >= 3)
    }
}
