/// The team's root key in one-root mode: a key file of its own, kept away from nodes in production.
package enum RootKey {
    private static let name = "root-seed"

    /// Draws a root key and writes it to a file that must not exist yet.
    package static func create(at path: String) throws(CryptoFault) -> SigningKey {
        let seed = try SecretBytes(drawing: 32)
        try SecretFile.create(path, SecretFile.encode([.secret(Self.name, seed)]))
        return try SigningKey(seed: seed)
    }

    package static func open(_ path: String) throws(CryptoFault) -> SigningKey {
        guard let seed = try SecretFile(reading: path).secret(Self.name, count: 32) else {
            throw CryptoFault(.vaultDamaged, "\(path) is not a root key file")
        }
        return try SigningKey(seed: seed)
    }
}
