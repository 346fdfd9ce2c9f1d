/// The kind of one encoded data item: the eight major types of RFC 8949 section 3.1, with floats told apart
/// from the other simple values of major type 7.
package enum CBORType: UInt8, Sendable, CustomStringConvertible {
    case unsigned = 0
    case negative = 1
    case bytes = 2
    case text = 3
    case array = 4
    case map = 5
    case tag = 6
    case simple = 7
    case float = 8

    /// The type an initial byte announces. The byte's low five bits may still be refused later.
    init(initial: UInt8) {
        let isFloat = (0xf9...0xfb).contains(initial)
        self = isFloat ? .float : (CBORType(rawValue: initial >> 5) ?? .simple)
    }

    package var description: String {
        switch self {
        case .unsigned: "unsigned integer"
        case .negative: "negative integer"
        case .bytes: "byte string"
        case .text: "text string"
        case .array: "array"
        case .map: "map"
        case .tag: "tag"
        case .simple: "simple value"
        case .float: "float"
        }
    }
}

/// The ways a well-formed item can differ from its one deterministic encoding (RFC 8949 section 4.2.1).
package enum CBORDefect: Equatable, Sendable, CustomStringConvertible {
    /// The head spends more bytes on its argument than the argument needs.
    case longHead
    /// A string, array or map of indefinite length, or the break that would end one.
    case indefiniteLength
    /// A map key that sorts before the key in front of it.
    case keyOrder
    /// A map key equal to the key in front of it.
    case duplicateKey
    /// A float that a shorter width would hold without loss.
    case longFloat
    /// A not-a-number other than `f97e00`.
    case otherNaN
    /// A simple value below 32 in the two-byte form.
    case longSimple

    package var description: String {
        switch self {
        case .longHead: "head is longer than its argument needs"
        case .indefiniteLength: "indefinite length"
        case .keyOrder: "map keys are not ascending"
        case .duplicateKey: "map key is repeated"
        case .longFloat: "float is wider than its value needs"
        case .otherNaN: "not-a-number is not f97e00"
        case .longSimple: "simple value below 32 in two bytes"
        }
    }
}

/// Why bytes were refused. Each `at` is the index, in the collection given to the reader, of the first byte
/// of the offending item.
package enum CBORError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The input ends inside the item, or announces more content than is left.
    case truncated(at: Int)
    /// The item is well-formed but is not the deterministic encoding of its value.
    case nonCanonical(at: Int, CBORDefect)
    /// A typed read met an item of another type.
    case unexpectedType(at: Int, expected: CBORType, got: CBORType)
    /// The item has the right type but a value the typed read cannot return.
    case outOfRange(at: Int)
    /// Arrays, maps and tags are nested deeper than `CBORLimits.depthMax`.
    case tooDeep(at: Int)
    /// The input is longer than `CBORLimits.bytesMax`, or holds more than `CBORLimits.itemsMax` items.
    case tooLarge(at: Int, limit: Int)
    /// A text string is not valid UTF-8.
    case invalidText(at: Int)
    /// Bytes follow the last item.
    case trailingBytes(at: Int)
    /// The head uses a value RFC 8949 reserves (additional information 28 to 31 where it has no meaning).
    case unsupported(at: Int)

    package var description: String {
        switch self {
        case .truncated(let at): "cbor: input ends inside the item at byte \(at)"
        case .nonCanonical(let at, let defect): "cbor: not deterministic at byte \(at): \(defect)"
        case .unexpectedType(let at, let expected, let got):
            "cbor: expected \(expected), got \(got) at byte \(at)"
        case .outOfRange(let at): "cbor: value out of range at byte \(at)"
        case .tooDeep(let at): "cbor: nested too deep at byte \(at)"
        case .tooLarge(let at, let limit): "cbor: over the limit of \(limit) at byte \(at)"
        case .invalidText(let at): "cbor: text is not valid UTF-8 at byte \(at)"
        case .trailingBytes(let at): "cbor: bytes after the last item at byte \(at)"
        case .unsupported(let at): "cbor: reserved head at byte \(at)"
        }
    }
}
