import BatonDesk
import BatonEncoding
import BatonModel
import BatonSimulator

/// Sites that write ledger entries of one document and exchange them, without a log, a store or a network: what a
/// ledger is made of, at the speed that ten thousand schedules need.
struct LedgerScene {
    struct Site {
        let author: Author
        var entries: [FieldCode: [LedgerEntry]] = [:]
        var vector = CausalVector()
        var seq: UInt64 = 0
    }

    let document: DocumentID
    private(set) var sites: [Site]
    private let hashing = StandInHashing()

    init(_ names: [String], case number: Int = 1) throws {
        let bytes = (0..<15).map { UInt8(truncatingIfNeeded: number >> ($0 % 4 * 8)) }
        self.document = DocumentID(kind: .escalation, suffix: bytes)
        self.sites = names.enumerated().compactMap { index, name in
            SiteID(name).map {
                Site(author: Author(site: $0, incarnation: Incarnation(counter: 1, nonce: UInt64(index + 1))))
            }
        }
        precondition(self.sites.count == names.count, "a scene was given a name that is no site's")
    }

    /// Writes one delta at a site: its past is all that the site has.
    @discardableResult
    mutating func write(
        _ values: [CBORValue], field: FieldCode, at site: Int, stamp: Int64 = 0, by person: UInt32 = 1
    ) -> [LedgerEntry] {
        self.sites[site].seq += 1
        let author = self.sites[site].author
        let reference = DeltaReference(author: author, seq: self.sites[site].seq)
        self.sites[site].vector.include(reference)
        var name: [UInt8] = Array(author.site.description.utf8)
        appendBigEndian(reference.seq, to: &name)
        let id = DeltaID(digest: self.hashing.digest256(name, self.document.bytes))
        let written = values.enumerated().map { index, value in
            LedgerEntry(
                write: Write(
                    dot: Dot(delta: id, index: UInt32(index)), reference: reference, level: 1,
                    stamp: HybridTime(milliseconds: UInt64(max(0, stamp)), counter: 0),
                    actor: Actor(person: OperatorID(person)), isMaterial: false, value: value),
                vector: self.sites[site].vector)
        }
        self.sites[site].entries[field, default: []] += written
        return written
    }

    /// Gives one site all that another has.
    mutating func send(from: Int, to: Int) {
        // order: each field is merged by itself
        for (field, entries) in self.sites[from].entries {
            let known = Set(self.sites[to].entries[field, default: []].map(\.write.dot))
            self.sites[to].entries[field, default: []] += entries.filter { !known.contains($0.write.dot) }
        }
        self.sites[to].vector.merge(self.sites[from].vector)
    }

    mutating func heal() {
        // The first site gathers, then gives.
        for site in self.sites.indices.dropFirst() { self.send(from: site, to: 0) }
        for site in self.sites.indices.dropFirst() { self.send(from: 0, to: site) }
    }

    func ledger(_ field: FieldCode, at site: Int) -> [LedgerEntry] {
        self.sites[site].entries[field, default: []]
    }
}

/// A small book, so that these tests do not change with the team's own.
enum SampleBook {
    static let minute: Int64 = 60_000
    static let hour: Int64 = 3_600_000

    static func law(
        _ id: String, within: Int64?, start: ClockRule.Start = .attached, upTo: Severity? = nil
    ) throws -> LegalRule {
        guard let day = CivilDate("2026-11-22"), let review = CivilDate("2027-02-22") else {
            throw SampleFault.badDay
        }
        return LegalRule(
            id: id, words: LegalRule.Words(title: "order \(id)", trigger: "t", duty: "d", notes: ""),
            scope: LegalRule.Scope(
                kind: within == nil ? .prompt : .deadline, jurisdiction: "eu",
                types: [.emergencyDataRequest, .massCasualty], recipient: "",
                decides: ["lead"]),
            clock: ClockRule(start: start, withinMilliseconds: within, isHard: true, metBy: [], upTo: upTo),
            hold: nil,
            source: RuleSource(
                citation: "c", url: "", reading: .quoted, readOn: day, reviewBy: review, counselOK: false)
        )
    }

    static func stage(_ key: String, _ within: [Int64?], metBy: [String], every: Bool = false) -> ClockStage {
        ClockStage(
            type: .emergencyDataRequest, key: key, title: key,
            ends: ClockStage.Ends(
                start: .received, metBy: metBy.compactMap { Milestone(word: $0) }, isRecurring: every),
            withinMilliseconds: within)
    }

    static func make() throws -> RuleBook {
        var book = RuleBook()
        book.regions = [RuleBook.Region(key: "eu", countries: ["DE", "EU"])]
        book.laws = [
            try Self.law("eu.tco", within: Self.hour),
            try Self.law("eu.prompt", within: nil, start: .received),
        ]
        let m = Self.minute
        book.stages = [
            Self.stage("ack", [5 * m, 10 * m, 30 * m, nil, nil], metBy: ["acknowledged"]),
            Self.stage("verify", [15 * m, 25 * m, 120 * m, nil, nil], metBy: ["verified"]),
            Self.stage("decide", [30 * m, 60 * m, 240 * m, nil, nil], metBy: ["disclosed", "refused"]),
            Self.stage("partner", [30 * m, 60 * m, 240 * m, nil, nil], metBy: ["resolved"], every: true),
        ]
        book.checklists = [Self.checklist(version: 1)]
        for law in book.laws { book.versionsByRule[law.id] = 1 }
        for stage in book.stages { book.versionsByRule[stage.id] = 1 }
        return book
    }

    static func checklist(version: Int, extra: [String] = []) -> Checklist {
        let keys = ["receipt", "preserve", "callback", "confirm"] + extra
        return Checklist(
            id: "edr", title: "Emergency data request", type: .emergencyDataRequest, version: version,
            steps: keys.map {
                ChecklistStep(
                    key: $0, text: "\($0) as of \(version)", isMandatory: true, milestone: nil, gate: "",
                    roles: [])
            })
    }
}

enum SampleFault: Error { case badDay }
