package import BatonEncoding
import BatonModel

/// The body of an entry of the hold ledger. A hold is named by its rule and its scope, a renewal by its number:
/// two sites that place or renew one apart have one hold, renewed once.
package struct HoldBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        case add = 1
        case renew = 2
        /// Ends what its author had read of the hold, and nothing else.
        case release = 3
        /// Somebody with authority wants it destroyed.
        case destroyOrder = 4
        /// Counsel's answer where an order stands against a hold.
        case counsel = 5
    }

    package var kind: Kind
    /// A rule id, or `legal` for a hold that counsel asked for. Of orders and counsel: the order's reference.
    package var rule: String
    /// `TargetKey.stored`.
    package var scope: String
    package var start: UInt64?
    package var end: UInt64?
    /// The first renewal is 1.
    package var number: UInt64 = 0
    package var code = ""
    package var words = ""
    /// Counsel keeps the hold.
    package var isKept = false

    package init(_ kind: Kind, rule: String, scope: String) {
        self.kind = kind
        self.rule = rule
        self.scope = scope
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let rule: UInt64 = 2
        static let scope: UInt64 = 3
        static let start: UInt64 = 4
        static let end: UInt64 = 5
        static let number: UInt64 = 6
        static let code: UInt64 = 7
        static let words: UInt64 = 8
        static let kept: UInt64 = 9
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.rule, .text(self.rule))
        map.put(Key.scope, .text(self.scope))
        map.put(Key.start, milliseconds: self.start)
        map.put(Key.end, milliseconds: self.end)
        map.put(Key.number, self.number > 0 ? .unsigned(self.number) : nil)
        map.put(Key.code, text: self.code)
        map.put(Key.words, text: self.words)
        map.put(Key.kept, flag: self.isKept)
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)),
            let rule = map.text(Key.rule), !rule.isEmpty, let scope = map.text(Key.scope), !scope.isEmpty,
            let code = map.optionalText(Key.code), let words = map.optionalText(Key.words)
        else { return nil }
        self.init(kind, rule: rule, scope: scope)
        self.start = map.time(Key.start)
        self.end = map.time(Key.end)
        self.number = map.unsigned(Key.number) ?? 0
        (self.code, self.words) = (code, words)
        self.isKept = map.flag(Key.kept)
        if kind == .add || kind == .renew {
            guard self.end != nil else { return nil }
        }
    }
}
