import CSodium

/// The X25519 pair to which other nodes wrap document keys of restricted compartments.
package struct UnwrapKey: Sendable {
    /// 32 bytes.
    package let publicKey: [UInt8]
    private let secret: SecretBytes

    /// Derives the pair (`crypto_box_seed_keypair`).
    ///
    /// - Shape: `seed` has 32 bytes.
    /// - Throws: `crypto.key-mismatch` for a seed of another length, `crypto.memory-exhausted`.
    package init(seed: SecretBytes) throws(CryptoFault) {
        guard seed.count == 32 else { throw CryptoFault(.keyMismatch, "an X25519 seed has 32 bytes") }
        var publicKey = [UInt8](repeating: 0, count: 32)
        self.secret = try unsafe SecretBytes(count: 32) { (buffer) throws(CryptoFault) in
            let status = unsafe seed.withBytes { seedBytes in
                unsafe baton_box_keypair(
                    &publicKey, buffer.assumingMemoryBound(to: UInt8.self).baseAddress,
                    seedBytes.assumingMemoryBound(to: UInt8.self).baseAddress)
            }
            guard status == 0 else { throw CryptoFault(.libraryFailed, "an X25519 key could not be derived") }
        }
        self.publicKey = publicKey
    }

    /// Opens a box from guarded memory into guarded memory.
    ///
    /// - Throws: `crypto.key-mismatch` when the box is cut, changed, empty, or made for another node.
    package func open(_ sealed: [UInt8]) throws(CryptoFault) -> SecretBytes {
        guard sealed.count > SealedBox.overheadBytes else {
            throw CryptoFault(.keyMismatch, "a sealed key is cut short")
        }
        let count = sealed.count - SealedBox.overheadBytes
        return try unsafe SecretBytes(count: count) { (target) throws(CryptoFault) in
            let status = unsafe self.secret.withBytes { secret in
                unsafe baton_box_open(
                    target.assumingMemoryBound(to: UInt8.self).baseAddress, sealed, UInt64(sealed.count),
                    self.publicKey, secret.assumingMemoryBound(to: UInt8.self).baseAddress)
            }
            guard status == 0 else {
                throw CryptoFault(.keyMismatch, "a sealed key was not made for this node")
            }
        }
    }
}
