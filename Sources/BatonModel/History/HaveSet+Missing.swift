extension HaveSet {
    /// Lists what this replica holds and `peer` does not state, as ranges per author in order.
    ///
    /// - Complexity: O(intervals of both sides).
    package func missing(at peer: HaveSet) -> [DeltaRange] {
        var ranges: [DeltaRange] = []
        for mine in self.authors {
            let theirs = peer[mine.author]
            for interval in mine.intervals {
                ranges.append(
                    contentsOf: Self.subtract(
                        theirs,
                        from: DeltaRange(author: mine.author, first: interval.first, last: interval.last)))
            }
            ranges.append(contentsOf: Self.branches(of: mine, notAt: theirs))
        }
        return ranges
    }

    /// Lists what of `ranges` this set does not hold, in their order.
    ///
    /// - Complexity: O(log intervals) a range, and what it meets.
    package func lacking(_ ranges: [DeltaRange]) -> [DeltaRange] {
        ranges.flatMap { Self.subtract(self[$0.author], from: $0) }
    }

    private static func subtract(_ held: AuthorHave?, from range: DeltaRange) -> [DeltaRange] {
        guard let held else { return [range] }
        var ranges: [DeltaRange] = []
        var next = range.first
        for other in held.intervals[held.place(of: next)...] {
            guard other.first <= range.last else { break }
            if other.first > next {
                ranges.append(DeltaRange(author: range.author, first: next, last: other.first - 1))
            }
            next = other.last + (Mutant.isOn(.missingSkipsOne) ? 2 : 1)
        }
        if next <= range.last {
            ranges.append(DeltaRange(author: range.author, first: next, last: range.last))
        }
        return ranges
    }

    /// Places where both sides hold something, but not the same: a fork that one side has yet to see.
    private static func branches(of mine: AuthorHave, notAt theirs: AuthorHave?) -> [DeltaRange] {
        guard let theirs, !Mutant.isOn(.branchesNotSent) else { return [] }
        var places: [UInt64] = []
        for place in mine.contested where place.isHeld && theirs.contains(place.seq) {
            if !theirs.contested.contains(place) { places.append(place.seq) }
        }
        // The peer knows of a fork where we hold one delta and have no proof: what we hold may be the
        // branch it wants.
        for place in theirs.contested where mine.contains(place.seq) && !mine.isContested(place.seq) {
            places.append(place.seq)
        }
        places.append(contentsOf: Self.before(theirs).filter { mine.contains($0) && !mine.isContested($0) })
        for interval in mine.intervals {
            let place = theirs.place(of: interval.last)
            guard place < theirs.intervals.endIndex else { break }
            let other = theirs.intervals[place]
            if other.last == interval.last, other.head != interval.head { places.append(interval.last) }
        }
        return Self.ranges(Set(places).sorted(), of: mine.author)
    }

    private static func ranges(_ places: [UInt64], of author: Author) -> [DeltaRange] {
        var ranges: [DeltaRange] = []
        for place in places {
            if let last = ranges.last, last.last + 1 == place {
                ranges[ranges.count - 1].last = place
            } else {
                ranges.append(DeltaRange(author: author, first: place, last: place))
            }
        }
        return ranges
    }

    /// Places before those where a peer wants a branch. It learns of a branch backwards, from one `prev` to
    /// the next; sending as many more as it knows already brings a long branch in few rounds.
    private static func before(_ theirs: AuthorHave) -> [UInt64] {
        var found: [UInt64] = []
        var length: UInt64 = 0
        var next: UInt64?
        for place in theirs.contested.reversed() {
            if place.seq != next { length = place.seq + 1 == next ? length + 1 : 1 }
            next = place.seq
            guard place.seq > 1, !place.isHeld, !theirs.isContested(place.seq - 1) else { continue }
            let count = min(length, place.seq - 1, UInt64(Self.branchStep))
            found.append(contentsOf: (place.seq - count)..<place.seq)
        }
        return found
    }

    private static let branchStep = 4_096
}

extension HaveSet {
    /// Hashes the set. Equal digests mean equal logs: every interval carries the id at its end, ids chain,
    /// and a chain that breaks inside an interval is stated as a contested place.
    package func digest(hashing: some Hashing) -> Digest256 {
        var message = Array("baton/have/1".utf8)
        message.append(contentsOf: self.encoded())
        return hashing.digest256(message)
    }
}
