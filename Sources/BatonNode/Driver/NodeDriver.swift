import BatonEngine
import BatonModel
import BatonProtocol
import BatonTransport
import Logging

/// Owns the engine: takes inputs one at a time and performs its actions in order.
///
/// What waits (dials, timers, signatures, the disk) runs as child tasks of `run`; there are no others. A
/// reader of a link waits for each input to be taken, so that a peer can never queue more here than one
/// event.
actor NodeDriver {
    private var engine: SyncEngine
    private(set) var context: ReplicaContext
    let worker: StoreWorker
    let lane = WriteLane()
    let receipts: ReceiptBoard
    let recovery: RecoveryBoard
    private let trust: TrustBoard
    private let dialer: PeerDialer
    var addresses: [SiteID: PeerAddress]
    private let queueHighMark: Int
    let logger: Logger
    private let clock = NodeClock()
    private let saveMembership: @Sendable (Membership) -> Void
    private var links: [LinkID: OpenLink] = [:]
    private var linkCount: UInt64 = 0
    /// The newest start of each timer: an older one that fires is a cancelled one.
    private var timers: [EngineTimer: UInt64] = [:]
    private var timerCount: UInt64 = 0
    var pausedSites: Set<SiteID>
    var counters = NodeCounters()
    var failure: ReplicaFault?
    var isIndexDue = true
    private var desks = PresenceBoard()
    private let tasks: AsyncStream<Chore>
    let chores: AsyncStream<Chore>.Continuation
    /// Operators who wait for a comparison with a peer.
    var comparing: [SiteID: [CheckedContinuation<ComparisonResult, Never>]] = [:]
    /// What peers and our own disk have shown of logs that went back or split, newest last, bounded.
    var alarms: [PeerAlarm] = []
    var witness: WitnessFile

    private struct OpenLink {
        let connection: PeerConnection
        var isPaused = false
        var reader: CheckedContinuation<Void, Never>?
    }

    /// Work for a child task.
    enum Chore: Sendable {
        case serve(PeerConnection)
        case dial(SiteID, LinkPurpose)
        case verify(WorkID, VerificationJob, LinkPurpose)
        case load(WorkID, LoadOrder, LinkPurpose)
        /// The witness file's new bytes.
        case keep([UInt8])
        case timer(EngineTimer, number: UInt64, milliseconds: UInt64)
    }

    struct Parts: Sendable {
        let context: ReplicaContext
        let configuration: EngineConfiguration
        let have: HaveSet
        let worker: StoreWorker
        let receipts: ReceiptBoard
        let recovery: RecoveryBoard
        let trust: TrustBoard
        let dialer: PeerDialer
        let addresses: [SiteID: PeerAddress]
        let verifying: any SignatureVerifying
        let logger: Logger
        let witness: WitnessFile
        /// Told, on the driver, of each membership that came from a peer.
        let saveMembership: @Sendable (Membership) -> Void
    }

    init(_ parts: Parts) {
        self.engine = SyncEngine(
            parts.context, configuration: parts.configuration, have: parts.have, verifying: parts.verifying)
        self.context = parts.context
        self.worker = parts.worker
        self.receipts = parts.receipts
        self.recovery = parts.recovery
        self.trust = parts.trust
        self.dialer = parts.dialer
        self.addresses = parts.addresses
        self.queueHighMark = parts.configuration.limits.queuedBytesMax
        self.logger = parts.logger
        self.witness = parts.witness
        self.saveMembership = parts.saveMembership
        self.pausedSites = Set(parts.configuration.paused)
        (self.tasks, self.chores) = AsyncStream.makeStream()
    }

    // Running.

    /// Runs until `stop` or a fault of the disk.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.writeInOrder() }
            group.addTask { await self.indexNowAndThen() }
            group.addTask {
                await self.checkWitness()
                await self.take(.started)
            }
            for await chore in self.tasks { group.addTask { await self.perform(chore) } }
            group.cancelAll()
        }
    }

    /// Takes no more orders, commits those that wait, and ends the links. `run` returns then.
    func stop() { self.lane.finish() }

    /// After the last commit: says goodbye on every link and lets `run` end.
    func end() {
        for link in self.links.values {
            link.connection.close()
            link.reader?.resume()
        }
        self.links = [:]
        for site in self.comparing.keys { self.finishComparing(ComparisonResult(site: site, end: .linkLost)) }
        self.chores.finish()
    }

    /// Takes an open inbound link; any thread.
    nonisolated func accept(_ connection: PeerConnection) { self.chores.yield(.serve(connection)) }

    private func perform(_ chore: Chore) async {
        switch chore {
        case .serve(let connection): await self.serve(connection, dialledFor: nil)
        case .dial(let site, let purpose): await self.dial(site, purpose)
        case .verify(let id, let job, let lane):
            let clearances = self.context.clearances
            guard let outcome = await self.worker.verify(job, lane, clearances: clearances) else { return }
            self.counters.signatureChecks += UInt64(outcome.signatureChecks)
            self.take(.verified(id, outcome))
        case .load(let id, let order, let lane):
            let answer = await self.load(order, lane)
            self.take(.loaded(id, answer))
        case .keep(let bytes): await self.keep(bytes)
        case .timer(let timer, let number, let milliseconds):
            try? await Task.sleep(for: .milliseconds(milliseconds))
            // Cancelled, or started anew since.
            guard !Task.isCancelled, self.timers[timer] == number else { return }
            self.timers[timer] = nil
            self.take(.timerFired(timer))
        }
    }

    // Inputs and actions.

    /// Gives one input to the engine and performs what it says, in order.
    func take(_ input: EngineInput) {
        self.bearWitness(input)
        var inputs = [input]
        while !inputs.isEmpty {
            let actions = self.engine.step(inputs.removeFirst(), at: self.clock.now)
            for action in actions { inputs.append(contentsOf: self.perform(action)) }
        }
    }

    /// - Returns: Inputs that the action itself brought about.
    private func perform(_ action: EngineAction) -> [EngineInput] {
        switch action {
        case .dial(let site, let purpose): self.chores.yield(.dial(site, purpose))
        case .send(let link, let bytes): return self.send(bytes, on: link)
        case .close(let link): self.close(link)
        case .pauseReading(let link): self.links[link]?.isPaused = true
        case .resumeReading(let link): self.resume(link)
        case .verify(let id, let job, let lane): self.chores.yield(.verify(id, job, lane))
        case .apply(let id, let batch, let lane):
            self.lane.add(.apply(id, batch), isUrgent: lane == .urgent)
        case .load(let id, let order, let lane): self.chores.yield(.load(id, order, lane))
        case .saveReceipt(_, let receipt): self.lane.add(.receipt(receipt))
        case .peerStated(let site, let have): self.takeBack(site, have)
        case .compared(let result): self.finishComparing(result)
        case .saveMembership(let membership): self.adopt(membership)
        case .startTimer(let timer, let milliseconds): self.start(timer, milliseconds)
        case .cancelTimer(let timer): self.timers[timer] = nil
        case .note(let note):
            self.counters.count(note)
            self.logger.write(note)
            self.alarm(note)
        }
        return []
    }

    private func start(_ timer: EngineTimer, _ milliseconds: UInt64) {
        self.timerCount += 1
        self.timers[timer] = self.timerCount
        self.chores.yield(.timer(timer, number: self.timerCount, milliseconds: milliseconds))
    }

    private func adopt(_ membership: Membership) {
        self.context.membership = membership
        self.trust.adopt(membership)
        self.saveMembership(membership)
        self.lane.add(.membership(membership))
    }

    // Links.

    private func dial(_ site: SiteID, _ purpose: LinkPurpose) async {
        guard let address = self.addresses[site] else {
            return self.take(.dialFailed(site, purpose, isRefusal: true))
        }
        let connection: PeerConnection
        do throws(TransportFault) {
            connection = try await self.dialer.dial(
                host: address.host, port: address.port, expecting: site.description)
        } catch {
            self.logger.debug(
                "dial failed",
                metadata: ["peer.site": "\(site)", "link.purpose": "\(purpose.word)", "reason": "\(error)"])
            return self.take(.dialFailed(site, purpose, isRefusal: error.isRefusal))
        }
        await self.serve(connection, dialledFor: purpose)
    }

    /// Reads a link to its end.
    ///
    /// - Parameter purpose: What it was dialled for; nil where the peer dialled.
    private func serve(_ connection: PeerConnection, dialledFor purpose: LinkPurpose?) async {
        guard let site = SiteID(connection.remoteSite) else { return connection.close() }
        self.linkCount += 1
        let link = LinkID(self.linkCount)
        self.links[link] = OpenLink(connection: connection)
        for await event in connection.events {
            switch event {
            case .opened:
                self.take(
                    .linkOpened(
                        LinkOpening(
                            link: link, site: site, isDialler: purpose != nil, purpose: purpose,
                            localPin: connection.localSPKI, remotePin: connection.remoteSPKI)))
            case .bytes(let bytes):
                guard self.links[link] != nil else { continue }
                self.take(.bytesReceived(link, bytes))
                await self.waitWhilePaused(link)
            case .drained:
                if self.links[link] != nil { self.take(.linkDrained(link)) }
            case .closed(let fault):
                if let fault {
                    self.logger.debug(
                        "link closed", metadata: ["peer.site": "\(site)", "reason": "\(fault)"])
                }
            }
        }
        connection.close()
        // Nil when the engine closed it: it knows then.
        if self.links.removeValue(forKey: link) != nil { self.take(.linkClosed(link)) }
    }

    private func send(_ bytes: [UInt8], on link: LinkID) -> [EngineInput] {
        guard let connection = self.links[link]?.connection else { return [] }
        return connection.send(bytes) > self.queueHighMark ? [.linkCongested(link)] : []
    }

    private func close(_ link: LinkID) {
        guard let gone = self.links.removeValue(forKey: link) else { return }
        gone.connection.close()
        gone.reader?.resume()
    }

    private func waitWhilePaused(_ link: LinkID) async {
        guard self.links[link]?.isPaused == true else { return }
        await withCheckedContinuation { continuation in
            // Asked again: nothing may have run in between, as this is the actor's own turn.
            guard self.links[link]?.isPaused == true else { return continuation.resume() }
            self.links[link]?.reader = continuation
        }
    }

    private func resume(_ link: LinkID) {
        self.links[link]?.isPaused = false
        let reader = self.links[link]?.reader
        self.links[link]?.reader = nil
        reader?.resume()
    }

    // Reading the state.

    var snapshot: EngineSnapshot { self.engine.snapshot }
    func isBanned(_ site: SiteID) -> Bool { self.engine.isBanned(site) }
    /// Bytes that each link's socket has not taken yet.
    var queuedBytes: [LinkID: Int] { self.links.mapValues(\.connection.queuedBytes) }
    func missingThere(_ places: [DeltaRange]) -> [(site: SiteID, count: UInt64)] {
        self.engine.missingThere(places)
    }
    func changesBehind(_ document: DocumentID) -> [(site: SiteID, count: UInt64)] {
        self.engine.changesBehind(document)
    }
    /// Takes note of a person at a desk of this site, and tells the peers what is new.
    func note(_ word: PresenceBoard.Word, of person: OperatorID) {
        let now = self.clock.now.monotonicMilliseconds
        guard let people = self.desks.take(word, of: person, at: now) else { return }
        self.take(.presenceStated(people))
    }

    /// Who is at the desks of the peers in touch.
    var peerPresence: [PeerPresence] { self.engine.peerPresence(at: self.clock.now) }
    var paused: [SiteID] { self.pausedSites.sorted() }
    var membership: Membership { self.context.membership }
}
