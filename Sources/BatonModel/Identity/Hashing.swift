/// Hashes bytes for the pure modules, which link no cryptography themselves.
package protocol Hashing: Sendable {
    /// BLAKE2b-256, unkeyed (RFC 7693).
    func digest256(_ message: [UInt8]) -> Digest256

    /// BLAKE2b-256 of `first ‖ second`, without joining them.
    func digest256(_ first: [UInt8], _ second: [UInt8]) -> Digest256
}

/// Checks signatures for the pure modules.
package protocol SignatureVerifying: Sendable {
    /// Ed25519 as RFC 8032 states it, strictly: S < L, canonical encodings, cofactorless, no small-order key.
    func isValid(signature: [UInt8], message: [UInt8], publicKey: [UInt8]) -> Bool
}
