import BatonEncoding
import BatonModel
import BatonSimulator

/// Writes small histories of one document by hand and folds them, without signing, sealing or a replica.
struct FoldScene {
    struct Entry {
        var delta: OpenedDelta
        let position: DeltaPosition
        var clearances: [Compartment] = []
        var isAuthorised = true

        var id: DeltaID { self.delta.id }
    }

    struct Result {
        var state: DocumentState
        var timeline: [TimelineEntry] = []
        var fates: [Fate] = []

        func writes(_ field: FieldCode, in compartment: Compartment = .global) -> [Write] {
            self.state[compartment]?.registers[field] ?? []
        }

        /// The standing values of a register or set, sorted by their text.
        func values(_ field: FieldCode, in compartment: Compartment = .global) -> [String] {
            let writes = self.writes(field, in: compartment) + (self.state[compartment]?.sets[field] ?? [])
            return writes.map { "\($0.value.map(Self.text) ?? "-")" }.sorted()
        }

        private static func text(_ value: CBORValue) -> String {
            value.textValue ?? value.intValue.map { "\($0)" } ?? "?"
        }
    }

    private(set) var entries: [Entry] = []
    private var seqs: [Author: UInt64] = [:]
    private var stamp: UInt64 = 1_000

    /// Adds a delta.
    ///
    /// - Parameter seen: What its author had seen, beside the author's own earlier deltas.
    @discardableResult
    mutating func write(
        _ site: String, seen: [Entry] = [], level: UInt64 = 1, unread: [DeltaRange] = [],
        stamp: UInt64? = nil,
        _ operations: [Operation]
    ) -> Entry {
        let author = ModelSamples.author(site)
        let seq = (self.seqs[author] ?? 0) + 1
        self.seqs[author] = seq
        self.stamp += 1
        let reference = DeltaReference(author: author, seq: seq)
        var vector = CausalVector()
        for parent in seen { vector.merge(parent.position.vector) }
        if let own = self.entries.last(where: { $0.position.reference.author == author }) {
            vector.merge(own.position.vector)
        }
        vector.include(reference)
        var header = ModelSamples.minimalHeader()
        header.level = level
        header.author = author
        header.seq = seq
        header.unread = unread
        header.stamp = HybridTime(milliseconds: stamp ?? self.stamp, counter: 0)
        header.shape = operations.map(\.shape)
        let compartments = Set(operations.map(\.compartment)).sorted()
        header.parts = compartments.map {
            PartDescriptor(compartment: $0, key: KeyID(generation: 1, hash: 1), commitment: .zero, length: 1)
        }
        let id = DeltaID(digest: ModelSamples.hashing.digest256(header.encoded()))
        let entry = Entry(
            delta: OpenedDelta(
                id: id, header: header, parts: compartments.map { .bodies(Self.bodies(operations, in: $0)) }),
            position: DeltaPosition(id: id, reference: reference, vector: vector, level: level))
        self.entries.append(entry)
        return entry
    }

    private static func bodies(_ operations: [Operation], in compartment: Compartment) -> [OpenedDelta.Body] {
        operations.indices.filter { operations[$0].compartment == compartment }
            .map { OpenedDelta.Body(index: UInt32($0), value: operations[$0].body) }
    }

    /// Changes the entry that was written last.
    mutating func changeLast(_ body: (inout Entry) -> Void) { body(&self.entries[self.entries.count - 1]) }

    func folded(_ order: [Int]? = nil, by table: FieldTable = SimulatedFields.table) -> Result {
        var result = Result(state: DocumentState(id: ModelSamples.document))
        for index in order ?? Array(self.entries.indices) {
            let entry = self.entries[index]
            let outcome = Fold(table: table).apply(
                entry.delta, at: entry.position, to: &result.state, isAuthorised: entry.isAuthorised,
                clearances: entry.clearances,
                isInPast: { id, reference in id != entry.id && entry.position.vector.contains(reference) })
            result.timeline.append(contentsOf: outcome.timeline)
            result.fates.append(outcome.fate)
        }
        return result
    }

    /// The same history at a site that may not open a compartment.
    func withholding(_ compartment: Compartment) -> FoldScene {
        self.replacing(compartment, by: .withheld)
    }

    func replacing(_ compartment: Compartment, by part: OpenedDelta.Part) -> FoldScene {
        var scene = self
        for index in scene.entries.indices {
            let delta = scene.entries[index].delta
            let parts = zip(delta.header.parts, delta.parts).map { $0.compartment == compartment ? part : $1 }
            scene.entries[index].delta = OpenedDelta(id: delta.id, header: delta.header, parts: parts)
        }
        return scene
    }
}

/// Operations on the test fields in few words.
enum Op {
    static func make(
        _ kind: OperationKind, _ field: FieldCode, _ body: CBORValue, in compartment: Compartment = .global
    ) -> Operation {
        Operation(
            shape: OperationShape(kind: kind, field: field, isMaterial: true), compartment: compartment,
            body: body)
    }

    static func text(_ text: String, in compartment: Compartment = .global) -> Operation {
        Self.make(.set, SimulatedFields.text, .text(text), in: compartment)
    }

    static func severity(_ number: UInt64) -> Operation {
        Self.make(.set, SimulatedFields.severity, .unsigned(number))
    }
    static func owner(_ number: UInt64) -> Operation {
        Self.make(.set, SimulatedFields.owner, .unsigned(number))
    }
    static func tag(_ text: String) -> Operation { Self.make(.add, SimulatedFields.tags, .text(text)) }
    static func untag(_ text: String) -> Operation { Self.make(.remove, SimulatedFields.tags, .text(text)) }
    static func note(_ text: String) -> Operation { Self.make(.append, SimulatedFields.note, .text(text)) }
    static func acknowledge() -> Operation { Self.make(.milestone, SimulatedFields.acknowledged, .null) }
    static func close() -> Operation { Self.make(.close, SimulatedFields.closure, .null) }
    static func reopen() -> Operation { Self.make(.reopen, SimulatedFields.closure, .null) }
}
