/// Bugs that can be planted, one at a time, to learn whether the simulator finds them.
///
/// They exist only in a build with the package trait `Mutants`; in every other build `isOn` is false when it
/// is compiled.
package enum Mutant: String, CaseIterable, Sendable {
    /// Who has declined an offer may accept it after all.
    case acceptsRefused
    /// An accept counts although it had read the withdrawal.
    case acceptsWithdrawn
    /// A site accepts an offer that went to another one.
    case anyoneAccepts
    /// A deposition needs no authority.
    case anyoneDeposes
    /// An operator of another site may write.
    case anyoneMayWrite
    /// Whoever proposes is their own second person.
    case approvesOwn
    /// An approval counts for a proposal that its author had not read.
    case approvesUnread
    /// An audit record is written for the first run of a batch alone.
    case auditMergesRuns
    /// Authority is judged by the newest membership.
    case authorityNow
    /// The other branch of a fork is never sent.
    case branchesNotSent
    /// A stamp from the far future drags the clock along.
    case clockFollowsAnyStamp
    /// Stamps follow a wall clock that was set back.
    case clockGoesBack
    /// The stamp issued last is not stored.
    case clockNotSaved
    /// Two stamps of one millisecond are equal.
    case clockStandsStill
    /// A close that stands beside another replaces it.
    case closureForgotten
    /// A confirm counts without what it has to have read.
    case confirmUnchecked
    /// Pages are loaded for a link that takes none.
    case congestionIgnored
    /// An author does not say what it has seen of others.
    case contextForgotten
    /// What a deposed site does without knowing it counts.
    case deposedActs
    /// An author does not say what it wrote before.
    case documentPrevForgotten
    /// A delta that comes twice is logged twice.
    case duplicateLogged
    /// An accept opens an epoch of the number that was there.
    case epochReused
    /// Custody acts of a forked log count for certain.
    case forkedFirm
    /// A frame may be of any size.
    case frameUnbounded
    /// Only the delta that arrived last stays in the frontier.
    case frontierDropsOthers
    /// A delta passes although part of its past is missing.
    case gateIgnoresPast
    /// A place of a forked log stands for any branch.
    case gateIgnoresSeal
    /// A draft may be offered without its required parts.
    case handoffUnchecked
    /// A run that grows keeps its old head.
    case haveHeadStale
    /// A hole of one number is taken for held.
    case haveJoinsGaps
    /// A deposition names an heir, and nobody gets the baton.
    case heirForgotten
    /// A relay is told as a first hop.
    case hopsIgnored
    /// A membership entry needs no root.
    case membershipUnsigned
    /// A merge leaves no audit record.
    case mergeNotAudited
    /// The first missing delta behind a run is not sent.
    case missingSkipsOne
    /// An offer that nobody answers ends by itself.
    case offersExpire
    /// Only one of those who wait for a delta goes on.
    case oneWaiterWoken
    /// Any site decides between epochs that stand against each other.
    case opinionSettles
    /// What somebody is about to do is shown for as long as the peer is in touch.
    case presenceStays
    /// An author does not chain its log.
    case prevForgotten
    /// The accept of a second offer counts before the first has ended.
    case promotionForgotten
    /// A grave case is taken without a read-back.
    case readBackSkipped
    /// A receipt does not say what the receiver had.
    case receiptBare
    /// A site that was not reached three times is never dialled again.
    case redialGivesUp
    /// A removal takes adds that its author had not seen.
    case removeTakesUnseen
    /// A reopen cancels closes that its author had not seen.
    case reopenCancelsUnseen
    /// Who has lost every role that may write writes on.
    case retiredMayWrite
    /// A run is told by its numbers, not by its chain.
    case runByNumber
    /// An author numbers from the last delta, not behind it.
    case seqReused
    /// A signature is not checked.
    case signatureUnchecked
    /// A site offers what it knows to have given.
    case staleHolderOffers
    /// An idle link never asks why the digests differ.
    case staysUnequal
    /// An emergency take counts for certain.
    case takeIsFirm
    /// A new incarnation's custody acts count before it has recovered.
    case unrecoveredFirm
    /// Merging pasts drops authors that only one side has seen.
    case vectorForgetsAuthors
    /// A delta does not count itself as seen.
    case vectorOffByOne
    /// A part that this site has no clearance for is stored.
    case withheldKept
    /// A withdrawal ends an offer without the target's acknowledgement.
    case withdrawalEndsOffer
    /// A write replaces writes that its author had not seen.
    case writeCoversUnseen
    /// A part that is not the signed one is kept.
    case wrongPartKept

    #if Mutants
    /// The one that is planted for the work under way.
    @TaskLocal package static var planted: Mutant?

    package static func isOn(_ mutant: Mutant) -> Bool { Self.planted == mutant }
    #else
    @inlinable
    package static func isOn(_ mutant: Mutant) -> Bool { false }
    #endif
}
