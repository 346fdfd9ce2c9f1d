import CSodium

/// Wraps document keys to another node: libsodium's sealed box over X25519.
///
/// Layout: ephemeral public key (32) ‖ XSalsa20-Poly1305 tag (16) ‖ ciphertext; the nonce is
/// BLAKE2b-192(ephemeral ‖ recipient). A box says nothing about who made it.
package enum SealedBox {
    /// What sealing adds.
    package static let overheadBytes = 48

    /// Seals to a node's unwrap key. The ephemeral key is drawn inside libsodium.
    ///
    /// - Throws: `crypto.key-mismatch` when the key has a wrong length or is of small order.
    package static func seal(_ message: [UInt8], to publicKey: [UInt8]) throws(CryptoFault) -> [UInt8] {
        try Sodium.initialise()
        guard publicKey.count == 32 else { throw CryptoFault(.keyMismatch, "an unwrap key has 32 bytes") }
        var out = [UInt8](repeating: 0, count: message.count + Self.overheadBytes)
        guard unsafe crypto_box_seal(&out, message, UInt64(message.count), publicKey) == 0 else {
            throw CryptoFault(.keyMismatch, "an unwrap key is not usable")
        }
        return out
    }

    /// Opens a box with the pair that the seed gives (`crypto_box_seed_keypair`, as in
    /// `Vault.unwrapPublicKey`).
    ///
    /// - Shape: `seed` has 32 bytes.
    /// - Throws: `crypto.key-mismatch` when the box is cut, changed, or made for another node.
    package static func open(_ sealed: [UInt8], seed: SecretBytes) throws(CryptoFault) -> [UInt8] {
        guard seed.count == 32, sealed.count >= Self.overheadBytes else {
            throw CryptoFault(.keyMismatch, "a sealed key is cut short")
        }
        var publicKey = [UInt8](repeating: 0, count: 32)
        let secret = try unsafe SecretBytes(count: 32) { (buffer) throws(CryptoFault) in
            let status = unsafe seed.withBytes { seedBytes in
                unsafe baton_box_keypair(
                    &publicKey, buffer.assumingMemoryBound(to: UInt8.self).baseAddress,
                    seedBytes.assumingMemoryBound(to: UInt8.self).baseAddress)
            }
            guard status == 0 else {
                throw CryptoFault(.libraryFailed, "an X25519 key could not be derived")
            }
        }
        var out = [UInt8](repeating: 0, count: sealed.count - Self.overheadBytes)
        let status = unsafe secret.withBytes { secret in
            unsafe baton_box_open(
                &out, sealed, UInt64(sealed.count), publicKey,
                secret.assumingMemoryBound(to: UInt8.self).baseAddress)
        }
        guard status == 0 else {
            throw CryptoFault(.keyMismatch, "a sealed key was not made for this node")
        }
        return out
    }
}
