package import BatonModel
package import BatonProtocol

/// Who is at a desk of this site, as its own node says it.
package struct DeskPresence: Sendable, Equatable {
    package let presence: Presence
    /// What the case and the act may be told of only to sites that are cleared for it.
    package let compartment: Compartment

    package init(_ presence: Presence, compartment: Compartment = .global) {
        self.presence = presence
        self.compartment = compartment
    }
}

/// Who is at a desk of another site, as that site has said on a link that lives.
package struct PeerPresence: Sendable, Equatable {
    package let site: SiteID
    package let presence: Presence
}

/// A word about a desk and when it runs out, by this node's monotonic clock.
struct StandingPresence: Sendable {
    let word: DeskPresence
    let until: UInt64

    /// - Returns: The word with the time that is left; nil when it has run out.
    func left(at now: UInt64) -> Presence? {
        let presence = self.word.presence
        guard self.until > now || Mutant.isOn(.presenceStays) else { return nil }
        return Presence(
            person: presence.person, document: presence.document, act: presence.act,
            remainingMilliseconds: self.until > now ? self.until - now : 1)
    }
}

/// What one session has said and heard of desks. It ends with the session: a peer that is not in touch is at no
/// desk that we know of.
struct PresenceExchange: Sendable {
    /// What the peer said last.
    var heard: [StandingPresence] = []
    var toldAt: UInt64?
    /// The peer was told of somebody, and has to be told that they are gone.
    var hasTold = false
    var isDue = false
    private var countedFrom: UInt64 = 0
    private var count = 0

    /// Counts a word of the peer.
    ///
    /// - Returns: False when it has said more than it may.
    mutating func admits(at now: UInt64, _ limits: WireLimits) -> Bool {
        if now - self.countedFrom >= limits.heartbeatMilliseconds {
            (self.countedFrom, self.count) = (now, 0)
        }
        self.count += 1
        return self.count <= limits.presencePerHeartbeatMax
    }
}
