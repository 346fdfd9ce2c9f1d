import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonProtocol
import BatonStore
import BatonTransport
import Logging

/// What a start has opened and checked: keys, replica, membership, the life that this process lives.
struct NodeOpening {
    let keys: NodeKeys
    let store: ReplicaStore
    let membership: Membership
    let living: LivingIncarnation
    let context: ReplicaContext
    let have: HaveSet
    let paused: [SiteID]
    let receipts: [StoredReceipt]
    /// What was kept of the statements of other sites.
    let statements: [UInt8]?

    /// Opens a data folder and holds its lock.
    ///
    /// - Throws: `transport.library`, `folder.…`, `crypto.…`, `store.…`, `membership.…`, `config.other-site`.
    init(_ folder: NodeFolder, _ configuration: NodeConfiguration, logger: Logger) throws(NodeFault) {
        do throws(TransportFault) { try LibraryCheck.run() } catch { throw NodeFault(error) }
        let keys = try NodeKeys(folder)
        guard configuration.site.isEmpty || configuration.site == keys.site.description else {
            throw NodeFault(
                code: "config.other-site",
                "The folder belongs to \(keys.site), and the configuration says \(configuration.site).",
                hint: "Check the folder and the key site.", exit: .usage)
        }
        self.keys = keys
        do throws(ReplicaFault) {
            self.store = try ReplicaStore(
                path: folder.replica,
                settings: ReplicaSettings(
                    cacheKibibytes: configuration.limits.cacheKibibytes, hasRowThread: true),
                hashing: Blake2b())
        } catch {
            throw NodeFault(error)
        }
        do {
            self.membership = try Self.membership(folder, keys, self.store)
            try Self.checkMember(keys, self.membership)
            try Self.checkOwner(keys, self.store)
            try Self.checkVault(keys, self.store)
        } catch {
            self.store.close()
            throw error
        }
        do throws(ReplicaFault) {
            self.living = try Self.live(self.store, keys.site, configuration)
            self.context = ReplicaContext(
                author: self.living.author, previousHead: self.living.previousHead,
                membership: self.membership,
                fold: Fold(table: DeskFieldTable.current), hashing: Blake2b(), sealing: keys.vault.cipher,
                signing: keys.vault.signingKey, entropy: KernelEntropy(),
                skewMillisecondsMax: UInt64(configuration.limits.skewMillisecondsMax))
            try Self.refold(self.store, self.context, logger)
            if self.store.wasKilled { try Self.lookAtIndexes(self.store, logger) }
            self.have = try self.store.haveSet()
            self.paused = try self.store.pausedPeers()
            self.receipts = try self.store.receipts()
            self.statements = try self.store.statements()
        } catch {
            self.store.close()
            throw NodeFault(error)
        }
    }

    /// Folds the log again where what is stored was only half made, or made by a build that read other fields: what
    /// one could not read, the next one can.
    private static func refold(
        _ store: ReplicaStore, _ context: ReplicaContext, _ logger: Logger
    ) throws(ReplicaFault) {
        let level = context.fold.table.level
        let made = try store.foldLevel()
        let isHalfMade = try store.isRebuilding()
        if isHalfMade || made.map({ $0 != level }) ?? false {
            logger.notice(
                isHalfMade
                    ? "a rebuild was interrupted: folding the log again"
                    : "another build folded this replica: folding the log again")
            try Rebuild(store: store, context: context).run()
        }
        if made != level { try store.save(foldLevel: level) }
    }

    /// Rows of each table that are looked at after an end that was none: some milliseconds.
    private static let newestRows = 2_000

    /// Looks at what was written last before the node was killed; the rest is for the background.
    private static func lookAtIndexes(_ store: ReplicaStore, _ logger: Logger) throws(ReplicaFault) {
        let damaged = try store.lookAtNewest(rows: Self.newestRows)
        guard !damaged.isEmpty else { return }
        logger.error(
            "the replica is damaged",
            metadata: ["code": "alarm.damaged-index", "reason": "\(damaged.joined(separator: ", "))"])
        try store.save(damagedIndexes: Set(damaged).union(try store.damagedIndexes()).sorted())
    }

