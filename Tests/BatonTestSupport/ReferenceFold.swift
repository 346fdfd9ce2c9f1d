package import BatonModel

/// The deliberately naive fold: it looks at all deltas of a document at once, walks the graph by ids for
/// every question, and keeps nothing between questions. Slow, and easy to believe.
package struct ReferenceFold {
    private let deltas: [DeltaID: OpenedDelta]
    private let parents: [DeltaID: [DeltaID]]
    private let table: FieldTable
    private let document: DocumentID

    /// - Parameter deltas: The authentic deltas of one document whose past is complete, opened.
    /// - Parameter parents: For each, the ids that its `document prev` and context mean.
    package init(deltas: [OpenedDelta], parents: [DeltaID: [DeltaID]], table: FieldTable) {
        self.deltas = Dictionary(uniqueKeysWithValues: deltas.map { ($0.id, $0) })
        self.parents = parents
        self.document =
            deltas.first?.header.document
            ?? DocumentID(kind: .escalation, suffix: [UInt8](repeating: 0, count: 15))
        self.table = table
    }

    package func isAncestor(_ ancestor: DeltaID, of descendant: DeltaID) -> Bool {
        var queue = self.parents[descendant] ?? []
        var seen: Set<DeltaID> = []
        while let next = queue.popLast() {
            if next == ancestor { return true }
            if seen.insert(next).inserted { queue.append(contentsOf: self.parents[next] ?? []) }
        }
        return false
    }

    package var frontier: [DeltaID] {
        self.deltas.keys.filter { id in !self.deltas.keys.contains { self.isAncestor(id, of: $0) } }.sorted()
    }

    /// One standing operation: what a comparison needs of it.
    package struct Standing: Hashable, Comparable {
        package let field: FieldCode
        package let dot: Dot

        package init(field: FieldCode, dot: Dot) {
            self.field = field
            self.dot = dot
        }

        package static func < (left: Standing, right: Standing) -> Bool {
            left.field == right.field ? left.dot < right.dot : left.field < right.field
        }
    }

    private struct Item {
        let id: DeltaID
        let kind: OperationKind
        let field: FieldCode
        let body: OpenedDelta.Body
    }

    private var items: [Item] {
        self.deltas.values.flatMap { delta in
            delta.parts.flatMap { part -> [Item] in
                guard case .bodies(let bodies) = part else { return [] }
                return bodies.compactMap { body in
                    let shape = delta.header.shape[Int(body.index)]
                    return shape.kind.map { Item(id: delta.id, kind: $0, field: shape.field, body: body) }
                }
            }
        }
    }

    /// Lists the operations of a kind that no other operation covers.
    private func standing(_ kind: OperationKind, coveredBy covers: (Item, Item) -> Bool) -> [Standing] {
        let items = self.items
        return items.filter { item in
            item.kind == kind
                && !items.contains { other in
                    other.id != item.id && covers(other, item) && self.isAncestor(item.id, of: other.id)
                }
        }
        .map { Standing(field: $0.field, dot: Dot(delta: $0.id, index: $0.body.index)) }.sorted()
    }

    package var registers: [Standing] {
        (self.standing(.set, coveredBy: Self.writesRegister)
            + self.standing(.settle, coveredBy: Self.writesRegister)).sorted()
    }

    private static func writesRegister(_ other: Item, _ item: Item) -> Bool {
        (other.kind == .set || other.kind == .settle) && other.field == item.field
    }

    package var sets: [Standing] {
        self.standing(.add) { other, item in
            (other.kind == .add || other.kind == .remove) && other.field == item.field
                && other.body.value == item.body.value
        }
    }

    package var milestones: [Standing] { self.standing(.milestone) { _, _ in false } }
    /// - Parameter kind: The kind of the ledger's entries.
    package func ledger(_ kind: OperationKind) -> [Standing] { self.standing(kind) { _, _ in false } }

    package var timeline: [Standing] {
        self.standing(.append) { _, _ in false }.filter {
            !(self.table.rule(self.document, $0.field)?.structure.isLedger ?? false)
        }
    }
    package var closures: [Standing] { self.standing(.close) { other, _ in other.kind == .reopen } }
}

extension FieldMap where Value == [Write] {
    /// The map in the form of the reference fold.
    package var standing: [ReferenceFold.Standing] {
        self.entries.flatMap { entry in
            entry.value.map { ReferenceFold.Standing(field: entry.field, dot: $0.dot) }
        }
        .sorted()
    }
}
