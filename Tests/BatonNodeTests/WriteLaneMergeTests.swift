import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@testable import BatonNode

@Suite("Batches in the line of writes")
struct WriteLaneMergeTests {
    private static func add(_ number: UInt64, to lane: WriteLane, isUrgent: Bool = false) throws {
        let site = try #require(SiteID("usw"))
        let batch = IncomingBatch(from: site, deltas: [], keys: [])
        lane.add(.apply(WorkID(number), batch), isUrgent: isUrgent)
    }

    /// The batches of the next job; nil where it is another kind of job.
    private static func next(_ lane: WriteLane) async -> [MergeJob]? {
        guard case .merge(let jobs) = await lane.next() else { return nil }
        return jobs
    }

    @Test("Batches that wait share a transaction in their order, up to the first other job")
    func merges() async throws {
        let lane = WriteLane()
        for number in 1...3 { try Self.add(UInt64(number), to: lane) }
        lane.add(.index)
        try Self.add(4, to: lane)
        #expect(await Self.next(lane)?.map(\.id) == [WorkID(1), WorkID(2), WorkID(3)])
        #expect(await Self.next(lane) == nil)
        #expect(await Self.next(lane)?.map(\.id) == [WorkID(4)])
    }

    @Test("Urgent batches go first and share no transaction with others; while they wait a merge is cut")
    func urgent() async throws {
        let lane = WriteLane()
        try Self.add(1, to: lane)
        try Self.add(2, to: lane)
        let bulk = try #require(await Self.next(lane))
        #expect(lane.mayGoOn(isUrgent: false))
        try Self.add(3, to: lane)
        try Self.add(4, to: lane, isUrgent: true)
        #expect(!lane.mayGoOn(isUrgent: false))
        // Live changes that come one after the other share their commits.
        #expect(lane.mayGoOn(isUrgent: true))
        // What the cut transaction left comes before what came later.
        lane.putBack(bulk.dropFirst())
        #expect(await Self.next(lane)?.map(\.id) == [WorkID(4)])
        #expect(lane.mayGoOn(isUrgent: false))
        #expect(await Self.next(lane)?.map(\.id) == [WorkID(2), WorkID(3)])
    }

    @Test("A transaction takes many deltas, few after one was cut, and more again while none is")
    func size() async throws {
        let lane = WriteLane()
        let team = BatonSimulator.SimulatedTeam()
        let peer = ReplicaPeer(team.context(team.sites[1]))
        let delta = peer.author(
            DocumentID(kind: .escalation, suffix: Array(repeating: 1, count: 15)),
            [
                Operation(
                    shape: OperationShape(kind: .set, field: SimulatedFields.text, isMaterial: true),
                    body: .text("n"))
            ],
            by: team.person(at: peer.site))
        let batch = IncomingBatch(
            from: peer.site, deltas: Array(repeating: delta, count: 1_024), keys: [])
        for number in 1...64 { lane.add(.apply(WorkID(UInt64(number)), batch)) }
        let first = try #require(await Self.next(lane))
        #expect(first.count == 16)
        lane.putBack(first.dropFirst(15))
        #expect(await Self.next(lane)?.count == 4)
        #expect(await Self.next(lane)?.count == 8)
        #expect(await Self.next(lane)?.count == 16)
        #expect(await Self.next(lane)?.count == 16)
        #expect(await Self.next(lane)?.count == 5)
    }

    @Test("What is put back goes to the lane that it came from")
    func putBack() async throws {
        let lane = WriteLane()
        try Self.add(1, to: lane, isUrgent: true)
        try Self.add(2, to: lane, isUrgent: true)
        let urgent = try #require(await Self.next(lane))
        try Self.add(3, to: lane)
        lane.putBack(urgent.dropFirst())
        #expect(!lane.mayGoOn(isUrgent: false))
        #expect(await Self.next(lane)?.map(\.id) == [WorkID(2)])
        #expect(await Self.next(lane)?.map(\.id) == [WorkID(3)])
    }

    @Test("What peers have signed for goes before bulk and behind what is urgent, in its own order")
    func words() async throws {
        let lane = WriteLane()
        let site = try #require(SiteID("usw"))
        let author = Author(site: site, incarnation: Incarnation(counter: 1, nonce: 1))
        try Self.add(1, to: lane)
        lane.add(PeerWord.takeBack(site, author))
        lane.add(PeerWord.takeBack(site, author))
        try Self.add(2, to: lane, isUrgent: true)
        #expect(await Self.next(lane)?.map(\.id) == [WorkID(2)])
        guard case .words(let words) = await lane.next() else {
            Issue.record("bulk went before what peers have signed for")
            return
        }
        #expect(words.count == 2)
        #expect(await Self.next(lane)?.map(\.id) == [WorkID(1)])
    }

    @Test("The count of what was written stands still while only the text index works")
    func takenCount() async throws {
        let lane = WriteLane()
        lane.add(.index)
        _ = await lane.next()
        #expect(lane.takenCount == 0)
        try Self.add(1, to: lane)
        _ = await lane.next()
        #expect(lane.takenCount == 1)
    }

    @Test("after a fault of the disk nothing is taken up again, and every order is refused")
    func failure() async throws {
        let lane = WriteLane()
        try Self.add(1, to: lane)
        try Self.add(2, to: lane)
        let merge = try #require(await Self.next(lane))
        lane.fail()
        // The transaction that ran meanwhile had no time for its second batch.
        lane.putBack(merge.dropFirst())
        #expect(await Self.next(lane) == nil)
        #expect(lane.waiting.bulk == 0 && lane.waiting.orders == 0)
        let site = try #require(SiteID("usw"))
        guard case .failure(.stopping) = await lane.pause(site, true, by: OperatorID(1)) else {
            Issue.record("an order was taken after the fault")
            return
        }
    }
}
