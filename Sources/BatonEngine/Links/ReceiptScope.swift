import BatonModel

/// Cuts a have-set entry down to what a receipt has to state, so that a log with many holes never makes a
/// receipt too long for a frame.
enum ReceiptScope {
    /// Keeps the first run, which proves the head, and the runs that hold what was just added.
    static func cut(_ have: AuthorHave, to added: [UInt64], intervalsMax: Int) -> AuthorHave {
        guard have.intervals.count + have.contested.count > intervalsMax else { return have }
        var places: Set<Int> = [0, have.intervals.count - 1]
        for seq in added where places.count < intervalsMax {
            let place = have.place(of: seq)
            if place < have.intervals.count { places.insert(place) }
        }
        var cut = AuthorHave(author: have.author)
        cut.intervals = places.sorted().filter(have.intervals.indices.contains).map { have.intervals[$0] }
        cut.contested = have.contested.suffix(intervalsMax).filter { cut.contains($0.seq) }
        return cut
    }
}