    /// Opens the node for work without a running driver: the commands that need the folder to themselves.
    static func offline(_ folder: NodeFolder) throws(NodeFault) -> (NodeKeys, ReplicaStore, Membership) {
        let keys = try NodeKeys(folder)
        let store: ReplicaStore
        do throws(ReplicaFault) {
            store = try ReplicaStore(path: folder.replica, settings: ReplicaSettings(), hashing: Blake2b())
        } catch {
            throw NodeFault(error)
        }
        do throws(NodeFault) {
            return (keys, store, try Self.membership(folder, keys, store))
        } catch {
            store.close()
            throw error
        }
    }

    private static func live(
        _ store: ReplicaStore, _ site: SiteID, _ configuration: NodeConfiguration
    ) throws(ReplicaFault) -> LivingIncarnation {
        let settings =
            configuration.recordFolders.isEmpty
            ? IncarnationSettings.standard : IncarnationSettings(folders: configuration.recordFolders)
        return try store.resumeOrOpen(
            site: site, settings: settings, nonce: bigEndianWord(Sodium.randomBytes(8), from: 0),
            nowMilliseconds: NodeClock.wallMilliseconds)
    }

    // Membership: what is stored, what lies in the folder, and the mark that never goes back.

    static func membership(
        _ folder: NodeFolder, _ keys: NodeKeys, _ store: ReplicaStore
    ) throws(NodeFault) -> Membership {
        var known: Membership?
        do throws(ReplicaFault) {
            let log = try store.membershipLog()
            if !log.isEmpty {
                known = try? Membership(log: log, hashing: Blake2b(), verifying: SignatureVerifier())
            }
        } catch {
            throw NodeFault(error)
        }
        var offered = known
        if Files.exists(folder.membership) {
            let bytes = try Files.read(folder.membership, bytesMax: MembershipFile.bytesMax)
            offered = try MembershipFile.decode(bytes, origin: folder.membership)
        }
        guard let offered else {
            throw NodeFault(
                code: "membership.missing", "This node has no membership yet.",
                hint: "Have its card signed, then run baton membership import --dir \(folder.path) FILE.",
                exit: .noSuchThing)
        }
        let chosen = try MembershipFile.newer(known, offered, mark: keys.membershipMark())
        try keys.remember(chosen)
        do throws(ReplicaFault) { try store.save(membership: chosen.entries) } catch {
            throw NodeFault(error)
        }
        return chosen
    }

    /// Refuses a vault beside a database that another site lived in.
    static func checkOwner(_ keys: NodeKeys, _ store: ReplicaStore) throws(NodeFault) {
        let owner: SiteID?
        do throws(ReplicaFault) { owner = try store.owner() } catch { throw NodeFault(error) }
        guard let owner, owner != keys.site else { return }
        throw NodeFault(
            code: "node.other-site", "The replica belongs to \(owner), and the vault to \(keys.site).",
            hint: "Put the vault of \(owner) back, or use the folder of \(keys.site).", exit: .refused)
    }

    /// Refuses a database whose keys were wrapped under another vault: nothing could be written in its
    /// documents or sent to peers.
    private static func checkVault(_ keys: NodeKeys, _ store: ReplicaStore) throws(NodeFault) {
        let stored: [(scope: KeyScope, key: WrappedKey)]
        do throws(ReplicaFault) { stored = try store.outermostKeys() } catch { throw NodeFault(error) }
        let isStrange = stored.allSatisfy { scope, key in
            (try? keys.vault.cipher.export(key, scope: scope)) == nil
        }
        guard stored.isEmpty || !isStrange else {
            throw NodeFault(
                code: "node.other-vault", "The replica's keys were wrapped under another vault.",
                hint: "Put its vault back; if that is lost, baton repair has the peers send the log again.",
                exit: .integrity)
        }
    }

    static func checkMember(_ keys: NodeKeys, _ membership: Membership) throws(NodeFault) {
        guard let record = membership.head.site(keys.site) else {
            throw NodeFault(
                code: "membership.not-a-member", "The site \(keys.site) is not in the membership.",
                hint: "Have its card signed into the membership, then import the new file.", exit: .refused)
        }
        guard record.signingKey == keys.vault.signingKey.publicKey, record.tlsPin == keys.tlsPin else {
            throw NodeFault(
                code: "membership.other-keys", "The membership lists other keys for the site \(keys.site).",
                hint: "Have this folder's card signed, or use the folder whose keys are listed.",
                exit: .refused)
        }
    }
}
