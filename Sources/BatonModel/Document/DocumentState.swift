package import BatonEncoding

/// One operation that stands in a document: a register's uncovered write, an element of a set, a milestone.
package struct Write: Hashable, Sendable {
    package let dot: Dot
    package let reference: DeltaReference
    package let level: UInt64
    package let stamp: HybridTime
    package let actor: Actor
    package let isMaterial: Bool
    /// Nil where the operation covers by its shape alone: its content is erased or not readable here.
    package let value: CBORValue?

    package init(
        dot: Dot, reference: DeltaReference, level: UInt64, stamp: HybridTime, actor: Actor, isMaterial: Bool,
        value: CBORValue?
    ) {
        self.dot = dot
        self.reference = reference
        self.level = level
        self.stamp = stamp
        self.actor = actor
        self.isMaterial = isMaterial
        self.value = value
    }
}

/// A close, or a concur with one, that no reopen has cancelled.
package struct Closure: Hashable, Sendable {
    package let kindCode: UInt8
    package let write: Write
    /// The past that it has read: what it closes.
    package let vector: CausalVector
}

/// An entry of a ledger: a fact that stands for ever, with the past that its author had read. Which of two
/// entries came after the other, or that neither did, is read off the vectors.
package struct LedgerEntry: Hashable, Sendable {
    package let write: Write
    /// The entry's causal past on the document, its own delta included.
    package let vector: CausalVector

    package init(write: Write, vector: CausalVector) {
        self.write = write
        self.vector = vector
    }

    /// Says whether another entry stands in this one's past. Two entries of one delta follow their index.
    ///
    /// Numbers decide, so both branches of a forked author count as seen where either was.
    package func isAfter(_ other: LedgerEntry) -> Bool {
        if other.write.dot.delta == self.write.dot.delta {
            return other.write.dot.index < self.write.dot.index
        }
        return self.vector.contains(other.write.reference) && self.write.reference != other.write.reference
    }
}

/// An entry of the timeline. Entries are a union: they are stored one by one and never rewritten.
package struct TimelineEntry: Hashable, Sendable {
    package let document: DocumentID
    package let compartment: Compartment
    package let field: FieldCode
    package let write: Write

    package init(document: DocumentID, compartment: Compartment, field: FieldCode, write: Write) {
        self.document = document
        self.compartment = compartment
        self.field = field
        self.write = write
    }
}

/// What one compartment's operations have made of a document.
package struct CompartmentState: Hashable, Sendable {
    package let compartment: Compartment
    /// Every uncovered write of each register, sorted by dot.
    package var registers = FieldMap<[Write]>()
    /// Every add that no remove has seen, sorted by dot.
    package var sets = FieldMap<[Write]>()
    /// Every record of each milestone, sorted by dot.
    package var milestones = FieldMap<[Write]>()
    /// Every entry of each ledger, sorted by dot.
    package var ledgers = FieldMap<[LedgerEntry]>()
    /// Every effective close and concur, sorted by dot.
    package var closures: [Closure] = []
    /// Deltas whose part here is not read at this replica, sorted.
    package var unread: [DeltaID] = []

    package init(compartment: Compartment) { self.compartment = compartment }
}

/// The folded state of one document: a pure function of its deltas and the membership.
///
/// Timeline entries are kept beside it, so that its size follows the number of fields and of sites, not the
/// length of the history.
package struct DocumentState: Hashable, Sendable {
    package let id: DocumentID
    /// The deltas that passed their gate and are in no other one's past, sorted by id.
    package var frontier: [DeltaPosition] = []
    /// Each author's newest delta on the document, sorted by author: its next `document prev`.
    package var latest: [DeltaReference] = []
    /// Authors proven to have forked in this document, sorted: coverage walks the graph for them instead of
    /// comparing numbers.
    package var forked: [Author] = []
    package var appliedCount: UInt64 = 0
    package var voidCount: UInt64 = 0
    package var firstStamp: HybridTime = .zero
    package var lastStamp: HybridTime = .zero
    /// The delta that began the document: of those with nothing in their past the one of the least (stamp, id).
    /// Nil while only void ones are known.
    package var beginning: Beginning?
    /// Sorted by compartment code.
    package var compartments: [CompartmentState] = []

    package struct Beginning: Sendable, Hashable {
        package let id: DeltaID
        package let reference: DeltaReference
        package let stamp: HybridTime
    }

    package init(id: DocumentID) { self.id = id }

    package subscript(compartment: Compartment) -> CompartmentState? {
        self.compartments.first { $0.compartment == compartment }
    }

    /// Gives a compartment's state to change, making it where there is none yet.
    package mutating func withCompartment(
        _ compartment: Compartment, _ body: (inout CompartmentState) -> Void
    ) {
        if let index = self.compartments.firstIndex(where: { $0.compartment == compartment }) {
            body(&self.compartments[index])
            return
        }
        var made = CompartmentState(compartment: compartment)
        body(&made)
        self.compartments.append(made)
        self.compartments.sort { $0.compartment < $1.compartment }
    }

    package func latestSeq(of author: Author) -> UInt64 {
        self.latest.first { $0.author == author }?.seq ?? 0
    }

    mutating func noteBeginning(_ header: Header, _ id: DeltaID) {
        guard header.documentPrev == 0, header.context.entries.isEmpty else { return }
        if let known = self.beginning, (known.stamp, known.id) < (header.stamp, id) { return }
        self.beginning = Beginning(id: id, reference: header.reference, stamp: header.stamp)
    }

    mutating func noteLatest(_ reference: DeltaReference) {
        if let index = self.latest.firstIndex(where: { $0.author == reference.author }) {
            if self.latest[index].seq < reference.seq { self.latest[index] = reference }
            return
        }
        self.latest.append(reference)
        self.latest.sort()
    }

    package var unreadCount: Int { self.compartments.reduce(0) { $0 + $1.unread.count } }
}
