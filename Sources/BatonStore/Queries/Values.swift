package import BatonDesk
package import BatonEngine
package import BatonModel

/// A delta of the log with what became of it here.
package struct LogEntry: Sendable, Equatable {
    /// Its place in the order in which deltas were logged here: 1, 2, 3 ….
    package let arrival: Int64
    package let delta: Delta
    package let fate: Fate
}

/// What the desk asks of the queue.
package struct QueueFilter: Sendable, Hashable {
    package enum Ownership: Sendable, Hashable {
        case anyone
        case nobody
        case person(OperatorID)
    }

    package var kind: DocumentKind
    package var ownership: Ownership
    package var type: CaseType?
    /// Shows this severity and graver ones.
    package var severityMax: Int64?
    /// Shows this severity and less grave ones; a case without a severity is the least grave.
    package var severityMin: Int64?
    package var includesClosed: Bool
    /// Takes `includesClosed` too.
    package var onlyClosed = false
    package var onlyConflicts: Bool
    /// As the text index last read it: a tag of this second may be missing.
    package var tag: String?

    package init(
        kind: DocumentKind = .escalation, ownership: Ownership = .anyone, type: CaseType? = nil,
        severityMax: Int64? = nil, includesClosed: Bool = false, onlyConflicts: Bool = false
    ) {
        self.kind = kind
        self.ownership = ownership
        self.type = type
        self.severityMax = severityMax
        self.includesClosed = includesClosed
        self.onlyConflicts = onlyConflicts
    }
}

/// What the prompt counts over all cases.
package struct QueueTotals: Sendable, Hashable {
    package var open = 0
    package var openS0 = 0
    /// Fields of open and closed cases on which a person must decide.
    package var conflicts = 0
}

/// One row of the queue.
package struct QueueRow: Sendable, Hashable {
    package let document: DocumentID
    package let handle: CaseHandle
    package let lane: Lane
    package let severity: Int64?
    package let owner: OperatorID?
    package let status: CaseStatus
    package let title: String
    package let dueMilliseconds: UInt64?
    package let firstStamp: HybridTime
    package let lastStamp: HybridTime
    package let conflictCount: Int
    /// "closed without seeing N updates".
    package let uncoveredCount: Int
    /// Deltas whose past is not here yet.
    package let waitingCount: Int
    package let unreadCount: Int
    package let voidCount: Int
    package let appliedCount: Int
}

/// By what a case has its place in the queue.
package struct QueuePlace: Sendable, Hashable {
    package let document: DocumentID
    package let lane: Int64
    /// Milliseconds since 1970 of the case's own deadline; the greatest number where it has none.
    package let dueOrder: Int64
    /// 9 before triage.
    package let severityOrder: Int64
    package let firstStamp: Int64
}

/// A page of a document's timeline, newest first.
package struct TimelinePage: Sendable, Equatable {
    package var entries: [TimelineEntry] = []
    /// Give it as `before` to read on; nil at the beginning of the document.
    package var next: TimelineCursor?
}

/// A place in a document's timeline.
package struct TimelineCursor: Sendable, Hashable {
    package let stamp: HybridTime
    package let entry: Int64

    package init(stamp: HybridTime, entry: Int64) {
        self.stamp = stamp
        self.entry = entry
    }
}

/// A document that a search found.
package struct FindHit: Sendable, Equatable {
    package let document: DocumentID
    package let handle: CaseHandle
    package let title: String
    /// The timeline entry that matched; nil when the title, situation or a tag did.
    package let entry: TimelineEntry?
}

package struct FindResult: Sendable, Equatable {
    package var hits: [FindHit] = []
    /// False when more text waits to be indexed than a search looks through.
    package var isComplete = true
}

/// A case that shares keys with another one.
package struct SimilarHit: Sendable, Equatable {
    package let document: DocumentID
    /// What they share, sorted.
    package let keys: [SimilarKey]
}

/// What a typed handle names.
package enum HandleMatch: Sendable, Hashable {
    case one(DocumentID)
    case none
    /// More than one document: their handles, long enough to tell apart; at most ten.
    case several([CaseHandle])
}

package struct ReplicaCounts: Sendable, Hashable {
    package var deltas = 0
    package var waiting = 0
    package var void = 0
    package var unread = 0
    package var documents = 0
}

/// A peer's signed word that it has stored an author's log up to a head.
package struct StoredReceipt: Sendable, Hashable {
    /// The peer in the incarnation in which it signed.
    package let peer: Author
    package let about: Author
    package let head: LogHead
    package let atMilliseconds: UInt64
    /// The receipt as signed.
    package let bytes: [UInt8]

    package init(peer: Author, about: Author, head: LogHead, atMilliseconds: UInt64, bytes: [UInt8]) {
        self.peer = peer
        self.about = about
        self.head = head
        self.atMilliseconds = atMilliseconds
        self.bytes = bytes
    }
}

/// An audit record as stored.
package struct AuditLine: Sendable, Hashable {
    /// 1, 2, 3 ….
    package let number: Int64
    package let record: AuditRecord
    /// The hash over the one before and this.
    package let chain: Digest256
}
