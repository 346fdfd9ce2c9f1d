import BatonAPI
import BatonDesk
import BatonModel

/// Makes one believable case: what came in when, what was done about it, and where it stands now.
struct SeedCase {
    private let seed: UInt64
    private let number: Int
    private let hashing: any Hashing
    private var draw: SeedDraw
    private let type: CaseType
    private let severity: Int
    /// Milliseconds since 1970.
    private let received: Int64
    private let now: Int64

    /// Where the world's requests come from: evenings in Sydney and in the United States are the busy hours, UTC.
    private static let hourWeights = [
        7, 8, 8, 8, 7, 6, 5, 6, 8, 9, 9, 8, 6, 4, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7,
    ]
    private static let typeWeights = [38, 22, 12, 1, 17, 10]
    private static let minute: Int64 = 60_000

    init(seed: UInt64, number: Int, now: Int64, days: Int, hashing: any Hashing) {
        self.seed = seed
        self.number = number
        self.hashing = hashing
        self.now = now
        var draw = SeedDraw(seed: seed, number: UInt64(number))
        let type = CaseType.allCases[draw.weighted(Self.typeWeights)]
        self.type = type
        self.severity = draw.weighted(Self.severityWeights(type))
        let day = Int64(draw.below(days)) * 24 * 60
        let minutes = day + Int64(draw.weighted(Self.hourWeights)) * 60 + Int64(draw.below(60))
        let midnight = now / (24 * 60 * Self.minute) * (24 * 60 * Self.minute)
        self.received = min(now - Self.minute, midnight - minutes * Self.minute + 24 * 60 * Self.minute)
        self.draw = draw
    }

    /// S0 … S4.
    private static func severityWeights(_ type: CaseType) -> [Int] {
        switch type {
        case .emergencyDataRequest: [8, 24, 48, 15, 5]
        case .childSafety: [3, 17, 62, 15, 3]
        case .threatToLife: [18, 42, 30, 8, 2]
        case .massCasualty: [60, 30, 10, 0, 0]
        case .sensitiveContent: [0, 3, 42, 45, 10]
        case .other: [0, 1, 14, 45, 40]
        }
    }

    /// The deltas of the case, oldest first.
    ///
    /// - Parameter owner: The desk name that has open cases; nil for nobody.
    mutating func entries(owner: String?) -> [BatchEntry] {
        var at = self.received + Int64(1 + self.draw.below(9)) * Self.minute
        var entries = [self.entry(0, self.opening(owner))]
        let pace = Int64([4, 9, 40, 150, 600][self.severity])
        let age = (self.now - self.received) / (24 * 60 * Self.minute)
        let steps = age > 10 && !self.draw.chance(3) ? 6 : self.draw.below(6)
        for step in 0..<steps {
            if self.draw.chance(60) {
                at += Int64(1 + self.draw.below(Int(pace))) * Self.minute
                guard at < self.now else { break }
                entries.append(self.entry(entries.count, [self.note(self.draw.pick(SeedWords.notes), at)]))
            }
            at += Int64(1 + self.draw.below(Int(pace))) * Self.minute
            guard at < self.now else { break }
            entries.append(self.entry(entries.count, self.progress(step, at)))
        }
        return entries
    }

    private mutating func opening(_ owner: String?) -> [ChangeOperation] {
        var operations = [
            self.set("type", .text(self.type.word)), self.set("title", .text(self.title())),
            self.set("severity", .text("S\(self.severity)")), self.set("received", .integer(self.received)),
            self.set("source", .text(self.draw.pick(SeedWords.channels))),
            ChangeOperation(
                .add, field: "jurisdictions", value: .text(self.draw.pick(SeedWords.jurisdictions))),
        ]
        if self.type == .emergencyDataRequest || self.draw.chance(30) {
            operations.append(self.set("agency", .text(self.draw.pick(SeedWords.agencies))))
        }
        if self.draw.chance(35) {
            operations.append(
                ChangeOperation(.add, field: "tags", value: .text(self.draw.pick(SeedWords.tags))))
        }
        if let owner, self.draw.chance(55) { operations.append(self.set("owner", .text(owner))) }
        return operations
    }

    private mutating func title() -> String {
        // A number keeps titles apart, as people do.
        "\(self.draw.pick(SeedWords.titles(self.type))) (\(100 + self.draw.below(900)))"
    }

    private mutating func progress(_ step: Int, _ at: Int64) -> [ChangeOperation] {
        switch step {
        case 0: [self.milestone("acknowledged", at)]
        case 1: [self.milestone("triaged", at)]
        case 2:
            [
                self.milestone("active", at),
                self.set("situation", .text(self.draw.pick(SeedWords.situations))),
            ]
        case 3: [self.milestone("contained", at)]
        case 4: [self.milestone("resolved", at)]
        default: [ChangeOperation(.close, value: .text(self.draw.pick(SeedWords.closings)))]
        }
    }

    private func set(_ field: String, _ value: APIValue) -> ChangeOperation {
        ChangeOperation(.set, field: field, value: value)
    }

    private func milestone(_ name: String, _ at: Int64) -> ChangeOperation {
        ChangeOperation(.milestone, field: name, value: .map(["at": .integer(at)]))
    }

    private func note(_ text: String, _ at: Int64) -> ChangeOperation {
        ChangeOperation(.append, field: "note", value: .map(["text": .text(text), "at": .integer(at)]))
    }

    private func entry(_ index: Int, _ operations: [ChangeOperation]) -> BatchEntry {
        let log = "seed-\(self.seed)"
        let document = ImportIdentity.document(log: log, caseID: "\(self.number)", hashing: self.hashing)
        let key = ImportIdentity.rowKey("seed", [log, "\(self.number)", "\(index)"], hashing: self.hashing)
        return BatchEntry(document: document.description, key: key, operations: operations)
    }
}
