package import BatonEngine
package import BatonModel
import CSodium

/// A document key's ways into and out of the vault: drawn, taken from a peer, given to a peer.
///
/// Wrapping reads the bare key where it lies, so nothing here copies one but `export`, which hands it to
/// the wire (`docs/threat-model.md`, "Where secrets lie").
extension PartCipher {
    private static let keyIDDomain = Array("baton/key-id/1".utf8)

    /// Wipes the random bytes that it was given: the caller keeps no copy.
    package func makeKey(scope: KeyScope, entropy: consuming [UInt8]) throws(SealingFault) -> WrappedKey {
        var drawn = entropy
        precondition(drawn.count == Self.keyBytes + Self.nonceBytes, "a document key needs 56 random bytes")
        defer { Sodium.wipe(&drawn) }
        let nonce = Array(drawn.suffix(Self.nonceBytes))
        return try unsafe drawn.span.withUnsafeBytes { (bytes) throws(SealingFault) in
            let key = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<Self.keyBytes])
            return try unsafe self.wrap(key, Self.id(of: key, scope), scope: scope, nonce: nonce)
        }
    }

    package func adopt(
        bareKey: [UInt8], scope: KeyScope, expecting id: KeyID, nonce: [UInt8]
    ) throws(SealingFault) -> WrappedKey {
        guard bareKey.count == Self.keyBytes else { throw .keyMismatch }
        let wrapped = try unsafe bareKey.span.withUnsafeBytes { (key) throws(SealingFault) in
            guard unsafe Self.id(of: key, scope) == id else { throw .keyMismatch }
            return try unsafe self.wrap(key, id, scope: scope, nonce: nonce)
        }
        // The parts that it opens are at hand: it is not to be unwrapped for them.
        self.keep(bareKey, as: wrapped, scope)
        return wrapped
    }

    /// Copies the key out of guarded memory once, into the bytes that go to the wire.
    package func export(_ key: WrappedKey, scope: KeyScope) throws(SealingFault) -> [UInt8] {
        try self.withKey(key, scope) { scratch in unsafe Array(scratch.key) }
    }

    /// First 8 bytes of BLAKE2b-256("baton/key-id/1" ‖ key), big-endian.
    @unsafe private static func id(of key: UnsafeRawBufferPointer, _ scope: KeyScope) -> KeyID {
        let digest = unsafe Self.keyIDDomain.withUnsafeBytes { domain in
            unsafe Blake2b.digest256(domain, key)
        }
        return KeyID(generation: scope.generation, hash: digest.word0)
    }

    @unsafe private func wrap(
        _ key: UnsafeRawBufferPointer, _ id: KeyID, scope: KeyScope, nonce: [UInt8]
    ) throws(SealingFault) -> WrappedKey {
        guard nonce.count == Self.nonceBytes else { throw .keyMismatch }
        let associated = scope.bytes
        var sealed = [UInt8](repeating: 0, count: Self.keyBytes + Self.tagBytes)
        let status = unsafe self.vaultKey.withBytes { vaultKey in
            unsafe baton_seal(
                &sealed, key.assumingMemoryBound(to: UInt8.self).baseAddress, UInt64(key.count), associated,
                UInt64(associated.count), nonce, vaultKey.assumingMemoryBound(to: UInt8.self).baseAddress)
        }
        precondition(status == 0, "XChaCha20-Poly1305 refused to wrap a key")
        return WrappedKey(id: id, bytes: nonce + sealed)
    }
}
