import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import Testing

@testable import BatonStore

@Suite("Searching a replica by words and filters")
struct StoreSearchTests {
    private let folder: TestFolder
    private let store: ReplicaStore
    private let peer: StorePeer

    init() throws {
        self.folder = try TestFolder()
        self.store = try self.folder.open()
        self.peer = StorePeer(self.store)
    }

    /// A case as it was drawn: what a naive reader would know of it.
    private struct Drawn {
        let id: DocumentID
        var title = ""
        var agency = ""
        var type: CaseType = .emergencyDataRequest
        var severity: UInt64 = 0
        var owner: UInt64 = 0
        var tags: Set<String> = []
        var places: Set<String> = []
        var notes: [String] = []
        var isTriaged = false
        var changed: UInt64 = 0
    }

    private static let agencies = ["Harlan SO", "Maple PD", "harlan county", "AFP"]
    private static let words = ["bridge", "duty", "officer", "call", "back", "school", "river", "night"]

    private func draw(_ count: UInt8, _ random: inout SeededRandom) throws -> [Drawn] {
        var all: [Drawn] = []
        for number in 1...count {
            var one = Drawn(id: caseID(number))
            one.title = "case \(number) \(random.pick(Self.words)) \(random.pick(Self.words))"
            one.agency = random.pick(Self.agencies)
            one.type = random.pick([CaseType.emergencyDataRequest, .threatToLife, .childSafety])
            one.severity = UInt64(random.below(5))
            one.owner = UInt64(random.below(3))
            one.changed = 1_000 + UInt64(number) * 10
            var operations = [
                operation(.set, CaseField.title, .text(one.title)),
                operation(.set, CaseField.agency, .text(one.agency)),
                operation(.set, CaseField.type, .unsigned(UInt64(one.type.rawValue))),
                operation(.set, CaseField.severity, .unsigned(one.severity)),
                operation(.set, CaseField.owner, .unsigned(one.owner)),
            ]
            for tag in ["press", "Graphic"] where random.below(3) == 0 {
                one.tags.insert(tag)
                operations.append(operation(.add, CaseField.tags, .text(tag)))
            }
            if random.below(2) == 0 {
                one.places.insert("US")
                operations.append(operation(.add, CaseField.jurisdictions, .text("US")))
            }
            if random.below(2) == 0 {
                one.isTriaged = true
                operations.append(operation(.milestone, CaseField.triaged, .null))
            }
            for _ in 0..<random.below(3) {
                let note = "\(random.pick(Self.words)) \(random.pick(Self.words)) \(random.pick(Self.words))"
                one.notes.append(note)
                operations.append(operation(.append, CaseField.note, .text(note)))
            }
            try self.peer.author(one.id, operations, wall: one.changed)
            all.append(one)
        }
        return all
    }

    private func fits(_ one: Drawn, _ query: SearchQuery, owners: [OperatorID]) -> Bool {
        let texts = [([one.title] + one.tags.sorted()).joined(separator: " ")] + one.notes
        let match = TextMatch(query)
        if !match.isEmpty, !texts.contains(where: { match.fits($0) }) { return false }
        guard query.agencies.allSatisfy({ one.agency.lowercased().contains($0) }) else { return false }
        guard query.tags.allSatisfy({ tag in one.tags.contains { $0.lowercased() == tag.lowercased() } }),
            query.jurisdictions.allSatisfy(one.places.contains)
        else { return false }
        if !query.types.isEmpty, !query.types.contains(one.type) { return false }
        let status: CaseStatus = one.isTriaged ? .triaged : .received
        if !query.statuses.isEmpty, !query.statuses.contains(status) { return false }
        if let range = query.severities {
            guard let severity = Severity(rawValue: Int64(one.severity)), range.contains(severity) else {
                return false
            }
        }
        switch query.owner {
        case .nobody: if one.owner != 0 { return false }
        case .person: if !owners.contains(where: { UInt64($0.number) == one.owner }) { return false }
        case nil: break
        }
        return one.changed >= query.after ?? 0 && one.changed < query.before ?? .max
    }

    private static let queries = [
        "bridge", "bri off", "\"duty officer\"", "call -back", "agency:harlan", "agency:harlan type:TTL",
        "agency:\"maple pd\" bridge", "type:EDR type:CSEA sev:S0..S1", "owner:kim", "owner:nobody tag:press",
        "owner:alee \"call back\"", "status:triaged juris:us", "tag:graphic tag:press",
        "sev:S4 school -river",
        "agency:nobody-here", "agency:afp night", "status:received status:triaged river", "case",
    ]

