/// Says why a socket, a TLS handshake or an HTTP/2 exchange failed.
///
/// Neither text ever carries key material or transported bytes; both are safe to log.
package struct TransportFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// A stable string that appears in logs and in `docs/operations.md`.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    package let code: Code
    package let message: String
    /// The text of the underlying error, when another layer reported one.
    package let cause: String?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause.map { String(describing: $0) }
    }

    package var description: String {
        let reason = self.cause.map { " (\($0))" } ?? ""
        return "\(self.code.rawValue): \(self.message)\(reason)"
    }
}

extension TransportFault {
    /// True when dialling again at once is useless: the other side does not accept our key, or we not its.
    package var isRefusal: Bool {
        [.pinUnknown, .alpn, .refused, .handshake].contains(self.code)
    }
}

extension TransportFault.Code {
    /// The own key or certificate could not be made or read.
    package static let identity = Self(rawValue: "transport.identity")
    /// The installed libnghttp2 lacks a repair on which links rest.
    package static let library = Self(rawValue: "transport.library")
    /// The other side's key is not one we know, or is not the one we dialled.
    package static let pinUnknown = Self(rawValue: "transport.pin-unknown")
    /// TLS was agreed, but not with `h2`.
    package static let alpn = Self(rawValue: "transport.alpn")
    /// TLS itself failed: version, missing certificate, alert from the other side. A connection that broke before
    /// TLS stood is `connectionLost`: that is what a cut path does, or a peer that ends.
    package static let handshake = Self(rawValue: "transport.handshake")
    package static let handshakeTimeout = Self(rawValue: "transport.handshake-timeout")
    /// TLS stood, but the sync stream was not opened in time.
    package static let openTimeout = Self(rawValue: "transport.open-timeout")
    package static let connectRefused = Self(rawValue: "transport.connect-refused")
    package static let bind = Self(rawValue: "transport.bind")
    /// The other side answered the sync request with something other than 200.
    package static let refused = Self(rawValue: "transport.refused")
    /// The HTTP/2 session reported a fault; the text names it.
    package static let http2 = Self(rawValue: "transport.http2")
    /// The other side spent more than its frame budget or broke a declared limit.
    package static let abuse = Self(rawValue: "transport.abuse")
    /// The socket ended without a goodbye.
    package static let connectionLost = Self(rawValue: "transport.connection-lost")
    /// The other side reset the stream or said goodbye with an error code.
    package static let reset = Self(rawValue: "transport.reset")
    package static let idle = Self(rawValue: "transport.idle")
    /// Bytes were queued and none left for the whole progress period.
    package static let stalled = Self(rawValue: "transport.stalled")
    package static let lifetime = Self(rawValue: "transport.lifetime")
    /// The caller queued more than the link may hold.
    package static let queueOverflow = Self(rawValue: "transport.queue-overflow")
    /// The roster no longer knows the key of a live link.
    package static let revoked = Self(rawValue: "transport.revoked")
    /// Too many connections at once.
    package static let crowded = Self(rawValue: "transport.crowded")
    package static let shutdown = Self(rawValue: "transport.shutdown")
    /// The socket path is unusable: too long, not a socket, or no permission.
    package static let socketPath = Self(rawValue: "transport.socket-path")
    /// Something answers on the socket path already.
    package static let socketInUse = Self(rawValue: "transport.socket-in-use")
    /// A request or response is larger than its cap.
    package static let tooLarge = Self(rawValue: "transport.too-large")
    package static let timeout = Self(rawValue: "transport.timeout")
}
