import BatonModel

/// What makes two cases worth comparing: the same agency, the same digest, the same thing acted on. The store
/// looks cases up by these keys; nothing in them identifies a person.
package struct SimilarKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    package enum Kind: UInt8, Sendable, CaseIterable {
        case agency = 1
        case digest = 2
        case reference = 3

        var word: String {
            switch self {
            case .agency: "agency"
            case .digest: "sha256"
            case .reference: "reference"
            }
        }
    }

    package let kind: Kind
    /// Lower case, without blanks at its ends.
    package let value: String

    package init(_ kind: Kind, _ value: String) {
        self.kind = kind
        self.value = value.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    package var description: String { "\(self.kind.word):\(self.value)" }

    package static func < (left: SimilarKey, right: SimilarKey) -> Bool {
        (left.kind.rawValue, left.value) < (right.kind.rawValue, right.value)
    }
}

extension CaseFile {
    /// Sorted, each once.
    package var similarKeys: [SimilarKey] {
        var keys = [
            SimilarKey(.agency, self.text(CaseField.agency)),
            SimilarKey(.reference, self.text(CaseField.externalReference)),
        ].filter { !$0.value.isEmpty }
        keys += self.evidence.items.map { SimilarKey(.digest, hexadecimal($0.entry.body.digest)) }
        return Set(keys).sorted()
    }
}
