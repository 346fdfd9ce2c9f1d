package import BatonCrypto
package import BatonModel
package import BatonTransport

/// The opened keys of a node: the vault, and what the transport needs of it.
package struct NodeKeys: Sendable {
    package let vault: Vault
    package let identity: TLSIdentity

    package var site: SiteID { self.vault.site }
    /// SHA-256 over the certificate's SubjectPublicKeyInfo: what the membership pins.
    package var tlsPin: [UInt8] { Blake2b.sha256(self.identity.spkiDER) }

    /// Opens the vault and issues this run's certificate.
    ///
    /// - Throws: `crypto.vault-…`, `transport.identity`.
    package init(_ folder: NodeFolder) throws(NodeFault) {
        try folder.checkInitialised()
        do throws(CryptoFault) {
            try self.init(opened: Vault(opening: folder.vault))
        } catch {
            throw NodeFault(error)
        }
    }

    private init(opened vault: Vault) throws(CryptoFault) {
        self.vault = vault
        do {
            let key = vault.tlsKey
            self.identity = try TLSIdentity(publicKey: key.publicKey, serial: Sodium.randomBytes(16)) {
                key.sign($0)
            }
        } catch {
            throw CryptoFault(.libraryFailed, "the TLS certificate could not be made from the vault's key")
        }
    }

    /// Makes the keys of a new node and its card.
    ///
    /// - Returns: The card's text, which is also written beside the vault as `S.pub`.
    package static func create(
        in folder: NodeFolder, site: SiteID, region: String, operators: [SiteCard.Person]
    ) throws(NodeFault) -> String {
        try Files.makePrivateFolder(folder.path)
        let keys: NodeKeys
        do throws(CryptoFault) {
            keys = try NodeKeys(opened: Self.vault(folder, site))
        } catch {
            throw NodeFault(error)
        }
        let text = keys.card(region: region, operators: operators).text(signedBy: keys.vault.signingKey)
        try Files.replace(folder.card(of: site), Array(text.utf8), mode: 0o644)
        return text
    }

    /// A new vault; or the one that is there where only the card is missing, because the process was killed in
    /// between or the card was lost: keys without a card would be of no use to anybody.
    private static func vault(_ folder: NodeFolder, _ site: SiteID) throws(CryptoFault) -> Vault {
        do throws(CryptoFault) {
            return try Vault.create(at: folder.vault, site: site)
        } catch {
            guard error.code == .vaultExists, !Files.exists(folder.card(of: site)) else { throw error }
            let vault = try Vault(opening: folder.vault)
            guard vault.site == site else { throw error }
            return vault
        }
    }

    package func card(region: String, operators: [SiteCard.Person]) -> SiteCard {
        SiteCard(
            site: self.site, region: region, signingKey: self.vault.signingKey.publicKey, tlsPin: self.tlsPin,
            unwrapKey: self.vault.unwrapPublicKey, operators: operators)
    }

    // The highest epoch seen is remembered beside the keys, where a restored database does not reach it.

    package func membershipMark() throws(NodeFault) -> Vault.MembershipMark? {
        do throws(CryptoFault) { return try self.vault.membershipMark() } catch { throw NodeFault(error) }
    }

    package func remember(_ membership: Membership) throws(NodeFault) {
        do throws(CryptoFault) {
            try self.vault.remember(.init(epoch: membership.epoch, head: membership.headHash))
        } catch {
            throw NodeFault(error)
        }
    }
}
