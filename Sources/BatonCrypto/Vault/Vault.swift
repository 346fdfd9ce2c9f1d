package import BatonModel

/// The secrets of one node, and the little that must not go back with the database: the highest membership
/// epoch seen.
///
/// Kept in the file `vault` (0600), which is read into guarded memory and written from it (`SecretFile`).
package final class Vault: Sendable {
    package let path: String
    package let site: SiteID
    package let signingKey: SigningKey
    /// Signs this node's TLS handshakes and its certificate; the TLS library never sees it.
    package let tlsKey: SigningKey
    package let unwrapKey: UnwrapKey
    package let cipher: PartCipher

    package var unwrapPublicKey: [UInt8] { self.unwrapKey.publicKey }

    /// The highest membership epoch that this node ever took, and its entry's hash.
    package struct MembershipMark: Sendable, Equatable {
        package let epoch: UInt64
        package let head: Digest256

        package init(epoch: UInt64, head: Digest256) {
            self.epoch = epoch
            self.head = head
        }
    }

    private enum Name {
        static let site = "site"
        static let vaultKey = "vault-key"
        static let signingSeed = "signing-seed"
        static let tlsSeed = "tls-seed"
        static let unwrapSeed = "unwrap-seed"
        static let membership = "membership-mark"
    }

    private static let keyBytes = 32

    /// Makes the keys of a new node and writes them to a file that must not exist yet.
    package static func create(at path: String, site: SiteID) throws(CryptoFault) -> Vault {
        var entries: [SecretFile.Entry] = [.plain(Name.site, Array(site.description.utf8))]
        for name in [Name.vaultKey, Name.signingSeed, Name.tlsSeed, Name.unwrapSeed] {
            entries.append(.secret(name, try SecretBytes(drawing: Self.keyBytes)))
        }
        try SecretFile.create(path, SecretFile.encode(entries))
        return try Vault(opening: path)
    }

    /// Opens the vault of a node.
    ///
    /// - Throws: `crypto.vault-missing`, `crypto.vault-permissions`, `crypto.vault-damaged`,
    ///   `crypto.memory-exhausted`.
    package init(opening path: String) throws(CryptoFault) {
        let file = try SecretFile(reading: path)
        func secret(_ name: String) throws(CryptoFault) -> SecretBytes {
            guard let value = try file.secret(name, count: Self.keyBytes) else {
                throw CryptoFault(
                    .vaultDamaged, "\(path) lacks the record \(name); restore it from its backup")
            }
            return value
        }
        guard let text = file.plain(Name.site), let site = SiteID(String(decoding: text, as: UTF8.self))
        else { throw CryptoFault(.vaultDamaged, "\(path) names no site; restore it from its backup") }
        self.path = path
        self.site = site
        self.signingKey = try SigningKey(seed: secret(Name.signingSeed))
        self.tlsKey = try SigningKey(seed: secret(Name.tlsSeed))
        self.unwrapKey = try UnwrapKey(seed: secret(Name.unwrapSeed))
        self.cipher = try PartCipher(vaultKey: secret(Name.vaultKey))
        Sodium.wipeStack()
    }

    /// Reads the mark afresh from the file.
    package func membershipMark() throws(CryptoFault) -> MembershipMark? {
        try Self.mark(in: SecretFile(reading: self.path))
    }

    /// Remembers a higher epoch. A lower one is refused in silence: the mark never goes back.
    package func remember(_ mark: MembershipMark) throws(CryptoFault) {
        let file = try SecretFile(reading: self.path)
        if let known = try Self.mark(in: file), known.epoch >= mark.epoch { return }
        var value: [UInt8] = []
        appendBigEndian(mark.epoch, to: &value)
        let entries = try file.entries(replacing: Name.membership, with: value + mark.head.bytes)
        try SecretFile.replace(self.path, SecretFile.encode(entries))
    }

    private static func mark(in file: SecretFile) throws(CryptoFault) -> MembershipMark? {
        guard let value = file.plain(Name.membership) else { return nil }
        guard value.count == 40, let head = Digest256(value.dropFirst(8)) else {
            throw CryptoFault(.vaultDamaged, "\(file.path) has a membership mark of the wrong length")
        }
        return MembershipMark(epoch: bigEndianWord(value, from: 0), head: head)
    }
}
