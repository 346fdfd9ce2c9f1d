package import BatonModel

/// Everything that applying and authoring need beside the replica itself: fixed values and ports.
package struct ReplicaContext: Sendable {
    /// Who writes at this node now.
    package var author: Author
    /// The last head known of this site's previous incarnation: what `prev` states in the first delta of
    /// this one.
    package var previousHead: DeltaID
    package var membership: Membership
    package var fold: Fold
    package var hashing: any Hashing
    package var sealing: any PartSealing
    package var signing: any SiteSigning
    package var entropy: any EntropySource
    package var skewMillisecondsMax: UInt64

    package init(
        author: Author, previousHead: DeltaID, membership: Membership, fold: Fold, hashing: any Hashing,
        sealing: any PartSealing, signing: any SiteSigning, entropy: any EntropySource,
        skewMillisecondsMax: UInt64 = 120_000
    ) {
        self.author = author
        self.previousHead = previousHead
        self.membership = membership
        self.fold = fold
        self.hashing = hashing
        self.sealing = sealing
        self.signing = signing
        self.entropy = entropy
        self.skewMillisecondsMax = skewMillisecondsMax
    }

    /// Compartments that this site may store and read now.
    package var clearances: [Compartment] {
        [.global] + (self.membership.head.site(self.author.site)?.clearances ?? [])
    }
}

/// Deltas from one peer whose authenticity has been established, in the order received.
package struct IncomingBatch: Sendable, Equatable {
    package var from: SiteID
    package var deltas: [Delta]
    package var keys: [BareKey]
    /// What was opened of it ahead; nil where the transaction opens all.
    package var ahead: OpenedAhead?

    package init(from: SiteID, deltas: [Delta], keys: [BareKey], ahead: OpenedAhead? = nil) {
        self.from = from
        self.deltas = deltas
        self.keys = keys
        self.ahead = ahead
    }
}

/// What a transaction did, for the engine to act on once it has committed.
package struct ApplyReport: Sendable, Equatable {
    /// Deltas that were new here, in the order logged.
    package var added: [AddedDelta] = []
    package var duplicateCount = 0
    /// The new have-set entries of the authors that changed, sorted by author.
    package var haves: [AuthorHave] = []
    /// Documents whose folded state changed, sorted.
    package var documents: [DocumentID] = []
    package var findings: [ApplyFinding] = []

    package init() {}
}

package struct AddedDelta: Sendable, Equatable {
    package let id: DeltaID
    package let reference: DeltaReference
    package let document: DocumentID
    package var fate: Fate
}

/// Something that a person or a checker should know of.
package enum ApplyFinding: Sendable, Equatable {
    /// Two deltas at one place of an author's log, or a `prev` that names another predecessor.
    case forkProven(DeltaReference, [DeltaID])
    /// A key or a part that is not what the signed header names; it was left out.
    case partRefused(DeltaReference)
    case keyRefused(KeyScope)
    /// The stamp is further ahead than our clock may follow.
    case clockSuspect(DeltaReference)
    case voided(DeltaReference)
    /// `document prev` does not name the author's last delta on the document: misbehaviour, never void.
    case documentPrevSkipped(DeltaReference)
}
