package import BatonModel

/// The secrets of one node, and the little that must not go back with the database: the highest membership
/// epoch seen.
///
/// Kept in the file `vault` (0600). Secrets are read straight into guarded memory; the buffers on the way
/// are wiped.
package final class Vault: Sendable {
    package let path: String
    package let site: SiteID
    package let signingKey: SigningKey
    package let unwrapPublicKey: [UInt8]
    package let cipher: PartCipher
    private let secrets: Secrets

    /// The highest membership epoch that this node ever took, and its entry's hash.
    package struct MembershipMark: Sendable, Equatable {
        package let epoch: UInt64
        package let head: Digest256

        package init(epoch: UInt64, head: Digest256) {
            self.epoch = epoch
            self.head = head
        }
    }

    private struct Secrets: Sendable {
        let vaultKey: SecretBytes
        let signingSeed: SecretBytes
        let tlsSeed: SecretBytes
        let unwrapSeed: SecretBytes
    }

    private enum Name {
        static let site = "site"
        static let vaultKey = "vault-key"
        static let signingSeed = "signing-seed"
        static let tlsSeed = "tls-seed"
        static let unwrapSeed = "unwrap-seed"
        static let membership = "membership-mark"
    }

    /// Makes the keys of a new node and writes them to a file that must not exist yet.
    package static func create(at path: String, site: SiteID) throws(CryptoFault) -> Vault {
        var records: [(name: String, value: [UInt8])] = [(Name.site, Array(site.description.utf8))]
        for name in [Name.vaultKey, Name.signingSeed, Name.tlsSeed, Name.unwrapSeed] {
            records.append((name, Sodium.randomBytes(32)))
        }
        var bytes = SecretFile.encode(records)
        defer {
            Sodium.wipe(&bytes)
            for index in records.indices { Sodium.wipe(&records[index].value) }
        }
        try SecretFile.create(path, bytes)
        return try Vault(opening: path)
    }

    /// Opens the vault of a node.
    ///
    /// - Throws: `crypto.vault-missing`, `crypto.vault-permissions`, `crypto.vault-damaged`.
    package init(opening path: String) throws(CryptoFault) {
        var bytes = try SecretFile.read(path)
        defer { Sodium.wipe(&bytes) }
        var records = try SecretFile.decode(bytes, path: path)
        defer { for index in records.indices { Sodium.wipe(&records[index].value) } }
        func secret(_ name: String) throws(CryptoFault) -> SecretBytes {
            guard let value = records.first(where: { $0.name == name })?.value, value.count == 32 else {
                throw CryptoFault(
                    .vaultDamaged, "\(path) lacks the record \(name); restore it from its backup")
            }
            return try SecretBytes(copying: value)
        }
        guard let text = records.first(where: { $0.name == Name.site })?.value,
            let site = SiteID(String(decoding: text, as: UTF8.self))
        else { throw CryptoFault(.vaultDamaged, "\(path) names no site; restore it from its backup") }
        self.path = path
        self.site = site
        self.secrets = Secrets(
            vaultKey: try secret(Name.vaultKey), signingSeed: try secret(Name.signingSeed),
            tlsSeed: try secret(Name.tlsSeed), unwrapSeed: try secret(Name.unwrapSeed))
        self.signingKey = try SigningKey(seed: self.secrets.signingSeed)
        self.unwrapPublicKey = try UnwrapKey.publicKey(seed: self.secrets.unwrapSeed)
        self.cipher = try PartCipher(vaultKey: self.secrets.vaultKey)
    }

    /// Gives the TLS key: the pair for signing the certificate, and the seed for the TLS library, which
    /// keeps its own copy.
    package func withTLSKey<Value>(
        _ body: (SigningKey, [UInt8]) throws -> Value
    ) throws -> Value {
        let key = try SigningKey(seed: self.secrets.tlsSeed)
        var seed = unsafe self.secrets.tlsSeed.withBytes { bytes in unsafe Array(bytes) }
        defer { Sodium.wipe(&seed) }
        return try body(key, seed)
    }

    /// Reads the mark afresh from the file.
    package func membershipMark() throws(CryptoFault) -> MembershipMark? {
        var bytes = try SecretFile.read(self.path)
        defer { Sodium.wipe(&bytes) }
        let records = try SecretFile.decode(bytes, path: self.path)
        guard let value = records.first(where: { $0.name == Name.membership })?.value else { return nil }
        guard value.count == 40, let head = Digest256(value.dropFirst(8)) else {
            throw CryptoFault(.vaultDamaged, "\(self.path) has a membership mark of the wrong length")
        }
        return MembershipMark(epoch: bigEndianWord(value, from: 0), head: head)
    }

    /// Remembers a higher epoch. A lower one is refused in silence: the mark never goes back.
    package func remember(_ mark: MembershipMark) throws(CryptoFault) {
        if let known = try self.membershipMark(), known.epoch >= mark.epoch { return }
        var bytes = try SecretFile.read(self.path)
        defer { Sodium.wipe(&bytes) }
        var records = try SecretFile.decode(bytes, path: self.path).filter { $0.name != Name.membership }
        defer { for index in records.indices { Sodium.wipe(&records[index].value) } }
        var value: [UInt8] = []
        appendBigEndian(mark.epoch, to: &value)
        records.append((Name.membership, value + mark.head.bytes))
        var out = SecretFile.encode(records)
        defer { Sodium.wipe(&out) }
        try SecretFile.replace(self.path, out)
    }
}

/// The team's root key in one-root mode: a key file of its own, kept away from nodes in production.
package enum RootKey {
    private static let name = "root-seed"

    package static func create(at path: String) throws(CryptoFault) -> SigningKey {
        var seed = Sodium.randomBytes(32)
        defer { Sodium.wipe(&seed) }
        var bytes = SecretFile.encode([(Self.name, seed)])
        defer { Sodium.wipe(&bytes) }
        try SecretFile.create(path, bytes)
        return try SigningKey(seed: SecretBytes(copying: seed))
    }

    package static func open(_ path: String) throws(CryptoFault) -> SigningKey {
        var bytes = try SecretFile.read(path)
        defer { Sodium.wipe(&bytes) }
        var records = try SecretFile.decode(bytes, path: path)
        defer { for index in records.indices { Sodium.wipe(&records[index].value) } }
        guard let seed = records.first(where: { $0.name == Self.name })?.value, seed.count == 32 else {
            throw CryptoFault(.vaultDamaged, "\(path) is not a root key file")
        }
        return try SigningKey(seed: SecretBytes(copying: seed))
    }
}
