import BatonTransport
import CSodium
import Testing

/// Ed25519 keys for the tests, each from one number, so that a failure repeats.
struct TestKey {
    let identity: TLSIdentity
    let spkiHash: [UInt8]

    init(_ number: UInt8) throws {
        let seed = [UInt8](repeating: number, count: 32)
        var publicKey = [UInt8](repeating: 0, count: 32)
        var secretKey = [UInt8](repeating: 0, count: 64)
        try #require(unsafe crypto_sign_seed_keypair(&publicKey, &secretKey, seed) == 0)
        let serial = [UInt8](repeating: number, count: 16)
        let pair = secretKey
        self.identity = try TLSIdentity(publicKey: publicKey, serial: serial) { body in
            var signature = [UInt8](repeating: 0, count: 64)
            try #require(
                unsafe crypto_sign_detached(&signature, nil, body, UInt64(body.count), pair) == 0)
            return signature
        }
        self.spkiHash = sha256(self.identity.spkiDER)
    }
}

@Sendable func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    _ = unsafe crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
    return digest
}
