import BatonEngine
import BatonModel

/// One write transaction: the port's primitives on the writer's connection.
///
/// Speed comes from four habits. A logged delta is held back until its fate is known or somebody else needs
/// it, so that it is written once and not twice. Rows are gathered and given to SQLite in numbers, by a
/// thread of its own where the replica has one (`RowLane`). What a batch will ask for is read before it
/// writes (`prepare`). And names are small numbers (`Names`), which the transaction gives out itself.
///
/// Asking for `connection` hands over all rows first: reads see the transaction's own writes. Until there are any,
/// `reading` may be another connection, which need not wait for what the writing one still does. And as long as nobody
/// has asked for `connection`, what stood `before` the transaction is read by that other one, and what it has logged
/// itself from memory (`LoggedAhead`).
final class StoreTransaction: ReplicaTransaction {
    private let base: Connection
    /// Sees what this transaction sees while it has written nothing; nil from then on.
    private var ahead: Connection?
    /// Sees what stood before this transaction; nil once a statement may have changed rows by another way than
    /// `add`.
    private(set) var before: Connection?
    private(set) var loggedAhead = LoggedAhead()
    /// Documents that `before` knows less of than this transaction has written.
    private var touched: Set<DocumentID> = []
    private let output: RowOutput
    let hashing: any Hashing
    /// The author whose numbers this process gives out; nil while none is open.
    private let own: Author?
    /// The own author's head as this transaction leaves it; nil while it has not moved.
    private(set) var ownHead: LogHead?

    private var rows: RowBuffer
    /// The first row that failed: nothing of the transaction may be kept.
    private var fault: ReplicaFault?
    private var pending: PendingDelta?
    private var places: [DeltaReference: [LoggedDelta]] = [:]
    private var arrivals: [DeltaID: Arrival] = [:]
    var prepared: [DocumentID: PreparedDocument] = [:]
    /// What the last commit left, decoded.
    let cache: DocumentCache
    /// What no close of a document had read before this transaction, of those where it is known.
    var unreadBefore: [DocumentID: UnreadChanges] = [:]
    /// In order.
    var saved: [SavedDocument] = []
    /// As the last commit left them, and then as this one will.
    var heads: KnownHeads

    struct Arrival {
        let row: Int64
        let reference: DeltaReference
    }

    private struct PendingDelta {
        let delta: Delta
        var fate: Fate
        var vector: CausalVector
        var timeline: [TimelineEntry] = []

        var logged: LoggedDelta {
            LoggedDelta(
                id: self.delta.id, reference: self.delta.reference, document: self.delta.header.document,
                documentPrev: self.delta.header.documentPrev, fate: self.fate, vector: self.vector,
                level: self.delta.header.level, hasAllParts: self.delta.hasAllParts)
        }
    }

    private static let rememberedMax = 65_536

    init(
        _ connection: Connection, readingAhead ahead: Connection, _ output: RowOutput,
        _ cache: DocumentCache, _ heads: KnownHeads, _ hashing: any Hashing, own: Author?
    ) {
        self.base = connection
        self.ahead = ahead
        self.before = ahead
        self.output = output
        self.cache = cache
        self.heads = heads
        self.rows = output.emptyBuffer()
        self.hashing = hashing
        self.own = own
    }

    // Rows.

    /// Gives the connection once SQLite has every row of the transaction.
    var connection: Connection {
        get throws(ReplicaFault) {
            self.ahead = nil
            self.forgetBefore()
            try self.writeRows()
            return self.base
        }
    }

    private func forgetBefore() {
        guard self.before != nil else { return }
        self.before = nil
        self.loggedAhead = LoggedAhead()
        self.touched = []
    }

    /// Gives a connection to read by: nothing may be written by it.
    var reading: Connection {
        get throws(ReplicaFault) {
            if let ahead = self.ahead { return ahead }
            return try self.connection
        }
    }

    /// Gives a connection to read tables by that `add` never writes, or has not written yet: no row has to be
    /// waited for.
    var readingOthers: Connection {
        get throws(ReplicaFault) {
            if let before = self.before { return before }
            return try self.connection
        }
    }

    /// Gives a connection to read a document's state and keys by.
    func reading(_ document: DocumentID) throws(ReplicaFault) -> Connection {
        if let before = self.before, !self.touched.contains(document) { return before }
        return try self.connection
    }

    /// Notes that rows of a document's state or keys are written.
    func touch(_ document: DocumentID) {
        if self.before != nil { self.touched.insert(document) }
    }

    /// Waits until SQLite has every row of the transaction.
    func writeRows() throws(ReplicaFault) {
        if let fault = self.fault { throw fault }
        do throws(ReplicaFault) {
            guard !self.rows.isEmpty else { return try self.output.drain() }
            try self.output.writeAll(self.takeRows())
        } catch {
            self.fault = error
            throw error
        }
    }

