/// Tells what a delta's past on its document holds: per author, the highest `seq` in it.
///
/// Derived, never signed. Exact without forks, because a past is closed under `document prev`.
package struct CausalVector: Hashable, Sendable {
    /// Sorted by author.
    package private(set) var entries: [DeltaReference]

    package init(entries: [DeltaReference] = []) {
        var isSorted = true
        for place in entries.indices.dropFirst() where !(entries[place - 1] < entries[place]) {
            isSorted = false
        }
        self.entries = isSorted ? entries : entries.sorted()
    }

    package func contains(_ reference: DeltaReference) -> Bool {
        for entry in self.entries where entry.author == reference.author {
            return entry.seq >= reference.seq + (Mutant.isOn(.vectorOffByOne) ? 1 : 0)
        }
        return false
    }

    package subscript(author: Author) -> UInt64 {
        for entry in self.entries where entry.author == author { return entry.seq }
        return 0
    }

    /// Takes the greater number of each author.
    package mutating func merge(_ other: CausalVector) {
        if self.entries.isEmpty {
            self.entries = other.entries
            return
        }
        for entry in other.entries where !Mutant.isOn(.vectorForgetsAuthors) || self[entry.author] > 0 {
            self.include(entry)
        }
    }

    package mutating func include(_ reference: DeltaReference) {
        var place = 0
        while place < self.entries.count, self.entries[place].author < reference.author { place += 1 }
        if place < self.entries.count, self.entries[place].author == reference.author {
            if self.entries[place].seq < reference.seq { self.entries[place] = reference }
        } else {
            self.entries.insert(reference, at: place)
        }
    }
}

/// A delta that passed its gate, with its place in the document's history.
package struct DeltaPosition: Hashable, Sendable {
    package let id: DeltaID
    package let reference: DeltaReference
    /// Its past, itself included.
    package let vector: CausalVector
    /// The feature level of the delta.
    package let level: UInt64

    package init(id: DeltaID, reference: DeltaReference, vector: CausalVector, level: UInt64) {
        self.id = id
        self.reference = reference
        self.vector = vector
        self.level = level
    }
}
