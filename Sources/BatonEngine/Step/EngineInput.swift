package import BatonModel
package import BatonProtocol

/// Names one connection to a peer for as long as it lives. The driver numbers them and never reuses a number.
package struct LinkID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
    package var description: String { "link \(self.number)" }
    package static func < (left: LinkID, right: LinkID) -> Bool { left.number < right.number }
}

/// Names one piece of work that the engine handed to the driver.
package struct WorkID: Hashable, Comparable, Sendable {
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
    package static func < (left: WorkID, right: WorkID) -> Bool { left.number < right.number }
}

/// A connection that TLS has authenticated: both key pins and the site that the membership gives for the
/// peer's.
package struct LinkOpening: Sendable, Equatable {
    package let link: LinkID
    package let site: SiteID
    /// True where this node dialled.
    package let isDialler: Bool
    /// What the connection was dialled for; nil where the peer dialled, whose greeting tells.
    package let purpose: LinkPurpose?
    package let localPin: [UInt8]
    package let remotePin: [UInt8]

    package init(
        link: LinkID, site: SiteID, isDialler: Bool, purpose: LinkPurpose?, localPin: [UInt8],
        remotePin: [UInt8]
    ) {
        self.link = link
        self.site = site
        self.isDialler = isDialler
        self.purpose = purpose
        self.localPin = localPin
        self.remotePin = remotePin
    }
}

/// Everything that can happen to the engine. Past tense: it has happened.
package enum EngineInput: Sendable {
    case started
    case linkOpened(LinkOpening)
    case bytesReceived(LinkID, [UInt8])
    /// More bytes are queued to the link than `WireLimits.queuedBytesMax`: no page is loaded for it until
    /// it has drained.
    case linkCongested(LinkID)
    /// The queue of a congested link fell under its low mark.
    case linkDrained(LinkID)
    case linkClosed(LinkID)
    /// A refusal is told apart: a peer that does not accept our key will not do so a moment later.
    case dialFailed(SiteID, LinkPurpose, isRefusal: Bool)
    case verified(WorkID, VerificationOutcome)
    /// A batch was committed, or refused by the store.
    case applied(WorkID, Result<ApplyReport, ReplicaFault>)
    /// Deltas that people of this site wrote were committed.
    case authored(ApplyReport)
    /// Deltas of this site that a machine made by the thousand were committed.
    case imported(ApplyReport)
    case loaded(WorkID, Result<LoadAnswer, ReplicaFault>)
    case timerFired(EngineTimer)
    case peerAdded(SiteID)
    /// The site is no longer to be dialled; its links end.
    case peerRemoved(SiteID)
    /// Somebody wants the logs compared with a peer's.
    case comparisonAsked(SiteID)
    case peerPaused(SiteID, Bool)
    /// Who is at the desks of this site now, and about to do what. It replaces what was said before.
    case presenceStated([DeskPresence])
    /// A longer log of the same team was imported at this node.
    case membershipImported(Membership)
}

package enum EngineTimer: Hashable, Sendable {
    case redial(SiteID, LinkPurpose)
    case greeting(LinkID)
    case heartbeat(LinkID)
    case forward(SessionID)
    /// The bulk lane has waited long enough for a connection of its own.
    case share(SessionID)
    /// What has changed at our desks since the peer was last told.
    case presence(SessionID)
}
