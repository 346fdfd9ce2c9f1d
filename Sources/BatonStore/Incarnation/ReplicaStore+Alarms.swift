package import BatonEngine
package import BatonModel

/// What no healthy team writes, worked out from signed deltas alone: the deltas named are the proof, and the
/// log keeps them.
package enum LogAlarm: Hashable, Sendable {
    /// Two deltas at one place, or a `prev` that names another delta than the one held before it. `places`
    /// is how many numbers of this author are contested; `ids` are those at the first of them.
    case fork(first: DeltaReference, ids: [DeltaID], places: Int)
    /// Several incarnations of a site name one head as the end of the life before them (none: no head), so
    /// at most one of them knew what came after it.
    case sameBeginning(SiteID, head: DeltaID, authors: [Author], ids: [DeltaID])
    /// By its stamps an incarnation went on after a later one of its site had begun.
    case twoLives(older: Author, newer: Author, ids: [DeltaID])
    /// A delta inside a run that its author's next one vouches for, though its own signature is wrong.
    case wrongSignature(SiteID, ids: [DeltaID])
    /// Indexes of this site's own replica that do not match their tables, by name: its disk is to be doubted.
    case damagedIndex(SiteID, names: [String])
}

extension LogAlarm {
    /// Constant words and names, the same while the alarm holds: under them it is told once.
    package var key: String {
        switch self {
        case .fork(let first, _, _): "alarm.fork \(first)"
        case .sameBeginning(_, _, let authors, _):
            "alarm.same-beginning " + authors.map(\.description).joined(separator: " ")
        case .twoLives(let older, let newer, _): "alarm.two-lives \(older) \(newer)"
        case .wrongSignature(let site, _): "alarm.wrong-signature \(site)"
        case .damagedIndex(_, let names): "alarm.damaged-index " + names.joined(separator: " ")
        }
    }
}

/// The first and the last delta of one incarnation, as far as both are held.
private struct LifeSpan {
    let author: Author
    let first: DeltaID
    let previousHead: DeltaID
    let firstStamp: HybridTime
    let last: DeltaID
    let lastStamp: HybridTime
}

extension ReplicaStore {
    /// Lists what is to be told, forks first, each in order of author.
    ///
    /// - Complexity: O(authors): the log is not read.
    package func alarms() throws(ReplicaFault) -> [LogAlarm] {
        try self.reading { connection throws(ReplicaFault) in
            let haves = try connection.haveSet().authors.sorted { $0.author < $1.author }
            var alarms = haves.compactMap(Self.fork)
            var place = 0
            while place < haves.count {
                let site = haves[place].author.site
                let end = haves[place...].firstIndex { $0.author.site != site } ?? haves.endIndex
                // One incarnation has nothing to clash with.
                if end - place > 1 {
                    var spans: [LifeSpan] = []
                    for have in haves[place..<end] {
                        if let span = try connection.lifeSpan(of: have) { spans.append(span) }
                    }
                    alarms += Self.clashes(site, spans)
                }
                place = end
            }
            return alarms + (try connection.signatureAlarms()) + (try connection.indexAlarms())
        }
    }

    /// How many deltas the log holds, how many wrong signatures were found in it, and how many damaged indexes:
    /// what a watcher asks before it looks again.
    package func logLength() throws(ReplicaFault) -> Int {
        try self.reading { connection throws(ReplicaFault) in
            Int(try connection.integer("SELECT max(arrival) FROM delta") ?? 0)
                + (try connection.signatureProgress().wrong.count) + (try connection.damagedIndexes().count)
        }
    }

    /// Writes down what no transaction of the log did.
    package func append(audit record: AuditRecord) throws(ReplicaFault) {
        try self.writing { writer throws(ReplicaFault) in
            try writer.transaction { transaction throws(ReplicaFault) in try transaction.append(record) }
        }
    }

    private static func fork(_ have: AuthorHave) -> LogAlarm? {
        guard let first = have.contested.first else { return nil }
        return .fork(
            first: DeltaReference(author: have.author, seq: first.seq),
            ids: have.contested.filter { $0.seq == first.seq }.map(\.id),
            places: Set(have.contested.map(\.seq)).count)
    }

    /// - Shape: `spans` are sorted by author, so by counter first.
    private static func clashes(_ site: SiteID, _ spans: [LifeSpan]) -> [LogAlarm] {
        var alarms: [LogAlarm] = []
        var twins: Set<Author> = []
        for (index, span) in spans.enumerated() where !twins.contains(span.author) {
            let same = spans[index...].filter { $0.previousHead == span.previousHead }
            guard same.count > 1 else { continue }
            twins.formUnion(same.map(\.author))
            alarms.append(
                .sameBeginning(
                    site, head: span.previousHead, authors: same.map(\.author), ids: same.map(\.first)))
        }
        for (index, older) in spans.enumerated() {
            let newer = spans[(index + 1)...].first { newer in
                newer.author.incarnation.counter > older.author.incarnation.counter
                    && older.lastStamp > newer.firstStamp
            }
            guard let newer, !(twins.contains(older.author) && twins.contains(newer.author)) else { continue }
            alarms.append(
                .twoLives(older: older.author, newer: newer.author, ids: [older.last, newer.first]))
        }
        return alarms
    }
}

extension Connection {
    /// Nil while the incarnation's first delta is not here: what it states is not known then.
    fileprivate func lifeSpan(of have: AuthorHave) throws(ReplicaFault) -> LifeSpan? {
        guard have.intervals.first?.first == 1, let row = try self.row(of: have.author),
            let first = try self.end(of: row, at: 1), let last = try self.end(of: row, at: have.lastSeq)
        else { return nil }
        let header: Header
        do throws(ModelFault) { header = try Header(decoding: first.header) } catch {
            throw .damaged("a header of the log")
        }
        return LifeSpan(
            author: have.author, first: first.id, previousHead: header.prev, firstStamp: first.stamp,
            last: last.id, lastStamp: last.stamp)
    }

    /// Of the branches at a forked place, the one with the least id.
    private func end(
        of author: Int64, at seq: UInt64
    ) throws(ReplicaFault) -> (id: DeltaID, stamp: HybridTime, header: [UInt8])? {
        let statement = try self.prepare(
            "SELECT id, stamp, header FROM delta WHERE author_id = ? AND seq = ? ORDER BY id LIMIT 1")
        defer { statement.reset() }
        statement.bind(1, author)
        statement.bind(2, Int64(clamping: seq))
        guard try statement.step() else { return nil }
        guard let id = DeltaID(statement.bytes(0)) else { throw .damaged("a delta's id") }
        return (id, HybridTime(stored: statement.integer(1)), statement.bytes(2))
    }
}
