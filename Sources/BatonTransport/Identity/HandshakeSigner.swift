internal import NIOCore
internal import NIOSSL

/// Signs TLS handshakes for the library with a key that the library never gets.
///
/// - Source: RFC 8446 section 4.4.3; Ed25519 signs the content whole, RFC 8032.
struct HandshakeSigner: NIOSSLCustomPrivateKey, Hashable {
    private let publicKey: [UInt8]
    private let signing: @Sendable ([UInt8]) throws -> [UInt8]

    init(publicKey: [UInt8], sign: @escaping @Sendable ([UInt8]) throws -> [UInt8]) {
        self.publicKey = publicKey
        self.signing = sign
    }

    var signatureAlgorithms: [SignatureAlgorithm] { [.ed25519] }

    func sign(
        channel: any Channel, algorithm: SignatureAlgorithm, data: ByteBuffer
    ) -> EventLoopFuture<ByteBuffer> {
        channel.eventLoop.makeCompletedFuture {
            guard algorithm == .ed25519 else {
                throw TransportFault(.identity, "a handshake asked for a signature other than Ed25519")
            }
            return ByteBuffer(bytes: try self.signing(Array(data.readableBytesView)))
        }
    }

    /// TLS 1.3 has no key exchange that decrypts.
    func decrypt(channel: any Channel, data: ByteBuffer) -> EventLoopFuture<ByteBuffer> {
        channel.eventLoop.makeFailedFuture(
            TransportFault(.identity, "a handshake asked to decrypt with the key of this node"))
    }

    static func == (left: HandshakeSigner, right: HandshakeSigner) -> Bool {
        left.publicKey == right.publicKey
    }

    func hash(into hasher: inout Hasher) { hasher.combine(self.publicKey) }
}
