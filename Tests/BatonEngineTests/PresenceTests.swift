import BatonEncoding
import BatonEngine
import BatonModel
import BatonProtocol
import BatonSimulator
import Testing

/// Who is at a desk of the other site, and what they are about to do.
@Suite("Presence")
struct PresenceTests {
    private static let document = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 9, count: 15))

    private static func word(
        _ world: World, _ site: SiteID, _ act: PlannedAct? = .disclose, for milliseconds: UInt64 = 60_000,
        compartment: Compartment = .global
    ) -> DeskPresence {
        DeskPresence(
            Presence(
                person: world.team.person(at: site), document: Self.document, act: act,
                remainingMilliseconds: milliseconds),
            compartment: compartment)
    }

    private static func shown(_ world: World, _ site: SiteID, at more: UInt64 = 0) -> [PeerPresence] {
        let node = world.nodes[site]
        return node?.engine.peerPresence(
            at: EngineTime(
                monotonicMilliseconds: world.nowMilliseconds + more, wallMilliseconds: 0)) ?? []
    }

    private static func world(_ seed: UInt64) -> (World, SiteID, SiteID, SiteID) {
        let world = World(seed: seed)
        world.run(milliseconds: 500)
        return (world, world.team.sites[0], world.team.sites[1], world.team.sites[2])
    }

    @Test("what somebody is about to do is at every peer in touch a moment later, and runs out by itself")
    func expires() throws {
        let (world, syd, usw, use) = Self.world(61)
        world.feed(.presenceStated([Self.word(world, syd)]), to: syd)
        world.run(milliseconds: 200)
        for site in [usw, use] {
            let one = try #require(Self.shown(world, site).first)
            #expect(one.site == syd && one.presence.act == .disclose)
            #expect(one.presence.document == Self.document)
            #expect(one.presence.remainingMilliseconds <= 60_000)
        }
        #expect(Self.shown(world, syd).isEmpty)
        #expect(Self.shown(world, usw, at: 60_000).isEmpty)
    }

    @Test("it replaces what was said before, and an empty word takes all of it back")
    func replaced() {
        let (world, syd, usw, _) = Self.world(62)
        world.feed(.presenceStated([Self.word(world, syd)]), to: syd)
        world.run(milliseconds: 200)
        world.feed(.presenceStated([Self.word(world, syd, nil)]), to: syd)
        world.run(milliseconds: 1_500)
        #expect(Self.shown(world, usw).map(\.presence.act) == [nil])
        world.feed(.presenceStated([]), to: syd)
        world.run(milliseconds: 1_500)
        #expect(Self.shown(world, usw).isEmpty)
    }

    @Test("a peer that is out of touch is shown at no desk, and is told anew when it is back")
    func outOfTouch() {
        let (world, syd, usw, _) = Self.world(63)
        world.feed(.presenceStated([Self.word(world, syd)]), to: syd)
        world.run(milliseconds: 200)
        world.setCut(syd, usw, true)
        world.run(milliseconds: 100)
        #expect(Self.shown(world, usw).isEmpty)
        world.setCut(syd, usw, false)
        world.run(milliseconds: 5_000)
        #expect(Self.shown(world, usw).count == 1)
    }

    @Test("nothing of it is stored, and no third site passes it on")
    func notStored() {
        let (world, syd, usw, use) = Self.world(64)
        world.setCut(syd, usw, true)
        world.run(milliseconds: 100)
        let before = world.nodes[use]?.replica.haveSet
        world.feed(.presenceStated([Self.word(world, syd)]), to: syd)
        world.run(milliseconds: 10_000)
        #expect(Self.shown(world, use).count == 1)
        #expect(Self.shown(world, usw).isEmpty)
        #expect(world.nodes[use]?.replica.haveSet == before)
    }

    @Test("a site that is not cleared hears that somebody is there, and neither the case nor the act")
    func uncleared() throws {
        let (world, syd, usw, _) = Self.world(65)
        let restricted = Compartment(code: 200)
        world.feed(.presenceStated([Self.word(world, syd, compartment: restricted)]), to: syd)
        world.run(milliseconds: 200)
        let one = try #require(Self.shown(world, usw).first)
        #expect(one.presence.document == nil && one.presence.act == nil)
        #expect(one.presence.person == world.team.person(at: syd))
    }

    @Test("words in quick succession travel as one a second, and the last one is the one that stands")
    func coalesced() {
        let (world, syd, usw, _) = Self.world(66)
        let before = world.trace.eventCount
        for act in PlannedAct.allCases where act != .other {
            for _ in 0..<20 {
                world.feed(.presenceStated([Self.word(world, syd, act)]), to: syd)
                world.run(milliseconds: 1)
            }
        }
        world.run(milliseconds: 1_200)
        #expect(Self.shown(world, usw).map(\.presence.act) == [.depose])
        // 140 words would be 280 frames to two peers.
        #expect(world.trace.eventCount - before < 240)
    }

    @Test(
        "a word in the name of another site's person is left out, and more words than allowed are read past")
    func hostile() {
        let (world, syd, usw, use) = Self.world(67)
        let wall = UInt64(1_700_000_000_000)
        func part(_ person: OperatorID, _ act: PlannedAct) -> [UInt8] {
            let word = Presence(
                person: person, document: Self.document, act: act, remainingMilliseconds: 60_000)
            return Message.presence(PresencePart(wallMilliseconds: wall, people: [word])).framed()
        }
        world.inject(part(world.team.person(at: use), .close), to: syd, asIfFrom: usw)
        world.run(milliseconds: 100)
        #expect(Self.shown(world, syd).isEmpty)
        for _ in 0..<40 { world.inject(part(world.team.person(at: usw), .close), to: syd, asIfFrom: usw) }
        world.run(milliseconds: 100)
        world.inject(part(world.team.person(at: usw), .take), to: syd, asIfFrom: usw)
        world.run(milliseconds: 100)
        #expect(Self.shown(world, syd).map(\.presence.act) == [.close])
        #expect(world.nodes[syd]?.engine.state(of: usw) == "live")
    }

    @Test("a hint of a kind that is not known is read past, and the link goes on")
    func unknownHint() {
        let (world, syd, usw, _) = Self.world(68)
        // [90, "later"]
        world.inject(FrameCodec.frame([0x82, 0x18, 90, 0x65] + Array("later".utf8)), to: syd, asIfFrom: usw)
        world.run(milliseconds: 1_000)
        #expect(world.nodes[syd]?.engine.state(of: usw) == "live")
        #expect(!world.notes.contains { if case .linkLost = $0.note { true } else { false } })
    }
}
