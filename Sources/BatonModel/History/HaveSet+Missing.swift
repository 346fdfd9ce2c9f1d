extension HaveSet {
    /// Lists what this replica holds and `peer` does not state, as ranges per author in order.
    ///
    /// - Complexity: O(intervals of both sides).
    package func missing(at peer: HaveSet) -> [DeltaRange] {
        var ranges: [DeltaRange] = []
        for mine in self.authors {
            let theirs = peer[mine.author]
            for interval in mine.intervals {
                ranges.append(contentsOf: Self.subtract(theirs?.intervals ?? [], from: interval, mine.author))
            }
            ranges.append(contentsOf: Self.branches(of: mine, notAt: theirs))
        }
        return ranges
    }

    private static func subtract(
        _ held: [HaveInterval], from interval: HaveInterval, _ author: Author
    ) -> [DeltaRange] {
        var ranges: [DeltaRange] = []
        var next = interval.first
        for other in held where other.last >= next && other.first <= interval.last {
            if other.first > next {
                ranges.append(DeltaRange(author: author, first: next, last: other.first - 1))
            }
            next = other.last + 1
        }
        if next <= interval.last {
            ranges.append(DeltaRange(author: author, first: next, last: interval.last))
        }
        return ranges
    }

    /// Places where both sides hold something, but not the same: a fork that one side has yet to see.
    private static func branches(of mine: AuthorHave, notAt theirs: AuthorHave?) -> [DeltaRange] {
        guard let theirs else { return [] }
        var places: [UInt64] = []
        for place in mine.contested where place.isHeld && theirs.contains(place.seq) {
            if !theirs.contested.contains(place) { places.append(place.seq) }
        }
        // The peer knows of a fork where we hold one delta and have no proof: what we hold may be the
        // branch it wants.
        for place in theirs.contested where mine.contains(place.seq) {
            if !mine.contested.contains(where: { $0.seq == place.seq }) { places.append(place.seq) }
        }
        for interval in mine.intervals {
            let isSplit = theirs.intervals.contains { $0.last == interval.last && $0.head != interval.head }
            if isSplit { places.append(interval.last) }
        }
        return Set(places).sorted().map { DeltaRange(author: mine.author, first: $0, last: $0) }
    }
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
