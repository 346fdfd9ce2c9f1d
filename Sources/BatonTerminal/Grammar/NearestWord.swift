/// Finds what a mistyped word was meant to be.
package enum NearestWord {
    /// The closest of the candidates, if it is close: one of the two begins with the other, or at most two slips and
    /// fewer than half of the word.
    package static func of(_ word: String, among candidates: [String]) -> String? {
        let typed = word.lowercased()
        let beginning = candidates.first { candidate in
            let known = candidate.lowercased()
            return min(known.count, typed.count) >= 3 && (typed.hasPrefix(known) || known.hasPrefix(typed))
        }
        if let beginning { return beginning }
        let ranked = candidates.map { (word: $0, slips: Self.slips(typed, $0.lowercased())) }
        guard let best = ranked.min(by: { ($0.slips, $0.word) < ($1.slips, $1.word) }) else { return nil }
        return best.slips <= 2 && best.slips * 2 < max(typed.count, best.word.count) ? best.word : nil
    }

    /// Insertions, deletions, replacements and swaps of neighbours.
    /// - Source: Damerau 1964, optimal string alignment.
    static func slips(_ left: String, _ right: String) -> Int {
        let left = Array(left.prefix(64))
        let right = Array(right.prefix(64))
        var rows = [Array(0...right.count)]
        for i in 0..<left.count {
            var row = [i + 1]
            for j in 0..<right.count {
                let change = rows[i][j] + (left[i] == right[j] ? 0 : 1)
                var least = min(rows[i][j + 1] + 1, row[j] + 1, change)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    least = min(least, rows[i - 1][j - 1] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
