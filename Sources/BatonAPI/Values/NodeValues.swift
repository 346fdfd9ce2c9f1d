/// `GET /v1/status`.
package struct StatusReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let version: String
    package let site: String
    /// Site, incarnation counter and the first bytes of its nonce: `syd/1.9f2c4a01`.
    package let author: String
    /// Hexadecimal.
    package let team: String
    package let teamName: String
    package let membershipEpoch: Int64
    /// The desk name that this call acted as, and its roles.
    package let operatorName: String
    package let operatorRoles: [String]
    /// Every desk name that the calling user may act as.
    package let operatorChoices: [String]
    package let counts: Counts
    /// When the next clock or deadline of an open case runs out, milliseconds since 1970.
    package let nextDueAt: Int64?
    /// Hash of what this replica holds; equal at replicas that hold the same deltas.
    package let logDigest: String
    package let peers: [PeerStatus]
    /// Where peers reach this node: `127.0.0.1:7420`; absent where it does not listen.
    package let listen: String?
    /// What in the log a person has to look into; empty in peace.
    package let alarms: [AlarmView]
    package let pages: PagesView

    package struct Counts: Codable, Sendable, Equatable {
        package let cases: Int
        package let openCases: Int
        /// Open cases of severity S0.
        package let openS0: Int
        package let deltas: Int
        /// Deltas whose past is not here yet.
        package let waiting: Int
        package let void: Int
        package let unread: Int
        package let conflicts: Int
        /// Open cases of which a clock or the deadline has run out.
        package let late: Int

        package init(
            cases: Int, openCases: Int, openS0: Int, deltas: Int, waiting: Int, void: Int, unread: Int,
            conflicts: Int, late: Int = 0
        ) {
            self.cases = cases
            self.openCases = openCases
            self.openS0 = openS0
            self.deltas = deltas
            self.waiting = waiting
            self.void = void
            self.unread = unread
            self.conflicts = conflicts
            self.late = late
        }
    }

    package init(
        asOf: Freshness, version: String, site: String, author: String, team: String, teamName: String,
        membershipEpoch: Int64, operatorName: String, operatorRoles: [String], operatorChoices: [String],
        counts: Counts, nextDueAt: Int64?, logDigest: String, peers: [PeerStatus], listen: String?,
        alarms: [AlarmView] = [], pages: PagesView = PagesView(isConfigured: false)
    ) {
        self.asOf = asOf
        self.version = version
        self.site = site
        self.author = author
        self.team = team
        self.teamName = teamName
        self.membershipEpoch = membershipEpoch
        self.operatorName = operatorName
        self.operatorRoles = operatorRoles
        self.operatorChoices = operatorChoices
        self.counts = counts
        self.nextDueAt = nextDueAt
        self.logDigest = logDigest
        self.peers = peers
        self.listen = listen
        self.alarms = alarms
        self.pages = pages
    }
}

