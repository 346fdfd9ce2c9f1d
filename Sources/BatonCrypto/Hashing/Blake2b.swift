package import BatonModel
import CSodium

/// BLAKE2b (RFC 7693) for the pure modules, and SHA-256 for TLS pins.
package struct Blake2b: Hashing {
    package init() {}

    package func digest256(_ message: [UInt8]) -> Digest256 { self.digest256(message, []) }

    package func digest256(_ first: [UInt8], _ second: [UInt8]) -> Digest256 {
        // Four words on the stack: a merge asks for several such digests a delta.
        var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let status = unsafe withUnsafeMutableBytes(of: &words) { target in
            let out = unsafe target.assumingMemoryBound(to: UInt8.self).baseAddress
            if second.isEmpty { return unsafe baton_blake2b(out, 32, first, UInt64(first.count), nil, 0) }
            return unsafe baton_blake2b_two(
                out, 32, first, UInt64(first.count), second, UInt64(second.count), nil, 0)
        }
        precondition(status == 0, "BLAKE2b refused a 256-bit hash of \(first.count) + \(second.count) bytes")
        return Digest256(
            words: words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian)
    }

    /// Hashes `first ‖ second` where they lie: for bytes that may not be copied out of guarded memory.
    @unsafe static func digest256(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
    ) -> Digest256 {
        var out = [UInt8](repeating: 0, count: 32)
        let status = unsafe baton_blake2b_two(
            &out, 32, first.assumingMemoryBound(to: UInt8.self).baseAddress, UInt64(first.count),
            second.assumingMemoryBound(to: UInt8.self).baseAddress, UInt64(second.count), nil, 0)
        guard status == 0, let digest = Digest256(out) else {
            preconditionFailure("BLAKE2b refused a 256-bit hash of \(first.count) + \(second.count) bytes")
        }
        return digest
    }

    /// Hashes under a key: `key` empty or 16 to 64 bytes, `count` 16 to 64.
    package static func hash(_ message: [UInt8], key: [UInt8], count: Int) -> [UInt8] {
        Self.hash(message, [], key: key, count: count)
    }

    /// Hashes `first ‖ second` under a key without joining them.
    package static func hash(_ first: [UInt8], _ second: [UInt8], key: [UInt8], count: Int) -> [UInt8] {
        precondition(
            (16...64).contains(count) && (key.isEmpty || (16...64).contains(key.count)),
            "BLAKE2b refused a hash of \(count) bytes under a key of \(key.count)")
        var out = [UInt8](repeating: 0, count: count)
        let status = unsafe baton_blake2b_two(
            &out, count, first, UInt64(first.count), second, UInt64(second.count), key, key.count)
        precondition(status == 0, "BLAKE2b refused a hash of \(count) bytes under a key of \(key.count)")
        return out
    }

    /// SHA-256 (FIPS 180-4): 32 bytes.
    package static func sha256(_ message: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: 32)
        let status = unsafe baton_sha256(&out, message, UInt64(message.count))
        precondition(status == 0, "SHA-256 refused \(message.count) bytes")
        return out
    }
}
