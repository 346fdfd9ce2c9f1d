import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@Suite("Case projection")
struct CaseProjectionTests {
    private let team = SimulatedTeam(["syd", "usw"], table: DeskFieldTable.current)
    private let id = DocumentID(kind: .escalation, suffix: [UInt8](repeating: 3, count: 15))

    private func operation(_ kind: OperationKind, _ field: FieldCode, _ body: CBORValue) -> Operation {
        Operation(shape: OperationShape(kind: kind, field: field, isMaterial: true), body: body)
    }

    private func summary(_ peer: ReplicaPeer, uncovered: Int = 0) throws -> CaseSummary {
        let state = try #require(try peer.replica.document(self.id))
        return CaseSummary(
            state: state, uncoveredCount: uncovered, waitingCount: 0, hashing: StandInHashing())
    }

    private func meet(_ one: ReplicaPeer, _ two: ReplicaPeer) {
        two.apply(one.replica.deltasInOrder, from: one)
        one.apply(two.replica.deltasInOrder, from: two)
    }

    @Test("A new case shows what has been written, and nothing of what has not")
    func plain() throws {
        let syd = ReplicaPeer(self.team.context(self.team.sites[0]))
        _ = syd.author(self.id, [self.operation(.set, CaseField.title, .text("a title"))], by: OperatorID(1))
        let bare = try self.summary(syd)
        #expect(bare.typeWord == "CASE")
        #expect(bare.severity == nil)
        #expect(bare.owner == nil)
        #expect(bare.status == .received)
        #expect(bare.lane == .open)
        let operations = [
            self.operation(.set, CaseField.type, .unsigned(2)),
            self.operation(.set, CaseField.severity, .unsigned(0)),
            self.operation(.set, CaseField.owner, .unsigned(7)),
            self.operation(.add, CaseField.tags, .text("b")),
            self.operation(.add, CaseField.tags, .text("a")),
            self.operation(.milestone, CaseField.triaged, .null),
            self.operation(.set, CaseField.due, .unsigned(99)),
        ]
        _ = syd.author(self.id, operations, by: OperatorID(1))
        let full = try self.summary(syd)
        #expect(full.title == "a title")
        #expect(full.typeWord == "CSEA")
        #expect(full.severity == 0)
        #expect(full.owner == OperatorID(7))
        #expect(full.tags == ["a", "b"])
        #expect(full.status == .triaged)
        #expect(full.dueMilliseconds == 99)
        #expect(full.lane == .lifeAtStake)
        _ = syd.author(self.id, [self.operation(.set, CaseField.owner, .unsigned(0))], by: OperatorID(1))
        #expect(try self.summary(syd).owner == nil)
    }

    @Test("Two owners claimed apart are a conflict; two severities are not, and the graver one holds")
    func conflicts() throws {
        let syd = ReplicaPeer(self.team.context(self.team.sites[0]))
        let usw = ReplicaPeer(self.team.context(self.team.sites[1]))
        for (peer, person, severity) in [(syd, 1, 3), (usw, 2, 1)] as [(ReplicaPeer, UInt32, UInt64)] {
            let operations = [
                self.operation(.set, CaseField.owner, .unsigned(UInt64(person))),
                self.operation(.set, CaseField.severity, .unsigned(severity)),
            ]
            _ = peer.author(self.id, operations, by: OperatorID(person))
        }
        self.meet(syd, usw)
        #expect(try self.summary(syd) == self.summary(usw))
        #expect(try self.summary(syd).conflicts == [CaseField.owner])
        #expect(try self.summary(syd).severity == 1)
        #expect(try self.summary(syd).lane == .urgent)
    }

    @Test(
        "A close closes what it has read: a concurrent change keeps the case open, a later one does not"
    )
    func closures() throws {
        let syd = ReplicaPeer(self.team.context(self.team.sites[0]))
        let usw = ReplicaPeer(self.team.context(self.team.sites[1]))
        _ = syd.author(self.id, [self.operation(.set, CaseField.title, .text("t"))], by: OperatorID(1))
        self.meet(syd, usw)
        let close = syd.author(self.id, [self.operation(.close, CaseField.closure, .null)], by: OperatorID(1))
        var state = try #require(try syd.replica.document(self.id))
        #expect(Closures(of: state).unreadTails(of: state).isEmpty)
        #expect(try self.summary(syd).isClosed)
        #expect(try self.summary(syd).lane == .closed)
        let note = usw.author(
            self.id, [self.operation(.append, CaseField.note, .text("late"))], by: OperatorID(2))
        self.meet(syd, usw)
        state = try #require(try syd.replica.document(self.id))
        #expect(Closures(of: state).unreadTails(of: state) == [note.reference])
        let vector = try #require(try syd.replica.logged(note.id)).vector
        #expect(!Closures(of: state).isFollowed(by: vector))
        #expect(try !self.summary(syd, uncovered: 1).isClosed)
        #expect(try self.summary(syd, uncovered: 1).hasClosure)
        let after = usw.author(
            self.id, [self.operation(.append, CaseField.note, .text("after"))], by: OperatorID(2))
        let afterVector = try #require(try usw.replica.logged(after.id)).vector
        #expect(afterVector.contains(close.reference))
        #expect(Closures(of: state).isFollowed(by: afterVector))
        _ = syd.author(self.id, [self.operation(.reopen, CaseField.closure, .null)], by: OperatorID(1))
        state = try #require(try syd.replica.document(self.id))
        #expect(Closures(of: state).isEmpty)
        #expect(try !self.summary(syd).hasClosure)
    }
}
