import BatonEngine
import BatonModel
import CSodium

/// Signs with Ed25519 (RFC 8032) under a key that stays in guarded memory. Signing is deterministic.
package struct SigningKey: SiteSigning {
    /// 32 bytes.
    package let publicKey: [UInt8]
    /// libsodium's form: seed ‖ public key, so that a signature never mixes two keys.
    private let secret: SecretBytes

    /// Derives the pair from a seed of 32 bytes (RFC 8032 section 5.1.5).
    ///
    /// - Throws: `crypto.key-mismatch` for a seed of another length, `crypto.memory-exhausted`.
    package init(seed: SecretBytes) throws(CryptoFault) {
        guard seed.count == 32 else { throw CryptoFault(.keyMismatch, "an Ed25519 seed has 32 bytes") }
        var publicKey = [UInt8](repeating: 0, count: 32)
        self.secret = try unsafe SecretBytes(count: 64) { (buffer) throws(CryptoFault) in
            let status = unsafe seed.withBytes { seedBytes in
                unsafe baton_sign_keypair(
                    &publicKey, buffer.assumingMemoryBound(to: UInt8.self).baseAddress,
                    seedBytes.assumingMemoryBound(to: UInt8.self).baseAddress)
            }
            guard status == 0 else {
                throw CryptoFault(.libraryFailed, "an Ed25519 key could not be derived")
            }
        }
        self.publicKey = publicKey
    }

    /// Returns the detached signature, 64 bytes.
    package func sign(_ message: [UInt8]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: 64)
        let status = unsafe self.secret.withBytes { secret in
            unsafe baton_sign(
                &out, message, UInt64(message.count), secret.assumingMemoryBound(to: UInt8.self).baseAddress)
        }
        precondition(status == 0, "Ed25519 refused to sign")
        return out
    }
}

/// Checks Ed25519 strictly: S < L, canonical key, neither key nor R of small order, without the cofactor.
package struct SignatureVerifier: SignatureVerifying {
    package init() {}

    /// - Returns: False also for a wrong length: such bytes are a peer's, not a programmer's.
    package func isValid(signature: [UInt8], message: [UInt8], publicKey: [UInt8]) -> Bool {
        guard signature.count == 64, publicKey.count == 32 else { return false }
        return unsafe baton_verify(signature, message, UInt64(message.count), publicKey) == 0
    }
}

/// The kernel's randomness for the engine.
package struct KernelEntropy: EntropySource {
    package init() {}

    package func bytes(_ count: Int) -> [UInt8] { Sodium.randomBytes(count) }
}
