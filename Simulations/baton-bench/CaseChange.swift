import BatonDesk
import BatonEncoding
import BatonModel

/// One person's change to one case.
struct CaseChange {
    let document: DocumentID
    let operations: [Operation]

    static func set(_ field: FieldCode, _ value: CBORValue) -> Operation {
        Self.operation(.set, field, value)
    }

    static func operation(_ kind: OperationKind, _ field: FieldCode, _ value: CBORValue) -> Operation {
        Operation(shape: OperationShape(kind: kind, field: field, isMaterial: true), body: value)
    }
}

/// Draws a desk's day: a tenth of the changes open cases, the others go to random ones that are open already.
///
/// The shares are those of workload W: severity 20 %, status 25 %, owner 15 %, a note of 120 characters 30
/// %, a tag 10 %.
struct CaseGenerator {
    private var random: BenchRandom
    private var cases: [DocumentID] = []
    private var made = 0

    private static let people = 40
    private static let tags = 30
    private static let statuses = [
        CaseField.acknowledged, CaseField.triaged, CaseField.active, CaseField.contained, CaseField.resolved,
    ]

    init(seed: UInt64) { self.random = BenchRandom(seed: seed) }

    mutating func next() -> CaseChange {
        defer { self.made += 1 }
        if self.made % 10 == 0 { return self.opening() }
        return CaseChange(
            document: self.cases[self.random.below(self.cases.count)], operations: [self.update()])
    }

    private mutating func opening() -> CaseChange {
        let document = DocumentID(kind: .escalation, suffix: self.random.bytes(15))
        self.cases.append(document)
        return CaseChange(
            document: document,
            operations: [
                CaseChange.set(CaseField.title, .text(self.random.words(40))),
                CaseChange.set(CaseField.type, CBORValue(1 + self.random.below(6))),
                CaseChange.set(CaseField.severity, CBORValue(self.random.below(5))),
                CaseChange.set(CaseField.owner, CBORValue(1 + self.random.below(Self.people))),
            ])
    }

    private mutating func update() -> Operation {
        switch self.random.below(100) {
        case ..<20: CaseChange.set(CaseField.severity, CBORValue(self.random.below(5)))
        case ..<45:
            CaseChange.operation(.milestone, Self.statuses[self.random.below(Self.statuses.count)], .null)
        case ..<60: CaseChange.set(CaseField.owner, CBORValue(1 + self.random.below(Self.people)))
        case ..<90: CaseChange.operation(.append, CaseField.note, .text(self.random.words(120)))
        default: CaseChange.operation(.add, CaseField.tags, .text("t-\(self.random.below(Self.tags))"))
        }
    }
}
