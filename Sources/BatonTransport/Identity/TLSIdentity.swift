internal import NIOSSL
internal import SwiftASN1

/// The key and the self-issued certificate a node shows on peer links.
///
/// Nothing in the certificate is trusted but its key: names and dates are fixed texts, and the roster says
/// whose key it is and until when. The dates say so too: RFC 5280 section 4.1.2.5 defines the last second of
/// 9999 as "no well-defined expiration".
package struct TLSIdentity: Sendable {
    package let certificateDER: [UInt8]
    /// DER SubjectPublicKeyInfo of the key; its SHA-256 is the pin.
    package let spkiDER: [UInt8]
    let certificate: NIOSSLCertificate
    let privateKey: NIOSSLPrivateKey

    /// Issues a certificate for an Ed25519 key pair.
    ///
    /// The private key stays with whoever made `sign`: the TLS library gets none of its bytes.
    ///
    /// - Shape: `publicKey` has 32 bytes (RFC 8032 section 5.1.5), `serial` 8 to 20 random ones.
    /// - Parameter sign: Signs bytes with the key and returns the 64-byte signature: the certificate now,
    ///   and every handshake from then on, on the thread of its link. It must not block.
    /// - Throws: `transport.identity` when the parts do not fit together or `sign` throws.
    /// - Source: RFC 5280, RFC 8410.
    package init(
        publicKey: [UInt8], serial: [UInt8], sign: @escaping @Sendable ([UInt8]) throws -> [UInt8]
    ) throws(TransportFault) {
        guard publicKey.count == 32, (8...20).contains(serial.count) else {
            throw TransportFault(.identity, "a key part or the serial number has the wrong length")
        }
        do {
            let body = try CertificateDER.body(publicKey: publicKey, serial: serial)
            let der = try CertificateDER.certificate(body: body, signature: sign(body))
            self.certificateDER = der
            self.spkiDER = try CertificateDER.publicKeyInfo(publicKey)
            self.certificate = try NIOSSLCertificate(bytes: der, format: .der)
            self.privateKey = NIOSSLPrivateKey(
                customPrivateKey: HandshakeSigner(publicKey: publicKey, sign: sign))
        } catch {
            throw TransportFault(.identity, "the own certificate could not be made", cause: error)
        }
    }

    /// Returns the DER SubjectPublicKeyInfo inside a certificate, byte for byte as its owner wrote it.
    ///
    /// - Throws: `transport.identity` when the bytes are no X.509 certificate.
    package static func spki(ofDER der: [UInt8]) throws(TransportFault) -> [UInt8] {
        do {
            return try CertificateDER.spki(of: der)
        } catch {
            throw TransportFault(.identity, "the certificate could not be read", cause: error)
        }
    }

    /// Returns the pin of a certificate: SHA-256 over its SubjectPublicKeyInfo.
    package static func spkiHash(
        ofDER der: [UInt8], sha256: SHA256Function
    ) throws(TransportFault) -> [UInt8] {
        sha256(try Self.spki(ofDER: der))
    }

    /// The certificate as PEM (RFC 7468).
    package var certificatePEM: String {
        PEMDocument(type: "CERTIFICATE", derBytes: self.certificateDER).pemString
    }

    /// Writes a private key as PEM, for other programs that test a node's peer port.
    ///
    /// The identity itself does not keep the seed in a readable form, so the caller brings it.
    package static func privateKeyPEM(seed: [UInt8]) throws(TransportFault) -> String {
        do {
            return PEMDocument(type: "PRIVATE KEY", derBytes: try CertificateDER.privateKey(seed)).pemString
        } catch {
            throw TransportFault(.identity, "the key could not be written", cause: error)
        }
    }
}
