import BatonEngine
import BatonModel

/// Merges ranges of several authors' logs into one order: by arrival across ranges, by `seq` within one.
///
/// Each range reads ahead some entries of the index of places; the range whose next entry arrived first
/// comes next. Within an author `seq` goes before arrival, so that what is left of a range is a range
/// again.
struct RangeMerge {
    private let connection: Connection
    private var cursors: [Cursor] = []
    /// Indices of `cursors`, a heap by arrival of the next entry.
    private var heap: [Int] = []
    /// The range and place given last: the branches of a fork are not torn apart.
    private var last: (cursor: Int, seq: UInt64)?

    private struct Cursor {
        let author: Int64
        let range: DeltaRange
        var ahead: [(seq: UInt64, arrival: Int64)] = []
        var place = 0
        var isExhausted = false

        var next: (seq: UInt64, arrival: Int64)? {
            self.place < self.ahead.count ? self.ahead[self.place] : nil
        }
    }

    private static let readAhead = 256

    init(_ ranges: [DeltaRange], _ connection: Connection) throws(ReplicaFault) {
        self.connection = connection
        for range in ranges where range.first <= range.last {
            guard let author = try connection.row(of: range.author) else { continue }
            var cursor = Cursor(author: author, range: range)
            try Self.refill(&cursor, from: range.first, connection)
            guard cursor.next != nil else { continue }
            self.cursors.append(cursor)
            self.push(self.cursors.count - 1)
        }
    }

    /// Gives the arrival of the next delta.
    ///
    /// - Parameter mayStop: Asks for the end; the branches of one place are still given.
    mutating func next(mayStop: Bool) throws(ReplicaFault) -> Int64? {
        guard let index = try self.chosen(mayStop), let entry = self.cursors[index].next else { return nil }
        self.last = (index, entry.seq)
        self.cursors[index].place += 1
        if self.cursors[index].next == nil, !self.cursors[index].isExhausted {
            try Self.refill(&self.cursors[index], from: entry.seq + 1, self.connection)
        }
        if self.cursors[index].next != nil { self.push(index) }
        return entry.arrival
    }

    private mutating func chosen(_ mayStop: Bool) throws(ReplicaFault) -> Int? {
        if let last = self.last, self.cursors[last.cursor].next?.seq == last.seq {
            self.heap.removeAll { $0 == last.cursor }
            self.rebuildHeap()
            return last.cursor
        }
        return mayStop ? nil : self.pop()
    }

    /// What has not been given, in the order of the ranges.
    var rest: [DeltaRange] {
        self.cursors.compactMap { cursor in
            cursor.next.map {
                DeltaRange(author: cursor.range.author, first: $0.seq, last: cursor.range.last)
            }
        }
    }

    private static func refill(
        _ cursor: inout Cursor, from first: UInt64, _ connection: Connection
    ) throws(ReplicaFault) {
        cursor.ahead.removeAll(keepingCapacity: true)
        cursor.place = 0
        let statement = try connection.prepare(
            """
            SELECT seq, arrival FROM delta WHERE author_id = ? AND seq BETWEEN ? AND ?
            ORDER BY seq, arrival LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, cursor.author)
        statement.bind(2, unsigned: first)
        statement.bind(3, unsigned: cursor.range.last)
        statement.bind(4, Self.readAhead)
        while try statement.step() { cursor.ahead.append((statement.unsigned(0), statement.integer(1))) }
        cursor.isExhausted = cursor.ahead.count < Self.readAhead
        guard !cursor.isExhausted else { return }
        Self.dropTornPlace(&cursor)
    }

    /// A place whose branches may not all have been read is left for the next look, unless it is all that
    /// was read.
    private static func dropTornPlace(_ cursor: inout Cursor) {
        guard let last = cursor.ahead.last, cursor.ahead[0].seq != last.seq else { return }
        while cursor.ahead.last?.seq == last.seq { cursor.ahead.removeLast() }
    }

    // The heap.

    private func arrival(_ index: Int) -> Int64 { self.cursors[index].next?.arrival ?? .max }

    private mutating func push(_ index: Int) {
        self.heap.append(index)
        var child = self.heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.arrival(self.heap[child]) < self.arrival(self.heap[parent]) else { break }
            self.heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func pop() -> Int? {
        guard let first = self.heap.first else { return nil }
        let last = self.heap.removeLast()
        guard !self.heap.isEmpty else { return first }
        self.heap[0] = last
        self.sink(0)
        return first
    }

    private mutating func sink(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < self.heap.count {
                if self.arrival(self.heap[child]) < self.arrival(self.heap[least]) { least = child }
            }
            guard least != parent else { return }
            self.heap.swapAt(parent, least)
            parent = least
        }
    }

    private mutating func rebuildHeap() {
        for index in stride(from: self.heap.count / 2 - 1, through: 0, by: -1) { self.sink(index) }
    }
}
