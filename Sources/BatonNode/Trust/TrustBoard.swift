package import BatonModel
import Synchronization

/// The membership in force, for threads that may not wait: TLS handshakes and signature checks.
package final class TrustBoard: Sendable {
    private struct State {
        var membership: Membership
        var pins: [[UInt8]: String]
    }

    private let state: Mutex<State>

    package init(_ membership: Membership) {
        self.state = Mutex(State(membership: membership, pins: Self.pins(membership)))
    }

    package var membership: Membership { self.state.withLock { $0.membership } }

    /// Which site owns a TLS key now; nil for a stranger.
    package func site(ofPin pin: [UInt8]) -> String? { self.state.withLock { $0.pins[pin] } }

    package func adopt(_ membership: Membership) {
        self.state.withLock { state in
            guard membership.epoch > state.membership.epoch else { return }
            state = State(membership: membership, pins: Self.pins(membership))
        }
    }

    private static func pins(_ membership: Membership) -> [[UInt8]: String] {
        var pins: [[UInt8]: String] = [:]
        for site in membership.head.sites { pins[site.tlsPin] = site.site.description }
        return pins
    }
}
