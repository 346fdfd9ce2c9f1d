package import BatonEncoding
package import BatonModel

/// The body of an entry of the report ledger. A report is named by its form and its number, so that two sites
/// that draft one apart have one draft, and two that file it apart are found to have filed it twice.
package struct ReportBody: EntryBody {
    /// Codes are signed into deltas: never reuse one.
    package enum Kind: UInt64, Sendable, CaseIterable {
        case draft = 1
        case filed = 2
        case receipt = 3
        /// Takes back what its author had read of the report.
        case retracted = 4
    }

    /// A field of a draft. Without a value it was filled where the report is kept, outside the global
    /// compartment.
    package struct Field: Hashable, Sendable {
        /// `block.field`, of a repeated block `block.2.field`.
        package let name: String
        package let value: String?
    }

    package var kind: Kind
    package var form: String
    package var number: UInt64
    package var fields: [Field] = []
    package var isTest: Bool?
    package var executor: SiteID?
    /// What the recipient called it.
    package var receipt = ""
    package var words = ""

    package init(_ kind: Kind, form: String, number: UInt64) {
        self.kind = kind
        self.form = form
        self.number = number
    }

    private enum Key {
        static let kind: UInt64 = 1
        static let form: UInt64 = 2
        static let number: UInt64 = 3
        static let fields: UInt64 = 4
        static let test: UInt64 = 5
        static let executor: UInt64 = 6
        static let receipt: UInt64 = 7
        static let words: UInt64 = 8
    }

    package var value: CBORValue {
        var map = LedgerMap()
        map.put(Key.kind, .unsigned(self.kind.rawValue))
        map.put(Key.form, .text(self.form))
        map.put(Key.number, .unsigned(self.number))
        let fields = self.fields.map { field in
            CBORValue.array([.text(field.name), field.value.map { .text($0) } ?? .null])
        }
        map.put(Key.fields, fields.isEmpty ? nil : .array(fields))
        map.put(Key.test, self.isTest.map { .bool($0) })
        map.put(Key.executor, text: self.executor?.description ?? "")
        map.put(Key.receipt, text: self.receipt)
        map.put(Key.words, text: self.words)
        return map.value
    }

    package init?(_ value: CBORValue) {
        let map = LedgerMap(value)
        guard let kind = map.unsigned(Key.kind).flatMap(Kind.init(rawValue:)),
            let form = map.text(Key.form), !form.isEmpty, let number = map.unsigned(Key.number),
            (1...1_000).contains(number), let receipt = map.optionalText(Key.receipt),
            let words = map.optionalText(Key.words)
        else { return nil }
        self.init(kind, form: form, number: number)
        (self.receipt, self.words) = (receipt, words)
        self.executor = map.text(Key.executor).flatMap { SiteID($0) }
        if case .bool(let isTest) = map[Key.test] { self.isTest = isTest }
        self.fields = (map[Key.fields]?.arrayValue ?? []).prefix(256).compactMap { pair in
            guard let pair = pair.arrayValue, pair.count == 2, let name = pair[0].textValue else {
                return nil
            }
            return Field(name: name, value: pair[1].textValue)
        }
        guard kind != .receipt || !receipt.isEmpty else { return nil }
    }
}