/// One peer as this node sees it.
package struct PeerStatus: Codable, Sendable, Equatable {
    package let site: String
    /// `live`, `catching-up`, `greeting`, `down` or `paused`.
    package let state: String
    package let lastHeardAt: Int64?
    /// How far its clock is ahead of ours, milliseconds.
    package let clockOffset: Int64?
    /// Deltas that it has not stated to hold. In `GET /v1/sync`, of a peer down or paused, those that it has not
    /// signed for: the most that waits.
    package var missingThere: Int64
    /// Deltas that it has announced and that are not here yet.
    package let missingHere: Int64
    package let deltasSent: Int64
    package let deltasReceived: Int64
    package let bytesSent: Int64
    package let bytesReceived: Int64
    /// How long it stays refused after misbehaviour, milliseconds; 0 for not at all.
    package let refusedFor: Int64
    /// What was missing here when the exchange began: "312 of 9,411".
    package let missingHereAtStart: Int64
    /// Cases and other documents of which it has said to hold changes that are not here.
    package let documentsBehind: Int64
    /// Documents of the urgent lane that are still to be looked through for it.
    package let urgentWaiting: Int64
    /// Live connections: `urgent`, `bulk`.
    package let connections: [String]
    /// The best measured rate of the bulk connection, bytes a second.
    package let bulkRate: Int64
    /// The shortest round trip seen, milliseconds.
    package let roundTrip: Int64?
    /// Changes of this node's log that it has signed for: safe there.
    package let confirmed: Int64
    /// `missingHere` by author.
    package let lags: [AuthorLag]

    package init(
        site: String, state: String, lastHeardAt: Int64?, clockOffset: Int64?, missingThere: Int64,
        missingHere: Int64, deltasSent: Int64, deltasReceived: Int64, bytesSent: Int64, bytesReceived: Int64,
        refusedFor: Int64, missingHereAtStart: Int64 = 0, documentsBehind: Int64 = 0,
        urgentWaiting: Int64 = 0, connections: [String] = [], bulkRate: Int64 = 0, roundTrip: Int64? = nil,
        confirmed: Int64 = 0, lags: [AuthorLag] = []
    ) {
        self.site = site
        self.state = state
        self.lastHeardAt = lastHeardAt
        self.clockOffset = clockOffset
        self.missingThere = missingThere
        self.missingHere = missingHere
        self.deltasSent = deltasSent
        self.deltasReceived = deltasReceived
        self.bytesSent = bytesSent
        self.bytesReceived = bytesReceived
        self.refusedFor = refusedFor
        self.missingHereAtStart = missingHereAtStart
        self.documentsBehind = documentsBehind
        self.urgentWaiting = urgentWaiting
        self.connections = connections
        self.bulkRate = bulkRate
        self.roundTrip = roundTrip
        self.confirmed = confirmed
        self.lags = lags
    }
}

/// `GET /v1/digest`: computed on demand, so that replicas can be compared.
package struct DigestReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    /// Two digests mean something together only at one level with nothing unread.
    package let level: Int64
    package let stateDigest: String
    package let logDigest: String
    package let documents: Int
    package let deltas: Int
    package let unread: Int
    package let milliseconds: Int64

    package init(
        asOf: Freshness, level: Int64, stateDigest: String, logDigest: String, documents: Int, deltas: Int,
        unread: Int, milliseconds: Int64
    ) {
        self.asOf = asOf
        self.level = level
        self.stateDigest = stateDigest
        self.logDigest = logDigest
        self.documents = documents
        self.deltas = deltas
        self.unread = unread
        self.milliseconds = milliseconds
    }
}

/// `GET /v1/sync`, and the answer to pause and resume.
package struct SyncReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let peers: [PeerStatus]
    /// Sites with which no exchange takes place until an operator resumes it.
    package let paused: [String]
    /// The same as those of `GET /v1/status`.
    package let alarms: [AlarmView]
    package let pages: PagesView

    package init(
        asOf: Freshness, peers: [PeerStatus], paused: [String], alarms: [AlarmView] = [],
        pages: PagesView = PagesView(isConfigured: false)
    ) {
        self.asOf = asOf
        self.peers = peers
        self.paused = paused
        self.alarms = alarms
        self.pages = pages
    }
}

/// `POST /v1/verify`: signatures, chains, commitments and the folded state, checked from the stored bytes.
package struct VerifyReply: Codable, Sendable, Equatable {
    package let asOf: Freshness
    package let isSound: Bool
    package let authors: Int
    package let deltas: Int
    package let signatureChecks: Int
    /// The first thing that is wrong.
    package let problem: String?
    package let milliseconds: Int64
    /// A log may be sound and still prove that a site told two stories.
    package let alarms: [AlarmView]

    package init(
        asOf: Freshness, isSound: Bool, authors: Int, deltas: Int, signatureChecks: Int, problem: String?,
        milliseconds: Int64, alarms: [AlarmView] = []
    ) {
        self.asOf = asOf
        self.isSound = isSound
        self.authors = authors
        self.deltas = deltas
        self.signatureChecks = signatureChecks
        self.problem = problem
        self.milliseconds = milliseconds
        self.alarms = alarms
    }
}
