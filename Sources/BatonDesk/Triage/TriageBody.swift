package import BatonEncoding
import BatonModel

/// The body of an entry of the triage ledger: what somebody made of the case at one time. The registers hold
/// what is in force; this says who judged, from which answers and why.
package struct TriageBody: EntryBody {
    package enum Trend: UInt64, Sendable, CaseIterable {
        case worse = 1
        case same = 2
        case better = 3

        package var word: String {
            switch self {
            case .worse: "worse"
            case .same: "same"
            case .better: "better"
            }
        }

        package init?(word: String) {
            guard let found = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = found
        }
    }

    package var severity: Severity?
    /// Nil where nobody answered.
    package var intent: Bool?
    package var capability: Bool?
    package var specific: Bool?
    package var trend: Trend?
    package var code = ""
    package var words = ""
    /// The raw value of a case type; nil where it was not said.
    package var type: CaseType?

    package init() {}

    private enum Key {
        static let severity: UInt64 = 1
        static let intent: UInt64 = 2
        static let capability: UInt64 = 3
        static let specific: UInt64 = 4
        static let trend: UInt64 = 5
        static let code: UInt64 = 6
        static let words: UInt64 = 7
        static let type: UInt64 = 8
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.severity, self.severity.map { .unsigned(UInt64($0.rawValue)) })
        map.put(Key.intent, self.intent.map { .bool($0) })
        map.put(Key.capability, self.capability.map { .bool($0) })
        map.put(Key.specific, self.specific.map { .bool($0) })
        map.put(Key.trend, self.trend.map { .unsigned($0.rawValue) })
        map.put(Key.code, text: self.code)
        map.put(Key.words, text: self.words)
        map.put(Key.type, self.type.map { .unsigned(UInt64($0.rawValue)) })
        return map.value
    }

    package init?(_ value: CBORValue) {
        guard value.mapValue != nil else { return nil }
        let map = LedgerMap(value)
        guard let code = map.optionalText(Key.code), let words = map.optionalText(Key.words) else {
            return nil
        }
        self.severity = map.unsigned(Key.severity).flatMap { Severity(rawValue: Int64(clamping: $0)) }
        self.intent = Self.answer(map[Key.intent])
        self.capability = Self.answer(map[Key.capability])
        self.specific = Self.answer(map[Key.specific])
        self.trend = map.unsigned(Key.trend).flatMap(Trend.init(rawValue:))
        self.type = map.unsigned(Key.type).flatMap { CaseType(rawValue: Int64(clamping: $0)) }
        self.code = code
        self.words = words
    }

    private static func answer(_ value: CBORValue?) -> Bool? {
        guard case .bool(let answer) = value else { return nil }
        return answer
    }

    /// Nil while no question was answered.
    package var matrix: ThreatMatrix? {
        guard self.intent != nil || self.capability != nil || self.specific != nil else { return nil }
        return ThreatMatrix(
            intent: self.intent ?? false, capability: self.capability ?? false,
            specific: self.specific ?? false)
    }

    /// `intent y, capability y, specific n`.
    var answers: String {
        [("intent", self.intent), ("capability", self.capability), ("specific", self.specific)]
            .map { "\($0.0) \($0.1.map { $0 ? "y" : "n" } ?? "?")" }.joined(separator: ", ")
    }
}

extension CaseFile {
    package var triages: Ledger<TriageBody> { self.ledger(CaseField.triage) }

    /// How it goes: the newest word of anybody; nil where nobody said.
    package var trend: TriageBody.Trend? { self.triages.entries { $0.trend != nil }.newest()?.body.trend }

    /// What is known of the three questions: the newest answer to each.
    var answers: TriageBody {
        let entries = self.triages
        var known = TriageBody()
        known.intent = entries.entries { $0.intent != nil }.newest()?.body.intent
        known.capability = entries.entries { $0.capability != nil }.newest()?.body.capability
        known.specific = entries.entries { $0.specific != nil }.newest()?.body.specific
        return known
    }

    package var triageSection: FileSection {
        let ledger = self.triages
        let newest = Set(ledger.entries { $0.severity != nil }.latest().map(\.dot))
        return FileSection(
            "triage",
            ledger.entries.enumerated().map { place, entry in
                let body = entry.body
                var details: [FileItem.Detail] = []
                if body.matrix != nil { details.append(.init("answers", body.answers)) }
                if !body.code.isEmpty { details.append(.init("code", body.code)) }
                if let trend = body.trend { details.append(.init("trend", trend.word)) }
                let words = [body.type?.word, body.severity?.word, body.words.isEmpty ? nil : body.words]
                let isPast = body.severity != nil && !newest.contains(entry.dot)
                return FileItem(
                    id: "\(place + 1)", state: isPast ? "past" : "stands",
                    text: words.compactMap { $0 }.joined(separator: " "), by: entry.by, site: entry.site,
                    at: entry.at, details: details)
            }, unreadable: ledger.unreadable)
    }
}
