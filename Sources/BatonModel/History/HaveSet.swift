/// A run of one author's deltas that are held, and the id at its end.
package struct HaveInterval: Hashable, Sendable {
    package var first: UInt64
    package var last: UInt64
    /// The id at `last`; of two in a forked place the lesser.
    package var head: DeltaID

    package init(first: UInt64, last: UInt64, head: DeltaID) {
        self.first = first
        self.last = last
        self.head = head
    }
}

/// What a replica holds of one author's log.
package struct AuthorHave: Hashable, Sendable {
    package let author: Author
    /// Sorted, neither touching nor overlapping.
    package var intervals: [HaveInterval] = []
    /// Every id known at a place that has more than one, sorted by (seq, id): those held, and those that a
    /// held delta names as its `prev` and that are still to come. So no branch of a fork can hide behind
    /// equal numbers, however long it is, and a branch that is only known of is never taken for one that is
    /// here.
    package var contested: [ContestedPlace] = []

    package struct ContestedPlace: Hashable, Sendable {
        package let seq: UInt64
        package let id: DeltaID
        /// False for an id that is only known of: the delta itself is wanted.
        package var isHeld: Bool

        package init(seq: UInt64, id: DeltaID, isHeld: Bool = true) {
            self.seq = seq
            self.id = id
            self.isHeld = isHeld
        }
    }

    package init(author: Author) { self.author = author }

    package func contains(_ seq: UInt64) -> Bool {
        let place = self.place(of: seq)
        return place < self.intervals.endIndex && self.intervals[place].first <= seq
    }

    /// Finds the first interval that does not end before `seq`. Sets with many holes are common during an
    /// urgent catch-up.
    ///
    /// - Complexity: O(log intervals).
    package func place(of seq: UInt64) -> Int {
        var low = 0
        var high = self.intervals.count
        while low < high {
            let middle = (low + high) / 2
            if self.intervals[middle].last < seq { low = middle + 1 } else { high = middle }
        }
        return low
    }

    package var lastSeq: UInt64 { self.intervals.last?.last ?? 0 }

    /// True where more than one id is known at a place.
    ///
    /// - Complexity: O(log contested places).
    package func isContested(_ seq: UInt64) -> Bool {
        var low = 0
        var high = self.contested.count
        while low < high {
            let middle = (low + high) / 2
            if self.contested[middle].seq < seq { low = middle + 1 } else { high = middle }
        }
        return low < self.contested.count && self.contested[low].seq == seq
    }

    /// True where a run ends at `seq` with exactly this delta: the common case of a log that goes on.
    package func endsRun(at seq: UInt64, with id: DeltaID) -> Bool {
        let place = self.place(of: seq)
        guard place < self.intervals.endIndex else { return false }
        return self.intervals[place].last == seq && self.intervals[place].head == id
    }
}

extension UInt64 {
    /// Adds, staying at the greatest number where the sum would pass it: what peers claim may be anything.
    package func saturatingAdd(_ other: UInt64) -> UInt64 {
        let (sum, isOver) = self.addingReportingOverflow(other)
        return isOver ? .max : sum
    }
}

