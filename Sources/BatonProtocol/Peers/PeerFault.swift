package import BatonModel

/// Says what a peer did wrong. Never carries what it sent.
package enum PeerFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// Bytes that are not a frame, or a frame that is not a message.
    case malformed(ModelFault)
    case tooLarge(field: String, limit: Int, actual: Int)
    case unexpected(message: String, state: String)
    case incompatible(version: UInt64)
    case otherTeam
    /// The hello is not signed by the site that the TLS key belongs to.
    case unauthenticated(String)
    case membershipRefused(MembershipFault)
    /// Deltas whose authority we cannot judge: the membership entry that they name is unknown here.
    case membershipUnknown(epoch: UInt64)
    case silent
    case greetingTimeout

    /// A stable code for logs, metrics and `docs/operations.md`.
    package var code: String {
        switch self {
        case .malformed: "peer.malformed"
        case .tooLarge: "peer.too-large"
        case .unexpected: "peer.unexpected"
        case .incompatible: "peer.incompatible"
        case .otherTeam: "peer.other-team"
        case .unauthenticated: "peer.unauthenticated"
        case .membershipRefused: "peer.membership-refused"
        case .membershipUnknown: "peer.membership-unknown"
        case .silent: "peer.silent"
        case .greetingTimeout: "peer.greeting-timeout"
        }
    }

    package var scope: FaultScope {
        switch self {
        case .silent, .greetingTimeout, .membershipUnknown: .closeLink
        case .malformed, .tooLarge, .unexpected: .ban(milliseconds: 10_000)
        case .incompatible, .otherTeam, .unauthenticated, .membershipRefused: .ban(milliseconds: 60_000)
        }
    }

    package var description: String {
        switch self {
        case .malformed(let fault): "the peer sent bytes that are not a message: \(fault)"
        case .tooLarge(let field, let limit, let actual):
            "the peer sent a \(field) of \(actual), over the limit of \(limit)"
        case .unexpected(let message, let state): "the peer sent \(message) while \(state)"
        case .incompatible(let version): "the peer speaks no version that we speak (its newest is \(version))"
        case .otherTeam: "the peer belongs to another team"
        case .unauthenticated(let why): "the peer's hello does not prove its site: \(why)"
        case .membershipRefused(let fault): "the peer's membership log was refused: \(fault)"
        case .membershipUnknown(let epoch):
            "the peer sent deltas of membership epoch \(epoch), which is unknown here"
        case .silent: "the peer has been silent for too long"
        case .greetingTimeout: "the peer did not say hello in time"
        }
    }
}

/// How far a peer's misbehaviour reaches.
package enum FaultScope: Equatable, Sendable {
    case ignore
    case closeLink
    /// Close, and refuse the site for a time.
    case ban(milliseconds: UInt64)
}
