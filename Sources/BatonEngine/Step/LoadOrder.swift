package import BatonModel
package import BatonProtocol

/// What the engine wants read from the replica.
package enum LoadOrder: Sendable, Equatable {
    /// Documents of lanes 0 and 1, newest first.
    case survey(documentsMax: Int)
    /// Whole deltas of the documents, in their order, that `lacking` does not hold; inside a document in
    /// order of arrival. Each must be authentic by its own signature, because it travels alone: one that is
    /// not is left to the runs.
    case documents([DocumentID], lacking: HaveSet, bytesMax: Int)
    /// Deltas of the ranges but for those that were sent meanwhile, in order of arrival. The last of each run
    /// must be authentic by its own signature: the run goes on until one is.
    case ranges([DeltaRange], sent: SentSet, bytesMax: Int)
    /// How many deltas of each document the ranges hold.
    case outline([DeltaRange])
    case fingerprints(key: [UInt8], [DeltaRange])
}

package enum LoadAnswer: Sendable, Equatable {
    case survey([DocumentID])
    case chunk(LoadedChunk)
    case outline(OutlinePage)
    case fingerprints([RangeFingerprint?])
}

/// A page of deltas that a link's peer lacks, with the keys that open them.
package struct LoadedChunk: Sendable, Equatable {
    package var deltas: [Delta]
    package var keys: [BareKey]
    /// What of the asked ranges is still to be loaded.
    package var rest: [DeltaRange]
    /// The documents that are still to be looked at, in order.
    package var restDocuments: [DocumentID]

    package init(
        deltas: [Delta], keys: [BareKey], rest: [DeltaRange] = [], restDocuments: [DocumentID] = []
    ) {
        self.deltas = deltas
        self.keys = keys
        self.rest = rest
        self.restDocuments = restDocuments
    }
}

/// What a count of some ranges gave.
package struct OutlinePage: Sendable, Equatable {
    package var entries: [OutlinePart.Entry]
    /// Documents of the page that are open and not urgent, newest first.
    package var open: [DocumentID]

    package init(entries: [OutlinePart.Entry], open: [DocumentID]) {
        self.entries = entries
        self.open = open
    }
}

/// Bounds what one author may take of an urgent page while others wait: half of it.
package struct UrgentShare: Sendable {
    private let bytesMax: Int
    private var bytes: [Author: Int] = [:]
    package private(set) var total = 0

    package init(bytesMax: Int) { self.bytesMax = bytesMax }

    package var isFull: Bool { self.total >= self.bytesMax }

    /// False while the author has had its share: its document waits until nobody else's is left.
    package func admits(_ author: Author) -> Bool { self.bytes[author, default: 0] * 2 < self.bytesMax }

    package mutating func charge(_ author: Author, _ bytes: Int) {
        self.bytes[author, default: 0] += bytes
        self.total += bytes
    }
}

/// Sees to it that whoever receives a page can authenticate it.
package struct PageSealing {
    let membership: Membership
    let hashing: any Hashing
    let verifying: any SignatureVerifying

    package init(membership: Membership, hashing: any Hashing, verifying: any SignatureVerifying) {
        self.membership = membership
        self.hashing = hashing
        self.verifying = verifying
    }

    /// How far a run is followed to a delta whose own signature verifies.
    private static let successorsMax = 256

    /// True when the delta's own signature verifies.
    package func isAuthentic(_ delta: Delta) -> Bool {
        let entry = self.membership.entry(for: delta.header.membership, hashing: self.hashing)
        guard let key = entry?.site(delta.header.author.site)?.signingKey else { return false }
        return self.verifying.isValid(
            signature: delta.signature,
            message: Delta.signedMessage(team: self.membership.team, headerBytes: delta.headerBytes),
            publicKey: key)
    }

    /// Lengthens runs whose last delta only its successors vouch for.
    ///
    /// - Parameter next: Gives the deltas held at a place.
    package func close(
        _ deltas: [Delta], next: (DeltaReference) throws(ReplicaFault) -> [Delta]
    ) throws(ReplicaFault) -> [Delta] {
        var lasts: [Author: Delta] = [:]
        for delta in deltas { lasts[delta.header.author] = delta }
        // A break inside the page ends a run as well.
        var ends: [Delta] = []
        var open: [Author: Delta] = [:]
        for delta in deltas {
            if let before = open[delta.header.author], delta.header.prev != before.id { ends.append(before) }
            open[delta.header.author] = delta
        }
        for author in lasts.keys.sorted() { if let last = lasts[author] { ends.append(last) } }
        var added: [Delta] = []
        for end in ends {
            var last = end
            var count = 0
            while count < Self.successorsMax, !self.isAuthentic(last) {
                let place = DeltaReference(author: last.header.author, seq: last.header.seq + 1)
                guard let follower = try next(place).first(where: { $0.header.prev == last.id }) else {
                    break
                }
                added.append(follower)
                last = follower
                count += 1
            }
        }
        return deltas + added
    }
}

extension Delta {
    /// What the delta weighs on a page: header, signature and the parts at hand.
    package var pageBytes: Int {
        self.headerBytes.count + Self.signatureBytes + self.parts.reduce(0) { $0 + ($1?.count ?? 0) }
    }
}
