import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel

/// Documents: state, index row, timeline.
extension StoreTransaction {
    func save(_ states: [DocumentState]) throws(ReplicaFault) {
        try self.flush()
        var placed: [(row: Int64, place: Int)] = []
        placed.reserveCapacity(states.count)
        for place in states.indices { placed.append((try self.row(of: states[place].id), place)) }
        // Neighbours in the tables are written one after the other.
        placed.sort { $0.row < $1.row }
        // All questions come first: each in between would wait for the rows before it.
        var uncovered: [(count: Int, unread: UnreadChanges?)] = []
        uncovered.reserveCapacity(placed.count)
        for entry in placed { uncovered.append(try self.uncovered(in: states[entry.place], row: entry.row)) }
        for (entry, uncovered) in zip(placed, uncovered) {
            let bytes = try self.save(states[entry.place], row: entry.row, uncovered: uncovered.count)
            self.saved.append(
                SavedDocument(state: states[entry.place], unread: uncovered.unread, storedBytes: bytes))
        }
    }

    func save(_ state: DocumentState) throws(ReplicaFault) { try self.save([state]) }

    /// - Returns: How many bytes the stored state has.
    private func save(
        _ state: DocumentState, row: Int64, uncovered: Int
    ) throws(ReplicaFault) -> Int {
        if self.prepared[state.id]?.take() == nil { _ = self.cache.take(state.id) }
        var stored = 0
        self.touch(state.id)
        try self.add(.state) { cells in
            cells.add(row)
            let start = cells.bytes.count
            cells.addBlob { state.encodeForStorage(into: &$0) }
            stored = cells.bytes.count - start
        }
        // Waiting deltas come and go without the state: the queue counts them as it reads.
        let summary = CaseSummary(
            state: state, uncoveredCount: uncovered, waitingCount: 0, hashing: self.hashing,
            authority: CustodyAuthority.isAsked(by: state)
                ? try self.connection.custodyAuthority() : .none)
        try self.index(summary, conflicts: ConflictLedger.count(state, summary), row: row)
        return stored
    }

    /// Counts material changes that no standing close has read and that follow none.
    ///
    /// - Returns: Also which they are, as far as that is known and may be kept.
    private func uncovered(
        in state: DocumentState, row: Int64
    ) throws(ReplicaFault) -> (count: Int, unread: UnreadChanges?) {
        let closures = Closures(of: state)
        guard !closures.isEmpty else { return (0, nil) }
        guard state.forked.isEmpty, let before = self.before else {
            return (try self.connection.uncoveredCount(of: state, row: row, hashing: self.hashing), nil)
        }
        let tails = closures.unreadTails(of: state)
        var unread: UnreadChanges
        if let known = self.unreadBefore[state.id], known.isAbout(closures) {
            unread = known
        } else {
            unread = try before.unreadChanges(closures, from: tails, row: row)
            if unread.isWorthKeeping { self.unreadBefore[state.id] = unread }
        }
        guard !tails.isEmpty else { return (unread.count, unread) }
        for logged in self.loggedAhead.material(in: row) {
            unread.include(logged.reference, vector: logged.vector, of: closures, from: tails)
        }
        return (unread.count, unread.isWorthKeeping ? unread : nil)
    }

    private func index(_ summary: CaseSummary, conflicts: Int, row: Int64) throws(ReplicaFault) {
        try self.add(.index) { cells in
            cells.add(row)
            cells.add(Int(summary.document.kindCode))
            cells.add(summary.code)
            cells.add(Int(summary.lane.rawValue))
            cells.add(summary.dueMilliseconds.map { Int64(clamping: $0) } ?? Int64.max)
            cells.add(summary.severity ?? 9)
            cells.add(summary.firstStamp.stored)
            cells.add(summary.lastStamp.stored)
            cells.add(summary.type?.rawValue)
            cells.add(summary.owner.map { Int64($0.number) })
            cells.add(Int(summary.status.rawValue))
            cells.add(summary.title)
            cells.add(conflicts)
            cells.add(summary.uncoveredCount)
            cells.add(summary.unreadCount)
            cells.add(summary.voidCount)
            cells.add(summary.appliedCount)
        }
        try self.add(.searchQueue) { $0.add(row) }
    }

    func append(_ entries: [TimelineEntry]) throws(ReplicaFault) {
        guard let first = entries.first, !self.hold(entries) else { return }
        // One delta's entries come together; the arrival is looked up once then.
        var arrival = try self.knownArrival(of: first.write.dot.delta)
        var delta = first.write.dot.delta
        for entry in entries {
            if entry.write.dot.delta != delta {
                delta = entry.write.dot.delta
                arrival = try self.knownArrival(of: delta)
            }
            try self.write([entry], arrival: arrival.row)
        }
    }

    func write(_ entries: [TimelineEntry], arrival: Int64) throws(ReplicaFault) {
        for entry in entries {
            let document = try self.row(of: entry.document)
            let write = entry.write
            try self.add(.timeline) { cells in
                cells.add(document)
                cells.add(write.stamp.stored)
                cells.add(arrival)
                cells.add(Int64(write.dot.index))
                cells.add(Int(entry.compartment.code))
                cells.add(Int(entry.field.code))
                cells.add(Int64(write.actor.person.number))
                cells.add(write.actor.onBehalfOf.map { Int64($0.number) })
                cells.add(write.isMaterial)
                cells.add(write.value.map { CBORValue.encode($0) })
            }
        }
    }
}

extension Connection {
    func state(of id: DocumentID, row: Int64) throws(ReplicaFault) -> DocumentState? {
        guard let bytes = try self.stateBytes(row: row) else { return nil }
        return try Self.state(id, bytes)
    }

    static func state(_ id: DocumentID, _ bytes: [UInt8]) throws(ReplicaFault) -> DocumentState {
        do throws(ModelFault) {
            return try DocumentState(id: id, storage: bytes)
        } catch {
            throw .damaged("the state of a document does not decode: rebuild it from the log")
        }
    }
}
