import BatonEngine
import BatonModel
import CSodium

/// Guarded memory: a part's sealing and commitment keys (64 bytes), then a table of document keys that were
/// unwrapped of late (32 bytes each).
///
/// A key has one place in the table, by its id. What is unwrapped here is no more exposed than the vault key
/// beside it, and is wiped with it.
@safe struct Scratch: ~Copyable {
    private struct Entry {
        let key: WrappedKey
        let scope: KeyScope
    }

    private let storage: UnsafeMutableRawPointer
    private var entries: [Entry?]
    private var selected = 0

    /// Keys in the table: 128 KiB of locked memory, or 16 KiB where the system allows no more.
    private static let sizes = [4096, 512]
    private static let partKeysBytes = 64

    init() throws(CryptoFault) {
        for size in Self.sizes {
            let count = Self.partKeysBytes + size * 32
            guard let storage = unsafe sodium_malloc(count) else { continue }
            guard unsafe sodium_mlock(storage, count) == 0 else {
                unsafe sodium_free(storage)
                continue
            }
            unsafe self.storage = storage
            self.entries = Array(repeating: nil, count: size)
            return
        }
        throw CryptoFault(
            .memoryExhausted, "part keys could not be locked in memory; raise the locked-memory limit")
    }

    deinit { unsafe sodium_free(self.storage) }

    /// Makes a key's place the selected one.
    ///
    /// - Returns: True when the key lies there unwrapped; else it is to be unwrapped into `key`, then kept.
    mutating func select(_ key: WrappedKey, _ scope: KeyScope) -> Bool {
        self.selected = Int(truncatingIfNeeded: key.id.hash % UInt64(self.entries.count))
        if let entry = self.entries[self.selected], entry.key == key, entry.scope == scope { return true }
        self.entries[self.selected] = nil
        return false
    }

    /// Says what lies unwrapped at the selected place.
    mutating func keep(_ key: WrappedKey, _ scope: KeyScope) {
        self.entries[self.selected] = Entry(key: key, scope: scope)
    }

    /// The selected key.
    var key: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(
            start: self.storage + Self.partKeysBytes + self.selected * 32, count: 32)
    }

    private var partKeys: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: self.storage, count: Self.partKeysBytes)
    }

    private var sealingKey: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: self.storage, count: 32)
    }

    private var commitmentKey: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: self.storage + 32, count: 32)
    }

    /// Part keys = BLAKE2b-512 under K over "baton/part/1" ‖ seq (8 bytes) ‖ part index (4 bytes), both
    /// big-endian.
    ///
    /// The first half seals, the second commits. They survive K, so that erasing one operation can keep its
    /// neighbours.
    borrowing func derive(_ place: PartPlace) {
        let message = Self.derivation(place)
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

    /// - Returns: Nil when the bytes are not the part that the header commits to.
    borrowing func open(
        _ sealed: [UInt8], at place: PartPlace, commitment: Digest256, header: [UInt8]
    ) -> [UInt8]? {
        let derivation = Self.derivation(place)
        let prefix = Header.commitmentPrefix(author: place.scope.author, seq: place.seq, part: place.index)
        let expected = commitment.bytes
        var isOpen = false
        let plaintext = unsafe [UInt8](unsafeUninitializedCapacity: sealed.count - 16) { target, count in
            let status = unsafe baton_open_part(
                target.baseAddress, self.partKeys.assumingMemoryBound(to: UInt8.self).baseAddress, sealed,
                UInt64(sealed.count), header, UInt64(header.count), expected, derivation, derivation.count,
                prefix, prefix.count, self.key.assumingMemoryBound(to: UInt8.self).baseAddress)
            isOpen = status == 0
            count = isOpen ? sealed.count - 16 : 0
        }
        return isOpen ? plaintext : nil
    }

    private static let derivationDomain = Array("baton/part/1".utf8)

    private static func derivation(_ place: PartPlace) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(24)
        message.append(contentsOf: Self.derivationDomain)
        appendBigEndian(place.seq, to: &message)
        for shift in [24, 16, 8, 0] { message.append(UInt8(truncatingIfNeeded: place.index >> shift)) }
        return message
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
}
