import BatonCrypto
package import BatonEngine
package import BatonModel
package import BatonStore

/// Checks the database file, then the whole log from its stored bytes: ids, every signature, chains,
/// commitments, and the audit log's chain.
package struct LogVerifier {
    package let store: ReplicaStore
    package let membership: Membership
    package let sealing: any PartSealing

    package struct Finding: Sendable, Equatable {
        package var authors = 0
        package var deltas = 0
        package var signatureChecks = 0
        package var partsOpened = 0
        /// The first thing that is wrong, in order of author and number.
        package var problem: String?
        /// What sound deltas prove of their signers.
        package var alarms: [LogAlarm] = []
    }

    private static let pageBytes = 1 << 20

    package init(store: ReplicaStore, membership: Membership, sealing: any PartSealing) {
        self.store = store
        self.membership = membership
        self.sealing = sealing
    }

    /// - Complexity: O(log): one Ed25519 check and one hash a delta.
    package func run() throws(ReplicaFault) -> Finding {
        var finding = Finding()
        if let damage = try self.store.integrityCheck().first {
            finding.problem = "the database file is damaged: \(damage)"
            return finding
        }
        finding.alarms = try self.store.alarms()
        for have in try self.store.haveSet().authors {
            finding.authors += 1
            try self.check(have, &finding)
            guard finding.problem == nil else { return finding }
        }
        if let record = try self.store.firstBrokenAuditRecord() {
            finding.problem = "audit record \(record) does not follow the one before it"
        }
        return finding
    }

    private func check(_ have: AuthorHave, _ finding: inout Finding) throws(ReplicaFault) {
        var rest = have.intervals.map { DeltaRange(author: have.author, first: $0.first, last: $0.last) }
        var chain = Chain(
            contested: Set(have.contested.map(\.seq)), ends: Set(have.intervals.map(\.last)))
        while !rest.isEmpty {
            let page = try self.store.deltas(in: rest, bytesMax: Self.pageBytes)
            let keys = try self.store.wrappedKeys(of: page.deltas)
            guard !page.deltas.isEmpty else {
                finding.problem = "\(have.author) is said to be held and is not in the log"
                return
            }
            for delta in page.deltas {
                finding.deltas += 1
                finding.problem = self.judge(delta, keys, &chain, &finding)
                guard finding.problem == nil else { return }
            }
            rest = page.rest
        }
        for interval in have.intervals where chain.ids[interval.last]?.contains(interval.head) != true {
            finding.problem = "\(have.author)#\(interval.last) is not the delta that the have-set names"
        }
    }

    private func judge(
        _ delta: Delta, _ keys: [ScopedKey], _ chain: inout Chain, _ finding: inout Finding
    ) -> String? {
        let hashing = Blake2b()
        guard hashing.digest256(delta.headerBytes, delta.signature) == delta.id.digest else {
            return "\(delta.reference) has another id than its bytes"
        }
        guard let entry = self.membership.entry(for: delta.header.membership, hashing: hashing),
            let key = entry.site(delta.header.author.site)?.signingKey
        else { return "\(delta.reference) names a membership entry that is not known here" }
        finding.signatureChecks += 1
        let message = Delta.signedMessage(team: self.membership.team, headerBytes: delta.headerBytes)
        guard SignatureVerifier().isValid(signature: delta.signature, message: message, publicKey: key) else {
            return "\(delta.reference) has a wrong signature"
        }
        guard chain.take(delta) else { return "\(delta.reference) does not follow the delta before it" }
        return self.judgeParts(delta, keys, &finding)
    }

    private func judgeParts(_ delta: Delta, _ keys: [ScopedKey], _ finding: inout Finding) -> String? {
        for (index, part) in delta.parts.enumerated() {
            guard let part else { continue }
            let scope = delta.header.keyScope(part: index)
            let descriptor = delta.header.parts[index]
            guard let key = keys.first(where: { $0.scope == scope && $0.key.id == descriptor.key })?.key
            else {
                return "\(delta.reference) has a part whose key is not here"
            }
            do throws(SealingFault) {
                _ = try self.sealing.open(
                    part, at: PartPlace(scope: scope, seq: delta.header.seq, index: index),
                    commitment: descriptor.commitment, header: delta.headerBytes, key: key)
                finding.partsOpened += 1
            } catch {
                return "\(delta.reference) has a part that is not the one it commits to"
            }
        }
        return nil
    }

    /// Follows one author's log in order of number; the branches of a fork may each continue.
    private struct Chain {
        let contested: Set<UInt64>
        let ends: Set<UInt64>
        /// Ids at the newest places: only the last two are needed, and every end of an interval.
        private(set) var ids: [UInt64: [DeltaID]] = [:]

        init(contested: Set<UInt64>, ends: Set<UInt64>) {
            self.contested = contested
            self.ends = ends
        }

        mutating func take(_ delta: Delta) -> Bool {
            let seq = delta.header.seq
            let before = seq > 1 ? self.ids[seq - 1] : nil
            self.ids[seq, default: []].append(delta.id)
            if seq > 2, !self.ends.contains(seq - 2) { self.ids[seq - 2] = nil }
            guard let before else { return true }
            return before.contains(delta.header.prev) || self.contested.contains(seq)
                || self.contested.contains(seq - 1)
        }
    }
}
