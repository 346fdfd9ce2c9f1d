/// One key and its value in a map.
package struct CBORPair: Hashable, Sendable {
    package let key: CBORValue
    package let value: CBORValue

    package init(key: CBORValue, value: CBORValue) {
        self.key = key
        self.value = value
    }
}

/// A CBOR data item as a tree, for content whose shape is not known beforehand. Known shapes read and write
/// faster with `CBORReader` and `CBORWriter` directly.
///
/// Tags are carried as they are: whether a tag's content suits its number is for whoever knows the tag.
/// Two maps are equal when their pairs are in the same order, as decoding always leaves them.
/// Floats compare by what is encoded: every not-a-number equals every other, and 0.0 differs from -0.0.
package enum CBORValue: Sendable {
    case unsigned(UInt64)
    /// The integer -1 - n, as major type 1 encodes it.
    case negative(UInt64)
    case bytes([UInt8])
    case text(String)
    case array([CBORValue])
    /// Pairs in any order, without two equal keys. Decoding yields them in ascending order of encoded key.
    case map([CBORPair])
    indirect case tagged(UInt64, CBORValue)
    /// An unassigned simple value: 0 to 19 or 32 to 255.
    case simple(UInt8)
    case bool(Bool)
    case null
    case undefined
    case float(Double)
}

extension CBORValue {
    /// An integer of either sign.
    package init(_ value: Int) {
        self = value >= 0 ? .unsigned(UInt64(value)) : .negative(UInt64(-1 - value))
    }

    /// Encodes deterministically, sorting map keys.
    ///
    /// - Precondition: no map has two equal keys; simple values are 0 to 19 or 32 to 255.
    package static func encode(_ value: CBORValue) -> [UInt8] {
        var writer = CBORWriter()
        writer.value(value)
        return writer.bytes
    }

    /// Decodes one item that fills `bytes` exactly.
    package static func decode(
        _ bytes: [UInt8], limits: CBORLimits = .standard
    ) throws(CBORError) -> CBORValue {
        var reader = CBORReader(bytes, limits: limits)
        let value = try reader.value()
        try reader.finish()
        return value
    }

    /// The integer if it is not negative.
    package var unsignedValue: UInt64? {
        guard case .unsigned(let value) = self else { return nil }
        return value
    }

    /// The integer if it fits.
    package var intValue: Int64? {
        switch self {
        case .unsigned(let value): Int64(exactly: value)
        case .negative(let value): Int64(exactly: value).map { -1 - $0 }
        default: nil
        }
    }

    package var textValue: String? {
        guard case .text(let value) = self else { return nil }
        return value
    }

    package var bytesValue: [UInt8]? {
        guard case .bytes(let value) = self else { return nil }
        return value
    }

    package var arrayValue: [CBORValue]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    package var mapValue: [CBORPair]? {
        guard case .map(let value) = self else { return nil }
        return value
    }

    /// The value under an integer key; nil when absent or when this is not a map.
    ///
    /// - Complexity: O(pairs).
    package subscript(key: UInt64) -> CBORValue? {
        guard case .map(let pairs) = self else { return nil }
        for pair in pairs {
            if case .unsigned(key) = pair.key { return pair.value }
        }
        return nil
    }
}

extension CBORValue: Hashable {
    package static func == (left: CBORValue, right: CBORValue) -> Bool {
        switch (left, right) {
        case (.unsigned(let left), .unsigned(let right)): left == right
        case (.negative(let left), .negative(let right)): left == right
        case (.bytes(let left), .bytes(let right)): left == right
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.map(let left), .map(let right)): left == right
        case (.tagged(let left, let leftItem), .tagged(let right, let rightItem)):
            left == right && leftItem == rightItem
        case (.simple(let left), .simple(let right)): left == right
        case (.bool(let left), .bool(let right)): left == right
        case (.null, .null), (.undefined, .undefined): true
        case (.float(let left), .float(let right)): canonicalBits(left) == canonicalBits(right)
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .unsigned(let value): Self.combine(0, value, into: &hasher)
        case .negative(let value): Self.combine(1, value, into: &hasher)
        case .bytes(let value): Self.combine(2, value, into: &hasher)
        case .text(let value): Self.combine(3, value, into: &hasher)
        case .array(let value): Self.combine(4, value, into: &hasher)
        case .map(let value): Self.combine(5, value, into: &hasher)
        case .tagged(let tag, let value):
            Self.combine(6, tag, into: &hasher)
            hasher.combine(value)
        case .simple(let value): Self.combine(7, value, into: &hasher)
        case .bool(let value): Self.combine(8, value, into: &hasher)
        case .null: hasher.combine(9)
        case .undefined: hasher.combine(10)
        case .float(let value): Self.combine(11, canonicalBits(value), into: &hasher)
        }
    }

    private static func combine(_ kind: Int, _ content: some Hashable, into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(content)
    }
}

/// The bits of a float with every not-a-number made one.
private func canonicalBits(_ value: Double) -> UInt64 {
    value.isNaN ? 0x7ff8_0000_0000_0000 : value.bitPattern
}
