package import BatonEncoding

/// One person's word that a delta which waits shall fold without what its past lacks here: the body of a
/// `release`, in the document of that delta.
///
/// It takes effect once two people have signed the same one. What was missing is then nobody's past: should it
/// come after all, it folds as what was written apart.
package struct Release: Hashable, Sendable {
    /// More parents than a context may name are no past of any delta.
    private static let parentsMax = 256
    private static let reasonBytesMax = 512

    package let delta: DeltaID
    /// What of the delta's signed past was here, sorted: it folds as if these alone had been named.
    package let parents: [DeltaID]
    package let reason: String

    package init(delta: DeltaID, parents: [DeltaID], reason: String) {
        self.delta = delta
        self.parents = parents.sorted()
        self.reason = reason
    }

    /// - Returns: Nil for anything that `value` would not write.
    package init?(_ value: CBORValue) {
        guard case .map(let pairs) = value, pairs.map(\.key) == [.unsigned(1), .unsigned(2), .unsigned(3)],
            case .bytes(let delta) = pairs[0].value, let delta = DeltaID(delta),
            case .array(let items) = pairs[1].value, items.count <= Self.parentsMax,
            case .text(let reason) = pairs[2].value, reason.utf8.count <= Self.reasonBytesMax
        else { return nil }
        var parents: [DeltaID] = []
        for item in items {
            guard case .bytes(let bytes) = item, let id = DeltaID(bytes) else { return nil }
            guard parents.last.map({ $0 < id }) ?? true else { return nil }
            parents.append(id)
        }
        self.delta = delta
        self.parents = parents
        self.reason = reason
    }

    package var value: CBORValue {
        .map([
            CBORPair(key: .unsigned(1), value: .bytes(self.delta.bytes)),
            CBORPair(key: .unsigned(2), value: .array(self.parents.map { .bytes($0.bytes) })),
            CBORPair(key: .unsigned(3), value: .text(self.reason)),
        ])
    }
}

/// A release with all who have signed it.
package struct ReleaseWord: Hashable, Sendable {
    package let release: Release
    /// The signed entries, sorted by dot.
    package let entries: [LedgerEntry]

    /// Says whether two people who had read all these places have signed it.
    package func isSaidByTwo(havingRead places: [DeltaReference]) -> Bool {
        let readers = self.entries.filter { entry in places.allSatisfy(entry.vector.contains) }
        return readers.contains { $0.write.actor.person != readers[0].write.actor.person }
    }
}

extension DocumentState {
    /// What people have said of deltas that wait, by delta; of several pasts for one delta the least comes first.
    ///
    /// - Complexity: O(1) for a document without releases, which is nearly every one.
    package func releases(by table: FieldTable) -> [DeltaID: [ReleaseWord]] {
        guard let field = table.releaseField(of: self.id), let entries = self[.global]?.ledgers[field] else {
            return [:]
        }
        var words: [ReleaseWord] = []
        for entry in entries {
            guard let release = entry.write.value.flatMap({ Release($0) }) else { continue }
            // The reason is each one's own.
            let known = words.firstIndex {
                $0.release.delta == release.delta && $0.release.parents == release.parents
            }
            guard let known else {
                words.append(ReleaseWord(release: release, entries: [entry]))
                continue
            }
            words[known] = ReleaseWord(
                release: words[known].release, entries: words[known].entries + [entry])
        }
        var byDelta: [DeltaID: [ReleaseWord]] = [:]
        for word in words.sorted(by: { $0.release.parents.lexicographicallyPrecedes($1.release.parents) }) {
            byDelta[word.release.delta, default: []].append(word)
        }
        return byDelta
    }
}
