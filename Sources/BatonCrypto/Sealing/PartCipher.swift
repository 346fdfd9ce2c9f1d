package import BatonEngine
package import BatonModel
import CSodium
import Synchronization

/// Makes, wraps and uses the document keys under which parts are sealed.
///
/// At rest a key is `nonce (24) ‖ XChaCha20-Poly1305(key) (48)` under the vault key, its scope as
/// associated data.
///
/// - Threads: safe; calls take turns on one guarded workplace, which keeps keys unwrapped that were used of
///   late.
/// - Source: `docs/protocol.md`, "Parts".
package final class PartCipher: PartSealing {
    static let keyBytes = 32
    static let nonceBytes = 24
    static let tagBytes = 16

    let vaultKey: SecretBytes
    private let scratch: Mutex<Scratch>

    /// - Shape: `vaultKey` has 32 bytes.
    /// - Throws: `crypto.memory-exhausted`.
    package init(vaultKey: SecretBytes) throws(CryptoFault) {
        precondition(vaultKey.count == Self.keyBytes, "a vault key has 32 bytes, got \(vaultKey.count)")
        self.vaultKey = vaultKey
        self.scratch = Mutex(try Scratch())
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
            scratch.open(sealed, at: place, commitment: commitment, header: header)
        }
        guard let opened else { throw .partMismatch }
        return opened
    }

    private static func nonce(_ commitment: Digest256) -> [UInt8] {
        Array(commitment.bytes.prefix(Self.nonceBytes))
    }

    /// Lends the workplace with the key unwrapped in it; a key that was used of late still is.
    func withKey<Value: Sendable>(
        _ key: WrappedKey, _ scope: KeyScope, _ body: (borrowing Scratch) -> Value
    ) throws(SealingFault) -> Value {
        try self.scratch.withLock { scratch throws(SealingFault) in
            guard scratch.select(key, scope) || self.unwrap(key, scope, &scratch) else {
                throw .keyMismatch
            }
            return body(scratch)
        }
    }

    /// Puts a key that was wrapped a moment ago where `withKey` finds it.
    func keep(_ bare: [UInt8], as key: WrappedKey, _ scope: KeyScope) {
        self.scratch.withLock { scratch in
            _ = scratch.select(key, scope)
            unsafe scratch.key.copyBytes(from: bare)
            scratch.keep(key, scope)
        }
    }

    private func unwrap(_ key: WrappedKey, _ scope: KeyScope, _ scratch: inout Scratch) -> Bool {
        guard key.bytes.count == Self.nonceBytes + Self.keyBytes + Self.tagBytes else { return false }
        let associated = scope.bytes
        let isOpen = unsafe self.vaultKey.withBytes { vaultKey in
            unsafe key.bytes.withUnsafeBufferPointer { wrapped in
                unsafe baton_open(
                    scratch.key.assumingMemoryBound(to: UInt8.self).baseAddress,
                    wrapped.baseAddress.map { unsafe $0 + Self.nonceBytes },
                    UInt64(Self.keyBytes + Self.tagBytes), associated, UInt64(associated.count),
                    wrapped.baseAddress, vaultKey.assumingMemoryBound(to: UInt8.self).baseAddress) == 0
            }
        }
        if isOpen { scratch.keep(key, scope) }
        return isOpen
    }
}
