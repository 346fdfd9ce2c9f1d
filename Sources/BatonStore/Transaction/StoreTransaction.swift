import BatonEngine
import BatonModel

/// One write transaction: the port's primitives on the writer's connection.
///
/// Speed comes from three habits. A logged delta is held back until its fate is known or somebody else
/// needs it, so that it is written once and not twice. What the transaction has logged is remembered by
/// place, so that parents in the same batch cost no query. And names are small numbers (`Names`).
final class StoreTransaction: ReplicaTransaction {
    let connection: Connection
    let hashing: any Hashing
    /// The author whose numbers this process gives out; nil while none is open.
    private let own: Author?
    /// The own author's head as this transaction leaves it; nil while it has not moved.
    private(set) var ownHead: LogHead?

    private var pending: PendingDelta?
    private var places: [DeltaReference: [LoggedDelta]] = [:]
    private var arrivals: [DeltaID: Arrival] = [:]
    var mayHaveWaiting: Bool?

    struct Arrival {
        let row: Int64
        let reference: DeltaReference
    }

    private struct PendingDelta {
        var logged: LoggedDelta
        let delta: Delta
        var timeline: [TimelineEntry] = []
    }

    private static let rememberedMax = 65_536

    init(_ connection: Connection, _ hashing: any Hashing, own: Author?) {
        self.connection = connection
        self.hashing = hashing
        self.own = own
    }

    // The log.

    func logged(at reference: DeltaReference) throws(ReplicaFault) -> [LoggedDelta] {
        if self.pending?.logged.reference == reference { try self.flush() }
        if let known = self.places[reference] { return known }
        let found = try self.readLogged(at: reference)
        self.remember(found, at: reference)
        return found
    }

    func logged(_ id: DeltaID) throws(ReplicaFault) -> LoggedDelta? {
        if let pending = self.pending, pending.logged.id == id { return pending.logged }
        guard let row = try self.arrival(of: id) else { return nil }
        return try self.logged(at: row.reference).first { $0.id == id }
    }

    func delta(_ id: DeltaID) throws(ReplicaFault) -> Delta? {
        if let pending = self.pending, pending.logged.id == id { return pending.delta }
        return try self.connection.delta(id, hashing: self.hashing)
    }

    func insert(_ delta: Delta, fate: Fate, vector: CausalVector) throws(ReplicaFault) {
        try self.flush()
        self.pending = PendingDelta(
            logged: LoggedDelta(
                id: delta.id, reference: delta.reference, document: delta.header.document,
                documentPrev: delta.header.documentPrev, fate: fate, vector: vector,
                level: delta.header.level,
                hasAllParts: delta.hasAllParts),
            delta: delta)
    }

    func update(_ id: DeltaID, fate: Fate, vector: CausalVector) throws(ReplicaFault) {
        if let pending = self.pending, pending.logged.id == id {
            self.pending?.logged = pending.logged.with(fate: fate, vector: vector)
            return
        }
        let arrival = try self.knownArrival(of: id)
        let statement = try self.connection.prepare("UPDATE delta SET fate = ?, vector = ? WHERE arrival = ?")
        statement.bind(1, Int(fate.rawValue))
        statement.bind(2, try self.connection.encode(vector))
        statement.bind(3, arrival.row)
        try statement.run()
        self.revise(id, at: arrival.reference) { $0.with(fate: fate, vector: vector) }
    }

    func fill(_ id: DeltaID, parts: [[UInt8]?]) throws(ReplicaFault) {
        try self.flush()
        let arrival = try self.knownArrival(of: id)
        var held = try self.connection.parts(row: arrival.row)
        guard held.count == parts.count else {
            throw ReplicaFault(StoreCode.constraint, "a delta was filled with another number of parts")
        }
        for index in held.indices where held[index] == nil { held[index] = parts[index] }
        let isWhole = held.allSatisfy { $0 != nil }
        let statement = try self.connection.prepare(
            "UPDATE delta SET parts = ?, lacks_part = ? WHERE arrival = ?")
        statement.bind(1, PartsColumn.encode(held))
        statement.bind(2, !isWhole)
        statement.bind(3, arrival.row)
        try statement.run()
        self.revise(id, at: arrival.reference) { $0.with(hasAllParts: isWhole) }
    }

