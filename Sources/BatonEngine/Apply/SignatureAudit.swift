package import BatonModel

/// Looks at each signature by itself.
///
/// A run is authentic by its last signature, because each delta names the hash of the one before it with that
/// one's signature. So a wrong signature inside a run can only be its author's own doing: it proves misbehaviour
/// and is never a reason to drop the delta, which others hold and build on.
package struct SignatureAudit: Sendable {
    private let membership: Membership

    package init(membership: Membership) { self.membership = membership }

    /// Lists those of `deltas` whose own signature does not verify, in their order.
    ///
    /// Deltas of a membership entry that is not known here, or of a site that it does not name, were judged
    /// when they came and are passed over.
    /// - Complexity: one Ed25519 check a delta.
    package func wrong(
        in deltas: [Delta], hashing: some Hashing, verifying: some SignatureVerifying
    ) -> [Delta] {
        deltas.filter { delta in
            guard let entry = self.membership.entry(for: delta.header.membership, hashing: hashing),
                let key = entry.site(delta.header.author.site)?.signingKey
            else { return false }
            return !verifying.isValid(
                signature: delta.signature,
                message: Delta.signedMessage(team: self.membership.team, headerBytes: delta.headerBytes),
                publicKey: key)
        }
    }
}
