import BatonModel

/// What somebody looks for: words, phrases and filters. Pure; the store makes a query of it.
///
///     agency:harlan type:EDR sev:S0..S1 owner:kim after:-30d "duty officer" -test
package struct SearchQuery: Hashable, Sendable {
    package enum Owner: Hashable, Sendable {
        case person(String)
        case nobody
    }

    /// Whole words that must stand in the text, lower case.
    package var words: [String] = []
    /// Sequences of words, lower case.
    package var phrases: [String] = []
    /// Words that must not stand there.
    package var without: [String] = []
    /// Parts of an agency's name, lower case.
    package var agencies: [String] = []
    package var types: [CaseType] = []
    /// Both ends included.
    package var severities: ClosedRange<Severity>?
    package var owner: Owner?
    package var tags: [String] = []
    package var jurisdictions: [String] = []
    package var statuses: [CaseStatus] = []
    /// Milliseconds since 1970: cases that changed at or after it.
    package var after: UInt64?
    /// Cases that changed before it.
    package var before: UInt64?

    package init() {}

    package static let bytesMax = 1_024
    package static let filters = [
        "after", "agency", "before", "juris", "owner", "sev", "status", "tag", "type",
    ]

    /// Says that only the words decide, not the columns.
    package var isTextOnly: Bool {
        var bare = SearchQuery()
        (bare.words, bare.phrases, bare.without) = (self.words, self.phrases, self.without)
        return bare == self
    }

    /// - Parameter now: Milliseconds since 1970, for `after:-30d`.
    package init(_ text: String, now: UInt64) throws(ActRefusal) {
        guard text.utf8.count <= Self.bytesMax else {
            throw ActRefusal(
                .badValue, "find.too-long", "The search is longer than \(Self.bytesMax) bytes.",
                "Look for less.")
        }
        for token in try Self.tokens(text) { try self.take(token, now: now) }
    }

    private struct Token {
        var text = ""
        var isQuoted = false
        /// `key:` before a quoted or plain value.
        var key: String?
        var isNegated = false
    }

    private static func tokens(_ text: String) throws(ActRefusal) -> [Token] {
        var tokens: [Token] = []
        var token = Token()
        var isOpen = false
        func end() {
            if !token.text.isEmpty || token.isQuoted || token.key != nil { tokens.append(token) }
            token = Token()
        }
        for character in text {
            switch character {
            case "\"":
                if !isOpen { token.isQuoted = true }
                isOpen.toggle()
            case _ where character.isWhitespace && !isOpen: end()
            case "-" where token.text.isEmpty && token.key == nil && !isOpen && !token.isNegated:
                token.isNegated = true
            case ":" where !isOpen && token.key == nil && Self.filters.contains(token.text.lowercased()):
                token.key = token.text.lowercased()
                token.text = ""
            default: token.text.append(character)
            }
        }
        guard !isOpen else {
            throw ActRefusal(
                .badValue, "find.open-quote", "A quotation mark is not closed.", "Close it, or leave it out.")
        }
        end()
        return tokens
    }

    private mutating func take(_ token: Token, now: UInt64) throws(ActRefusal) {
        guard let key = token.key else {
            let text = token.text.lowercased()
            guard !text.isEmpty else { return }
            switch (token.isNegated, token.isQuoted) {
            case (true, _): self.without.append(text)
            case (false, true): self.phrases.append(text)
            case (false, false): self.words.append(text)
            }
            return
        }
        guard !token.isNegated else {
            throw ActRefusal(
                .badValue, "find.no-negation", "The filter `\(key):` cannot be turned round.",
                "Leave the minus sign out; it goes before words only.")
        }
        try self.filter(key, token.text, now: now)
    }

    private mutating func filter(_ key: String, _ value: String, now: UInt64) throws(ActRefusal) {
        guard !value.isEmpty else { throw Self.bad(key, value, "a value without a space before it") }
        switch key {
        case "agency": self.agencies.append(value.lowercased())
        case "tag": self.tags.append(value)
        case "juris": self.jurisdictions.append(value.uppercased())
        case "type":
            guard let type = CaseType(word: value) else {
                throw Self.bad(key, value, CaseType.allCases.map(\.word).joined(separator: ", "))
            }
            self.types.append(type)
        case "status":
            guard let status = CaseStatus.allCases.first(where: { $0.word == value.lowercased() }) else {
                throw Self.bad(key, value, CaseStatus.allCases.map(\.word).joined(separator: ", "))
            }
            self.statuses.append(status)
        case "sev": self.severities = try Self.severities(value)
        case "owner": self.owner = value.lowercased() == "nobody" ? .nobody : .person(value.lowercased())
        case "after": self.after = try Self.time(key, value, now: now)
        default: self.before = try Self.time(key, value, now: now)
        }
    }

    private static func bad(_ key: String, _ value: String, _ takes: String) -> ActRefusal {
        ActRefusal(
            .badValue, "find.bad-filter", "`\(key):\(value)` is no filter.", "`\(key):` takes \(takes).")
    }

    /// `S0`, `S0..S2`, `S0,S1` is not taken: severities are a range.
    private static func severities(_ value: String) throws(ActRefusal) -> ClosedRange<Severity> {
        let ends = value.replacing("..", with: " ").split(separator: " ").map { Severity(word: String($0)) }
        if ends.count == 1, let only = ends[0] { return only...only }
        if ends.count == 2, let first = ends[0], let last = ends[1], first <= last { return first...last }
        throw Self.bad("sev", value, "S0 to S4, or a range such as S0..S2")
    }

    /// `2026-11-22`, or a span back from now: `-30d`, `-6h`.
    private static func time(_ key: String, _ value: String, now: UInt64) throws(ActRefusal) -> UInt64 {
        if let day = CivilDate(value), day.daysSince1970 >= 0 {
            return UInt64(day.daysSince1970) * 86_400_000
        }
        let units: [Character: UInt64] = ["m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000]
        if value.first == "-", let unit = value.last.flatMap({ units[$0] }),
            let count = UInt64(value.dropFirst().dropLast()), count <= 100_000
        {
            let span = count * unit
            return now > span ? now - span : 0
        }
        throw Self.bad(key, value, "a day such as 2026-11-22, or a span back such as -30d")
    }
}
