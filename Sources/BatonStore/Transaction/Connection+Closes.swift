import BatonDesk
import BatonEngine
import BatonModel

/// What the closes of a document have read.
extension Connection {
    /// Counts material changes that no standing close has read and that follow none.
    ///
    /// - Complexity: O(authors) for a document that is open, or quiet since its close; else O(changes since). Where an
    ///   author is forked, O(history of the document) for each material change of a forked author, or since the close.
    func uncoveredCount(
        of state: DocumentState, row: Int64, hashing: any Hashing
    ) throws(ReplicaFault) -> Int {
        let closures = Closures(of: state)
        guard closures.mayHaveMissed(in: state) else { return 0 }
        guard state.forked.isEmpty else {
            return try self.uncoveredByGraph(closures, of: state, row: row, hashing: hashing)
        }
        return try self.unreadChanges(closures, from: closures.unreadTails(of: state), row: row).count
    }

    /// Lists them, of a document without a forked author.
    func unreadChanges(
        _ closures: Closures, from tails: [DeltaReference], row: Int64
    ) throws(ReplicaFault) -> UnreadChanges {
        var changes = UnreadChanges(of: closures)
        for tail in tails {
            guard let author = try self.row(of: tail.author) else { continue }
            let statement = try self.prepare(
                """
                SELECT seq, vector FROM delta WHERE document_id = ? AND author_id = ? AND seq >= ?
                    AND is_material = 1 AND fate IN (1, 4)
                """)
            defer { statement.reset() }
            statement.bind(1, row)
            statement.bind(2, author)
            statement.bind(3, unsigned: tail.seq)
            while try statement.step() {
                changes.include(
                    DeltaReference(author: tail.author, seq: statement.unsigned(0)),
                    vector: try self.decodeVector(statement.bytes(1)), of: closures, from: tails)
            }
        }
        return changes
    }

    /// The same where numbers describe no past for some author: a close by such an author, or of its changes, has read
    /// what can be walked to from it.
    private func uncoveredByGraph(
        _ closures: Closures, of state: DocumentState, row: Int64, hashing: any Hashing
    ) throws(ReplicaFault) -> Int {
        let history = try self.history(row: row, document: state.id, hashing: hashing)
        let graph = PastGraph(
            log: history, releases: state.releases(by: DeskFieldTable.current), hashing: hashing)
        let closes = closures.deltas.compactMap { history.byID[$0]?.logged.position }
        let read = try graph.ancestors(of: closes, authors: state.forked)
        let unread = Dictionary(
            uniqueKeysWithValues: closures.unreadTails(of: state).map { ($0.author, $0.seq) })
        let forkedCloses = closes.filter { state.forked.contains($0.reference.author) }
        var count = 0
        for entry in history.entries where entry.isMaterial && entry.logged.fate.isInHistory {
            let reference = entry.logged.reference
            let isRead =
                state.forked.contains(reference.author)
                ? read.contains(entry.logged.id) : reference.seq < unread[reference.author] ?? .max
            guard !isRead, !closures.isFollowed(by: entry.logged.vector, besides: state.forked) else {
                continue
            }
            let past =
                forkedCloses.isEmpty
                ? [] : try graph.ancestors(of: [entry.logged.position], authors: state.forked)
            if !forkedCloses.contains(where: { past.contains($0.id) }) { count += 1 }
        }
        return count
    }

    private func history(
        row: Int64, document: DocumentID, hashing: any Hashing
    ) throws(ReplicaFault) -> DocumentHistory {
        let statement = try self.prepare(
            """
            SELECT \(Self.deltaColumns), d.fate, d.vector, d.lacks_part, d.is_material
            FROM delta d WHERE d.document_id = ? ORDER BY d.id
            """)
        defer { statement.reset() }
        statement.bind(1, row)
        var entries: [DocumentHistory.Entry] = []
        while try statement.step() {
            let delta = try self.delta(from: statement, at: 0, hashing: hashing)
            guard let fate = Fate(rawValue: UInt8(truncatingIfNeeded: statement.integer(4))) else {
                throw .damaged("a row of the log")
            }
            let logged = LoggedDelta(
                id: delta.id, reference: delta.reference, document: document,
                documentPrev: delta.header.documentPrev, fate: fate,
                vector: try self.decodeVector(statement.bytes(5)), level: delta.header.level,
                hasAllParts: !statement.flag(6))
            entries.append(
                DocumentHistory.Entry(delta: delta, logged: logged, isMaterial: statement.flag(7)))
        }
        return DocumentHistory(entries)
    }
}

extension Fate {
    /// True for what a document consists of, read here or not.
    fileprivate var isInHistory: Bool { self == .applied || self == .unread }
}

/// Every delta of one document, in memory.
private struct DocumentHistory: DeltaLog {
    struct Entry {
        let delta: Delta
        let logged: LoggedDelta
        let isMaterial: Bool
    }

    /// Sorted by id.
    let entries: [Entry]
    let byID: [DeltaID: Entry]
    private let byPlace: [DeltaReference: [LoggedDelta]]

    init(_ entries: [Entry]) {
        self.entries = entries
        self.byID = Dictionary(entries.map { ($0.logged.id, $0) }) { first, _ in first }
        self.byPlace = Dictionary(grouping: entries.map(\.logged), by: \.reference)
    }

    func logged(at reference: DeltaReference) -> [LoggedDelta] { self.byPlace[reference] ?? [] }
    func logged(_ id: DeltaID) -> LoggedDelta? { self.byID[id]?.logged }
    func delta(_ id: DeltaID) -> Delta? { self.byID[id]?.delta }
}
