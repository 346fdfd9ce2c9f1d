/// How many changes of one author's log a peer has stated to hold that are not here.
package struct AuthorLag: Codable, Sendable, Equatable {
    package let author: String
    package let missingHere: Int64
    /// Of them, those that the peer has listed by case.
    package let lanes: [LaneLag]

    package init(author: String, missingHere: Int64, lanes: [LaneLag]) {
        self.author = author
        self.missingHere = missingHere
        self.lanes = lanes
    }
}

package struct LaneLag: Codable, Sendable, Equatable {
    /// `life-at-stake`, `urgent`, `open`, `closed`, as the peer has them; `unknown` where it cannot tell.
    package let lane: String
    package let missingHere: Int64

    package init(lane: String, missingHere: Int64) {
        self.lane = lane
        self.missingHere = missingHere
    }
}

/// A run of one author's numbers, both ends included.
package struct LogRange: Codable, Sendable, Equatable {
    package let author: String
    package let first: Int64
    package let last: Int64

    package init(author: String, first: Int64, last: Int64) {
        self.author = author
        self.first = first
        self.last = last
    }
}

/// `POST /v1/sync/{peer}/verify`: the logs compared with a peer's by fingerprints, under a key drawn for the
/// question.
package struct ComparisonReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let site: String
    /// `equal`, `different`, `incomplete` (the link broke, or the peer has not said what it holds).
    package let result: String
    /// Deltas whose ids are the same here and there.
    package let equal: Int64
    /// Ranges in which the ids differ, at most 100 of each list.
    package let unequal: [LogRange]
    package let onlyHere: [LogRange]
    package let onlyThere: [LogRange]

    package init(
        asOf: Freshness, site: String, result: String, equal: Int64, unequal: [LogRange],
        onlyHere: [LogRange], onlyThere: [LogRange]
    ) {
        self.asOf = asOf
        self.site = site
        self.result = result
        self.equal = equal
        self.unequal = unequal
        self.onlyHere = onlyHere
        self.onlyThere = onlyThere
    }
}

/// `GET /v1/sync/explain/{ref}`: what of a case is missing, withheld or on its way, and why.
package struct ExplainReply: Codable, Sendable, Equatable {
    package struct Waiting: Codable, Sendable, Equatable {
        package let delta: String
        /// The change of the case that has to come first.
        package let waitsFor: String

        package init(delta: String, waitsFor: String) {
            self.delta = delta
            self.waitsFor = waitsFor
        }
    }

    package struct Peer: Codable, Sendable, Equatable {
        package let site: String
        package let state: String
        /// Changes of the case that the peer has said to hold and that are not here.
        package let behind: Int64
        /// Changes of the case that the peer has not stated to hold.
        package let missingThere: Int64

        package init(site: String, state: String, behind: Int64, missingThere: Int64) {
            self.site = site
            self.state = state
            self.behind = behind
            self.missingThere = missingThere
        }
    }

    package let asOf: Freshness
    package let ref: String
    package let id: String
    /// Changes of the case that are held here.
    package let held: Int64
    package let waiting: [Waiting]
    /// Changes of which this site lacks a part: withheld by clearance, or not yet here.
    package let lackingParts: Int64
    package let peers: [Peer]

    package init(
        asOf: Freshness, ref: String, id: String, held: Int64, waiting: [Waiting], lackingParts: Int64,
        peers: [Peer]
    ) {
        self.asOf = asOf
        self.ref = ref
        self.id = id
        self.held = held
        self.waiting = waiting
        self.lackingParts = lackingParts
        self.peers = peers
    }
}
