import BatonEncoding

/// Folds deltas into document states. Pure: receive time, local clock and order of arrival never enter it.
///
/// The caller hands deltas in any order that respects their causal past (the gate sees to that); every such
/// order gives equal states.
package struct Fold: Sendable {
    package let table: FieldTable

    package init(table: FieldTable) { self.table = table }

    /// What folding one delta asks the caller to keep beside the state.
    package struct Outcome: Sendable {
        package var fate: Fate
        package var timeline: [TimelineEntry] = []
    }

    /// Folds one delta whose whole causal past on the document is folded already.
    ///
    /// - Parameter position: The delta's place; its vector includes itself.
    /// - Parameter isAuthorised: What the membership at the delta's epoch says of its site and actor.
    /// - Parameter clearances: Compartments that the delta's site may read, by the membership at its epoch.
    ///   `global` is implied.
    /// - Parameter isInPast: Whether a delta is in this delta's past. Exact also across forks.
    /// - Complexity: O(operations × standing writes of their fields).
    package func apply(
        _ delta: OpenedDelta, at position: DeltaPosition, to state: inout DocumentState,
        isAuthorised: Bool, clearances: [Compartment], isInPast: @escaping (DeltaID, DeltaReference) -> Bool
    ) -> Outcome {
        var outcome = Outcome(fate: delta.judged(by: self.table, isAuthorised: isAuthorised))
        self.advance(&state, with: delta, at: position, isInPast: isInPast)
        guard outcome.fate != .void else {
            state.voidCount += 1
            return outcome
        }
        state.appliedCount += 1
        state.noteBeginning(delta.header, delta.id)
        for (index, part) in delta.parts.enumerated() {
            let compartment = delta.header.parts[index].compartment
            let reader = Reader(
                delta: delta, position: position, compartment: compartment,
                isCleared: compartment == .global || clearances.contains(compartment), isInPast: isInPast)
            self.fold(part, by: reader, into: &state, &outcome)
        }
        return outcome
    }

    /// Moves the document's frontier; void and unread deltas move it too, so that reachability is
    /// transitive through them.
    private func advance(
        _ state: inout DocumentState, with delta: OpenedDelta, at position: DeltaPosition,
        isInPast: (DeltaID, DeltaReference) -> Bool
    ) {
        state.frontier.removeAll { isInPast($0.id, $0.reference) || Mutant.isOn(.frontierDropsOthers) }
        let place = state.frontier.firstIndex { position.id < $0.id } ?? state.frontier.endIndex
        state.frontier.insert(position, at: place)
        state.noteLatest(position.reference)
        let stamp = delta.header.stamp
        let isFirst = state.appliedCount + state.voidCount == 0
        state.firstStamp = isFirst ? stamp : min(state.firstStamp, stamp)
        state.lastStamp = max(state.lastStamp, stamp)
    }

    private func fold(
        _ part: OpenedDelta.Part, by reader: Reader, into state: inout DocumentState, _ outcome: inout Outcome
    ) {
        let bodies: [OpenedDelta.Body]
        switch part {
        case .bodies(let opened): bodies = opened
        case .void, .withheld: return
        case .unread:
            state.withCompartment(reader.compartment) { Self.insert(reader.delta.id, into: &$0.unread) }
            return
        }
        var timeline: [TimelineEntry] = []
        state.withCompartment(reader.compartment) { compartment in
            for body in bodies {
                switch reader.delta.judgeOperation(body, self.table) {
                case .applied: self.fold(body, by: reader, into: &compartment, &timeline)
                case .unread: Self.insert(reader.delta.id, into: &compartment.unread)
                case .void, .waiting: break
                }
            }
        }
        outcome.timeline.append(contentsOf: timeline)
    }

    private func fold(
        _ body: OpenedDelta.Body, by reader: Reader, into state: inout CompartmentState,
        _ timeline: inout [TimelineEntry]
    ) {
        let write = reader.write(body)
        let field = reader.delta.header.shape[Int(body.index)].field
        switch reader.delta.header.shape[Int(body.index)].kind {
        case .set, .settle:
            // What a settlement has read it covers like any write; the writes it cites were among them when
            // its author's node checked it.
            Self.replace(&state.registers, field) { !reader.covers($0) && !Mutant.isOn(.writeCoversUnseen) }
            Self.insert(write, &state.registers, field)
        case .add:
            // An add of an element that stands already replaces the adds it has seen: one person's tag is
            // one entry.
            Self.replace(&state.sets, field) { $0.value != write.value || !reader.covers($0) }
            Self.insert(write, &state.sets, field)
        case .remove:
            Self.replace(&state.sets, field) {
                $0.value != write.value || !reader.covers($0) && !Mutant.isOn(.removeTakesUnseen)
            }
        case .append where self.isLedger(reader.delta.header.document, field),
            .step, .hold, .clock, .custody, .release:
            Self.insert(
                LedgerEntry(write: write, vector: reader.position.vector), &state.ledgers, field)
        case .append:
            timeline.append(
                TimelineEntry(
                    document: reader.delta.header.document, compartment: state.compartment, field: field,
                    write: write))
        case .milestone:
            Self.insert(write, &state.milestones, field)
        case .close, .concur:
            let kind = reader.delta.header.shape[Int(body.index)].kindCode
            let closure = Closure(kindCode: kind, write: write, vector: reader.position.vector)
            let place = state.closures.firstIndex { write.dot < $0.write.dot } ?? state.closures.endIndex
            if Mutant.isOn(.closureForgotten) {
                state.closures = [closure]
            } else {
                state.closures.insert(closure, at: place)
            }
        case .reopen:
            state.closures.removeAll { reader.covers($0.write) || Mutant.isOn(.reopenCancelsUnseen) }
        case nil:
            // The field table takes none of it: `judgeOperation` has sent them to unread or void.
            preconditionFailure("an operation that no field takes reached the fold")
        }
    }

    private func isLedger(_ document: DocumentID, _ field: FieldCode) -> Bool {
        self.table.rule(document, field)?.structure.isLedger ?? false
    }

    private static func insert(
        _ entry: LedgerEntry, _ map: inout FieldMap<[LedgerEntry]>, _ field: FieldCode
    ) {
        map.change(field, from: []) { standing in
            let place = standing.firstIndex { entry.write.dot < $0.write.dot } ?? standing.endIndex
            standing.insert(entry, at: place)
        }
    }

    private static func replace(_ map: inout FieldMap<[Write]>, _ field: FieldCode, keeping: (Write) -> Bool)
    {
        map.change(field, from: [], droppingIf: \.isEmpty) { standing in
            standing.removeAll { !keeping($0) }
        }
    }

    private static func insert(_ write: Write, _ map: inout FieldMap<[Write]>, _ field: FieldCode) {
        map.change(field, from: []) { standing in
            let place = standing.firstIndex { write.dot < $0.dot } ?? standing.endIndex
            standing.insert(write, at: place)
        }
    }

    private static func insert(_ id: DeltaID, into ids: inout [DeltaID]) {
        guard !ids.contains(id) else { return }
        ids.insert(id, at: ids.firstIndex { id < $0 } ?? ids.endIndex)
    }
}

/// One delta's view of a compartment: what it has read, and so what it covers.
private struct Reader {
    let delta: OpenedDelta
    let position: DeltaPosition
    let compartment: Compartment
    let isCleared: Bool
    let isInPast: (DeltaID, DeltaReference) -> Bool

    /// Covering needs reading: in the past, of a level that the author's build read, not listed as unread,
    /// and cleared for the site.
    func covers(_ write: Write) -> Bool {
        guard self.isInPast(write.dot.delta, write.reference) else { return false }
        if write.reference.author == self.delta.header.author { return true }
        guard self.isCleared, self.delta.header.level >= write.level else { return false }
        return !self.delta.header.unread.contains { $0.contains(write.reference) }
    }

    func write(_ body: OpenedDelta.Body) -> Write {
        let header = self.delta.header
        return Write(
            dot: Dot(delta: self.delta.id, index: body.index), reference: header.reference,
            level: header.level,
            stamp: header.stamp, actor: header.actor, isMaterial: header.shape[Int(body.index)].isMaterial,
            value: Settlement.value(of: body.value, written: header.shape[Int(body.index)].kind))
    }
}
