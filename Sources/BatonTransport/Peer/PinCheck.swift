/// Answers which site owns a TLS key, or nil for a stranger.
///
/// - Shape: the argument is 32 bytes, SHA-256 over the DER SubjectPublicKeyInfo of the leaf certificate.
/// - Threads: called on event loops, more than once per connection; it must be quick and must not block.
package typealias PinCheck = @Sendable (_ spkiSHA256: [UInt8]) -> String?

/// Hashes bytes with SHA-256 (FIPS 180-4); passed in because this module owns no cryptography.
package typealias SHA256Function = @Sendable (_ bytes: [UInt8]) -> [UInt8]
