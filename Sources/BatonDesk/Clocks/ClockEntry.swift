package import BatonEncoding
package import BatonModel

/// What a person or a node has said about one clock of a case: the body of an entry of the clock ledger.
///
/// A body is a map with integer keys. What cannot be read counts as nothing said, and is counted.
package struct ClockBody: Hashable, Sendable {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        /// The clock runs from `at`.
        case start = 1
        /// A soft clock stands still from `at`, with a code and whom we wait for; `until` if it is known.
        case pause = 2
        case resume = 3
        case meet = 4
        /// Replaces every start and correction that its author had read.
        case correct = 5
        /// Takes back every `meet` that its author had read.
        case unmeet = 6
    }

    package var kind: Kind
    package var rule: String
    /// Tells two orders under one rule apart: the order's number. Empty where there can be only one.
    package var instance: String
    /// When it happened, by whoever says so: milliseconds since 1970. Kept whatever the stamp says.
    package var atMilliseconds: Int64
    /// Why: of a pause or a correction.
    package var code = ""
    /// Whom a pause waits for; of the others, a remark.
    package var words = ""
    /// A pause ends by itself then.
    package var untilMilliseconds: Int64?
    /// The running time allowed; of `start` and `correct`. Nil: no number stands in the rule.
    package var withinMilliseconds: Int64?
    package var isHard = false
    /// The severity whose time this is; nil for laws.
    package var severity: Severity?
    /// The version of the rule that was applied: a running clock keeps it.
    package var version = 0

    package init(_ kind: Kind, rule: String, instance: String = "", atMilliseconds: Int64) {
        self.kind = kind
        self.rule = rule
        self.instance = instance
        self.atMilliseconds = atMilliseconds
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let rule: UInt64 = 2
        static let instance: UInt64 = 3
        static let at: UInt64 = 4
        static let code: UInt64 = 5
        static let words: UInt64 = 6
        static let until: UInt64 = 7
        static let within: UInt64 = 8
        static let hard: UInt64 = 9
        static let severity: UInt64 = 10
        static let version: UInt64 = 11
    }

    package static let textBytesMax = 512

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.rule, .text(self.rule))
        map.put(Key.instance, text: self.instance)
        map.put(Key.at, CBORValue(Int(self.atMilliseconds)))
        map.put(Key.code, text: self.code)
        map.put(Key.words, text: self.words)
        map.put(Key.until, self.untilMilliseconds.map { CBORValue(Int($0)) })
        map.put(Key.within, self.withinMilliseconds.map { CBORValue(Int($0)) })
        map.put(Key.hard, self.isHard ? .bool(true) : nil)
        map.put(Key.severity, self.severity.map { .unsigned(UInt64($0.rawValue)) })
        map.put(Key.version, self.version > 0 ? .unsigned(UInt64(self.version)) : nil)
        return map.value
    }

    /// - Returns: Nil for anything that says nothing here: another shape, an unknown kind, times out of range,
    ///   a pause without a code or without somebody to wait for.
    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)),
            let rule = map.text(Key.rule), !rule.isEmpty,
            let at = map.milliseconds(Key.at), let instance = map.optionalText(Key.instance),
            let code = map.optionalText(Key.code), let words = map.optionalText(Key.words)
        else { return nil }
        self.init(kind, rule: rule, instance: instance, atMilliseconds: at)
        self.code = code
        self.words = words
        self.untilMilliseconds = map.milliseconds(Key.until)
        self.withinMilliseconds = map.span(Key.within)
        self.isHard = map.flag(Key.hard)
        self.severity = map.unsigned(Key.severity).flatMap { Severity(rawValue: Int64(clamping: $0)) }
        self.version = map.unsigned(Key.version).flatMap { Int(exactly: $0) } ?? 0
        guard kind != .pause || (!code.isEmpty && !words.isEmpty) else { return nil }
    }
}

/// An entry of the clock ledger that could be read.
package struct ClockEntry: Hashable, Sendable {
    package let body: ClockBody
    package let source: LedgerEntry

    package init(body: ClockBody, source: LedgerEntry) {
        self.body = body
        self.source = source
    }

    package var by: Actor { self.source.write.actor }

    package func isAfter(_ other: ClockEntry) -> Bool { self.source.isAfter(other.source) }
}

/// The clock ledger of a case as it could be read.
package struct ClockLedger: Hashable, Sendable {
    package private(set) var entries: [ClockEntry] = []
    /// Entries that say nothing here; shown as "2 clock entries could not be read".
    package private(set) var unreadable = 0

    package init() {}

    /// - Parameter ledger: In any order; the same set gives the same clocks.
    package init(_ ledger: [LedgerEntry]) {
        for source in ledger {
            guard let value = source.write.value, let body = ClockBody(value) else {
                self.unreadable += 1
                continue
            }
            self.entries.append(ClockEntry(body: body, source: source))
        }
    }

    func entries(_ key: ClockKey) -> [ClockEntry] {
        self.entries.filter { $0.body.rule == key.rule && $0.body.instance == key.instance }
    }
}

/// Tells the clocks of one case apart.
package struct ClockKey: Hashable, Comparable, Sendable {
    package let rule: String
    package let instance: String

    package init(rule: String, instance: String = "") {
        self.rule = rule
        self.instance = instance
    }

    package func id(of document: DocumentID, hashing: some Hashing) -> GeneratedID {
        GeneratedID(.clock, of: document, parts: [self.rule, self.instance], hashing: hashing)
    }

    package static func < (left: ClockKey, right: ClockKey) -> Bool {
        (left.rule, left.instance) < (right.rule, right.instance)
    }
}