    /// Adds a row: `RowBuffer.begin`, then its cells.
    func add(_ kind: RowKind, _ fill: (inout RowBuffer) throws(ReplicaFault) -> Void) throws(ReplicaFault) {
        if let fault = self.fault { throw fault }
        self.ahead = nil
        self.rows.begin(kind)
        try fill(&self.rows)
        guard self.rows.isFull else { return }
        do throws(ReplicaFault) {
            try self.output.put(self.takeRows())
        } catch {
            self.fault = error
            throw error
        }
    }

    private func takeRows() -> RowBuffer {
        var rows = self.output.emptyBuffer()
        swap(&rows, &self.rows)
        return rows
    }

    /// Keeps for later transactions what this one has at hand. The commit stands.
    func settle() {
        var dropped: [[DocumentID: DocumentCache.Entry]] = []
        for entry in self.saved {
            let keys = self.prepared[entry.state.id]?.keys
            let out = self.cache.put(
                DocumentCache.Entry(
                    state: entry.state, keys: keys, unread: entry.unread, storedBytes: entry.storedBytes))
            if !out.isEmpty { dropped.append(out) }
        }
        self.saved = []
        // What was read and then not asked for, because somebody else had to be let in, will be next.
        for (_, document) in self.prepared {
            guard case .state(let state, let storedBytes) = document.stored else { continue }
            _ = self.cache.put(
                DocumentCache.Entry(
                    state: state, keys: document.keys, unread: self.unreadBefore[state.id],
                    storedBytes: storedBytes))
        }
        self.prepared = [:]
        // Whether any still waits is asked anew.
        if self.heads.mayHaveWaiting == true { self.heads.mayHaveWaiting = nil }
        self.output.recycle(self.rows)
        if !dropped.isEmpty { self.output.free(dropped) }
    }

    /// Leaves out what is not written yet: the transaction is given up.
    ///
    /// - Returns: What has failed behind it and it has not met.
    func abandon() -> ReplicaFault? { self.output.discard() }

    // The log.

    func logged(at reference: DeltaReference) throws(ReplicaFault) -> [LoggedDelta] {
        if self.pending?.delta.reference == reference { try self.flush() }
        if let known = self.places[reference] { return known }
        var found: [LoggedDelta]
        if let before = self.before {
            found = try before.logged(at: reference)
            if let author = before.names.row(of: reference.author),
                let own = self.loggedAhead.logged(author: author, seq: reference.seq)
            {
                found.append(own)
                found.sort { $0.id < $1.id }
            }
        } else {
            found = try self.connection.logged(at: reference)
        }
        self.remember(found, at: reference)
        return found
    }

    func logged(_ id: DeltaID) throws(ReplicaFault) -> LoggedDelta? {
        if let pending = self.pending, pending.delta.id == id { return pending.logged }
        guard let row = try self.arrival(of: id) else { return nil }
        return try self.logged(at: row.reference).first { $0.id == id }
    }

    func delta(_ id: DeltaID) throws(ReplicaFault) -> Delta? {
        if let pending = self.pending, pending.delta.id == id { return pending.delta }
        return try self.connection.delta(id, hashing: self.hashing)
    }

    func deltas(of document: DocumentID) throws(ReplicaFault) -> [Delta] {
        try self.flush()
        return try self.connection.deltas(of: document, hashing: self.hashing)
    }

    func insert(_ delta: Delta, fate: Fate, vector: CausalVector) throws(ReplicaFault) {
        try self.flush()
        self.pending = PendingDelta(delta: delta, fate: fate, vector: vector)
    }

    func update(_ id: DeltaID, fate: Fate, vector: CausalVector) throws(ReplicaFault) {
        if self.isHeldBack(id) {
            self.pending?.fate = fate
            self.pending?.vector = vector
            return
        }
        let arrival = try self.knownArrival(of: id)
        let connection = try self.connection
        let statement = try connection.prepare("UPDATE delta SET fate = ?, vector = ? WHERE arrival = ?")
        statement.bind(1, Int(fate.rawValue))
        statement.bind(2, try connection.encode(vector))
        statement.bind(3, arrival.row)
        try statement.run()
        self.revise(id, at: arrival.reference) { $0.with(fate: fate, vector: vector) }
    }

