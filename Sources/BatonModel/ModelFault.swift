package import BatonEncoding

/// Says why bytes are not a value of the model. The text names a field, never its content.
package enum ModelFault: Error, Equatable, Sendable, CustomStringConvertible {
    case encoding(CBORError)
    case malformed(String)
    case tooLarge(String, limit: Int)
    case unsupported(String)

    package var description: String {
        switch self {
        case .encoding(let error): "not deterministic CBOR: \(error)"
        case .malformed(let field): "\(field) is malformed"
        case .tooLarge(let field, let limit): "\(field) is over its limit of \(limit)"
        case .unsupported(let field): "\(field) is not supported by this build"
        }
    }
}

extension CBORReader {
    package mutating func modelUnsigned(
        _ field: String, upTo limit: UInt64 = .max
    ) throws(ModelFault) -> UInt64 {
        let value: UInt64
        do { value = try self.unsigned() } catch { throw .encoding(error) }
        guard value <= limit else { throw .malformed(field) }
        return value
    }

    package mutating func modelText(_ field: String, bytesMax: Int = 4096) throws(ModelFault) -> String {
        let value: String
        do { value = try self.text() } catch { throw .encoding(error) }
        guard value.utf8.count <= bytesMax else { throw .tooLarge(field, limit: bytesMax) }
        return value
    }

    package mutating func modelBytes(_ field: String, count: Int) throws(ModelFault) -> ArraySlice<UInt8> {
        let value: ArraySlice<UInt8>
        do { value = try self.bytesSlice() } catch { throw .encoding(error) }
        guard value.count == count else { throw .malformed(field) }
        return value
    }

    package mutating func modelBytes(_ field: String, upTo limit: Int) throws(ModelFault) -> [UInt8] {
        let value: [UInt8]
        do { value = try self.bytes() } catch { throw .encoding(error) }
        guard value.count <= limit else { throw .tooLarge(field, limit: limit) }
        return value
    }

    /// Reads a hash of 32 bytes.
    package mutating func modelDigest(_ field: String) throws(ModelFault) -> Digest256 {
        let words: (UInt64, UInt64, UInt64, UInt64)?
        do { words = try self.bytes32() } catch { throw .encoding(error) }
        guard let words else { throw .malformed(field) }
        return Digest256(words: words.0, words.1, words.2, words.3)
    }

    /// Reads a byte string of 8 bytes as a big-endian word.
    package mutating func modelWord(_ field: String) throws(ModelFault) -> UInt64 {
        let word: UInt64?
        do { word = try self.bytes8() } catch { throw .encoding(error) }
        guard let word else { throw .malformed(field) }
        return word
    }

    package mutating func expectArray(of count: Int, _ field: String) throws(ModelFault) {
        let got: Int
        do { got = try self.arrayHeader() } catch { throw .encoding(error) }
        guard got == count else { throw .malformed(field) }
    }

    package mutating func modelArray(_ field: String, upTo limit: Int) throws(ModelFault) -> Int {
        let count: Int
        do { count = try self.arrayHeader() } catch { throw .encoding(error) }
        guard count <= limit else { throw .tooLarge(field, limit: limit) }
        return count
    }

    package mutating func modelValue(_ field: String) throws(ModelFault) -> CBORValue {
        do { return try self.value() } catch { throw .encoding(error) }
    }

    package mutating func modelFinish() throws(ModelFault) {
        do { try self.finish() } catch { throw .encoding(error) }
    }
}
