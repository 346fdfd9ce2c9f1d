package import BatonModel

/// What a log tells of deltas: enough to walk back from one of them.
package protocol DeltaLog {
    /// Lists what is logged at a place: nothing, one delta, or the branches of a fork (sorted by id).
    func logged(at reference: DeltaReference) throws(ReplicaFault) -> [LoggedDelta]
    func logged(_ id: DeltaID) throws(ReplicaFault) -> LoggedDelta?
    /// Gives the exact bytes back.
    func delta(_ id: DeltaID) throws(ReplicaFault) -> Delta?
}

/// One write transaction on a replica: the primitives from which `DeltaApplier` and `DeltaAuthor` build
/// every change.
///
/// All of it commits or none does. Reads see the transaction's own writes. One transaction at a time, on
/// one thread.
package protocol ReplicaTransaction: AnyObject, DeltaLog {
    // The log.

    /// Every delta of a document, waiting ones too, in order of arrival.
    func deltas(of document: DocumentID) throws(ReplicaFault) -> [Delta]
    func insert(_ delta: Delta, fate: Fate, vector: CausalVector) throws(ReplicaFault)
    /// Records that a waiting delta passed its gate, or that a replay changed its fate.
    func update(_ id: DeltaID, fate: Fate, vector: CausalVector) throws(ReplicaFault)
    /// Adds parts that a delta lacked. Places that are held already stay as they are.
    func fill(_ id: DeltaID, parts: [[UInt8]?]) throws(ReplicaFault)

    // What waits.

    /// Notes the first thing that a waiting delta waits for; replaces an earlier note.
    func setWaiting(_ id: DeltaID, document: DocumentID, for missing: DeltaReference) throws(ReplicaFault)
    func clearWaiting(_ id: DeltaID) throws(ReplicaFault)
    /// Lists deltas that wait for a place, sorted by (author, seq, id).
    func waiting(for missing: DeltaReference) throws(ReplicaFault) -> [DeltaID]
    /// Lists deltas of a document that wait, sorted by id.
    func waiting(in document: DocumentID) throws(ReplicaFault) -> [DeltaID]

    // Documents.

    /// Says which documents a batch is about to ask for, before it writes anything, so that they can be read
    /// at once.
    func prepare(for documents: [DocumentID]) throws(ReplicaFault)
    func document(_ id: DocumentID) throws(ReplicaFault) -> DocumentState?
    /// Saves several documents, sorted by id. All are the newest ones.
    func save(_ states: [DocumentState]) throws(ReplicaFault)
    func save(_ state: DocumentState) throws(ReplicaFault)
    func append(_ entries: [TimelineEntry]) throws(ReplicaFault)

    // Keys, have-sets, bookkeeping.

    /// Finds a document key; `id` nil asks for any key of the scope (our own next delta), otherwise for
    /// exactly that one.
    ///
    /// The branches of a forked author may have two keys in one scope, so keys are unique by (scope, id).
    func key(_ scope: KeyScope, id: KeyID?) throws(ReplicaFault) -> WrappedKey?
    func save(_ key: WrappedKey, scope: KeyScope) throws(ReplicaFault)
    func have(_ author: Author) throws(ReplicaFault) -> AuthorHave?
    func save(_ have: AuthorHave) throws(ReplicaFault)
    /// The highest stamp that this site issued or followed.
    func clock() throws(ReplicaFault) -> HybridTime
    func save(clock: HybridTime) throws(ReplicaFault)
    func append(_ record: AuditRecord) throws(ReplicaFault)
    /// The deltas that an earlier try of a command made; nil for a new command.
    func outcome(ofCommand key: [UInt8]) throws(ReplicaFault) -> [DeltaID]?
    func save(outcome: [DeltaID], ofCommand key: [UInt8]) throws(ReplicaFault)
}

extension ReplicaTransaction {
    package func prepare(for documents: [DocumentID]) throws(ReplicaFault) {}

    package func save(_ states: [DocumentState]) throws(ReplicaFault) {
        for state in states { try self.save(state) }
    }
}

/// What the log knows of a delta without reading its bytes.
package struct LoggedDelta: Hashable, Sendable {
    package let id: DeltaID
    package let reference: DeltaReference
    package let document: DocumentID
    package let documentPrev: UInt64
    package let fate: Fate
    /// Its past on the document, itself included; empty while it waits.
    package let vector: CausalVector
    package let level: UInt64
    /// False while a part that this site may hold is missing.
    package let hasAllParts: Bool

    package init(
        id: DeltaID, reference: DeltaReference, document: DocumentID, documentPrev: UInt64, fate: Fate,
        vector: CausalVector, level: UInt64, hasAllParts: Bool
    ) {
        self.id = id
        self.reference = reference
        self.document = document
        self.documentPrev = documentPrev
        self.fate = fate
        self.vector = vector
        self.level = level
        self.hasAllParts = hasAllParts
    }

    package var position: DeltaPosition {
        DeltaPosition(id: self.id, reference: self.reference, vector: self.vector, level: self.level)
    }
}

/// One line of the audit log, written in the transaction of what it records.
package struct AuditRecord: Hashable, Sendable {
    package enum Kind: UInt8, Sendable {
        /// A local change: one record per delta.
        case authored = 1
        /// A merged run of one author's log: one record per run.
        case merged = 2
        /// An administrative act at this node: pause, resume, import of a membership.
        case administered = 3
        case forkProven = 4
        case incarnationOpened = 5
        /// The log shows that a site has two lives, or told two stories.
        case alarmRaised = 6
    }

    package let kind: Kind
    package let atMilliseconds: UInt64
    package let actor: OperatorID?
    package let range: DeltaRange?
    /// The site that the bytes came from, or that the act concerns.
    package let site: SiteID?
    /// Constant words and ids; never case text.
    package let detail: String

    package init(
        kind: Kind, atMilliseconds: UInt64, actor: OperatorID? = nil, range: DeltaRange? = nil,
        site: SiteID? = nil,
        detail: String = ""
    ) {
        self.kind = kind
        self.atMilliseconds = atMilliseconds
        self.actor = actor
        self.range = range
        self.site = site
        self.detail = detail
    }
}

/// Says what a replica could not do. Codes are stable (`docs/operations.md`).
package struct ReplicaFault: Error, Equatable, Sendable, CustomStringConvertible {
    package let code: String
    package let message: String
    /// True when nothing written since the last commit can be trusted: stop acknowledging, reopen, verify.
    package let isFatal: Bool

    package init(code: String, message: String, isFatal: Bool) {
        self.code = code
        self.message = message
        self.isFatal = isFatal
    }

    package var description: String { "[\(self.code)] \(self.message)" }
}
