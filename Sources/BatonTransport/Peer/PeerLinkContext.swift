package import Logging
package import NIOCore

/// What every peer link of a node shares.
package struct PeerLinkContext: Sendable {
    package let group: any EventLoopGroup
    package let identity: TLSIdentity
    package let pins: PinCheck
    package let sha256: SHA256Function
    package let limits: PeerLinkLimits
    package let registry: PeerRegistry
    package let logger: Logger
    /// SHA-256 over the own SubjectPublicKeyInfo.
    package let localSPKI: [UInt8]

    /// - Parameter group: Runs the links; owned and shut down by the caller.
    package init(
        group: any EventLoopGroup, identity: TLSIdentity, pins: @escaping PinCheck,
        sha256: @escaping SHA256Function, limits: PeerLinkLimits = PeerLinkLimits(),
        registry: PeerRegistry = PeerRegistry(), logger: Logger
    ) {
        self.group = group
        self.identity = identity
        self.pins = pins
        self.sha256 = sha256
        self.limits = limits
        self.registry = registry
        self.logger = logger
        self.localSPKI = sha256(identity.spkiDER)
    }
}
