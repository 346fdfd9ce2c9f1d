package import BatonEngine
package import BatonModel
import BatonProtocol

/// What an operator wants written, with the key that makes a repeat harmless.
package struct WriteOrder: Sendable {
    package let draft: Draft
    /// 32 bytes made from the operator and the caller's key; nil where none was given.
    package let command: [UInt8]?

    package init(draft: Draft, command: [UInt8]?) {
        self.draft = draft
        self.command = command
    }
}

/// What became of an order. Given only after the commit.
package struct WriteOutcome: Sendable {
    package let document: DocumentID
    package let deltas: [DeltaID]
    /// True when the command was known and nothing was done again.
    package let isRepeat: Bool
}

/// Why an order was not carried out. Nothing of it was written.
package enum WriteRefusal: Error, Sendable {
    case author(AuthorFault)
    /// The node stops, or has stopped acknowledging after a fault of its disk.
    case stopping
}

/// Work for the one thread that writes, in the order in which it is to be committed.
enum WriteJob: Sendable {
    case author([AuthorJob])
    case apply(WorkID, IncomingBatch)
    /// Batches that share a transaction, in the order in which they came.
    case merge([MergeJob])
    /// What peers have signed for and what counts no longer, in the order in which it was learnt.
    case words([PeerWord])
    case membership(Membership)
    case pause(PauseJob)
    /// An import's orders: one transaction, in their order.
    case batch(BatchJob)
    /// Orders that belong together: one transaction, all of them or none.
    case whole(BatchJob)
    case alarm(PeerAlarm)
    /// What other sites have stated of this site's earlier lives, encoded.
    case statements([UInt8])
    /// Somebody was told how cases ended.
    case told(ToldNote)
    /// Brings the text index up to what has been committed.
    case index
}

struct MergeJob: Sendable {
    let id: WorkID
    let batch: IncomingBatch
    let isUrgent: Bool
}

/// What changes "safe elsewhere".
enum PeerWord: Sendable {
    case receipt(SignedReceipt)
    /// What a site had signed for about an author counts no longer.
    case takeBack(SiteID, Author)
}

struct AuthorJob: Sendable {
    let order: WriteOrder
    let answer: CheckedContinuation<Result<WriteOutcome, WriteRefusal>, Never>
}

struct BatchJob: Sendable {
    let orders: [WriteOrder]
    /// One result per order; or the refusal for which nothing was written.
    let answer: CheckedContinuation<Result<[Result<WriteOutcome, WriteRefusal>], WriteRefusal>, Never>
}

struct ToldNote: Sendable {
    let person: OperatorID
    let closes: [DeltaID]
    /// Milliseconds since 1970.
    let at: UInt64
}

struct PauseJob: Sendable {
    let site: SiteID
    let isPaused: Bool
    let actor: OperatorID
    let answer: CheckedContinuation<Result<Void, WriteRefusal>, Never>
}
