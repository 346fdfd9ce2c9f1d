internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// Makes the TLS part of a peer link: TLS 1.3, `h2`, a certificate from both sides, keys pinned.
///
/// Every connection gets a context of its own. A shared one would let a client resume with a session ticket
/// alone, and resumption never asks the verification callback.
///
/// - Source: RFC 8446, RFC 7301, RFC 7469 section 2.4 for the shape of a pin.
enum PeerTLS {
    static let alpn = "h2"

    static func makeHandler(
        dialled: Bool, context: PeerLinkContext, verdict: PinVerdict
    ) throws(TransportFault) -> NIOSSLHandler {
        let pins = context.pins
        let sha256 = context.sha256
        let verify: NIOSSLCustomVerificationCallback = { chain, promise in
            verdict.judge(chain.first, pins: pins, sha256: sha256)
            promise.succeed(verdict.site == nil ? .failed : .certificateVerified)
        }
        do {
            let tls = try NIOSSLContext(
                configuration: Self.configuration(dialled: dialled, identity: context.identity))
            guard dialled else {
                return NIOSSLServerHandler(context: tls, customVerificationCallback: verify)
            }
            return try NIOSSLClientHandler(
                context: tls, serverHostname: nil, customVerificationCallback: verify)
        } catch {
            throw TransportFault(.identity, "TLS could not be set up", cause: error)
        }
    }

    private static func configuration(dialled: Bool, identity: TLSIdentity) -> TLSConfiguration {
        let chain = [NIOSSLCertificateSource.certificate(identity.certificate)]
        let key = NIOSSLPrivateKeySource.privateKey(identity.privateKey)
        // No roots: only the pin decides, and loading the system's would block the event loop.
        var configuration: TLSConfiguration
        if dialled {
            configuration = .makeClientConfiguration()
            configuration.certificateChain = chain
            configuration.privateKey = key
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .certificates([])
        } else {
            configuration = .makeServerConfigurationWithMTLS(
                certificateChain: chain, privateKey: key, trustRoots: .certificates([]))
        }
        configuration.minimumTLSVersion = .tlsv13
        configuration.applicationProtocols = [Self.alpn]
        // Left out of the library's default list; without it the peer silently sends no certificate.
        configuration.verifySignatureAlgorithms = [.ed25519]
        configuration.signingSignatureAlgorithms = [.ed25519]
        configuration.renegotiationSupport = .none
        configuration.keyLogCallback = nil
        return configuration
    }
}

/// What the pin check said about the certificate of one connection.
final class PinVerdict: Sendable {
    private struct State {
        var site: String?
        var spki: [UInt8] = []
        var isJudged = false
    }

    private let state = Mutex(State())

    /// The site that owns the key; nil for a stranger and before the certificate arrived.
    var site: String? { self.state.withLock { $0.site } }
    /// SHA-256 over the peer's SubjectPublicKeyInfo; empty until a certificate arrived.
    var spki: [UInt8] { self.state.withLock { $0.spki } }
    var isJudged: Bool { self.state.withLock { $0.isJudged } }

    /// Judges a certificate; an unreadable or missing one belongs to nobody.
    func judge(_ certificate: NIOSSLCertificate?, pins: PinCheck, sha256: SHA256Function) {
        var (site, spki): (String?, [UInt8]) = (nil, [])
        if let der = try? certificate?.toDERBytes(),
            let hash = try? TLSIdentity.spkiHash(ofDER: der, sha256: sha256)
        {
            spki = hash
            site = pins(hash)
        }
        self.state.withLock { $0 = State(site: site, spki: spki, isJudged: true) }
    }
}
