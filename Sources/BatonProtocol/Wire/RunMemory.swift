import BatonModel

/// What a seal is over, by place.
struct SealedPast {
    let author: Author
    let documentPrev: UInt64
    let entries: [DeltaReference]
}

/// Whose key a part is under, without its generation: of one author in one document nearly always the key of
/// the delta before.
struct KeyPlace: Hashable {
    let author: Author
    let document: DocumentID
    let compartment: Compartment

    init(author: Author, document: DocumentID, compartment: Compartment) {
        self.author = author
        self.document = document
        self.compartment = compartment
    }

    init(_ header: Header, part index: Int) {
        self.init(
            author: header.author, document: header.document, compartment: header.parts[index].compartment)
    }
}

/// What both ends remember of the deltas of one frame.
struct RunMemory {
    private var lasts: [Author: (seq: UInt64, id: DeltaID)] = [:]
    private var ids: [DeltaReference: DeltaID] = [:]
    private var documents: [DocumentID] = []
    private var places: [DocumentID: Int] = [:]
    private var keys: [KeyPlace: KeyID] = [:]
    private(set) var stamp: HybridTime?

    func last(of author: Author) -> (seq: UInt64, id: DeltaID)? { self.lasts[author] }

    /// The key of the latest part of a place; nil before there was one.
    func key(of place: KeyPlace) -> KeyID? { self.keys[place] }

    /// How far back a document came first, counted in documents, 1 for the latest; nil for a new one.
    func distance(to document: DocumentID) -> Int? {
        self.places[document].map { self.documents.count - $0 }
    }

    /// The inverse of `distance`; nil where there is none so far back.
    func document(at distance: UInt64) -> DocumentID? {
        guard distance > 0, distance <= UInt64(self.documents.count) else { return nil }
        return self.documents[self.documents.count - Int(distance)]
    }

    mutating func note(_ header: Header, _ id: DeltaID) {
        self.lasts[header.author] = (header.seq, id)
        self.ids[header.reference] = id
        self.stamp = header.stamp
        if self.places[header.document] == nil {
            self.places[header.document] = self.documents.count
            self.documents.append(header.document)
        }
        for index in header.parts.indices {
            self.keys[KeyPlace(header, part: index)] = header.parts[index].key
        }
    }

    /// The seal over what the header names; nil where any of it is not in the frame.
    func seal(over named: SealedPast, _ hashing: some Hashing) -> ContextSeal? {
        var prev = DeltaID.none
        if named.documentPrev > 0 {
            let place = DeltaReference(author: named.author, seq: named.documentPrev)
            guard let id = self.ids[place] else { return nil }
            prev = id
        }
        var entries: [DeltaID] = []
        for entry in named.entries {
            guard let id = self.ids[entry] else { return nil }
            entries.append(id)
        }
        return ContextSeal(documentPrev: prev, entries: entries, hashing: hashing)
    }
}
