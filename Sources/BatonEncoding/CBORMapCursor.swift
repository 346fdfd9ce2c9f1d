/// Typed reading of a map with unsigned integer keys, with the ascending-key rule enforced.
///
///     var cursor = try CBORMapCursor(&reader)
///     while let key = try cursor.nextKey(&reader) {
///         switch key { … }        // read the value, or reader.skip()
///     }
///
/// Between two calls of `nextKey` the caller MUST read exactly one item: the value of the key just returned.
package struct CBORMapCursor: Sendable {
    /// Pairs in the whole map.
    package let count: Int
    private var pairsLeft: Int
    private var previous: UInt64?

    /// Reads the map's header.
    package init(_ reader: inout CBORReader) throws(CBORError) {
        self.count = try reader.mapHeader()
        self.pairsLeft = self.count
        self.previous = nil
    }

    /// The next key, or nil behind the last pair.
    ///
    /// - Throws: `nonCanonical` for a repeated or descending key, `unexpectedType` for a key of another type.
    package mutating func nextKey(_ reader: inout CBORReader) throws(CBORError) -> UInt64? {
        guard self.pairsLeft > 0 else { return nil }
        let start = reader.position
        let key = try reader.unsigned()
        // Shortest heads make the bytewise order of unsigned keys the numeric one (RFC 8949 section 4.2.1).
        if let previous = self.previous, key <= previous {
            throw .nonCanonical(at: start, key == previous ? .duplicateKey : .keyOrder)
        }
        self.previous = key
        self.pairsLeft -= 1
        return key
    }
}
