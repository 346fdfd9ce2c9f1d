import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonProtocol
import BatonStore
import BatonTransport
import Glibc
package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// A site's node in this process: its replica, its links, its operator socket.
package final class SiteNode {
    private let folder: NodeFolder
    private let configuration: NodeConfiguration
    private let readyFile: String?
    private let logger: Logger
    private let opening: NodeOpening
    private let worker: StoreWorker
    private let trust: TrustBoard
    private let links: PeerLinkContext
    private let driver: NodeDriver
    package let service: OperatorService
    private let listening: ListeningPlace
    private let pages: PageParts
    let gate = ReadyGate()
    /// The site that the folder belongs to.
    package var site: String { self.opening.keys.site.description }
    package let socketPath: String

    /// Opens a data folder: keys, replica, membership, incarnation. Nothing listens yet.
    ///
    /// - Parameter readyFile: Written as JSON once everything listens, removed at the end; nil for none.
    package init(
        _ folder: NodeFolder, _ configuration: NodeConfiguration, readyFile: String? = nil, logger: Logger
    ) throws(NodeFault) {
        self.folder = folder
        self.configuration = configuration
        self.readyFile = readyFile
        self.logger = logger
        let opening = try NodeOpening(folder, configuration, logger: logger)
        self.opening = opening
        let trust = TrustBoard(opening.membership)
        self.trust = trust
        let receipts = ReceiptBoard(opening.receipts)
        self.worker = StoreWorker(
            opening.store, cipher: opening.keys.vault.cipher, processors: System.coreCount)
        var limits = PeerLinkLimits()
        limits.queueHighMark = configuration.limits.queuedBytesMax
        limits.queueLowMark = configuration.limits.queuedBytesMax / 4
        self.links = PeerLinkContext(
            group: MultiThreadedEventLoopGroup.singleton, identity: opening.keys.identity,
            pins: { trust.site(ofPin: $0) }, sha256: { Blake2b.sha256($0) }, limits: limits, logger: logger)
        self.driver = NodeDriver(
            try Self.parts(opening, configuration, folder, self.worker, receipts, trust, self.links, logger))
        let listening = ListeningPlace()
        self.listening = listening
        let rules = try RuleBookFiles.load(folder: configuration.rules)
        let pages = PageParts(
            worker: self.worker, lane: self.driver.lane, trust: trust, site: opening.keys.site, rules: rules,
            zones: Self.zones(rules, logger), configuration: configuration.pages,
            journalPath: folder.pagesJournal,
            board: PageBoard(
                site: opening.keys.site.description, isConfigured: !configuration.pages.hook.isEmpty),
            logger: logger)
        self.pages = pages
        self.service = OperatorService(
            driver: self.driver, worker: self.worker, trust: trust, receipts: receipts,
            entropy: KernelEntropy(), author: opening.living.author, rules: rules,
            roster: OperatorService.RosterParts(zones: pages.zones, board: pages.board),
            rest: configuration.rest, listen: { listening.text })
        self.socketPath = configuration.socket.isEmpty ? folder.socket : configuration.socket
    }

    /// The roster's time zones. Without them nobody is known to be on duty, but the desk works.
    private static func zones(_ rules: RuleBook, _ logger: Logger) -> [String: ZoneTable] {
        do throws(NodeFault) { return try ZoneFiles.tables(for: rules.roster) } catch {
            logger.error(
                "the roster has no time zones", metadata: ["code": "\(error.code)", "reason": "\(error)"])
            return [:]
        }
    }

    /// Dials other peers from now on.
    func setPeers(_ peers: [NodeConfiguration.Peer]) async {
        await self.driver.setPeers(Self.addresses(peers))
    }

    private static func addresses(_ peers: [NodeConfiguration.Peer]) -> [SiteID: PeerAddress] {
        var addresses: [SiteID: PeerAddress] = [:]
        for peer in peers {
            if let site = SiteID(peer.site) { addresses[site] = peer.address }
        }
        return addresses
    }

    // long: one line per part.
    private static func parts(
        _ opening: NodeOpening, _ configuration: NodeConfiguration, _ folder: NodeFolder,
        _ worker: StoreWorker,
        _ receipts: ReceiptBoard, _ trust: TrustBoard, _ links: PeerLinkContext, _ logger: Logger
    ) throws(NodeFault) -> NodeDriver.Parts {
        let witness = try WitnessFile(path: folder.witness)
        let addresses = Self.addresses(configuration.peers)
        let keys = opening.keys
        return NodeDriver.Parts(
            context: opening.context,
            configuration: EngineConfiguration(
                peers: addresses.keys.sorted(), paused: opening.paused,
                limits: WireLimits(configuration.limits),
                bootNonce: Sodium.randomBytes(16)),
            have: opening.have, worker: worker, receipts: receipts,
            recovery: RecoveryBoard(opening.living.author, kept: opening.statements), trust: trust,
            dialer: PeerDialer(context: links),
            addresses: addresses, verifying: SignatureVerifier(), logger: logger,
            witness: witness,
            saveMembership: { membership in
                do throws(NodeFault) {
                    try keys.remember(membership)
                    try Files.replace(folder.membership, MembershipFile.encode(membership))
                } catch {
                    logger.error("the membership could not be kept", metadata: ["code": "\(error.code)"])
                }
            })
    }

    // Running.

    /// Listens, exchanges and answers until a graceful shutdown, a cancellation or `stop`.
    ///
    /// - Throws: `NodeFault`: what could not be opened, or the fault of the disk for which the node ended.
    package func run() async throws {
        self.worker.start()
        let started = ContinuousClock.now
        do {
            let listener = try await self.listen()
            let pageWatch =
                self.configuration.pages.hook.isEmpty ? nil : try PageWatch(self.pages)
            let server = try await self.serveOperators()
            do {
                try self.announce(listener)
            } catch {
                // Whoever finds the socket must find a node behind it.
                await server.shutdown()
                await listener?.close()
                throw error
            }
            self.logger.notice("node ready", metadata: self.readyMetadata(started))
            self.gate.open()
            await self.runDriver(pageWatch)
            self.logger.notice("node stopping")
            await server.shutdown()
            await listener?.close()
        } catch {
            await self.letGo()
            self.gate.open(isUp: false)
            throw error
        }
        await self.letGo()
        if let failure = await self.driver.failure { throw NodeFault(failure) }
        self.logger.notice("node stopped")
    }

    /// Takes no more changes, commits those that wait, then lets `run` end.
    package func stop() { self.driver.lane.finish() }

    private func runDriver(_ pageWatch: PageWatch?) async {
        let lane = self.driver.lane
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await withDiscardingTaskGroup { [driver, worker, trust, logger, service] group in
                    group.addTask {
                        var watch = AlarmWatch(worker, logger: logger)
                        await watch.run()
                    }
                    group.addTask {
                        var check = SignatureCheck(worker, lane: lane, trust: trust)
                        await check.run()
                    }
                    group.addTask {
                        var check = IndexCheck(worker, lane: lane)
                        await check.run()
                    }
                    group.addTask { await service.keepBriefsWarm() }
                    group.addTask { await service.warmFigures() }
                    if let pageWatch {
                        group.addTask {
                            var watch = pageWatch
                            await watch.run()
                        }
                    }
                    await driver.run()
                    group.cancelAll()
                }
            } onGracefulShutdown: {
                lane.finish()
            }
        } onCancel: {
            lane.finish()
        }
    }

    private func listen() async throws(NodeFault) -> PeerListener? {
        guard let address = self.configuration.listen else { return nil }
        let driver = self.driver
        do throws(TransportFault) {
            let listener = try await PeerListener.listen(
                host: address.host, port: address.port, context: self.links
            ) { driver.accept($0) }
            self.listening.text = PeerAddress(host: address.host, port: listener.port).description
            return listener
        } catch {
            throw NodeFault(error)
        }
    }

    private func serveOperators() async throws(NodeFault) -> UnixHTTPServer {
        if self.configuration.socket.isEmpty, self.folder.hasShortSocket {
            try Files.makePrivateFolder(NodeFolder.shortSocketFolder)
            self.logger.notice(
                "the folder's path is too long for a socket", metadata: ["api.socket": "\(self.socketPath)"])
        }
        let service = self.service
        do throws(TransportFault) {
            return try await UnixHTTPServer.listen(
                path: self.socketPath, group: MultiThreadedEventLoopGroup.singleton, logger: self.logger
            ) { await service.answer($0) }
        } catch {
            throw NodeFault(error)
        }
    }

    private func announce(_ listener: PeerListener?) throws(NodeFault) {
        guard let path = self.readyFile else { return }
        let ready = NodeReady(
            pid: Int(getpid()), site: self.site, author: self.opening.living.author.description,
            port: listener?.port, socket: self.socketPath)
        let bytes: [UInt8]
        do throws(APIFault) { bytes = try APIText.json(ready) } catch {
            throw NodeFault(code: error.code, error.message, hint: error.hint)
        }
        try Files.replace(path, bytes + [10])
    }

    private func readyMetadata(_ started: ContinuousClock.Instant) -> Logger.Metadata {
        [
            "site": "\(self.site)", "author": "\(self.opening.living.author)",
            "incarnation.opened": "\(self.opening.living.opened?.rawValue ?? "no: continued")",
            "incarnation.recorded": "\(self.opening.living.isRecorded)",
            "listen": "\(self.listening.text ?? "none")", "api.socket": "\(self.socketPath)",
            "membership.epoch": "\(self.opening.membership.epoch)",
            "delta.count": "\(self.opening.have.count)",
            "milliseconds": "\(started.duration(to: .now).milliseconds)",
        ]
    }

    /// After the last commit: links say goodbye, threads end, the database is checkpointed and closed.
    private func letGo() async {
        self.links.registry.closeAll()
        await self.worker.stop()
        self.opening.store.close()
        if let path = self.readyFile { Files.remove(path) }
    }
}

