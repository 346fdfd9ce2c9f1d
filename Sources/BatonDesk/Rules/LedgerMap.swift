package import BatonEncoding
import BatonModel

/// A map with integer keys, as the bodies of ledger entries are: written whole, read with leniency.
///
/// Keys that a reader does not know are passed over, so that a later build may add some.
package struct LedgerMap {
    private var pairs: [CBORPair] = []

    package init() {}

    package init(_ value: CBORValue) { self.pairs = value.mapValue ?? [] }

    package var value: CBORValue { .map(self.pairs) }

    package mutating func put(_ key: UInt64, _ value: CBORValue?) {
        guard let value else { return }
        self.pairs.append(CBORPair(key: .unsigned(key), value: value))
    }

    /// Leaves an empty text out.
    package mutating func put(_ key: UInt64, text: String) {
        self.put(key, text.isEmpty ? nil : .text(text))
    }

    package subscript(key: UInt64) -> CBORValue? {
        for pair in self.pairs {
            if case .unsigned(key) = pair.key { return pair.value }
        }
        return nil
    }

    package func unsigned(_ key: UInt64) -> UInt64? { self[key]?.unsignedValue }

    package func text(_ key: UInt64) -> String? {
        guard let text = self[key]?.textValue, text.utf8.count <= ClockBody.textBytesMax else { return nil }
        return text
    }

    /// Empty where it is absent; nil where something else stands there.
    package func optionalText(_ key: UInt64) -> String? { self[key] == nil ? "" : self.text(key) }

    package func flag(_ key: UInt64) -> Bool { self[key] == .bool(true) }

    /// An instant that a stamp could have.
    package func milliseconds(_ key: UInt64) -> Int64? {
        guard let number = self[key]?.intValue, (0...Int64(HybridTime.millisecondsMax)).contains(number)
        else { return nil }
        return number
    }

    /// A span of time, ten years at most. Not negative, except in a correction that moves a due time back.
    package func span(_ key: UInt64) -> Int64? {
        let most: Int64 = 3_660 * 86_400_000
        guard let number = self[key]?.intValue, (-most...most).contains(number) else { return nil }
        return number
    }
}