/// The states of all authors' logs at a replica: what it tells a peer so that the peer can work out what is
/// missing.
package struct HaveSet: Hashable, Sendable {
    /// Sorted by author.
    package private(set) var authors: [AuthorHave] = []

    package init() {}

    package subscript(author: Author) -> AuthorHave? {
        self.place(of: author).found.map { self.authors[$0] }
    }

    package func contains(_ reference: DeltaReference) -> Bool {
        self[reference.author]?.contains(reference.seq) ?? false
    }

    /// The number of places held over all authors.
    package var count: UInt64 {
        self.authors.reduce(0) { total, author in
            author.intervals.reduce(total) { $0.saturatingAdd($1.last - $1.first + 1) }
        }
    }

    /// Adds one delta.
    ///
    /// - Parameter others: Ids already held at the same place; empty unless the author forked.
    package mutating func insert(_ reference: DeltaReference, id: DeltaID, others: [DeltaID] = []) {
        self.withAuthor(reference.author) { $0.include(reference.seq, id: id, others: others) }
    }

    /// Notes an id that a held delta names as its predecessor, at a place where only others are held.
    package mutating func learn(_ id: DeltaID, at reference: DeltaReference, others: [DeltaID]) {
        self.withAuthor(reference.author) { $0.learn(id, at: reference.seq, others: others) }
    }

    /// Takes a whole author's entry, as a store or a peer states it.
    package mutating func set(_ entry: AuthorHave) {
        self.withAuthor(entry.author) { $0 = entry }
    }

    private mutating func withAuthor(_ author: Author, _ body: (inout AuthorHave) -> Void) {
        let (found, place) = self.place(of: author)
        if let found {
            body(&self.authors[found])
            return
        }
        var made = AuthorHave(author: author)
        body(&made)
        self.authors.insert(made, at: place)
    }

    private func place(of author: Author) -> (found: Int?, place: Int) {
        var low = 0
        var high = self.authors.count
        while low < high {
            let middle = (low + high) / 2
            if self.authors[middle].author < author { low = middle + 1 } else { high = middle }
        }
        let isFound = low < self.authors.count && self.authors[low].author == author
        return (isFound ? low : nil, low)
    }
}

extension AuthorHave {
    /// Adds one delta.
    ///
    /// - Parameter others: Ids already held at the same place; empty unless the author forked.
    package mutating func include(_ seq: UInt64, id: DeltaID, others: [DeltaID] = []) {
        self.insert(seq, id)
        guard !others.isEmpty, !others.contains(id) else {
            // The only one here may be one that was wanted.
            if self.contested.contains(where: { $0.seq == seq }) { self.contest(seq, [id], isHeld: true) }
            return
        }
        self.contest(seq, others + [id], isHeld: true)
    }

    /// Notes an id that a held delta names as its predecessor, at a place where only others are held.
    package mutating func learn(_ id: DeltaID, at seq: UInt64, others: [DeltaID]) {
        self.contest(seq, others, isHeld: true)
        self.contest(seq, [id], isHeld: false)
    }

    fileprivate mutating func insert(_ seq: UInt64, _ id: DeltaID) {
        let place = self.place(of: seq)
        if place < self.intervals.endIndex, self.intervals[place].first <= seq {
            if self.intervals[place].last == seq {
                self.intervals[place].head = min(self.intervals[place].head, id)
            }
            return
        }
        let touchesBelow =
            place > 0 && self.intervals[place - 1].last + (Mutant.isOn(.haveJoinsGaps) ? 2 : 1) >= seq
        let touchesAbove = place < self.intervals.endIndex && seq + 1 == self.intervals[place].first
        switch (touchesBelow, touchesAbove) {
        case (true, true):
            self.intervals[place].first = self.intervals[place - 1].first
            self.intervals.remove(at: place - 1)
        case (true, false):
            self.intervals[place - 1].last = seq
            if !Mutant.isOn(.haveHeadStale) { self.intervals[place - 1].head = id }
        case (false, true):
            self.intervals[place].first = seq
        case (false, false):
            self.intervals.insert(HaveInterval(first: seq, last: seq, head: id), at: place)
        }
    }

    fileprivate mutating func contest(_ seq: UInt64, _ ids: [DeltaID], isHeld: Bool) {
        for id in ids {
            let entry = ContestedPlace(seq: seq, id: id, isHeld: isHeld)
            if let known = self.contested.firstIndex(where: { $0.seq == seq && $0.id == id }) {
                if isHeld { self.contested[known].isHeld = true }
                continue
            }
            let place = self.contested.firstIndex { (seq, id) < ($0.seq, $0.id) } ?? self.contested.endIndex
            self.contested.insert(entry, at: place)
        }
    }
}
