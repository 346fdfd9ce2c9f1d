package import BatonEngine
package import BatonModel

/// What a catch-up reads, answered as the store answers it.
extension MemoryReplica: CatchUpSource {
    /// The lane that a document of a simulated team is in: by its id, so that a test chooses it.
    package static func lane(of document: DocumentID) -> UInt8 { UInt8(document.low & 3) }

    package func urgentDocuments(limit: Int) throws(ReplicaFault) -> [DocumentID] {
        let urgent = self.newestStamps.filter { Self.lane(of: $0.key) < 2 }
        return urgent.sorted { ($0.value, $0.key) > ($1.value, $1.key) }.prefix(limit).map(\.key)
    }

    package func deltas(
        of documents: [DocumentID], lacking: HaveSet, share: UrgentShare, mayTravel: (Delta) -> Bool
    ) throws(ReplicaFault) -> CatchUpPage {
        var share = share
        var page = CatchUpPage(deltas: [])
        var queue = documents[...]
        var isSecondLook = false
        while let document = queue.popFirst() {
            let wanted = self.log(of: document).filter { !lacking.contains($0.reference) }
            let isOwed = isSecondLook || wanted.first.map { share.admits($0.header.author) } ?? true
            if share.isFull || !isOwed {
                page.restDocuments.append(document)
            } else {
                for delta in wanted where mayTravel(delta) {
                    guard !share.isFull else {
                        page.restDocuments.append(document)
                        break
                    }
                    share.charge(delta.header.author, delta.pageBytes)
                    page.deltas.append(delta)
                }
            }
            if queue.isEmpty, !isSecondLook, !share.isFull {
                isSecondLook = true
                queue = page.restDocuments[...]
                page.restDocuments = []
            }
        }
        return page
    }

    package func deltas(
        in ranges: [DeltaRange], sent: SentSet, bytesMax: Int
    ) throws(ReplicaFault) -> CatchUpPage {
        let page = self.page(of: sent.lacking(ranges), sent: sent, bytesMax: bytesMax)
        return CatchUpPage(deltas: page.deltas, rest: page.rest)
    }

    package func deltas(at place: DeltaReference) throws(ReplicaFault) -> [Delta] {
        self.ids(at: place).sorted().compactMap { self.row($0)?.delta }
    }

    package func wrappedKeys(of deltas: [Delta]) throws(ReplicaFault) -> [ScopedKey] {
        var keys: [ScopedKey] = []
        var seen: Set<ScopedKey> = []
        for delta in deltas {
            for (scope, key) in self.keys(for: delta) {
                let scoped = ScopedKey(scope: scope, key: key)
                if seen.insert(scoped).inserted { keys.append(scoped) }
            }
        }
        return keys
    }

    package func countByDocument(_ ranges: [DeltaRange]) throws(ReplicaFault) -> [DocumentCount] {
        var counts: [DocumentCount] = []
        for range in ranges {
            let byDocument = Dictionary(grouping: self.deltas(in: [range]), by: \.header.document)
            let counted = byDocument.map { document, deltas in
                DocumentCount(
                    document: document, author: range.author, count: UInt64(deltas.count),
                    newest: deltas.map(\.header.stamp).max() ?? .zero, lane: Self.lane(of: document))
            }
            counts += counted.sorted { ($0.newest, $0.document) > ($1.newest, $1.document) }
        }
        return counts
    }

    package func ids(in range: DeltaRange) throws(ReplicaFault) -> [DeltaID]? {
        let deltas = self.deltas(in: [range])
        guard UInt64(Set(deltas.map(\.reference)).count) == range.last - range.first + 1 else { return nil }
        return deltas.sorted { ($0.reference, $0.id) < ($1.reference, $1.id) }.map(\.id)
    }
}