    /// Writes the delta that was held back. Everything that reads the table by other means than the memory
    /// calls it first.
    func flush() throws(ReplicaFault) {
        guard let pending = self.pending else { return }
        self.pending = nil
        let row = try self.write(pending.delta, pending.logged)
        self.note(pending.logged, row: row)
        try self.write(pending.timeline, arrival: row)
    }

    /// Takes timeline entries of the delta that is held back.
    ///
    /// - Returns: False when they are another delta's.
    func hold(_ entries: [TimelineEntry]) -> Bool {
        guard let id = self.pending?.logged.id, entries.allSatisfy({ $0.write.dot.delta == id }) else {
            return false
        }
        self.pending?.timeline.append(contentsOf: entries)
        return true
    }

    /// True for the delta that is held back: nothing else in the database can know of it.
    func isHeldBack(_ id: DeltaID) -> Bool { self.pending?.logged.id == id }

    func noteOwnHead(_ have: AuthorHave) {
        guard have.author == self.own, let last = have.intervals.last else { return }
        self.ownHead = LogHead(seq: last.last, id: last.head)
    }

    // Memory.

    /// Finds where a delta is in order of arrival.
    func arrival(of id: DeltaID) throws(ReplicaFault) -> Arrival? {
        try self.flushIfHeldBack(id)
        if let known = self.arrivals[id] { return known }
        let statement = try self.connection.prepare("SELECT arrival, author_id, seq FROM delta WHERE id = ?")
        defer { statement.reset() }
        statement.bind(1, id.bytes)
        guard try statement.step() else { return nil }
        let author = try self.connection.author(row: statement.integer(1))
        let arrival = Arrival(
            row: statement.integer(0), reference: DeltaReference(author: author, seq: statement.unsigned(2)))
        self.arrivals[id] = arrival
        return arrival
    }

    func knownArrival(of id: DeltaID) throws(ReplicaFault) -> Arrival {
        guard let arrival = try self.arrival(of: id) else {
            throw ReplicaFault(StoreCode.unknownDelta, "a delta that is not in the log was to be changed")
        }
        return arrival
    }

    private func flushIfHeldBack(_ id: DeltaID) throws(ReplicaFault) {
        if self.isHeldBack(id) { try self.flush() }
    }

    private func note(_ logged: LoggedDelta, row: Int64) {
        self.arrivals[logged.id] = Arrival(row: row, reference: logged.reference)
        guard var known = self.places[logged.reference] else { return }
        known.append(logged)
        self.places[logged.reference] = known.sorted { $0.id < $1.id }
    }

    private func remember(_ found: [LoggedDelta], at reference: DeltaReference) {
        if self.places.count >= Self.rememberedMax {
            self.places.removeAll(keepingCapacity: true)
            self.arrivals.removeAll(keepingCapacity: true)
        }
        self.places[reference] = found
    }

    private func revise(_ id: DeltaID, at reference: DeltaReference, _ change: (LoggedDelta) -> LoggedDelta) {
        guard let known = self.places[reference] else { return }
        self.places[reference] = known.map { $0.id == id ? change($0) : $0 }
    }
}

extension LoggedDelta {
    fileprivate func with(fate: Fate, vector: CausalVector) -> LoggedDelta {
        LoggedDelta(
            id: self.id, reference: self.reference, document: self.document, documentPrev: self.documentPrev,
            fate: fate, vector: vector, level: self.level, hasAllParts: self.hasAllParts)
    }

    fileprivate func with(hasAllParts: Bool) -> LoggedDelta {
        LoggedDelta(
            id: self.id, reference: self.reference, document: self.document, documentPrev: self.documentPrev,
            fate: self.fate, vector: self.vector, level: self.level, hasAllParts: hasAllParts)
    }
}
