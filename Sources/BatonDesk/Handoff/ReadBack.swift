import BatonModel

/// A read-back compared with the record, item by item.
package struct ReadBack: Sendable, Equatable {
    package struct Mismatch: Sendable, Equatable {
        package let said: String
        package let record: String
    }

    /// What agreed, in words: `the deadline 23:52`.
    package let matches: [String]
    package let mismatches: [Mismatch]
    /// What has to be said and was not.
    package let missing: [String]
    /// Clauses that no action of the record has a word of: perhaps a new action.
    package let unlisted: [String]

    package var isGood: Bool { self.mismatches.isEmpty && self.missing.isEmpty }

    /// For the entry: what it differed in.
    package var differences: [String] {
        self.mismatches.map { "said \($0.said), the record says \($0.record)" }
            + self.missing.map { "\($0) was not said" }
    }

    /// - Parameter now: When it is said; for `2 h`.
    /// - Parameter offsets: Minutes from UTC of both sites' local times: either may be meant.
    package init(_ text: String, of item: HandoffItem, now: UInt64, offsets: [Int] = []) {
        let facts = ReadBackFact.facts(item, offsets: offsets, now: now)
        var matches: [String] = []
        var mismatches: [Mismatch] = []
        var met: [Int] = []
        for term in ReadBackReader.terms(text) {
            if let place = facts.firstIndex(where: { $0.matches(term, now: now) }) {
                matches.append("\(facts[place].what) \(term.words)")
                for (index, fact) in facts.enumerated()
                where fact.moment == facts[place].moment && !met.contains(index) {
                    met.append(index)
                }
            } else if let fact = facts.first(where: { $0.isComparable(with: term) }) {
                mismatches.append(Mismatch(said: term.words, record: fact.words))
            }
        }
        self.matches = matches
        self.mismatches = mismatches
        let owed = facts.indices.filter { facts[$0].isRequired && !met.contains($0) }
        // What was said wrongly was said: it is a mismatch, not an omission.
        self.missing = mismatches.isEmpty ? owed.map { facts[$0].what } : []
        self.unlisted = Self.unlisted(text, item)
    }

    private static let joints = ["and", "then", "afterwards", "and then"]
    private static let small = [
        "the", "a", "an", "to", "at", "by", "of", "on", "in", "due", "will", "i", "we", "for", "with", "is",
    ]

    private static func unlisted(_ text: String, _ item: HandoffItem) -> [String] {
        let known =
            (item.actions.map(\.what) + item.pending.flatMap { [$0.partner, $0.then] } + item.sentences
            + [item.title]).flatMap { ReadBackReader.words($0) }
        var clauses: [[String]] = [[]]
        for part in text.split(whereSeparator: { ",;.".contains($0) }) {
            clauses.append([])
            for word in part.split(separator: " ") {
                if Self.joints.contains(word.lowercased()) {
                    clauses.append([])
                } else {
                    clauses[clauses.count - 1].append(String(word))
                }
            }
        }
        return clauses.filter { words in
            let telling = words.flatMap { ReadBackReader.words($0) }.filter { !Self.small.contains($0) }
            // A clause of times and numbers alone is compared, not listed.
            let verbs = telling.filter { Int($0.prefix { $0.isNumber }) == nil }
            return verbs.count >= 2 && ReadBackReader.terms(words.joined(separator: " ")).isEmpty
                && !verbs.contains { known.contains($0) }
        }.map { $0.joined(separator: " ") }
    }
}

/// One thing of the record that a read-back can get right or wrong.
private struct ReadBackFact {
    let what: String
    let moment: UInt64?
    let number: Int?
    let isRequired: Bool
    let offsets: [Int]

    /// The next hard deadline and the next awaited answer must be said; all the rest may be.
    static func facts(_ item: HandoffItem, offsets: [Int], now: UInt64) -> [ReadBackFact] {
        var facts: [ReadBackFact] = []
        func add(_ what: String, _ moment: UInt64?, isRequired: Bool) {
            guard let moment else { return }
            facts.append(
                ReadBackFact(
                    what: what, moment: moment, number: nil, isRequired: isRequired, offsets: offsets))
        }
        let next = item.nextHard
        add("the deadline", next?.due, isRequired: true)
        let awaited = item.pending.compactMap { pending in pending.expected.map { (pending.partner, $0) } }
            .min { $0.1 < $1.1 }
        add("the answer of \(awaited?.0 ?? "")", awaited?.1, isRequired: next == nil)
        for action in item.actions where action.due != nil && action != next {
            add(action.what, action.due, isRequired: false)
        }
        for pending in item.pending where pending.expected != nil && pending.expected != awaited?.1 {
            add("the answer of \(pending.partner)", pending.expected, isRequired: false)
        }
        let texts = [item.title, item.situation] + item.contingencies + item.actions.map(\.what)
        for term in texts.flatMap({ ReadBackReader.terms($0) }) {
            guard case .number(let number) = term else { continue }
            facts.append(
                ReadBackFact(
                    what: "the number", moment: nil, number: number, isRequired: false, offsets: []))
        }
        return facts
    }

    var words: String {
        guard let moment = self.moment else { return self.number.map(String.init) ?? "" }
        let date = CivilDate(daysSince1970: Int(clamping: moment / 86_400_000))
        let clock = ReadBackTerm.clock(Int(moment / 60_000 % 1_440)).words
        return "\(self.what) \(date.day) \(ReadBackTerm.monthNames[date.month - 1]) \(clock)Z"
    }

    func matches(_ term: ReadBackTerm, now: UInt64) -> Bool {
        switch term {
        case .number(let number): return self.number == number
        case .clock(let minutes):
            guard let moment = self.moment else { return false }
            return ([0] + self.offsets).contains { offset in
                (Int(moment / 60_000 % 1_440) + offset + 2_880) % 1_440 == minutes
            }
        case .date(let day, let month):
            guard let moment = self.moment else { return false }
            return ([0] + self.offsets).contains { offset in
                let local = Int64(clamping: moment) + Int64(offset) * 60_000
                let date = CivilDate(daysSince1970: Int(local / 86_400_000))
                return date.day == day && date.month == month
            }
        case .span(let minutes):
            guard let moment = self.moment, moment >= now else { return false }
            let left = Int((moment - now) / 60_000)
            // People round: by five minutes below two hours, by a tenth above.
            return abs(left - minutes) <= max(5, minutes / 10)
        }
    }

    /// A number that is in no fact is told, not compared: people number things of their own.
    func isComparable(with term: ReadBackTerm) -> Bool {
        if case .number = term { return false }
        return self.moment != nil
    }
}
