extension HaveSet {
    /// Adds what an entry states; nothing that was known is forgotten.
    ///
    /// - Complexity: O(intervals of both).
    package mutating func unite(_ entry: AuthorHave) {
        guard let known = self[entry.author] else { return self.set(entry) }
        var sum = AuthorHave(author: entry.author)
        sum.intervals = Self.merged(known.intervals, entry.intervals)
        sum.contested = known.contested
        for place in entry.contested {
            if let index = sum.contested.firstIndex(where: { $0.seq == place.seq && $0.id == place.id }) {
                if place.isHeld { sum.contested[index].isHeld = true }
            } else {
                sum.contested.append(place)
            }
        }
        sum.contested.sort { ($0.seq, $0.id) < ($1.seq, $1.id) }
        self.set(sum)
    }

    private static func merged(_ left: [HaveInterval], _ right: [HaveInterval]) -> [HaveInterval] {
        var out: [HaveInterval] = []
        out.reserveCapacity(left.count + right.count)
        var (i, j) = (0, 0)
        while i < left.count || j < right.count {
            let takesLeft = j == right.count || (i < left.count && left[i].first <= right[j].first)
            let next = takesLeft ? left[i] : right[j]
            if takesLeft { i += 1 } else { j += 1 }
            Self.append(next, to: &out)
        }
        return out
    }

    private static func append(_ next: HaveInterval, to out: inout [HaveInterval]) {
        guard let last = out.last, next.first <= last.last + 1 else {
            out.append(next)
            return
        }
        if next.last > last.last {
            out[out.count - 1].last = next.last
            out[out.count - 1].head = next.head
        } else if next.last == last.last {
            out[out.count - 1].head = min(last.head, next.head)
        }
    }

    /// Cuts the set into parts of a bounded number of intervals, for frames; at least one part.
    package func parts(intervalsMax: Int) -> [HaveSet] {
        var parts = [HaveSet()]
        var room = intervalsMax
        for have in self.authors {
            var rest = have
            repeat {
                if room <= 0 {
                    parts.append(HaveSet())
                    room = intervalsMax
                }
                var piece = AuthorHave(author: have.author)
                piece.intervals = Array(rest.intervals.prefix(room))
                rest.intervals.removeFirst(piece.intervals.count)
                if rest.intervals.isEmpty {
                    piece.contested = rest.contested
                    rest.contested = []
                }
                room -= max(1, piece.intervals.count + piece.contested.count)
                parts[parts.count - 1].set(piece)
            } while !rest.intervals.isEmpty
        }
        return parts
    }
}