    func fill(_ id: DeltaID, parts: [[UInt8]?]) throws(ReplicaFault) {
        try self.flush()
        let arrival = try self.knownArrival(of: id)
        let connection = try self.connection
        var held = try connection.parts(row: arrival.row)
        guard held.count == parts.count else {
            throw ReplicaFault(StoreCode.constraint, "a delta was filled with another number of parts")
        }
        for index in held.indices where held[index] == nil { held[index] = parts[index] }
        let isWhole = held.allSatisfy { $0 != nil }
        let statement = try connection.prepare(
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
        guard let pending = self.pending.take() else { return }
        let arrival = try self.newArrival()
        let logged = pending.logged
        try self.write(pending.delta, pending.fate, pending.vector, arrival: arrival)
        if !self.places.isEmpty { self.note(logged, row: arrival) }
        try self.keepAhead(logged, isMaterial: pending.delta.header.shape.contains { $0.isMaterial })
        try self.write(pending.timeline, arrival: arrival)
    }

    /// Takes timeline entries of the delta that is held back.
    ///
    /// - Returns: False when they are another delta's.
    func hold(_ entries: [TimelineEntry]) -> Bool {
        guard let id = self.pending?.delta.id, entries.allSatisfy({ $0.write.dot.delta == id }) else {
            return false
        }
        self.pending?.timeline.append(contentsOf: entries)
        return true
    }

    /// True for the delta that is held back: nothing else in the database can know of it.
    func isHeldBack(_ id: DeltaID) -> Bool { self.pending?.delta.id == id }

    func noteOwnHead(_ have: AuthorHave) {
        guard have.author == self.own, let last = have.intervals.last else { return }
        self.ownHead = LogHead(seq: last.last, id: last.head)
    }

    private func keepAhead(_ logged: LoggedDelta, isMaterial: Bool) throws(ReplicaFault) {
        guard self.before != nil else { return }
        let author = try self.row(of: logged.reference.author)
        let document = try self.row(of: logged.document)
        guard self.before != nil else { return }
        let isFirst = self.loggedAhead.add(
            logged, author: author, document: document, isMaterial: isMaterial)
        if !isFirst { self.forgetBefore() }
    }

    // Numbers.

    /// Reads what the first rows will need, while nothing has to be waited for.
    func prepareNumbers() throws(ReplicaFault) {
        guard let ahead = self.ahead else { return }
        if self.heads.nextDocument == nil { self.heads.nextDocument = try Self.nextDocument(ahead) }
        if self.heads.nextArrival == nil { self.heads.nextArrival = try Self.nextArrival(ahead) }
        if self.heads.audit == nil { self.heads.audit = try ahead.auditChain() }
        if self.heads.mayHaveWaiting == nil { self.heads.mayHaveWaiting = try ahead.hasWaiting() }
    }

    private static func nextDocument(_ connection: Connection) throws(ReplicaFault) -> Int64 {
        (try connection.integer("SELECT max(document_id) FROM document") ?? 0) + 1
    }

    private static func nextArrival(_ connection: Connection) throws(ReplicaFault) -> Int64 {
        (try connection.integer("SELECT max(arrival) FROM delta") ?? 0) + 1
    }

    func row(of author: Author) throws(ReplicaFault) -> Int64 {
        if let known = self.base.names.row(of: author) { return known }
        if let before = self.before, let found = try before.row(of: author) { return found }
        return try self.connection.makeRow(of: author)
    }

    func row(of document: DocumentID) throws(ReplicaFault) -> Int64 {
        if let known = self.base.names.documentRows[document] { return known }
        if self.prepared[document]?.isAbsent != true, let found = try self.reading(document).row(of: document)
        {
            return found
        }
        let row: Int64
        if let next = self.heads.nextDocument {
            row = next
        } else {
            row = try Self.nextDocument(self.readingOthers)
        }
        self.heads.nextDocument = row + 1
        self.prepared[document]?.isAbsent = false
        self.base.names.remember(document, row)
        self.touch(document)
        try self.add(.document) { cells in
            cells.add(row)
            cells.add(document.bytes)
        }
        return row
    }

    private func newArrival() throws(ReplicaFault) -> Int64 {
        let row: Int64
        if let next = self.heads.nextArrival {
            row = next
        } else {
            row = try Self.nextArrival(self.readingOthers)
        }
        self.heads.nextArrival = row + 1
        return row
    }

    // Memory.

    /// Finds where a delta is in order of arrival.
    func arrival(of id: DeltaID) throws(ReplicaFault) -> Arrival? {
        if self.isHeldBack(id) { try self.flush() }
        if let known = self.arrivals[id] { return known }
        let connection = try self.connection
        let statement = try connection.prepare("SELECT arrival, author_id, seq FROM delta WHERE id = ?")
        defer { statement.reset() }
        statement.bind(1, id.bytes)
        guard try statement.step() else { return nil }
        let author = try connection.author(row: statement.integer(1))
        let arrival = Arrival(
            row: statement.integer(0), reference: DeltaReference(author: author, seq: statement.unsigned(2)))
        if self.arrivals.count >= Self.rememberedMax { self.arrivals.removeAll(keepingCapacity: true) }
        self.arrivals[id] = arrival
        return arrival
    }

    func knownArrival(of id: DeltaID) throws(ReplicaFault) -> Arrival {
        guard let arrival = try self.arrival(of: id) else {
            throw ReplicaFault(StoreCode.unknownDelta, "a delta that is not in the log was to be changed")
        }
        return arrival
    }

    /// Adds a delta that was just written to what is remembered of its place.
    private func note(_ logged: LoggedDelta, row: Int64) {
        guard var known = self.places[logged.reference] else { return }
        known.append(logged)
        self.places[logged.reference] = known.sorted { $0.id < $1.id }
    }

    private func remember(_ found: [LoggedDelta], at reference: DeltaReference) {
        if self.places.count >= Self.rememberedMax { self.places.removeAll(keepingCapacity: true) }
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
