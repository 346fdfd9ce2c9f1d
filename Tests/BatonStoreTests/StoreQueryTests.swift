import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@testable import BatonStore

@Suite("Questions to a replica")
struct StoreQueryTests {
    private let folder: TestFolder
    private let store: ReplicaStore
    private let peer: StorePeer

    init() throws {
        self.folder = try TestFolder()
        self.store = try self.folder.open()
        self.peer = StorePeer(self.store)
    }

    private func make(
        _ number: UInt8, severity: UInt64, owner: UInt64 = 0, due: UInt64? = nil, wall: UInt64 = 1_000
    ) throws {
        var operations = [
            operation(.set, CaseField.title, .text("case \(number)")),
            operation(.set, CaseField.type, .unsigned(1)),
            operation(.set, CaseField.severity, .unsigned(severity)),
            operation(.set, CaseField.owner, .unsigned(owner)),
        ]
        if let due { operations.append(operation(.set, CaseField.due, .unsigned(due))) }
        try self.peer.author(caseID(number), operations, wall: wall)
    }

    @Test("The queue is in order of lane, due time, severity, age; closed cases are left out until asked for")
    func queueOrder() throws {
        try self.make(1, severity: 3)
        try self.make(2, severity: 2)
        try self.make(3, severity: 4, due: 50)
        try self.make(4, severity: 1, owner: 9)
        try self.make(5, severity: 0)
        try self.make(6, severity: 2)
        try self.make(7, severity: 0)
        try self.peer.author(caseID(7), [operation(.close, CaseField.closure, .null)])
        let rows = try self.store.queue(QueueFilter(), limit: 10)
        #expect(rows.map(\.title) == ["case 5", "case 4", "case 3", "case 2", "case 6", "case 1"])
        #expect(rows[0].lane == .lifeAtStake)
        #expect(rows[1].owner == OperatorID(9))
        #expect(rows[2].dueMilliseconds == 50)
        #expect(rows[0].handle.typeWord == "EDR")
        #expect(
            try self.store.queue(QueueFilter(), limit: 2, offset: 1).map(\.title) == ["case 4", "case 3"])
        #expect(
            try self.store.queue(QueueFilter(ownership: .person(OperatorID(9))), limit: 9).map(\.title) == [
                "case 4"
            ])
        #expect(try self.store.queue(QueueFilter(ownership: .nobody), limit: 9).count == 5)
        #expect(try self.store.queue(QueueFilter(severityMax: 1), limit: 9).count == 2)
        #expect(try self.store.queue(QueueFilter(type: .childSafety), limit: 9).isEmpty)
        let all = try self.store.queue(QueueFilter(includesClosed: true), limit: 9)
        #expect(all.last?.status == .closed)
        #expect(try self.store.documents(upTo: .urgent, limit: 9) == [caseID(5), caseID(4)])
    }

    @Test("A close that has not read a change says so until somebody closes again")
    func uncovered() throws {
        try self.make(1, severity: 2)
        let other = ReplicaPeer(self.peer.team.context(self.peer.team.sites[1]))
        let late = (1...3).map { number in
            other.author(
                caseID(1), [operation(.append, CaseField.note, .text("late \(number)"))], by: OperatorID(2))
        }
        try self.peer.author(caseID(1), [operation(.close, CaseField.closure, .null)])
        #expect(try self.store.summary(caseID(1))?.isClosed == true)
        try self.peer.apply(late, keys: keys(for: late, in: other.replica))
        let summary = try #require(try self.store.summary(caseID(1)))
        #expect(!summary.isClosed)
        #expect(summary.hasClosure)
        #expect(summary.uncoveredCount == 3)
        #expect(try self.store.queue(QueueFilter(), limit: 9).map(\.uncoveredCount) == [3])
        try self.peer.author(caseID(1), [operation(.close, CaseField.closure, .null)])
        #expect(try self.store.summary(caseID(1))?.isClosed == true)
        try self.peer.author(caseID(1), [operation(.append, CaseField.note, .text("afterthought"))])
        #expect(try self.store.summary(caseID(1))?.isClosed == true)
    }

    @Test("What waits is counted where it waits, and passes when its past arrives")
    func waiting() throws {
        let other = ReplicaPeer(self.peer.team.context(self.peer.team.sites[1]))
        let deltas = (1...3).map { number in
            other.author(
                caseID(1), [operation(.append, CaseField.note, .text("note \(number)"))], by: OperatorID(2))
        }
        let bare = keys(for: deltas, in: other.replica)
        try self.peer.apply([deltas[0], deltas[2]], keys: bare)
        #expect(
            try self.store.counts() == ReplicaCounts(deltas: 2, waiting: 1, void: 0, unread: 0, documents: 1))
        #expect(try self.store.summary(caseID(1))?.waitingCount == 1)
        #expect(try self.store.queue(QueueFilter(), limit: 9).map(\.waitingCount) == [1])
        try self.peer.apply([deltas[1]], keys: bare)
        #expect(try self.store.counts().waiting == 0)
        #expect(try self.store.timeline(caseID(1), limit: 9).entries.count == 3)
        #expect(try self.store.deltas(of: caseID(1)).map(\.delta.header.seq) == [1, 3, 2])
        let author = other.context.author
        #expect(try self.store.places(of: caseID(1)) == [DeltaRange(author: author, first: 1, last: 3)])
    }

    @Test("A timeline is read backwards page by page, each entry once", arguments: [1, 3, 10, 11])
    func timelinePages(limit: Int) throws {
        for number in 1...10 as ClosedRange<UInt64> {
            let text = CBORValue.text("entry \(number)")
            try self.peer.author(caseID(1), [operation(.append, CaseField.note, text)], wall: number / 3 + 5)
        }
        var texts: [String?] = []
        var cursor: TimelineCursor?
        repeat {
            let page = try self.store.timeline(caseID(1), before: cursor, limit: limit)
            texts += page.entries.map(\.write.value?.textValue)
            cursor = page.next
        } while cursor != nil
        #expect(texts == (1...10).reversed().map { "entry \($0)" })
    }

    @Test("A handle finds its document by any unique prefix, and grows where two are alike")
    func handles() throws {
        for number in 1...40 as ClosedRange<UInt8> { try self.make(number, severity: 2) }
        for number in [1, 20, 40] as [UInt8] {
            let handle = try #require(try self.store.handle(of: caseID(number)))
            let match = try self.store.document(handlePrefix: CaseHandleQuery(handle.checked.lowercased()))
            #expect(match == .one(caseID(number)))
        }
        #expect(try self.store.document(handlePrefix: CaseHandleQuery("EDR-ZZZZZZZZZZ")) == .none)
        try self.store.writing { (writer) throws(ReplicaFault) in
            try writer.connection.run(
                "UPDATE document_index SET code = 'AAAAAAAAA' || document_id || 'BBBBBB'"
                    + " WHERE document_id < 3"
            )
        }
        let match = try self.store.document(handlePrefix: CaseHandleQuery("AAAAAA"))
        let expected = ["AAAAAAAAA1", "AAAAAAAAA2"].map { CaseHandle(typeWord: "EDR", code: $0) }
        #expect(match == .several(expected))
    }

    @Test(
        "Deltas come in order of arrival within a byte limit, and what is left can be asked for"
    )
    func paging() throws {
        let team = self.peer.team
        let others = [1, 2].map { ReplicaPeer(team.context(team.sites[$0])) }
        var random = SeededRandom(seed: 5)
        var expected: [Delta] = []
        for _ in 0..<60 {
            let other = random.pick(others)
            let document = caseID(UInt8(1 + random.below(4)))
            let person = team.person(at: other.site)
            expected.append(
                other.author(document, [operation(.append, CaseField.note, .text("n"))], by: person))
            let made = expected.suffix(1)
            try self.peer.apply(Array(made), keys: keys(for: Array(made), in: other.replica))
        }
        for bytesMax in [1, 1000, 5000, 1 << 20] {
            var rest = try self.store.haveSet().missing(at: HaveSet())
            var read: [Delta] = []
            var keyCount = 0
            while !rest.isEmpty {
                let page = try self.store.deltas(in: rest, bytesMax: bytesMax)
                #expect(!page.deltas.isEmpty)
                read += page.deltas
                keyCount = max(keyCount, try self.store.wrappedKeys(of: page.deltas).count)
                rest = page.rest
            }
            #expect(read == expected, "\(bytesMax) bytes a page")
            #expect(keyCount > 0)
        }
        let part = DeltaRange(author: others[0].context.author, first: 3, last: 5)
        let beyond = DeltaRange(author: others[1].context.author, first: 500, last: 600)
        let page = try self.store.deltas(in: [part, beyond], bytesMax: 1 << 20)
        #expect(page.deltas.map(\.header.seq) == [3, 4, 5])
        #expect(page.rest.isEmpty)
    }

    @Test("A page leaves out the branch of a fork that was sent, and brings the other one")
    func sentBranches() throws {
        let team = self.peer.team
        let other = ReplicaPeer(team.context(team.sites[1]))
        let clone = ReplicaPeer(other.context, replica: other.replica.clone(), wall: other.wall + 7)
        let person = team.person(at: other.site)
        var branches: [Delta] = []
        for (number, machine) in [other, clone].enumerated() {
            let text = CBORValue.text("branch \(number)")
            let made = machine.author(
                caseID(UInt8(number)), [operation(.append, CaseField.note, text)], by: person)
            try self.peer.apply([made], keys: keys(for: [made], in: machine.replica))
            branches.append(made)
        }
        #expect(branches[0].reference == branches[1].reference && branches[0].id != branches[1].id)
        let asked = [DeltaRange(author: other.context.author, first: 1, last: 1)]
        var sent = SentSet()
        #expect(try self.store.deltas(in: asked, without: sent, bytesMax: 1).deltas.count == 2)
        sent.insert(branches[0].reference, id: branches[0].id, isContested: true)
        #expect(try self.store.deltas(in: asked, without: sent, bytesMax: 1).deltas == [branches[1]])
        sent.insert(branches[1].reference, id: branches[1].id, isContested: true)
        let last = try self.store.deltas(in: asked, without: sent, bytesMax: 1)
        #expect(last.deltas.isEmpty && last.rest.isEmpty)
    }

    @Test("A search finds the same before the index has caught up, after, and when the text has changed")
    func search() throws {
        try self.peer.author(caseID(1), [operation(.set, CaseField.title, .text("Missing child, Perth"))])
        try self.peer.author(
            caseID(1), [operation(.append, CaseField.note, .text("called the Federal Police"))])
        try self.peer.author(
            caseID(2), [operation(.append, CaseField.note, .text("police declined; 'quoted\" OR NEAR"))])
        func found(_ text: String) throws -> Set<DocumentID> {
            let result = try self.store.find(text, limit: 10)
            #expect(result.isComplete)
            return Set(result.hits.map(\.document))
        }
        for isIndexed in [false, true] {
            if isIndexed { while try self.store.catchUpIndex(entriesMax: 1) {} }
            #expect(try found("police") == [caseID(1), caseID(2)], "indexed: \(isIndexed)")
            #expect(try found("FEDERAL pol") == [caseID(1)])
            #expect(try found("perth") == [caseID(1)])
            #expect(try found("perth police").isEmpty)
            #expect(try found("\" OR NEAR(") == [caseID(2)])
            #expect(try found("* - \"").isEmpty)
        }
        #expect(try self.store.find("federal", limit: 1).hits.first?.entry?.write.value?.textValue != nil)
        try self.peer.author(caseID(1), [operation(.set, CaseField.title, .text("Found, Adelaide"))])
        for _ in 0..<2 {
            #expect(try found("perth").isEmpty)
            #expect(try found("adelaide") == [caseID(1)])
            while try self.store.catchUpIndex() {}
        }
        try self.store.resetDerived()
        #expect(try found("police").isEmpty)
    }

    @Test("Receipts never go back, and membership never changes its past")
    func receiptsAndMembership() throws {
        let peer = self.peer.context.author
        let head = LogHead(seq: 5, id: DeltaID(digest: Digest256(words: 1, 2, 3, 4)))
        let newer = StoredReceipt(peer: peer, about: peer, head: head, atMilliseconds: 9, bytes: [1])
        let older = StoredReceipt(
            peer: peer, about: peer, head: LogHead(seq: 4, id: head.id), atMilliseconds: 10, bytes: [2])
        try self.store.save(receipts: [newer, older])
        #expect(try self.store.receipts() == [newer])
        let log = self.peer.team.membership.entries
        try self.store.save(membership: log)
        try self.store.save(membership: log)
        #expect(try self.store.membershipLog() == log)
        let foreign = SimulatedTeam(["aa", "bb"]).membership.entries
        #expect(code { try self.store.save(membership: foreign) } == StoreCode.constraint)
    }
}
