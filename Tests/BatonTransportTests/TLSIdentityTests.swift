import BatonTransport
import NIOSSL
import Testing

@Suite("TLSIdentity")
struct TLSIdentityTests {
    @Test("the pin is the SHA-256 of the key's SubjectPublicKeyInfo as the library sees it")
    func pin() throws {
        let key = try TestKey(7)
        let certificate = try NIOSSLCertificate(bytes: key.identity.certificateDER, format: .der)
        #expect(try certificate.extractPublicKey().toSPKIBytes() == key.identity.spkiDER)
        let hash = try TLSIdentity.spkiHash(ofDER: key.identity.certificateDER, sha256: sha256)
        #expect(hash == key.spkiHash)
    }

    @Test("a renewed certificate of the same key keeps its pin, another key has another")
    func renewal() throws {
        let (first, other) = (try TestKey(7), try TestKey(8))
        #expect(first.spkiHash == (try TestKey(7)).spkiHash)
        #expect(first.spkiHash != other.spkiHash)
    }

    @Test("PEM texts read back as the same certificate and key")
    func pem() throws {
        let identity = try TestKey(9).identity
        let certificates = try NIOSSLCertificate.fromPEMBytes(Array(identity.certificatePEM.utf8))
        #expect(try certificates.map { try $0.toDERBytes() } == [identity.certificateDER])
        let seed = [UInt8](repeating: 9, count: 32)
        let text = try TLSIdentity.privateKeyPEM(seed: seed)
        #expect(throws: Never.self) { _ = try NIOSSLPrivateKey(bytes: Array(text.utf8), format: .pem) }
    }

    @Test("the certificate never expires by date, because the roster decides")
    func validity() throws {
        let certificate = try NIOSSLCertificate(bytes: TestKey(7).identity.certificateDER, format: .der)
        #expect(certificate.notValidBefore == 1_577_836_800)
        #expect(certificate.notValidAfter == 253_402_300_799)
    }

    @Test(
        "parts of the wrong length are refused",
        arguments: [(31, 16), (33, 16), (32, 7), (32, 21)])
    func lengths(publicKey: Int, serial: Int) {
        func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 1, count: count) }
        #expect(throws: TransportFault.self) {
            _ = try TLSIdentity(publicKey: bytes(publicKey), serial: bytes(serial), sign: { $0 })
        }
    }

    @Test(
        "bytes that are no certificate have no pin",
        arguments: [[], [0x30], [0x30, 0x02, 0x30, 0x00], [1, 2, 3]])
    func garbage(der: [UInt8]) {
        #expect(throws: TransportFault.self) { _ = try TLSIdentity.spki(ofDER: der) }
    }
}
