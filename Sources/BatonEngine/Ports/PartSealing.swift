package import BatonModel

/// A document key as a replica keeps it: sealed under the vault key. The bare key exists only inside the
/// sealing port.
package struct WrappedKey: Hashable, Sendable {
    package let id: KeyID
    package let bytes: [UInt8]

    package init(id: KeyID, bytes: [UInt8]) {
        self.id = id
        self.bytes = bytes
    }
}

/// Names one part for sealing: its key's scope, the author's number and the part's index.
package struct PartPlace: Sendable, Hashable {
    package let scope: KeyScope
    package let seq: UInt64
    package let index: Int

    package init(scope: KeyScope, seq: UInt64, index: Int) {
        self.scope = scope
        self.seq = seq
        self.index = index
    }
}

/// Seals and opens parts (`docs/protocol.md`, "Parts").
package protocol PartSealing: Sendable {
    /// Makes a fresh document key.
    ///
    /// - Parameter entropy: 56 random bytes: the key, then the nonce that wraps it. The callee wipes them.
    func makeKey(scope: KeyScope, entropy: consuming [UInt8]) throws(SealingFault) -> WrappedKey

    /// Takes a key that a peer sent, after checking that it is the one that headers name.
    func adopt(bareKey: [UInt8], scope: KeyScope, expecting id: KeyID, nonce: [UInt8]) throws(SealingFault)
        -> WrappedKey

    /// Gives the bare key for a cleared peer.
    func export(_ key: WrappedKey, scope: KeyScope) throws(SealingFault) -> [UInt8]

    /// Commits to a plaintext: the value that the signed header carries.
    func commitment(to plaintext: [UInt8], at place: PartPlace, key: WrappedKey) throws(SealingFault)
        -> Digest256

    /// Seals a plaintext under the header that carries its commitment. Returns ciphertext and tag.
    func seal(
        _ plaintext: [UInt8], at place: PartPlace, commitment: Digest256, header: [UInt8], key: WrappedKey
    ) throws(SealingFault) -> [UInt8]

    /// Opens a part and checks it against its commitment.
    func open(
        _ sealed: [UInt8], at place: PartPlace, commitment: Digest256, header: [UInt8], key: WrappedKey
    ) throws(SealingFault) -> [UInt8]
}

/// Says why a part or a key could not be handled. It never carries content.
package enum SealingFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes are not the part that the header commits to: ask elsewhere.
    case partMismatch
    /// The key is not the one that the header names, or not one that this vault wrapped.
    case keyMismatch

    package var description: String {
        switch self {
        case .partMismatch: "the bytes are not the part that the signed header names"
        case .keyMismatch: "the key is not the one that the signed header names"
        }
    }
}

/// Signs with the site's key.
package protocol SiteSigning: Sendable {
    /// Ed25519, 32 bytes.
    var publicKey: [UInt8] { get }
    func sign(_ message: [UInt8]) -> [UInt8]
}

/// Gives random bytes: the kernel's in a node, a seeded stream in a simulation.
package protocol EntropySource: Sendable {
    func bytes(_ count: Int) -> [UInt8]
}
