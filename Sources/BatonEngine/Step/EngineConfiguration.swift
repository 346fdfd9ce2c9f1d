package import BatonModel
package import BatonProtocol

/// Now, by both clocks. The monotonic one never goes back; the wall clock may be anything.
package struct EngineTime: Sendable, Hashable {
    package let monotonicMilliseconds: UInt64
    /// Since 1970.
    package let wallMilliseconds: UInt64

    package init(monotonicMilliseconds: UInt64, wallMilliseconds: UInt64) {
        self.monotonicMilliseconds = monotonicMilliseconds
        self.wallMilliseconds = wallMilliseconds
    }
}

package struct EngineConfiguration: Sendable {
    /// Sites that this node dials.
    package var peers: [SiteID]
    /// Sites with which no exchange takes place until an operator resumes it.
    package var paused: [SiteID]
    package var limits: WireLimits
    /// 16 random bytes of this run of the process.
    package var bootNonce: [UInt8]

    package init(peers: [SiteID], paused: [SiteID] = [], limits: WireLimits = .standard, bootNonce: [UInt8]) {
        precondition(bootNonce.count == 16, "a boot nonce has 16 bytes, got \(bootNonce.count)")
        self.peers = peers
        self.paused = paused
        self.limits = limits
        self.bootNonce = bootNonce
    }
}

/// What the engine would say of itself now.
package struct EngineSnapshot: Sendable, Equatable {
    package struct Peer: Sendable, Equatable {
        package let site: SiteID
        /// `paused`, `down`, `greeting`, `catching-up` or `live`.
        package let state: String
        package let lastHeardWallMilliseconds: UInt64?
        package let clockOffsetMilliseconds: Int64?
        /// Deltas of ours that the peer has not stated to hold.
        package let missingThere: UInt64
        /// Deltas that the peer has stated to hold and that are not here yet.
        package let missingHere: UInt64
        /// The same when the exchange began: "312 of 9,411".
        package let missingHereAtStart: UInt64
        /// `missingHere` by author, only those that lack something.
        package let lags: [Lag]
        /// Documents of which the peer has said to hold changes that are not here.
        package let documentsBehind: Int
        /// Documents of the urgent lane that are still to be looked through for the peer.
        package let urgentWaiting: Int
        /// The connections that are live: `urgent`, `bulk`.
        package let connections: [LinkPurpose]
        package let bulkBytesPerSecond: UInt64
        package let roundTripMilliseconds: UInt64?
        package let count: ExchangeCount
        package let bannedForMilliseconds: UInt64
        /// What waits to be sent to the peer, by lane and author; only what is not 0.
        package let waiting: [Waiting]
    }

    package struct Waiting: Sendable, Equatable {
        package let lane: LinkPurpose
        package let author: Author
        package let count: UInt64
    }

    /// One connection.
    package struct Link: Sendable, Equatable {
        package let link: LinkID
        package let site: SiteID
        package let lane: LinkPurpose
        package let isLive: Bool
        /// Bytes of a catch-up that the peer has not answered for.
        package let bytesInFlight: UInt64
        /// Received chunks between receipt and commit.
        package let chunksInFlight: Int
    }

    package struct Lag: Sendable, Equatable {
        package let author: Author
        package let count: UInt64
        /// Of them, what the peer has told the lanes of, in order of lane; nil is one that it does not know.
        package var lanes: [LaneCount] = []
    }

    package struct LaneCount: Sendable, Equatable {
        package let lane: UInt8?
        package let count: UInt64
    }

    package let peers: [Peer]
    /// In order of number.
    package let links: [Link]
    package let sessionCount: Int
    package let deltaCount: UInt64
    package let logDigest: Digest256
    package let membershipEpoch: UInt64
}
