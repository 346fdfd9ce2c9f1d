package import BatonModel
package import BatonProtocol

/// What the driver must do, in order. Imperative: it is to be done.
///
/// Contract: the driver MUST answer every `.verify`, `.apply` and `.load` with the input of the same
/// number, MUST perform actions in the order given, and MUST drop actions on links that it has closed.
package enum EngineAction: Sendable, Equatable {
    case dial(SiteID, LinkPurpose)
    case send(LinkID, [UInt8])
    /// Flush what is queued, then close.
    case close(LinkID)
    case pauseReading(LinkID)
    case resumeReading(LinkID)
    /// The lane says what goes first: an urgent job MUST NOT wait for a bulk one that has not begun.
    case verify(WorkID, VerificationJob, LinkPurpose)
    /// Apply in one transaction; answer only after its commit returned.
    /// What came on the urgent lane goes first.
    case apply(WorkID, IncomingBatch, LinkPurpose)
    case load(WorkID, LoadOrder, LinkPurpose)
    /// What a peer holds, in its first whole word since it was met: what it had signed for beyond that is
    /// no longer safe there.
    case peerStated(SiteID, HaveSet)
    case compared(ComparisonResult)
    case saveReceipt(SiteID, SignedReceipt)
    case saveMembership(Membership)
    case startTimer(EngineTimer, afterMilliseconds: UInt64)
    case cancelTimer(EngineTimer)
    case note(EngineNote)
}

/// A fact for logs, metrics, people and checkers. Past tense.
package enum EngineNote: Sendable, Equatable {
    case linkGreeted(SiteID, Author, clockOffsetMilliseconds: Int64)
    case linkLost(SiteID, PeerFault?)
    case linkRedundant(SiteID)
    case catchUpStarted(SiteID, missing: UInt64)
    case catchUpFinished(SiteID, ExchangeCount)
    case merged(SiteID, added: Int, duplicates: Int, waiting: Int)
    case signatureRefused(SiteID, DeltaReference)
    case finding(ApplyFinding)
    case receiptTaken(SiteID)
    case receiptRefused(SiteID)
    case membershipAdvanced(epoch: UInt64)
    /// A peer states less of its own log than we hold, in the same incarnation: its disk went back.
    case peerWentBack(Author, held: UInt64, stated: UInt64)
    /// Live changes for a peer that takes too little were dropped; it will ask for them by its have-set.
    case shed(SiteID, LinkPurpose, ranges: Int)
    /// Two live processes use one incarnation: a cloned machine.
    case cloneSuspected(Author)
    case storeRefused(ReplicaFault)
}

/// Counters of one exchange, for one summary line.
package struct ExchangeCount: Sendable, Equatable {
    package var deltasSent: UInt64 = 0
    package var bytesSent: UInt64 = 0
    package var deltasReceived: UInt64 = 0
    package var bytesReceived: UInt64 = 0

    package init() {}
}
