package import BatonEngine
package import BatonModel
import CSodium
import Synchronization

/// Makes, wraps and uses the document keys under which parts are sealed.
///
/// At rest a key is `nonce (24) ‖ XChaCha20-Poly1305(key) (48)` under the vault key, its scope as
/// associated data.
///
/// - Threads: safe; calls take turns on one guarded workplace, which keeps the last key unwrapped.
/// - Source: `docs/protocol.md`, "Parts".
package final class PartCipher: PartSealing {
    private static let keyBytes = 32
    private static let nonceBytes = 24
    private static let tagBytes = 16
    private static let keyIDDomain = Array("baton/key-id/1".utf8)

    private let vaultKey: SecretBytes
    private let scratch: Mutex<Scratch>

    /// - Shape: `vaultKey` has 32 bytes.
    /// - Throws: `crypto.memory-exhausted`.
    package init(vaultKey: SecretBytes) throws(CryptoFault) {
        precondition(vaultKey.count == Self.keyBytes, "a vault key has 32 bytes, got \(vaultKey.count)")
        let scratch = try Scratch()
        guard let start = unsafe scratch.key.baseAddress, unsafe sodium_mlock(start, 96) == 0 else {
            throw CryptoFault(
                .memoryExhausted, "part keys could not be locked in memory; raise the locked-memory limit")
        }
        self.vaultKey = vaultKey
        self.scratch = Mutex(scratch)
    }

    package func makeKey(scope: KeyScope, entropy: [UInt8]) throws(SealingFault) -> WrappedKey {
        precondition(entropy.count == Self.keyBytes + Self.nonceBytes, "a document key needs 56 random bytes")
        var key = Array(entropy.prefix(Self.keyBytes))
        defer { Sodium.wipe(&key) }
        return try self.wrap(key, scope: scope, nonce: Array(entropy.suffix(Self.nonceBytes)))
    }

    package func adopt(
        bareKey: [UInt8], scope: KeyScope, expecting id: KeyID, nonce: [UInt8]
    ) throws(SealingFault) -> WrappedKey {
        guard bareKey.count == Self.keyBytes, Self.id(of: bareKey, scope) == id else { throw .keyMismatch }
        return try self.wrap(bareKey, scope: scope, nonce: nonce)
    }

    package func export(_ key: WrappedKey, scope: KeyScope) throws(SealingFault) -> [UInt8] {
        try self.withKey(key, scope) { scratch in unsafe Array(scratch.key) }
    }

    package func commitment(
        to plaintext: [UInt8], at place: PartPlace, key: WrappedKey
    ) throws(SealingFault) -> Digest256 {
        try self.withKey(key, place.scope) { scratch in
            scratch.derive(place)
            return scratch.commitment(to: plaintext, at: place)
        }
    }

    /// The nonce is taken from the commitment, so a commitment that is not this plaintext's is refused:
    /// it would let two
    /// plaintexts share a nonce.
    package func seal(
        _ plaintext: [UInt8], at place: PartPlace, commitment: Digest256, header: [UInt8], key: WrappedKey
    ) throws(SealingFault) -> [UInt8] {
        let sealed: [UInt8]? = try self.withKey(key, place.scope) { scratch in
            scratch.derive(place)
            guard scratch.commitment(to: plaintext, at: place) == commitment else { return nil }
            return scratch.encrypt(plaintext, nonce: Self.nonce(commitment), header)
        }
        guard let sealed else { throw .partMismatch }
        return sealed
    }

    package func open(
        _ sealed: [UInt8], at place: PartPlace, commitment: Digest256, header: [UInt8], key: WrappedKey
    ) throws(SealingFault) -> [UInt8] {
        guard sealed.count >= Self.tagBytes else { throw .partMismatch }
        let opened: [UInt8]? = try self.withKey(key, place.scope) { scratch in
            scratch.derive(place)
            guard var plaintext = scratch.decrypt(sealed, nonce: Self.nonce(commitment), header) else {
                return nil
            }
            let actual = scratch.commitment(to: plaintext, at: place)
            guard Sodium.areEqual(actual.bytes, commitment.bytes) else {
                Sodium.wipe(&plaintext)
                return nil
            }
            return plaintext
        }
        guard let opened else { throw .partMismatch }
        return opened
    }

    private static func nonce(_ commitment: Digest256) -> [UInt8] {
        Array(commitment.bytes.prefix(Self.nonceBytes))
    }

    /// First 8 bytes of BLAKE2b-256("baton/key-id/1" ‖ key), big-endian.
    private static func id(of key: [UInt8], _ scope: KeyScope) -> KeyID {
        KeyID(generation: scope.generation, hash: Blake2b().digest256(Self.keyIDDomain, key).word0)
    }

    private func wrap(_ key: [UInt8], scope: KeyScope, nonce: [UInt8]) throws(SealingFault) -> WrappedKey {
        guard nonce.count == Self.nonceBytes else { throw .keyMismatch }
        let sealed = unsafe self.vaultKey.withBytes { vaultKey in
            unsafe AEAD.encrypt(key, nonce: nonce, associated: scope.bytes, key: vaultKey)
        }
        return WrappedKey(id: Self.id(of: key, scope), bytes: nonce + sealed)
    }

    /// Lends the workplace with the key unwrapped in it; parts of one document in a row unwrap it once.
    private func withKey<Value: Sendable>(
        _ key: WrappedKey, _ scope: KeyScope, _ body: (borrowing Scratch) -> Value
    ) throws(SealingFault) -> Value {
        try self.scratch.withLock { scratch throws(SealingFault) in
            if scratch.loaded != key || scratch.loadedScope != scope {
                scratch.loaded = nil
                scratch.loadedScope = nil
                guard key.bytes.count == Self.nonceBytes + Self.keyBytes + Self.tagBytes else {
                    throw .keyMismatch
                }
                let isOpen = unsafe self.vaultKey.withBytes { vaultKey in
                    unsafe AEAD.decrypt(
                        Array(key.bytes.dropFirst(Self.nonceBytes)), into: scratch.key,
                        nonce: Array(key.bytes.prefix(Self.nonceBytes)), associated: scope.bytes,
                        key: vaultKey)
                }
                guard isOpen else { throw .keyMismatch }
                scratch.loaded = key
                scratch.loadedScope = scope
            }
            return body(scratch)
        }
    }
}
