import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@testable import BatonStore

/// Incarnations of one site in one log, each written by hand.
@Suite("Alarms of the log")
struct AlarmTests {
    private let folder: TestFolder
    private let store: ReplicaStore
    private let site: SiteID

    init() throws {
        self.folder = try TestFolder()
        self.store = try self.folder.open()
        self.site = try #require(SiteID("syd"))
    }

    private func life(_ counter: UInt32, nonce: UInt64 = 1) -> Author {
        Author(site: self.site, incarnation: Incarnation(counter: counter, nonce: nonce))
    }

    /// Writes a note in an incarnation; `after` is what its first delta states of the life before.
    @discardableResult
    private func write(_ author: Author, after head: DeltaID = .none, wall: UInt64) throws -> Delta {
        var peer = StorePeer(self.store)
        peer.context.author = author
        peer.context.previousHead = head
        return try peer.author(caseID(1), [operation(.append, CaseField.note, .text("n"))], wall: wall)
    }

    @Test("lives that follow one another, resumed or opened anew, raise no alarm")
    func peace() throws {
        try self.write(self.life(1), wall: 1000)
        let first = try self.write(self.life(1), wall: 2000)
        let second = try self.write(self.life(2), after: first.id, wall: 3000)
        try self.write(self.life(3), after: second.id, wall: 4000)
        #expect(try self.store.alarms().isEmpty)
    }

    @Test("two lives that began at one head are told of, with both first deltas")
    func sameBeginning() throws {
        let head = try self.write(self.life(1), wall: 1000).id
        let one = try self.write(self.life(2, nonce: 1), after: head, wall: 2000)
        try self.write(self.life(2, nonce: 1), wall: 3000)
        let other = try self.write(self.life(2, nonce: 9), after: head, wall: 4000)
        let alarm = LogAlarm.sameBeginning(
            self.site, head: head, authors: [self.life(2, nonce: 1), self.life(2, nonce: 9)],
            ids: [one.id, other.id])
        #expect(try self.store.alarms() == [alarm])
        #expect(alarm.key.hasPrefix("alarm.same-beginning syd/2."))
    }

    @Test("a second beginning from nothing is told of: an empty disk, or a copied vault")
    func fromNothing() throws {
        let one = try self.write(self.life(1, nonce: 1), wall: 1000)
        let other = try self.write(self.life(1, nonce: 2), wall: 2000)
        #expect(
            try self.store.alarms() == [
                .sameBeginning(
                    self.site, head: .none, authors: [self.life(1, nonce: 1), self.life(1, nonce: 2)],
                    ids: [one.id, other.id])
            ])
    }

    @Test("a life that goes on after a later one began is told of")
    func twoLives() throws {
        let head = try self.write(self.life(1), wall: 1000)
        let newer = try self.write(self.life(2), after: head.id, wall: 2000)
        #expect(try self.store.alarms().isEmpty)
        let last = try self.write(self.life(1), wall: 3000)
        #expect(
            try self.store.alarms() == [
                .twoLives(older: self.life(1), newer: self.life(2), ids: [last.id, newer.id])
            ])
    }

    @Test("a life whose beginning is not here yet is judged when it comes")
    func laterHalf() throws {
        let team = SimulatedTeam(table: DeskFieldTable.current)
        let peers = (1...2).map { ReplicaPeer(team.context(team.sites[1], seed: UInt64($0))) }
        let logs = peers.map { peer in
            (0..<2).map { _ in
                peer.author(caseID(1), [operation(.append, CaseField.note, .text("n"))], by: OperatorID(2))
            }
        }
        let here = StorePeer(self.store, team: team)
        try here.apply(logs[0], keys: keys(for: logs[0], in: peers[0].replica))
        try here.apply([logs[1][1]], keys: keys(for: logs[1], in: peers[1].replica))
        let before = try self.store.alarms()
        try here.apply([logs[1][0]], keys: [])
        let after = try self.store.alarms()
        #expect(before.count <= after.count && after.count == 1)
    }

    @Test("a fork is told of with the first contested number, its ids and how many numbers are contested")
    func fork() throws {
        let team = SimulatedTeam(table: DeskFieldTable.current)
        let peers = (1...2).map { ReplicaPeer(team.context(team.sites[1], seed: UInt64($0))) }
        let here = StorePeer(self.store, team: team)
        var ids: [DeltaID] = []
        var place: DeltaReference?
        for peer in peers {
            let deltas = (0..<2).map { number in
                peer.author(
                    caseID(1), [operation(.append, CaseField.note, .text("n\(number)"))], by: OperatorID(2))
            }
            ids.append(deltas[0].id)
            place = deltas[0].reference
            try here.apply(deltas, keys: keys(for: deltas, in: peer.replica))
        }
        let alarm = LogAlarm.fork(first: try #require(place), ids: ids.sorted(), places: 2)
        #expect(try self.store.alarms() == [alarm])
        #expect(alarm.key == "alarm.fork \(try #require(place))")
    }
}
