import BatonCrypto
package import BatonEngine
package import BatonModel

/// Which cryptography a simulated team uses.
package enum CryptoKind: String, Sendable, CaseIterable {
    /// Fast stand-ins of the same shape, without strength.
    case standIn = "stand-in"
    /// libsodium: BLAKE2b, Ed25519, XChaCha20-Poly1305, with keys made from names.
    case sodium = "real"

    package var suite: CryptoSuite {
        switch self {
        case .standIn:
            CryptoSuite(
                kind: self, hashing: StandInHashing(), verifying: StandInSigning(named: "any"))
        case .sodium: CryptoSuite(kind: self, hashing: Blake2b(), verifying: SignatureVerifier())
        }
    }
}

/// The ports that a simulated node gets for cryptography. Every key is a function of a name, so nothing of the
/// machine's own randomness reaches a run.
package struct CryptoSuite: Sendable {
    package let kind: CryptoKind
    package let hashing: any Hashing
    package let verifying: any SignatureVerifying

    /// The signing key of a site or a root.
    package func signing(named name: String) -> any SiteSigning {
        switch self.kind {
        case .standIn: return StandInSigning(named: name)
        case .sodium:
            return Self.made { () throws(CryptoFault) in
                try SigningKey(seed: Self.secret("signing key of \(name)"))
            }
        }
    }

    /// The sealing of a site's vault. Make one for each site and keep it: a vault costs locked memory.
    package func sealing(named name: String) -> any PartSealing {
        switch self.kind {
        case .standIn: return StandInSealing()
        case .sodium:
            return Self.made { () throws(CryptoFault) in
                try PartCipher(vaultKey: Self.secret("vault key of \(name)"))
            }
        }
    }

    private static func secret(_ name: String) throws(CryptoFault) -> SecretBytes {
        try Sodium.initialise()
        return try SecretBytes(copying: Blake2b().digest256(Array(name.utf8)).bytes)
    }

    private static func made<Value>(_ make: () throws(CryptoFault) -> Value) -> Value {
        do throws(CryptoFault) {
            return try make()
        } catch {
            preconditionFailure("a simulated site has no keys: \(error)")
        }
    }
}
