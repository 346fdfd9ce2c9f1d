import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@testable import BatonStore

/// A close closes what it has read. Of a forked log that is what can be walked to from it, whatever the numbers are.
@Suite("Store: closes and forked logs")
struct StoreCloseTests {
    /// The last of them only reads.
    private static let team = SimulatedTeam(["syd", "usw", "use", "nyc"], table: DeskFieldTable.current)
    private static let close = [operation(.close, CaseField.closure, .null)]

    private static func note(_ text: String) -> [BatonModel.Operation] {
        [operation(.append, CaseField.note, .text(text))]
    }

    /// Two machines of one site with one log, what each wrote, and the close of a third that has read the second only.
    private struct Clones {
        let first = ReplicaPeer(StoreCloseTests.team.context(StoreCloseTests.team.sites[1]))
        let second = ReplicaPeer(StoreCloseTests.team.context(StoreCloseTests.team.sites[1]))
        let closer = ReplicaPeer(StoreCloseTests.team.context(StoreCloseTests.team.sites[2]))
        let base: Delta
        let unread: Delta
        let read: [Delta]
        let close: Delta

        init() {
            let team = StoreCloseTests.team
            self.base = self.closer.author(
                caseID(1), StoreCloseTests.note("base"), by: team.person(at: self.closer.site))
            for clone in [self.first, self.second] { clone.apply([self.base], from: self.closer) }
            let person = team.person(at: team.sites[1])
            self.unread = self.first.author(caseID(1), StoreCloseTests.note("of the first"), by: person)
            self.read = (1...2).map { [second] in
                second.author(caseID(1), StoreCloseTests.note("of the second \($0)"), by: person)
            }
            self.closer.apply(self.read, from: self.second)
            self.close = self.closer.author(
                caseID(1), StoreCloseTests.close, by: team.person(at: self.closer.site))
        }

        /// The base, the unread change, the two that were read, the close.
        var all: [(Delta, ReplicaPeer)] {
            [
                (self.base, self.closer), (self.unread, self.first), (self.read[0], self.second),
                (self.read[1], self.second), (self.close, self.closer),
            ]
        }
    }

    @Test(
        "a change of the other branch is unread, in whatever order it comes, until somebody closes again",
        arguments: [[0, 1, 2, 3, 4], [0, 2, 3, 4, 1], [0, 2, 1, 3, 4], [4, 3, 2, 1, 0]])
    func otherBranch(order: [Int]) throws {
        let clones = Clones()
        let folder = try TestFolder()
        let store = try folder.open()
        let peer = StorePeer(store, team: Self.team)
        for place in order {
            let (delta, by) = clones.all[place]
            try peer.apply([delta], keys: keys(for: [delta], in: by.replica))
        }
        let summary = try #require(try store.summary(caseID(1)))
        #expect(summary.hasClosure && !summary.isClosed)
        #expect(summary.uncoveredCount == 1)
        #expect(try store.queue(QueueFilter(), limit: 9).map(\.uncoveredCount) == [1])
        // This site has both branches before it, and says so.
        try peer.author(caseID(1), Self.close)
        #expect(try store.summary(caseID(1))?.isClosed == true)
    }

    /// What each change has in its past, by what its writer held: found without numbers, seals or walks.
    private struct Record {
        var pasts: [DeltaID: Set<DeltaID>] = [:]
        var closes: Set<DeltaID> = []

        func unread() -> Int {
            let read = self.closes.reduce(into: Set<DeltaID>()) { $0.formUnion(self.pasts[$1] ?? []) }
            return self.pasts.count { id, past in
                !read.contains(id) && !self.closes.contains(id) && past.isDisjoint(with: self.closes)
            }
        }
    }

    @Test("the count of unread changes is that of a record of what each writer held", arguments: 1...40)
    func equalsRecord(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let peers = [0, 1, 1, 2].map { ReplicaPeer(Self.team.context(Self.team.sites[$0])) }
        var record = Record()
        var written: [(delta: Delta, by: ReplicaPeer)] = []
        for _ in 0..<40 {
            let peer = random.pick(peers)
            if random.chance(1, in: 2) {
                let isClose = random.chance(1, in: 4)
                let held = written.map(\.delta.id).filter { peer.replica.fate($0) == .applied }
                let delta = peer.author(
                    caseID(1), isClose ? Self.close : Self.note("\(written.count)"),
                    by: Self.team.person(at: peer.site))
                record.pasts[delta.id] = Set(held)
                if isClose { record.closes.insert(delta.id) }
                written.append((delta, peer))
            } else {
                // A machine that hears of its other branch would begin a new log: these two never do.
                for entry in random.shuffled(written)
                where entry.by !== peer && random.chance(2, in: 3)
                    && entry.delta.header.author.site != peer.site
                {
                    peer.apply([entry.delta], from: entry.by)
                }
            }
        }
        let folder = try TestFolder()
        let store = try folder.open()
        let reader = StorePeer(store, team: Self.team, site: 3)
        for entry in random.shuffled(written) {
            try reader.apply([entry.delta], keys: keys(for: [entry.delta], in: entry.by.replica))
        }
        #expect(try store.counts().waiting == 0)
        let expected = record.closes.isEmpty ? 0 : record.unread()
        #expect(try store.counts().void == 0)
        #expect(try store.summary(caseID(1))?.uncoveredCount == expected)
    }
}