/// What `--ready-file` says once everything listens.
package struct NodeReady: Codable, Sendable, Equatable {
    package let pid: Int
    package let site: String
    package let author: String
    /// The peer port; absent where the node only dials.
    package let port: Int?
    package let socket: String
}

/// Lets those wait who may not ask before everything listens. It opens once, also when the start has failed.
final class ReadyGate: Sendable {
    private struct State {
        /// Nil until it opens; false where the start has failed.
        var isUp: Bool?
        var waiting: [CheckedContinuation<Bool, Never>] = []
    }

    private let state = Mutex(State())

    func open(isUp: Bool = true) {
        let waiting = self.state.withLock { state in
            state.isUp = state.isUp ?? isUp
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: isUp) }
    }

    /// - Returns: False where the start has failed.
    func wait() async -> Bool {
        await withCheckedContinuation { continuation in
            let isUp = self.state.withLock { state in
                if state.isUp == nil { state.waiting.append(continuation) }
                return state.isUp
            }
            if let isUp { continuation.resume(returning: isUp) }
        }
    }
}

/// Where the node listens, known only once it does.
final class ListeningPlace: Sendable {
    private let known = Mutex<String?>(nil)

    var text: String? {
        get { self.known.withLock { $0 } }
        set { self.known.withLock { $0 = newValue } }
    }
}

extension WireLimits {
    init(_ limits: NodeLimits) {
        self = .standard
        self.frameBytesMax = limits.frameBytesMax
        self.chunkBytesTarget = min(limits.chunkBytesTarget, limits.frameBytesMax / 2)
        self.queuedBytesMax = limits.queuedBytesMax
        self.heartbeatMilliseconds = UInt64(limits.heartbeatMilliseconds)
        self.silenceMillisecondsMax = UInt64(limits.silenceMillisecondsMax)
        self.redialMillisecondsMax = UInt64(limits.redialMillisecondsMax)
    }
}

extension SiteNode: Service {}
