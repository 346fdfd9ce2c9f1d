package import BatonEncoding
import BatonModel

/// The body of an entry of the decision ledger. A decision is a proposal by one person and the word of a
/// second one; what was delivered, and what ended a conflict, stand beside them.
package struct DecisionBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        case propose = 1
        case approve = 2
        case withdraw = 3
        /// It left the building.
        case delivered = 4
        /// Ends a conflict of decisions, or hands it up.
        case settled = 5
    }

    package enum Choice: UInt64, Sendable, CaseIterable {
        case disclose = 1
        case partial = 2
        case preserveOnly = 3
        case refuse = 4
        case lowerSeverity = 5

        package var word: String {
            switch self {
            case .disclose: "disclose"
            case .partial: "partial"
            case .preserveOnly: "preserve-only"
            case .refuse: "refuse"
            case .lowerSeverity: "lower-severity"
            }
        }

        package var isDisclosure: Bool { self == .disclose || self == .partial }
        /// Answers the request, where lowering a severity only sorts it.
        package var isAnswer: Bool { self != .lowerSeverity }
    }

    package var kind: Kind
    /// The proposal that is meant; of `settled`, the one that is kept. A number of 0 means none.
    package var item: ItemKey
    package var choice: Choice?
    /// Categories of records, never values: `last-login-ip`.
    package var records: [String] = []
    /// Categories of contents; kept apart from records because another paragraph allows them.
    package var contents: [String] = []
    /// Rule ids.
    package var basis: [String] = []
    /// Gap codes under which open gates were left open.
    package var gaps: [String] = []
    package var isForeign = false
    package var severity: Severity?
    package var code = ""
    package var words = ""
    /// To whom it was delivered: an agency's entry or name.
    package var recipient = ""
    /// SHA-256 of the manifest; empty until delivered.
    package var manifest: [UInt8] = []
    /// Of `settled`: handed to somebody who decides it outside.
    package var isEscalated = false

    package init(_ kind: Kind, item: ItemKey) {
        self.kind = kind
        self.item = item
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let item: UInt64 = 2
        static let choice: UInt64 = 3
        static let records: UInt64 = 4
        static let contents: UInt64 = 5
        static let basis: UInt64 = 6
        static let gaps: UInt64 = 7
        static let foreign: UInt64 = 8
        static let severity: UInt64 = 9
        static let code: UInt64 = 10
        static let words: UInt64 = 11
        static let recipient: UInt64 = 12
        static let manifest: UInt64 = 13
        static let escalated: UInt64 = 14
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.item, item: self.item.number > 0 ? self.item : nil)
        map.put(Key.choice, self.choice.map { .unsigned($0.rawValue) })
        map.put(Key.records, texts: self.records)
        map.put(Key.contents, texts: self.contents)
        map.put(Key.basis, texts: self.basis)
        map.put(Key.gaps, texts: self.gaps)
        map.put(Key.foreign, flag: self.isForeign)
        map.put(Key.severity, self.severity.map { .unsigned(UInt64($0.rawValue)) })
        map.put(Key.code, text: self.code)
        map.put(Key.words, text: self.words)
        map.put(Key.recipient, text: self.recipient)
        map.put(Key.manifest, self.manifest.isEmpty ? nil : .bytes(self.manifest))
        map.put(Key.escalated, flag: self.isEscalated)
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)),
            let records = map.texts(Key.records), let contents = map.texts(Key.contents),
            let basis = map.texts(Key.basis), let gaps = map.texts(Key.gaps),
            let code = map.optionalText(Key.code), let words = map.optionalText(Key.words),
            let recipient = map.optionalText(Key.recipient)
        else { return nil }
        let isEscalated = map.flag(Key.escalated)
        guard let item = map.item(Key.item) ?? (isEscalated ? ItemKey(number: 0, tag: 0) : nil) else {
            return nil
        }
        self.init(kind, item: item)
        self.choice = map.unsigned(Key.choice).flatMap(Choice.init(rawValue:))
        (self.records, self.contents, self.basis, self.gaps) = (records, contents, basis, gaps)
        self.isForeign = map.flag(Key.foreign)
        self.severity = map.unsigned(Key.severity).flatMap { Severity(rawValue: Int64(clamping: $0)) }
        (self.code, self.words, self.recipient) = (code, words, recipient)
        self.manifest = map[Key.manifest]?.bytesValue ?? []
        self.isEscalated = isEscalated
        guard kind != .propose || self.choice != nil else { return nil }
        guard self.choice != .lowerSeverity || self.severity != nil else { return nil }
    }

    /// `last-login-ip, phone`, with contents marked.
    package var categories: String {
        (self.records + self.contents.map { "contents of \($0)" }).joined(separator: ", ")
    }

    /// What the queue's register `decision` shows of it.
    package var summary: String { self.choice?.word ?? "" }
}
