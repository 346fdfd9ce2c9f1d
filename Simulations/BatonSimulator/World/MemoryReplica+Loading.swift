package import BatonEngine
package import BatonModel
import BatonProtocol

/// What the engine asks of a replica, answered as the store answers it.
extension MemoryReplica {
    /// The lane that a document of a simulated team is in: by its id, so that a test chooses it.
    package static func lane(of document: DocumentID) -> UInt8 { UInt8(document.low & 3) }

    package func answer(_ order: LoadOrder, _ sealing: PageSealing, keys: some PartSealing) -> LoadAnswer {
        switch order {
        case .survey(let most): .survey(Array(self.newest { $0 < 2 }.prefix(most)))
        case .documents(let documents, let lacking, let bytesMax):
            .chunk(self.load(documents, lacking: lacking, bytesMax: bytesMax, sealing, keys))
        case .ranges(let ranges, let lacking, let bytesMax):
            .chunk(self.load(ranges, lacking: lacking, bytesMax: bytesMax, sealing, keys))
        case .outline(let ranges): .outline(self.outline(ranges))
        case .fingerprints(let key, let ranges):
            .fingerprints(ranges.map { self.fingerprint(key, $0) })
        }
    }

    private func newest(_ isWanted: (UInt8) -> Bool) -> [DocumentID] {
        var stamps: [DocumentID: HybridTime] = [:]
        for delta in self.deltasInOrder where isWanted(Self.lane(of: delta.header.document)) {
            stamps[delta.header.document] = max(stamps[delta.header.document] ?? .zero, delta.header.stamp)
        }
        return stamps.sorted { ($0.value, $0.key) > ($1.value, $1.key) }.map(\.key)
    }

    private func load(
        _ documents: [DocumentID], lacking: HaveSet, bytesMax: Int, _ sealing: PageSealing,
        _ keys: some PartSealing
    ) -> LoadedChunk {
        var share = UrgentShare(bytesMax: bytesMax)
        var chunk = LoadedChunk(deltas: [], keys: [])
        var later: [DocumentID] = []
        var queue = documents
        var isSecondLook = false
        while !queue.isEmpty {
            let document = queue.removeFirst()
            let wanted = self.deltasInOrder.filter {
                $0.header.document == document && !lacking.contains($0.reference) && sealing.isAuthentic($0)
            }
            if share.isFull
                || (!isSecondLook && wanted.first.map { !share.admits($0.header.author) } ?? false)
            {
                later.append(document)
            } else {
                for delta in wanted {
                    guard !share.isFull else {
                        later.append(document)
                        break
                    }
                    share.charge(delta.header.author, delta.pageBytes)
                    chunk.deltas.append(delta)
                }
            }
            if queue.isEmpty, !isSecondLook, !share.isFull {
                isSecondLook = true
                queue = later
                later = []
            }
        }
        chunk.keys = self.bareKeys(of: chunk.deltas, keys)
        chunk.restDocuments = later
        return chunk
    }

    private func load(
        _ ranges: [DeltaRange], lacking: HaveSet, bytesMax: Int, _ sealing: PageSealing,
        _ keys: some PartSealing
    ) -> LoadedChunk {
        var chunk = self.load(ranges, bytesMax: bytesMax, sealing: keys)
        chunk.deltas.removeAll { lacking.contains($0.reference) }
        // A replica in memory cannot fail.
        chunk.deltas =
            (try? sealing.close(chunk.deltas) { place in
                self.ids(at: place).compactMap { self.row($0)?.delta }
            }) ?? []
        chunk.keys = self.bareKeys(of: chunk.deltas, keys)
        return chunk
    }

    private func bareKeys(of deltas: [Delta], _ sealing: some PartSealing) -> [BareKey] {
        var out: [BareKey] = []
        for delta in deltas {
            for (scope, key) in self.keys(for: delta) {
                guard let bytes = try? sealing.export(key, scope: scope) else { continue }
                let bare = BareKey(scope: scope, id: key.id, bytes: bytes)
                if !out.contains(bare) { out.append(bare) }
            }
        }
        return out
    }

    private func outline(_ ranges: [DeltaRange]) -> OutlinePage {
        var counted: [OutlinePart.Entry] = []
        for delta in self.deltas(in: ranges) {
            let header = delta.header
            let index = counted.firstIndex { $0.document == header.document && $0.author == header.author }
            if let index {
                counted[index].count += 1
                counted[index].newestMilliseconds = max(
                    counted[index].newestMilliseconds, header.stamp.milliseconds)
            } else {
                counted.append(
                    OutlinePart.Entry(
                        document: header.document, author: header.author, count: 1,
                        newestMilliseconds: header.stamp.milliseconds))
            }
        }
        let open = Set(counted.map(\.document))
        return OutlinePage(entries: counted, open: self.newest { $0 == 2 }.filter(open.contains))
    }

    private func fingerprint(
        _ key: [UInt8], _ range: DeltaRange
    ) -> RangeFingerprint? {
        let deltas = self.deltas(in: [range])
        guard UInt64(Set(deltas.map(\.reference)).count) == range.last - range.first + 1 else { return nil }
        let ids = deltas.sorted { ($0.reference, $0.id) < ($1.reference, $1.id) }.map(\.id)
        return RangeFingerprint(key: key, ids: ids, hashing: StandInHashing())
    }
}