    @Test(
        "Filters and words find what a naive reader finds, before, while and after the index catches up",
        arguments: [1, 2, 3])
    func oracle(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var drawn = try self.draw(60, &random)
        let owners = ["kim": [OperatorID(1)], "alee": [OperatorID(2)]]
        func compare(_ state: String) throws {
            for text in Self.queries {
                let query = try SearchQuery(text, now: 1_000_000)
                var named: [OperatorID] = []
                if case .person(let name)? = query.owner { named = owners[name] ?? [] }
                let result = try self.store.find(query, owners: named, limit: 100)
                let expected = drawn.filter { self.fits($0, query, owners: named) }.map(\.id)
                #expect(Set(result.hits.map(\.document)) == Set(expected), "\(text), \(state)")
                #expect(result.hits.count == expected.count && result.isComplete, "\(text), \(state)")
            }
        }
        try compare("nothing indexed")
        _ = try self.store.catchUpIndex(entriesMax: 20)
        try compare("partly indexed")
        while try self.store.catchUpIndex() {}
        try compare("all indexed")
        for place in stride(from: 0, to: 60, by: 7) {
            drawn[place].agency = "Maple PD"
            drawn[place].changed = 5_000 + UInt64(place)
            try self.peer.author(
                drawn[place].id, [operation(.set, CaseField.agency, .text("Maple PD"))],
                wall: drawn[place].changed)
        }
        try compare("changed since")
        while try self.store.catchUpIndex() {}
        try compare("indexed again")
    }

    @Test("A time limits by the last change, and filters alone list the newest change first")
    func times() throws {
        var random = SeededRandom(seed: 9)
        let drawn = try self.draw(20, &random)
        while try self.store.catchUpIndex() {}
        var query = SearchQuery()
        query.after = drawn[5].changed
        query.before = drawn[10].changed
        let hits = try self.store.find(query, owners: [], limit: 3).hits
        #expect(hits.map(\.document) == [drawn[9].id, drawn[8].id, drawn[7].id])
    }

    @Test("Cases that share an agency or a digest are alike, those with most in common first")
    func alike() throws {
        let names = ["Harlan SO", " harlan  so", "Maple PD", "Harlan SO"]
        for (index, agency) in names.enumerated() {
            try self.peer.author(
                caseID(UInt8(index + 1)), [operation(.set, CaseField.agency, .text(agency))],
                wall: 1_000 + UInt64(index))
        }
        try self.peer.author(
            caseID(4), [operation(.set, CaseField.externalReference, .text("H-17"))], wall: 2_000)
        try self.peer.author(
            caseID(1), [operation(.set, CaseField.externalReference, .text("h-17"))], wall: 2_001)
        while try self.store.catchUpIndex() {}
        let keys = [SimilarKey(.agency, "harlan so"), SimilarKey(.reference, "H-17")]
        let hits = try self.store.similar(to: keys, except: caseID(1), limit: 5)
        #expect(hits.map(\.document) == [caseID(4), caseID(2)])
        #expect(hits.first?.keys.map(\.description) == ["agency:harlan so", "reference:h-17"])
        #expect(try self.store.similar(to: [], except: caseID(1), limit: 5).isEmpty)
    }

    @Test("One case with many texts that match does not hide another", arguments: [false, true])
    func crowded(isIndexed: Bool) throws {
        for number in 1...30 as ClosedRange<UInt8> {
            let id = number == 1 ? caseID(2) : caseID(1)
            try self.peer.author(id, [operation(.append, CaseField.note, .text("bridge \(number)"))])
        }
        if isIndexed { while try self.store.catchUpIndex() {} }
        let hits = try self.store.find("bridge", limit: 2).hits
        #expect(hits.map(\.document) == [caseID(1), caseID(2)])
    }

    @Test("A rebuild forgets the terms and makes them again")
    func rebuilt() throws {
        try self.peer.author(caseID(1), [operation(.set, CaseField.agency, .text("AFP"))])
        while try self.store.catchUpIndex() {}
        try self.store.resetDerived()
        let key = SimilarKey(.agency, "afp")
        #expect(try self.store.similar(to: [key], except: caseID(9), limit: 5).isEmpty)
    }
}
