import BatonModel

/// What can be compared in a spoken sentence: a time, a date, a length of time, a number.
package enum ReadBackTerm: Hashable, Sendable {
    /// Minutes since midnight.
    case clock(Int)
    /// Day and month.
    case date(day: Int, month: Int)
    /// Minutes.
    case span(Int)
    case number(Int)

    package var words: String {
        switch self {
        case .clock(let minutes): "\(Self.two(minutes / 60)):\(Self.two(minutes % 60))"
        case .date(let day, let month): "\(day) \(Self.monthNames[month - 1])"
        case .span(let minutes): TimeWords.span(UInt64(minutes) * 60_000)
        case .number(let number): "\(number)"
        }
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    static let monthNames = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

/// Reads the terms out of what a person typed, however they wrote them: `23:52`, `2352Z`, `11.52 pm`, `29 nov`,
/// `Nov 29th`, `2026-11-29`, `2 h`, `90min`.
package enum ReadBackReader {
    package static func terms(_ text: String) -> [ReadBackTerm] {
        let words = Self.words(text)
        var terms: [ReadBackTerm] = []
        var place = 0
        while place < words.count {
            let next = place + 1 < words.count ? words[place + 1] : ""
            if let (term, count) = Self.term(words[place], next) {
                if !terms.contains(term) { terms.append(term) }
                place += count
            } else {
                place += 1
            }
        }
        return terms
    }

    /// Words in lower case, without the marks around them.
    static func words(_ text: String) -> [String] {
        text.lowercased().split { $0.isWhitespace || ",;()!?\"'".contains($0) }.map { word in
            var word = word
            while let last = word.last, last == "." || last == ":" { word.removeLast() }
            return String(word)
        }.filter { !$0.isEmpty }
    }

    /// One term at a word, and how many words it takes.
    private static func term(_ word: String, _ next: String) -> (ReadBackTerm, Int)? {
        if let (day, month) = Self.isoDate(word) { return (.date(day: day, month: month), 1) }
        if let minutes = Self.clock(word, next) {
            let takesNext = next == "am" || next == "pm" || next == "z" || next == "utc"
            return (.clock(minutes), takesNext ? 2 : 1)
        }
        if let month = Self.month(word), let day = Self.day(next) {
            return (.date(day: day, month: month), 2)
        }
        if let day = Self.day(word), let month = Self.month(next) {
            return (.date(day: day, month: month), 2)
        }
        if let minutes = Self.span(word, "") { return (.span(minutes), 1) }
        if let minutes = Self.span(word, next) { return (.span(minutes), 2) }
        guard let number = Int(word), number >= 0 else { return nil }
        return (.number(number), 1)
    }

    private static func isoDate(_ word: String) -> (Int, Int)? {
        let parts = word.split(separator: "-")
        guard parts.count == 3, parts[0].utf8.count == 4, Int(parts[0]) != nil,
            let month = Int(parts[1]), (1...12).contains(month), let day = Int(parts[2]),
            (1...31).contains(day)
        else { return nil }
        return (day, month)
    }

    private static func clock(_ word: String, _ next: String) -> Int? {
        var text = word[...]
        var half: Int?
        for (mark, shift) in [("am", 0), ("pm", 720), ("z", -1), ("utc", -1)] where text.hasSuffix(mark) {
            text = text.dropLast(mark.utf8.count)
            half = shift
            break
        }
        if half == nil, next == "am" { half = 0 }
        if half == nil, next == "pm" { half = 720 }
        if half == nil, next == "z" || next == "utc" { half = -1 }
        let parts = text.split(whereSeparator: { $0 == ":" || $0 == "." || $0 == "h" })
        let hours: Int
        let minutes: Int
        if parts.count == 2, parts[1].utf8.count == 2, let h = Int(parts[0]), let m = Int(parts[1]) {
            (hours, minutes) = (h, m)
        } else if half != nil, text.utf8.count == 4, let packed = Int(text) {
            (hours, minutes) = (packed / 100, packed % 100)
        } else if let half, half >= 0, let h = Int(text) {
            (hours, minutes) = (h, 0)
        } else {
            return nil
        }
        guard (0..<24).contains(hours), (0..<60).contains(minutes) else { return nil }
        guard let half, half >= 0 else { return hours * 60 + minutes }
        guard (1...12).contains(hours) else { return nil }
        return hours % 12 * 60 + minutes + half
    }

    private static func month(_ word: String) -> Int? {
        guard word.utf8.count >= 3 else { return nil }
        let names = [
            "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
            "november", "december",
        ]
        return names.firstIndex { $0.hasPrefix(word) }.map { $0 + 1 }
    }

    private static func day(_ word: String) -> Int? {
        var text = word[...]
        for ending in ["st", "nd", "rd", "th"] where text.hasSuffix(ending) { text = text.dropLast(2) }
        guard let day = Int(text), (1...31).contains(day) else { return nil }
        return day
    }

    /// `2h`, `2 h`, `90 min`, `3 days`; in minutes.
    private static func span(_ word: String, _ next: String) -> Int? {
        let digits = word.prefix { $0.isNumber }
        guard let number = Int(digits), number < 100_000 else { return nil }
        let unit = digits.count == word.count ? next : String(word.dropFirst(digits.count))
        switch unit {
        case "m", "min", "mins", "minute", "minutes": return number
        case "h", "hr", "hrs", "hour", "hours": return number * 60
        case "d", "day", "days": return number * 1_440
        default: return nil
        }
    }
}
