/// The signed header of a delta: everything that is known of it without reading a part.
///
/// It names no person and holds no text. Its keys are frozen for ever (`docs/protocol.cddl`, rule `header`).
package struct Header: Hashable, Sendable {
    package static let formatCurrent: UInt64 = 1
    /// Suite 1: Ed25519, BLAKE2b, XChaCha20-Poly1305.
    package static let suiteCurrent: UInt64 = 1

    /// What the author's build could write and read. A delta of level L covers nothing of a level above L.
    package var level: UInt64
    package var author: Author
    /// 1, 2, 3 … per author.
    package var seq: UInt64
    /// Id of the author's delta `seq - 1`. In `seq` 1 it states the last head known of the site and proves
    /// nothing.
    package var prev: DeltaID
    package var membership: MembershipReference
    package var document: DocumentID
    /// The author's previous `seq` on this document, 0 if none.
    package var documentPrev: UInt64
    package var context: Context
    /// Ranges of the past whose parts the author should have been able to read and could not.
    package var unread: [DeltaRange]
    package var stamp: HybridTime
    package var actor: Actor
    /// The operator's own signature, 64 bytes, for acts of authority.
    package var authority: [UInt8]?
    package var shape: [OperationShape]
    package var parts: [PartDescriptor]

    package init(
        level: UInt64, author: Author, seq: UInt64, prev: DeltaID, membership: MembershipReference,
        document: DocumentID, documentPrev: UInt64, context: Context, unread: [DeltaRange] = [],
        stamp: HybridTime, actor: Actor, authority: [UInt8]? = nil, shape: [OperationShape],
        parts: [PartDescriptor]
    ) {
        self.level = level
        self.author = author
        self.seq = seq
        self.prev = prev
        self.membership = membership
        self.document = document
        self.documentPrev = documentPrev
        self.context = context
        self.unread = unread
        self.stamp = stamp
        self.actor = actor
        self.authority = authority
        self.shape = shape
        self.parts = parts
    }

    package var reference: DeltaReference { DeltaReference(author: self.author, seq: self.seq) }
}

/// Names the membership entry by which a delta's authority is judged: its epoch and the first 8 bytes of
/// its hash.
package struct MembershipReference: Hashable, Sendable {
    package var epoch: UInt64
    package var hashPrefix: UInt64

    package init(epoch: UInt64, hashPrefix: UInt64) {
        self.epoch = epoch
        self.hashPrefix = hashPrefix
    }
}

/// Says who acted, and for whom if for somebody else.
package struct Actor: Hashable, Sendable {
    package var person: OperatorID
    package var onBehalfOf: OperatorID?

    package init(person: OperatorID, onBehalfOf: OperatorID? = nil) {
        self.person = person
        self.onBehalfOf = onBehalfOf
    }
}

/// A run of one author's numbers, both ends included.
package struct DeltaRange: Hashable, Sendable {
    package var author: Author
    package var first: UInt64
    package var last: UInt64

    package init(author: Author, first: UInt64, last: UInt64) {
        self.author = author
        self.first = first
        self.last = last
    }

    package func contains(_ reference: DeltaReference) -> Bool {
        reference.author == self.author && (self.first...self.last).contains(reference.seq)
    }
}

/// Describes one sealed part: where it may be, under which key, and what it must be.
package struct PartDescriptor: Hashable, Sendable {
    package var compartment: Compartment
    package var key: KeyID
    /// BLAKE2b-256 keyed by the part's commitment key over (author, seq, part index, plaintext).
    package var commitment: Digest256
    /// Bytes of plaintext, padded for every compartment but `global`.
    package var length: Int

    package init(compartment: Compartment, key: KeyID, commitment: Digest256, length: Int) {
        self.compartment = compartment
        self.key = key
        self.commitment = commitment
        self.length = length
    }
}

/// Names a document key so that a wrong one shows: its generation and 8 bytes of its hash.
package struct KeyID: Hashable, Sendable {
    package var generation: UInt32
    package var hash: UInt64

    private static let domain = Array("baton/key-id/1".utf8)

    /// The id of a key: the first 8 bytes of `H("baton/key-id/1" ‖ key)`, big-endian.
    package init(generation: UInt32, of key: [UInt8], hashing: some Hashing) {
        self.generation = generation
        self.hash = hashing.digest256(Self.domain, key).word0
    }

    package init(generation: UInt32, hash: UInt64) {
        self.generation = generation
        self.hash = hash
    }
}

extension Header {
    /// All that the header names as its past on the document, `document prev` first.
    package var pastReferences: [DeltaReference] {
        guard self.documentPrev > 0 else { return self.context.entries }
        return [DeltaReference(author: self.author, seq: self.documentPrev)] + self.context.entries
    }
}
