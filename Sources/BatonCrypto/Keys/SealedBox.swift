import CSodium

/// Wraps document keys to another node: libsodium's sealed box over X25519. `UnwrapKey` opens it.
///
/// Layout: ephemeral public key (32) ‖ XSalsa20-Poly1305 tag (16) ‖ ciphertext; the nonce is
/// BLAKE2b-192(ephemeral ‖ recipient). A box says nothing about who made it.
package enum SealedBox {
    /// What sealing adds.
    package static let overheadBytes = 48

    /// Seals to a node's unwrap key. The ephemeral key is drawn inside libsodium.
    ///
    /// - Throws: `crypto.key-mismatch` when the key has a wrong length or is of small order.
    package static func seal(_ secret: SecretBytes, to publicKey: [UInt8]) throws(CryptoFault) -> [UInt8] {
        guard publicKey.count == 32 else { throw CryptoFault(.keyMismatch, "an unwrap key has 32 bytes") }
        var out = [UInt8](repeating: 0, count: secret.count + Self.overheadBytes)
        let status = unsafe secret.withBytes { message in
            unsafe crypto_box_seal(
                &out, message.assumingMemoryBound(to: UInt8.self).baseAddress, UInt64(message.count),
                publicKey)
        }
        guard status == 0 else { throw CryptoFault(.keyMismatch, "an unwrap key is not usable") }
        return out
    }
}
