import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@testable import BatonStore

@Suite("Store: a released delta")
struct StoreReleaseTests {
    private static let team = SimulatedTeam(table: DeskFieldTable.current)

    private struct History {
        /// The first change, the lost one, the one that waits for it, then the two releases.
        var deltas: [(delta: Delta, by: ReplicaPeer)] = []
        let writer = ReplicaPeer(StoreReleaseTests.team.context(StoreReleaseTests.team.sites[0]))

        init() {
            let team = StoreReleaseTests.team
            let others = [1, 2].map { ReplicaPeer(team.context(team.sites[$0])) }
            for number in 1...3 { self.author(self.writer, Self.owner(number)) }
            let arrived = [self.deltas[0].delta, self.deltas[2].delta]
            for peer in others { peer.apply(arrived, from: self.writer) }
            let release = Release(delta: self.deltas[2].delta.id, parents: [], reason: "lost")
            let word = [operation(.release, CaseField.releases, release.value)]
            self.author(others[0], word)
            others[1].apply([self.deltas[3].delta], from: others[0])
            self.author(others[1], word)
        }

        private static func owner(_ number: Int) -> [BatonModel.Operation] {
            [
                operation(.set, CaseField.owner, CBORValue(number)),
                operation(.append, CaseField.note, .text("note \(number)")),
            ]
        }

        private mutating func author(_ peer: ReplicaPeer, _ operations: [BatonModel.Operation]) {
            let person = StoreReleaseTests.team.person(at: peer.site)
            self.deltas.append((peer.author(caseID(1), operations, by: person), peer))
        }
    }

    @Test(
        "the database ends as the model in memory does, in whatever order, and after a rebuild",
        arguments: [
            [0, 1, 2, 3, 4], [0, 2, 3, 4, 1], [4, 3, 2, 1, 0], [2, 4, 0, 3, 1], [0, 2, 3, 4], [3, 4, 2, 0],
        ])
    func equalsMemory(order: [Int]) throws {
        let history = History()
        let folder = try TestFolder()
        let store = try folder.open()
        let peer = StorePeer(store, team: Self.team, site: 1)
        let memory = ReplicaPeer(Self.team.context(Self.team.sites[1], incarnation: 9))
        // The model takes them in their own order: none of it may matter.
        for place in order.sorted() {
            memory.apply([history.deltas[place].delta], from: history.deltas[place].by)
        }
        for place in order {
            let (delta, by) = history.deltas[place]
            try peer.apply([delta], keys: keys(for: [delta], in: by.replica))
        }
        let digest = memory.replica.digest(level: DeskFieldTable.level, hashing: StandInHashing())
        #expect(try store.stateDigest().digest == digest)
        #expect(try store.counts().waiting == 0)
        #expect(try store.document(caseID(1)) == memory.replica.folded(caseID(1)))
        try store.resetDerived()
        let page = try store.log(after: 0, limit: 100)
        try peer.apply(page.map(\.delta), keys: [])
        try store.finishRebuild()
        #expect(try store.stateDigest().digest == digest)
    }

    @Test("what waits is listed with what of its past is here and what is not")
    func listed() throws {
        let history = History()
        let folder = try TestFolder()
        let store = try folder.open()
        let peer = StorePeer(store, team: Self.team, site: 1)
        let (lost, waits) = (history.deltas[1].delta, history.deltas[2].delta)
        try peer.apply([waits], keys: keys(for: [waits], in: history.writer.replica))
        let found = try store.waitingDeltas(of: caseID(1), limit: 10)
        #expect(found.map(\.id) == [waits.id] && found[0].reference == waits.reference)
        #expect(found[0].parents == [] && found[0].missing == [lost.reference])
        #expect(try store.waitingDeltas(of: caseID(2), limit: 10) == [])
    }
}
