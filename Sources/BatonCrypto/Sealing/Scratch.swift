import BatonEngine
import BatonModel
import CSodium

/// Guarded memory for a document key (32 bytes) and, behind it, a part's sealing and commitment keys (64
/// bytes).
@safe struct Scratch: ~Copyable {
    private let storage: UnsafeMutableRawPointer
    var loaded: WrappedKey?
    var loadedScope: KeyScope?

    private static let byteCount = 96

    init() throws(CryptoFault) {
        guard let storage = unsafe sodium_malloc(Self.byteCount) else {
            throw CryptoFault(
                .memoryExhausted, "no guarded memory is left for part keys; raise the locked-memory limit")
        }
        unsafe self.storage = storage
    }

    deinit { unsafe sodium_free(self.storage) }

    var key: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: self.storage, count: 32)
    }

    private var partKeys: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: self.storage + 32, count: 64)
    }

    private var sealingKey: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: self.storage + 32, count: 32)
    }

    private var commitmentKey: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: self.storage + 64, count: 32)
    }

    /// Part keys = BLAKE2b-512 under K over "baton/part/1" ‖ seq (8 bytes) ‖ part index (4 bytes), both
    /// big-endian.
    ///
    /// The first half seals, the second commits. They survive K, so that erasing one operation can keep its
    /// neighbours.
    borrowing func derive(_ place: PartPlace) {
        var message = Array("baton/part/1".utf8)
        appendBigEndian(place.seq, to: &message)
        for shift in [24, 16, 8, 0] { message.append(UInt8(truncatingIfNeeded: place.index >> shift)) }
        let result = unsafe message.withUnsafeBufferPointer { source in
            unsafe baton_blake2b(
                self.partKeys.assumingMemoryBound(to: UInt8.self).baseAddress, 64, source.baseAddress,
                UInt64(source.count), self.key.assumingMemoryBound(to: UInt8.self).baseAddress, 32)
        }
        precondition(result == 0, "BLAKE2b refused to derive part keys")
    }

    /// BLAKE2b-256 under the commitment key over the part's place and its plaintext.
    borrowing func commitment(to plaintext: [UInt8], at place: PartPlace) -> Digest256 {
        let prefix = Header.commitmentPrefix(author: place.scope.author, seq: place.seq, part: place.index)
        var out = [UInt8](repeating: 0, count: 32)
        let result = unsafe out.withUnsafeMutableBufferPointer { target in
            unsafe prefix.withUnsafeBufferPointer { one in
                unsafe plaintext.withUnsafeBufferPointer { two in
                    unsafe baton_blake2b_two(
                        target.baseAddress, 32, one.baseAddress, UInt64(one.count), two.baseAddress,
                        UInt64(two.count), self.commitmentKey.assumingMemoryBound(to: UInt8.self).baseAddress,
                        32)
                }
            }
        }
        guard result == 0, let digest = Digest256(out) else {
            preconditionFailure("BLAKE2b refused a commitment")
        }
        return digest
    }

    borrowing func encrypt(_ plaintext: [UInt8], nonce: [UInt8], _ header: [UInt8]) -> [UInt8] {
        unsafe AEAD.encrypt(plaintext, nonce: nonce, associated: header, key: self.sealingKey)
    }

    borrowing func decrypt(_ sealed: [UInt8], nonce: [UInt8], _ header: [UInt8]) -> [UInt8]? {
        var out = [UInt8](repeating: 0, count: sealed.count - 16)
        let isAuthentic = unsafe out.withUnsafeMutableBytes { target in
            unsafe AEAD.decrypt(sealed, into: target, nonce: nonce, associated: header, key: self.sealingKey)
        }
        return isAuthentic ? out : nil
    }
}

/// XChaCha20-Poly1305-IETF: ciphertext, then a 16-byte tag.
enum AEAD {
    @unsafe static func encrypt(
        _ plaintext: [UInt8], nonce: [UInt8], associated: [UInt8], key: UnsafeRawBufferPointer
    ) -> [UInt8] {
        precondition(
            nonce.count == 24 && key.count == 32, "XChaCha20-Poly1305 takes a 24-byte nonce, 32-byte key")
        var out = [UInt8](repeating: 0, count: plaintext.count + 16)
        let result = unsafe out.withUnsafeMutableBufferPointer { target in
            unsafe plaintext.withUnsafeBufferPointer { source in
                unsafe nonce.withUnsafeBufferPointer { once in
                    unsafe associated.withUnsafeBufferPointer { bound in
                        unsafe baton_seal(
                            target.baseAddress, source.baseAddress, UInt64(source.count), bound.baseAddress,
                            UInt64(bound.count), once.baseAddress,
                            key.assumingMemoryBound(to: UInt8.self).baseAddress)
                    }
                }
            }
        }
        precondition(result == 0, "XChaCha20-Poly1305 refused to seal")
        return out
    }

    /// - Returns: False when the bytes are not authentic under this key, nonce and associated data.
    @unsafe static func decrypt(
        _ sealed: [UInt8], into target: UnsafeMutableRawBufferPointer, nonce: [UInt8], associated: [UInt8],
        key: UnsafeRawBufferPointer
    ) -> Bool {
        guard nonce.count == 24, key.count == 32, sealed.count == target.count + 16 else { return false }
        return unsafe sealed.withUnsafeBufferPointer { source in
            unsafe nonce.withUnsafeBufferPointer { once in
                unsafe associated.withUnsafeBufferPointer { bound in
                    unsafe baton_open(
                        target.assumingMemoryBound(to: UInt8.self).baseAddress, source.baseAddress,
                        UInt64(source.count), bound.baseAddress, UInt64(bound.count), once.baseAddress,
                        key.assumingMemoryBound(to: UInt8.self).baseAddress) == 0
                }
            }
        }
    }
}
