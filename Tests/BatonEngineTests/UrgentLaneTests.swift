import BatonEncoding
import BatonEngine
import BatonModel
import BatonProtocol
import BatonSimulator
import Testing

/// Catch-up in phases over two connections. The lane of a simulated document is its last byte modulo four.
@Suite("Urgent lane")
struct UrgentLaneTests {
    private static func document(_ number: UInt8, lane: UInt8) -> DocumentID {
        var suffix = [UInt8](repeating: 7, count: 15)
        suffix[0] = number
        suffix[14] = number << 2 | lane
        return DocumentID(kind: .escalation, suffix: suffix)
    }

    private static func cutPair(_ world: World) -> (SiteID, SiteID) {
        let (syd, usw, use) = (world.team.sites[0], world.team.sites[1], world.team.sites[2])
        // The third site is out of it: nothing is healed by way of it.
        world.setCut(syd, use, true)
        world.setCut(usw, use, true)
        world.setCut(syd, usw, true)
        world.run(milliseconds: 100)
        return (syd, usw)
    }

    /// Commits are told to an engine in their order: one a millisecond.
    @discardableResult
    private static func author(_ world: World, _ site: SiteID, _ document: DocumentID, _ text: String)
        -> Delta?
    {
        let delta = world.author(site, document, note(text))
        world.run(milliseconds: 1)
        return delta
    }

    private static func heldWhen(_ world: World, _ site: SiteID, _ id: DeltaID, most: Int = 4_000) -> Int? {
        for millisecond in 0..<most {
            if world.nodes[site]?.replica.fate(id) == .applied { return millisecond }
            world.run(milliseconds: 1)
        }
        return nil
    }

    @Test(
        "after a cut the urgent case is there before the backlog, however large that is",
        arguments: [400, 700])
    func first(backlog: Int) throws {
        let world = World(seed: UInt64(backlog))
        let (syd, usw) = Self.cutPair(world)
        for number in 0..<backlog {
            Self.author(world, syd, Self.document(UInt8(number % 60), lane: 3), "closed \(number)")
        }
        let urgent = try #require(world.author(syd, Self.document(61, lane: 0), note("life at stake")))
        world.run(milliseconds: 200)
        world.setCut(syd, usw, false)
        let before = try #require(Self.heldWhen(world, usw, urgent.id))
        let held = world.nodes[usw]?.replica.haveSet.count ?? 0
        // A redial pause, two greetings of the pair, the have and the case: none of it grows with the backlog.
        #expect(before < 2_000)
        #expect(held <= UInt64(backlog), "the backlog was not there yet")
        world.run(milliseconds: 20_000)
        #expect(world.nodes[usw]?.replica.haveSet.count == UInt64(backlog + 1))
        #expect(world.nodes[usw]?.replica.waitingCount == 0)
    }

    @Test("before the changes come, the receiver knows how many of each document it lacks")
    func outline() throws {
        let world = World(seed: 31)
        let (syd, usw) = Self.cutPair(world)
        for number in 0..<300 {
            Self.author(world, syd, Self.document(UInt8(number % 3), lane: 3), "\(number)")
        }
        world.run(milliseconds: 10)
        world.setCut(syd, usw, false)
        var most: UInt64 = 0
        var lanes: [EngineSnapshot.LaneCount] = []
        for _ in 0..<4_000 {
            world.run(milliseconds: 1)
            let peer = world.nodes[usw]?.engine.snapshot.peers.first { $0.site == syd }
            for lag in peer?.lags ?? [] {
                lanes += lag.lanes
                #expect(lag.lanes.reduce(0) { $0 + $1.count } <= lag.count)
            }
            let behind = world.nodes[usw]?.engine.changesBehind(Self.document(1, lane: 3)) ?? []
            most = max(most, behind.first?.count ?? 0)
        }
        #expect(most > 0 && most <= 100)
        #expect(lanes.map(\.count).max() == 300)
        #expect(lanes.allSatisfy { $0.lane == 3 })
        world.run(milliseconds: 20_000)
        #expect(world.nodes[usw]?.engine.changesBehind(Self.document(1, lane: 3)).isEmpty == true)
        #expect(world.nodes[usw]?.replica.haveSet.count == 300)
    }

    @Test("a pair has one connection of each purpose, whoever dials")
    func pair() {
        let world = World(seed: 32)
        world.run(milliseconds: 3_000)
        for site in world.team.sites {
            for peer in world.nodes[site]?.engine.snapshot.peers ?? [] where peer.site != site {
                #expect(peer.connections == [.urgent, .bulk])
            }
        }
    }

    @Test(
        "after a long cut both links are there soon after the first: the second does not wait out its pause",
        arguments: 51...56)
    func together(seed: UInt64) throws {
        let world = World(seed: seed)
        let (syd, usw) = Self.cutPair(world)
        // Long enough for the longest pauses on both sides.
        world.run(milliseconds: 300_000)
        world.setCut(syd, usw, false)
        func connections() -> Int {
            world.nodes[syd]?.engine.snapshot.peers.first { $0.site == usw }?.connections.count ?? 0
        }
        var waited = 0
        while connections() == 0, waited < 60_000 {
            world.run(milliseconds: 1)
            waited += 1
        }
        // A connection and a greeting of the other: no pause is that short.
        world.run(milliseconds: 400)
        #expect(connections() == 2)
    }

