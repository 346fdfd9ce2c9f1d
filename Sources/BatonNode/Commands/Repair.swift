import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// Gives a node whose database is damaged a new one: what can be read of the old log is checked and taken
/// over, and peers send the rest. The damaged files are kept.
package enum Repair {
    package struct Report: Codable, Sendable, Equatable {
        package let site: String
        /// Why the database was given up.
        package let damage: String
        /// Where the damaged files are now.
        package let aside: String
        package let deltasTaken: Int
        /// Rows of the log that were there and could not be read; absent where their number is lost too.
        package let rowsUnreadable: Int?
        /// Rows that could be read and are not what a member signed.
        package let rowsRefused: Int
    }

    /// What says that the file is damaged, rather than locked, newer, or somebody else's.
    private static let damageCodes: Set = [
        "store.corrupt", "store.sqlite", "store.not-a-replica", "store.half-migrated", "store.constraint",
    ]
    private static let batchDeltas = 500

    /// - Returns: Nil when the replica is sound: nothing was done then.
    /// - Throws: Whatever keeps a node from opening, except damage.
    package static func run(_ folder: NodeFolder) throws(NodeFault) -> Report? {
        let keys = try NodeKeys(folder)
        // A vault put into the wrong folder is no damage: nothing may be moved for it.
        try NodeOpening.checkMember(keys, MembershipWork.show(folder.membership))
        guard let damage = try Self.damage(folder, keys) else { return nil }
        do throws(ReplicaFault) {
            let aside = try DamagedReplica.setAside(folder.replica)
            let store = try ReplicaStore(
                path: folder.replica, settings: ReplicaSettings(), hashing: Blake2b())
            defer { store.close() }
            return try Self.fill(store, from: aside, keys, folder, damage)
        } catch {
            throw NodeFault(error)
        }
    }

    private static func damage(_ folder: NodeFolder, _ keys: NodeKeys) throws(NodeFault) -> String? {
        do throws(NodeFault) {
            let (_, store, _) = try NodeOpening.offline(folder)
            defer { store.close() }
            try NodeOpening.checkOwner(keys, store)
        } catch {
            guard Self.damageCodes.contains(error.code) else { throw error }
            return error.message
        }
        do throws(NodeFault) {
            let report = try Upkeep.verifyLog(folder)
            return report.isSound ? nil : report.problem ?? "the log does not verify"
        } catch {
            guard Self.damageCodes.contains(error.code) else { throw error }
            return error.message
        }
    }

    private static func fill(
        _ store: ReplicaStore, from aside: String, _ keys: NodeKeys, _ folder: NodeFolder, _ damage: String
    ) throws(ReplicaFault) -> Report {
        let membership: Membership
        do throws(NodeFault) { membership = try NodeOpening.membership(folder, keys, store) } catch {
            throw ReplicaFault(code: error.code, message: error.message, isFatal: false)
        }
        var salvage = Salvage(store, membership, keys)
        var count = DamagedReplica.Count()
        // Where not even the first page can be read, all comes from the peers.
        if let damaged = try? DamagedReplica(path: aside, hashing: Blake2b()) {
            count = try damaged.salvage { row throws(ReplicaFault) in
                salvage.add(row)
                if salvage.rows.count >= Self.batchDeltas { try salvage.write() }
            }
        }
        try salvage.write()
        let unreadable = count.unreadable.map(String.init) ?? "unknown"
        let detail = "repair: \(salvage.taken) taken, \(unreadable) unreadable, \(salvage.refused) refused"
        try store.append(
            audit: AuditRecord(
                kind: .administered, atMilliseconds: NodeClock.wallMilliseconds, site: keys.site,
                detail: detail))
        return Report(
            site: keys.site.description, damage: damage, aside: aside, deltasTaken: salvage.taken,
            rowsUnreadable: count.unreadable, rowsRefused: salvage.refused)
    }
}

/// Deltas of the old file on their way into the new one. Nothing is believed that is not signed.
private struct Salvage {
    let store: ReplicaStore
    let context: ReplicaContext
    var rows: [DamagedReplica.Row] = []
    var taken = 0
    var refused = 0

    init(_ store: ReplicaStore, _ membership: Membership, _ keys: NodeKeys) {
        self.store = store
        // Nothing is authored here, so the author only stands in for the site whose clearances count.
        self.context = ReplicaContext(
            author: Author(site: keys.site, incarnation: Incarnation(counter: 0, nonce: 0)),
            previousHead: .none, membership: membership, fold: Fold(table: DeskFieldTable.current),
            hashing: Blake2b(), sealing: keys.vault.cipher, signing: keys.vault.signingKey,
            entropy: KernelEntropy())
    }

    mutating func add(_ row: DamagedReplica.Row) {
        if self.isAuthentic(row.delta) { self.rows.append(row) } else { self.refused += 1 }
    }

    private func isAuthentic(_ delta: Delta) -> Bool {
        let membership = self.context.membership
        let entry = membership.entry(for: delta.header.membership, hashing: Blake2b())
        guard let key = entry?.site(delta.header.author.site)?.signingKey else { return false }
        return SignatureVerifier().isValid(
            signature: delta.signature,
            message: Delta.signedMessage(team: membership.team, headerBytes: delta.headerBytes),
            publicKey: key)
    }

    mutating func write() throws(ReplicaFault) {
        let (rows, context) = (self.rows, self.context)
        self.rows = []
        let report = try self.store.write { transaction throws(ReplicaFault) in
            for (scope, key) in rows.flatMap(\.keys)
            where try transaction.key(scope, id: key.id) == nil {
                // A key of another vault: without it the delta is left to the peers, who send both.
                guard (try? context.sealing.export(key, scope: scope)) != nil else { continue }
                try transaction.save(key, scope: scope)
            }
            let session = try ReplicaSession(
                context, in: transaction, wallMilliseconds: NodeClock.wallMilliseconds)
            try session.apply(IncomingBatch(from: context.author.site, deltas: rows.map(\.delta), keys: []))
            return try session.finish()
        }
        self.taken += report.added.count
        self.refused += rows.count - report.added.count - report.duplicateCount
    }
}
