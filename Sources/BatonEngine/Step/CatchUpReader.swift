package import BatonModel
import BatonProtocol

/// What a catch-up reads of a replica.
package protocol CatchUpSource {
    /// Documents of lanes 0 and 1, newest first.
    func urgentDocuments(limit: Int) throws(ReplicaFault) -> [DocumentID]
    /// What a peer lacks of documents, in their order, each in order of arrival; a document whose author has
    /// had its share waits until nobody else's is left.
    ///
    /// - Parameter mayTravel: False for a delta that must not be sent by itself.
    func deltas(
        of documents: [DocumentID], lacking: HaveSet, share: UrgentShare, mayTravel: (Delta) -> Bool
    ) throws(ReplicaFault) -> CatchUpPage
    /// Deltas of ranges but for those in `sent`, in order of arrival; at least one where there is one.
    func deltas(
        in ranges: [DeltaRange], sent: SentSet, bytesMax: Int
    ) throws(ReplicaFault) -> CatchUpPage
    func deltas(at place: DeltaReference) throws(ReplicaFault) -> [Delta]
    /// The keys of the deltas' parts that this site holds, each once, in order of need.
    func wrappedKeys(of deltas: [Delta]) throws(ReplicaFault) -> [ScopedKey]
    func countByDocument(_ ranges: [DeltaRange]) throws(ReplicaFault) -> [DocumentCount]
    /// The ids of a range by (seq, id); nil where a place is not held.
    func ids(in range: DeltaRange) throws(ReplicaFault) -> [DeltaID]?
}

/// A page of deltas for a peer's catch-up.
package struct CatchUpPage: Sendable, Equatable {
    package var deltas: [Delta]
    /// What was asked for and did not fit.
    package var rest: [DeltaRange]
    package var restDocuments: [DocumentID]

    package init(deltas: [Delta], rest: [DeltaRange] = [], restDocuments: [DocumentID] = []) {
        self.deltas = deltas
        self.rest = rest
        self.restDocuments = restDocuments
    }
}

package struct ScopedKey: Sendable, Hashable {
    package let scope: KeyScope
    package let key: WrappedKey

    package init(scope: KeyScope, key: WrappedKey) {
        self.scope = scope
        self.key = key
    }
}

/// How many deltas of one author a document has in the ranges that were counted.
package struct DocumentCount: Sendable, Hashable {
    package let document: DocumentID
    package let author: Author
    package let count: UInt64
    package let newest: HybridTime
    /// Nil where nothing of the document has been folded.
    package let lane: UInt8?

    package init(document: DocumentID, author: Author, count: UInt64, newest: HybridTime, lane: UInt8?) {
        self.document = document
        self.author = author
        self.count = count
        self.newest = newest
        self.lane = lane
    }
}

/// Answers what an engine asks of a replica.
package struct CatchUpReader: Sendable {
    private static let openLane: UInt8 = 2

    let sealing: any PartSealing
    let pages: PageSealing

    package init(sealing: any PartSealing, pages: PageSealing) {
        self.sealing = sealing
        self.pages = pages
    }

    package func answer(
        _ order: LoadOrder, from source: some CatchUpSource
    ) throws(ReplicaFault) -> LoadAnswer {
        switch order {
        case .survey(let most): return .survey(try source.urgentDocuments(limit: most))
        case .documents(let documents, let lacking, let bytesMax):
            let share = UrgentShare(bytesMax: bytesMax)
            let page = try source.deltas(of: documents, lacking: lacking, share: share) {
                self.pages.isAuthentic($0)
            }
            return .chunk(try self.chunk(page, page.deltas, source))
        case .ranges(let ranges, let sent, let bytesMax):
            let page = try source.deltas(in: ranges, sent: sent, bytesMax: bytesMax)
            let closed = try self.pages.close(page.deltas) { place throws(ReplicaFault) in
                try source.deltas(at: place)
            }
            return .chunk(try self.chunk(page, closed, source))
        case .outline(let ranges): return .outline(Self.outline(try source.countByDocument(ranges)))
        case .fingerprints(let key, let ranges):
            var prints: [RangeFingerprint?] = []
            for range in ranges {
                let ids = try source.ids(in: range)
                prints.append(ids.map { RangeFingerprint(key: key, ids: $0, hashing: self.pages.hashing) })
            }
            return .fingerprints(prints)
        }
    }

    private func chunk(
        _ page: CatchUpPage, _ deltas: [Delta], _ source: some CatchUpSource
    ) throws(ReplicaFault) -> LoadedChunk {
        var keys: [BareKey] = []
        // Only the global compartment takes entries at this level, and every member is cleared for it.
        for entry in try source.wrappedKeys(of: deltas) where entry.scope.compartment == .global {
            do throws(SealingFault) {
                let bytes = try self.sealing.export(entry.key, scope: entry.scope)
                keys.append(BareKey(scope: entry.scope, id: entry.key.id, bytes: bytes))
            } catch {
                throw ReplicaFault(
                    code: "node.key-unreadable", message: "a document key was not wrapped by this vault",
                    isFatal: true)
            }
        }
        return LoadedChunk(
            deltas: deltas, keys: keys, rest: page.rest, restDocuments: page.restDocuments)
    }

    private static func outline(_ counts: [DocumentCount]) -> OutlinePage {
        let newest = counts.filter { $0.lane == Self.openLane }.sorted {
            ($0.newest, $0.document) > ($1.newest, $1.document)
        }
        var open: [DocumentID] = []
        var seen: Set<DocumentID> = []
        for count in newest where seen.insert(count.document).inserted { open.append(count.document) }
        return OutlinePage(
            entries: counts.map {
                OutlinePart.Entry(
                    document: $0.document, author: $0.author, count: $0.count,
                    newestMilliseconds: $0.newest.milliseconds, lane: $0.lane)
            }, open: open)
    }
}