    @Test("what people write goes to the peer at once while a backlog is on its way")
    func live() throws {
        let world = World(seed: 33)
        let (syd, usw) = Self.cutPair(world)
        for number in 0..<600 { Self.author(world, syd, Self.document(UInt8(number % 50), lane: 3), "x") }
        world.setCut(syd, usw, false)
        world.run(milliseconds: 3_000)
        let live = try #require(world.author(syd, Self.document(62, lane: 2), note("just now")))
        let after = try #require(Self.heldWhen(world, usw, live.id))
        #expect(after <= 2 * 20 + 60)
    }

    @Test("a catch-up that lasts for many heartbeats is planned once, and nothing of it is sent twice")
    func slowCatchUp() throws {
        let world = World(seed: 34)
        let (syd, usw) = Self.cutPair(world)
        let count: UInt64 = 3_000
        for number in 0..<count { Self.author(world, syd, Self.document(UInt8(number % 50), lane: 3), "x") }
        world.setRate(Direction(syd, usw), bytesPerMillisecond: 20)
        world.setCut(syd, usw, false)
        var seconds = 0
        while world.nodes[usw]?.replica.haveSet.count != count, seconds < 400 {
            world.run(milliseconds: 1_000)
            seconds += 1
        }
        #expect(seconds > 20 && seconds < 400, "\(seconds) s")
        let planned = world.notes.filter {
            if case .catchUpStarted(usw, _) = $0.note { $0.site == syd } else { false }
        }
        #expect(planned.count == 1)
        let peer = world.nodes[syd]?.engine.snapshot.peers.first { $0.site == usw }
        #expect(peer?.count.deltasSent == count)
    }

    @Test("a member that floods the urgent lane leaves half of every page to the others")
    func share() throws {
        var share = UrgentShare(bytesMax: 1_000)
        let (one, two) = (SimulatedTeam().sites[0], SimulatedTeam().sites[1])
        let flooder = Author(site: one, incarnation: Incarnation(counter: 1, nonce: 1))
        let other = Author(site: two, incarnation: Incarnation(counter: 1, nonce: 1))
        while share.admits(flooder) { share.charge(flooder, 100) }
        #expect(share.total == 500)
        #expect(!share.isFull)
        #expect(share.admits(other))
    }

    @Test("a comparison finds equal logs equal, and says which places only one side holds")
    func comparison() throws {
        let world = World(seed: 34)
        world.run(milliseconds: 500)
        let (syd, usw) = (world.team.sites[0], world.team.sites[1])
        for number in 0..<40 { Self.author(world, syd, Self.document(1, lane: 3), "\(number)") }
        world.run(milliseconds: 3_000)
        world.feed(.comparisonAsked(usw), to: syd)
        world.run(milliseconds: 500)
        let result = try #require(world.nodes[syd]?.comparisons.last)
        #expect(result.isEqual)
        #expect(result.equal == 40)
        world.setCut(syd, usw, true)
        world.run(milliseconds: 100)
        world.feed(.comparisonAsked(usw), to: syd)
        world.run(milliseconds: 10)
        #expect(world.nodes[syd]?.comparisons.last?.end == .linkLost)
    }

    @Test("an older disk that is put back is told by the first have, before anything is asked for")
    func statedAgain() throws {
        let world = World(seed: 35)
        world.run(milliseconds: 500)
        let (syd, usw) = (world.team.sites[0], world.team.sites[1])
        let old = try #require(world.nodes[usw]?.replica.clone())
        let delta = try #require(Self.author(world, syd, Self.document(2, lane: 1), "signed for"))
        world.run(milliseconds: 3_000)
        #expect(world.nodes[usw]?.replica.fate(delta.id) == .applied)
        world.crash(usw)
        world.run(milliseconds: 100)
        let before = world.nodes[syd]?.stated.count ?? 0
        world.restart(usw, incarnation: 2, replica: old)
        world.run(milliseconds: 20_000)
        let stated = world.nodes[syd]?.stated.dropFirst(before).first { $0.site == usw }
        #expect(stated?.have.contains(delta.reference) == false)
        #expect(world.nodes[usw]?.replica.fate(delta.id) == .applied)
    }

    @Test("a site that is no longer to be dialled is let go, and dialled again when it is named again")
    func peers() {
        let world = World(seed: 36)
        world.run(milliseconds: 1_000)
        let syd = world.team.sites[0]
        // Nobody dials anybody but by this site's word.
        for site in world.team.sites {
            for peer in world.team.sites where peer != site { world.feed(.peerRemoved(peer), to: site) }
        }
        world.run(milliseconds: 1_000)
        #expect(world.nodes[syd]?.engine.snapshot.peers.allSatisfy { $0.state == "down" } == true)
        world.feed(.peerAdded(world.team.sites[1]), to: syd)
        world.run(milliseconds: 1_000)
        let states = world.nodes[syd]?.engine.snapshot.peers.map(\.state) ?? []
        #expect(states.filter { $0 == "live" }.count == 1)
    }

    @Test("a have-set with thousands of holes travels in parts, and its receipts stay short")
    func holes() throws {
        var have = HaveSet()
        let author = Author(
            site: SimulatedTeam().sites[0], incarnation: Incarnation(counter: 1, nonce: 1))
        for seq in 1...9_000 where seq % 2 == 0 {
            have.insert(
                DeltaReference(author: author, seq: UInt64(seq)),
                id: DeltaID(digest: Digest256(words: 1, 2, 3, UInt64(seq))))
        }
        let parts = have.parts(intervalsMax: 4_096)
        #expect(parts.count == 2)
        var sum = HaveSet()
        for part in parts {
            let bytes = Message.have(HavePart(part)).framed()
            #expect(bytes.count < WireLimits.standard.frameBytesMax)
            for entry in part.authors { sum.unite(entry) }
        }
        #expect(sum == have)
    }
}
