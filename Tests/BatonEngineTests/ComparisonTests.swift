import BatonEncoding
import BatonEngine
import BatonModel
import BatonProtocol
import BatonSimulator
import Testing

/// Comparing logs with a peer's while links and disks fail.
@Suite("Comparisons of logs")
struct ComparisonTests {
    private static let document = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 9, count: 15))

    private static func linked(_ seed: UInt64, deltas: Int) -> (world: World, syd: SiteID, usw: SiteID) {
        let world = World(seed: seed)
        world.run(milliseconds: 500)
        let (syd, usw) = (world.team.sites[0], world.team.sites[1])
        for number in 0..<deltas {
            world.author(syd, Self.document, note("\(number)"))
            world.run(milliseconds: 1)
        }
        world.run(milliseconds: 3_000)
        return (world, syd, usw)
    }

    @Test("what is on its way is said to be on one side only, and is no difference")
    func inFlight() throws {
        let (world, syd, usw) = Self.linked(51, deltas: 3)
        // Reading an answer takes one step of work there, a commit at least three.
        world.slow(NodeID(usw), factor: 100)
        world.author(syd, Self.document, note("on its way"))
        world.run(milliseconds: 1)
        world.feed(.comparisonAsked(usw), to: syd)
        world.run(milliseconds: 1_000)
        world.slow(NodeID(usw), factor: 1)
        let result = try #require(world.nodes[syd]?.comparisons.last)
        #expect(result.end == .done)
        #expect(result.unequal == [])
        #expect(result.onlyHere.map(\.first) == [4])
        #expect(result.equal == 3)
        world.feed(.comparisonAsked(usw), to: syd)
        world.run(milliseconds: 500)
        #expect(world.nodes[syd]?.comparisons.last?.isEqual == true)
    }

    @Test("a comparison ends whichever of the two connections breaks under it", arguments: [0, 1])
    func brokenLane(place: Int) throws {
        let (world, syd, usw) = Self.linked(52, deltas: 3)
        let links = world.linkIDs(at: syd, from: usw)
        try #require(links.count == 2)
        world.feed(.comparisonAsked(usw), to: syd)
        world.run(milliseconds: 1)
        world.feed(.linkClosed(links[place]), to: syd)
        world.run(milliseconds: 2_000)
        #expect(world.nodes[syd]?.comparisons.count == 1)
        world.feed(.comparisonAsked(usw), to: syd)
        world.run(milliseconds: 2_000)
        #expect(world.nodes[syd]?.comparisons.last?.isEqual == true)
    }

    @Test(
        "where our own log cannot be read a comparison ends with the answer, so that no second question meets it"
    )
    func unreadable() throws {
        let (world, syd, usw) = Self.linked(53, deltas: 3)
        var engine = try #require(world.nodes[syd]?.engine)
        let now = EngineTime(monotonicMilliseconds: 1_000_000, wallMilliseconds: 1_800_000_000_000)
        let asked = engine.step(.comparisonAsked(usw), at: now)
        var (work, sent): (WorkID?, (link: LinkID, bytes: [UInt8])?) = (nil, nil)
        for action in asked {
            if case .load(let id, .fingerprints, _) = action { work = id }
            if case .send(let link, let bytes) = action { sent = (link, bytes) }
        }
        let question = try #require(sent)
        let fault = ReplicaFault(code: "store.unreadable", message: "no", isFatal: false)
        let failed = engine.step(.loaded(try #require(work), .failure(fault)), at: now)
        #expect(Self.ends(failed) == [])
        #expect(Self.ends(engine.step(.comparisonAsked(usw), at: now)) == [])
        let answer = Message.compared(ComparisonAnswer(token: 1, fingerprints: [nil]))
        let done = engine.step(.bytesReceived(question.link, answer.framed()), at: now)
        #expect(Self.ends(done) == [.unread])
        let again = engine.step(.comparisonAsked(usw), at: now)
        #expect(again.contains { if case .send = $0 { true } else { false } })
    }

    private static func ends(_ actions: [EngineAction]) -> [ComparisonResult.End] {
        actions.compactMap { if case .compared(let result) = $0 { result.end } else { nil } }
    }
}
