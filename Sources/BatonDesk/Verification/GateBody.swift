package import BatonEncoding
import BatonModel

/// The body of an entry of the verification ledger: what one check of the requester came to, a named gap in
/// its place, or a word about fraud.
package struct GateBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        case result = 1
        /// The gate cannot be met in time; waits for a second person.
        case gap = 2
        /// The second person's word on a gap.
        case gapApproved = 3
        case fraud = 4
    }

    package enum Result: UInt64, Sendable, CaseIterable {
        case ok = 1
        case failed = 2
        case unknown = 3

        package var word: String {
            switch self {
            case .ok: "ok"
            case .failed: "failed"
            case .unknown: "unknown"
            }
        }

        package init?(word: String) {
            guard let found = Self.allCases.first(where: { $0.word == word }) else { return nil }
            self = found
        }
    }

    /// The questions of the emergency statement, in the statute's order.
    package enum Question: UInt64, Sendable, CaseIterable {
        case whose = 1
        case danger = 2
        case whyNow = 3
        case data = 4
        case whyNotProcess = 5

        /// The option that answers it.
        package var word: String {
            switch self {
            case .whose: "whose"
            case .danger: "danger"
            case .whyNow: "why-now"
            case .data: "data"
            case .whyNotProcess: "why-not-process"
            }
        }

        package var text: String {
            switch self {
            case .whose: "whose life"
            case .danger: "what danger"
            case .whyNow: "why now"
            case .data: "which data would help"
            case .whyNotProcess: "why process is too slow"
            }
        }
    }

    package enum Suspicion: UInt64, Sendable, CaseIterable {
        case suspected = 1
        case confirmed = 2
        case cleared = 3

        package var word: String {
            switch self {
            case .suspected: "suspected"
            case .confirmed: "confirmed"
            case .cleared: "cleared"
            }
        }
    }

    package var kind: Kind
    /// `V3`; empty of `fraud`.
    package var gate = ""
    package var result: Result?
    /// What was checked: a domain, a document.
    package var subject = ""
    /// The office and rank that was spoken to.
    package var spoke = ""
    /// Where the number came from: `dir:217`.
    package var number = ""
    package var words = ""
    package var code = ""
    package var item: ItemKey?
    package var answers: [Question: String] = [:]
    package var suspicion: Suspicion?

    package init(_ kind: Kind, gate: String = "") {
        self.kind = kind
        self.gate = gate
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let gate: UInt64 = 2
        static let result: UInt64 = 3
        static let subject: UInt64 = 4
        static let spoke: UInt64 = 5
        static let number: UInt64 = 6
        static let words: UInt64 = 7
        static let code: UInt64 = 8
        static let item: UInt64 = 9
        static let answers: UInt64 = 10
        static let suspicion: UInt64 = 11
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.gate, text: self.gate)
        map.put(Key.result, self.result.map { .unsigned($0.rawValue) })
        map.put(Key.subject, text: self.subject)
        map.put(Key.spoke, text: self.spoke)
        map.put(Key.number, text: self.number)
        map.put(Key.words, text: self.words)
        map.put(Key.code, text: self.code)
        map.put(Key.item, item: self.item)
        if !self.answers.isEmpty {
            var given = LedgerMap()
            for question in Question.allCases {
                given.put(question.rawValue, text: self.answers[question] ?? "")
            }
            map.put(Key.answers, given.value)
        }
        map.put(Key.suspicion, self.suspicion.map { .unsigned($0.rawValue) })
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)),
            let gate = map.optionalText(Key.gate), let subject = map.optionalText(Key.subject),
            let spoke = map.optionalText(Key.spoke), let number = map.optionalText(Key.number),
            let words = map.optionalText(Key.words), let code = map.optionalText(Key.code)
        else { return nil }
        self.init(kind, gate: gate)
        (self.subject, self.spoke, self.number) = (subject, spoke, number)
        (self.words, self.code) = (words, code)
        self.result = map.unsigned(Key.result).flatMap(Result.init(rawValue:))
        self.item = map.item(Key.item)
        self.suspicion = map.unsigned(Key.suspicion).flatMap(Suspicion.init(rawValue:))
        if let given = map[Key.answers].map(LedgerMap.init) {
            for question in Question.allCases {
                if let text = given.text(question.rawValue) { self.answers[question] = text }
            }
        }
        switch kind {
        case .result: guard self.result != nil, !gate.isEmpty else { return nil }
        case .gap: guard self.item != nil, !gate.isEmpty, !code.isEmpty else { return nil }
        case .gapApproved: guard self.item != nil else { return nil }
        case .fraud: guard self.suspicion != nil else { return nil }
        }
    }
}
