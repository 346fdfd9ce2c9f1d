import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonStore

/// How long after a long cut the first case with a life at stake is readable at the other site, and how long
/// everything takes.
struct UrgentBenchmark {
    let backlog: Int
    let urgent: Int
    let roundTrip: Int
    let seed: UInt64
    let settings: ReplicaSettings
    let progress: Progress

    private static let megabits = 20.0
    private static let hour = 3_600_000.0

    func run(in folder: BenchFolder) throws -> BenchResult {
        let team = try BenchTeam(seed: self.seed)
        let sites = try (0..<2).map { try BenchSite($0, of: team, in: folder, self.settings) }
        var backlogs = BacklogGenerator(seed: self.seed)
        try self.write(self.backlog, to: sites[0]) { backlogs.next() }
        for (number, site) in sites.enumerated() {
            var cases = UrgentGenerator(seed: self.seed &+ UInt64(number) &+ 1)
            try self.write(self.urgent, to: site) { cases.next() }
        }
        // The newest of all: the one that is waited for.
        var last = UrgentGenerator(seed: self.seed &+ 99)
        let wanted = last.next()
        try sites[0].author([wanted], wall: BenchNode.wallBase)
        let wire = try BenchWire(sites, roundTrip: Double(self.roundTrip), megabits: Self.megabits)
        wire.connect()
        var first: Double?
        var shown = 0.0
        let own = try sites.map { try $0.held() }
        var checked = 0
        let isWhole = try wire.run(until: Self.hour) {
            if first == nil, wire.nodes[1].commits.count > checked {
                checked = wire.nodes[1].commits.count
                let (summary, took) = try wire.timed { try sites[1].store.summary(wanted.document) }
                if summary != nil {
                    shown = took
                    first = wire.now
                }
            }
            return wire.nodes[1].commits.count >= own[0] && wire.nodes[0].commits.count >= own[1]
        }
        guard isWhole, let first else { throw BenchFault("the sites did not become equal") }
        let deltas = wire.nodes[0].commits.count + wire.nodes[1].commits.count
        var result = BenchResult("urgent")
        result.add("backlog", self.backlog)
        result.add("urgent_each", self.urgent)
        result.add("rtt_ms", self.roundTrip)
        result.add("megabits", Self.megabits)
        result.add("first_urgent_ms", first + shown)
        result.add("full_ms", wire.now)
        result.add("deltas", deltas)
        result.add("wire_bytes", wire.bytesSent[0] + wire.bytesSent[1])
        result.add("bytes_per_delta", Double(wire.bytesSent[0] + wire.bytesSent[1]) / Double(max(1, deltas)))
        result.add("catch_ups_planned", wire.nodes.reduce(0) { $0 + $1.catchUpsPlanned })
        result.add("contended_seconds", wire.contended)
        result.add("seed", Int(self.seed))
        return result
    }

    private func write(_ count: Int, to site: BenchSite, _ next: () -> CaseChange) throws {
        let batch = 1_000
        var left = count
        while left > 0 {
            let changes = (0..<min(batch, left)).map { _ in next() }
            try site.author(changes, wall: BenchNode.wallBase - UInt64(left))
            left -= changes.count
        }
        self.progress.show("\(site.member.site)", count, of: count)
    }
}

/// Cases that nobody's life depends on: lanes 2 and 3.
struct BacklogGenerator {
    private var random: BenchRandom
    private var cases: [DocumentID] = []
    private var made = 0

    init(seed: UInt64) { self.random = BenchRandom(seed: seed) }

    mutating func next() -> CaseChange {
        defer { self.made += 1 }
        if self.made % 10 == 0 {
            let document = DocumentID(kind: .escalation, suffix: self.random.bytes(15))
            self.cases.append(document)
            return CaseChange(
                document: document,
                operations: [
                    CaseChange.set(CaseField.title, .text(self.random.words(40))),
                    CaseChange.set(CaseField.severity, .unsigned(3)),
                ])
        }
        // People work on what is new: one of the last thousand cases.
        let recent = min(self.cases.count, 1_000)
        let document = self.cases[self.cases.count - 1 - self.random.below(recent)]
        let note = CaseChange.operation(.append, CaseField.note, .text(self.random.words(60)))
        return CaseChange(document: document, operations: [note])
    }
}

/// Cases with a life at stake.
struct UrgentGenerator {
    private var random: BenchRandom

    init(seed: UInt64) { self.random = BenchRandom(seed: seed) }

    mutating func next() -> CaseChange {
        CaseChange(
            document: DocumentID(kind: .escalation, suffix: self.random.bytes(15)),
            operations: [
                CaseChange.set(CaseField.title, .text(self.random.words(40))),
                CaseChange.set(CaseField.severity, .unsigned(0)),
            ])
    }
}
