import BatonAPI
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// What an operator asks about the exchange with peers.
extension OperatorService {
    private static let rangesMax = 100
    private static let waitingMax = 100

    func sync(_ desk: Desk) async throws(APIFault) -> SyncReply {
        let snapshot = await self.driver.snapshot
        let have = try await self.read(desk) { reader throws(ReplicaFault) in try reader.store.haveSet() }
        // The exchange knows what waits for a peer in touch; for the others their signed word tells.
        let waiting = snapshot.peers.map { peer in
            ["down", "paused"].contains(peer.state)
                ? Int64(clamping: self.receipts.unsigned(have, at: peer.site)) : nil
        }
        return SyncReply(
            asOf: await self.freshness(),
            peers: zip(self.statuses(snapshot), waiting).map { $0.waiting($1) },
            paused: await self.driver.paused.map(\.description),
            alarms: try await self.alarms(desk), pages: self.roster.board.view)
    }

    /// All that stands and that a person has to look into: what the logs prove, what the exchange has shown, what
    /// the hook did not take, and shifts that nobody has.
    func alarms(_ desk: Desk) async throws(APIFault) -> [AlarmView] {
        self.worker.alarms.alarms.map { AlarmView($0) } + (await self.driver.alarms.map { AlarmView($0) })
            + self.roster.board.alarms + (try await self.rosterAlarms(desk))
    }

    func statuses(_ snapshot: EngineSnapshot) -> [PeerStatus] {
        snapshot.peers.map {
            PeerStatus($0, confirmed: self.receipts.count(of: self.author, at: $0.site))
        }
    }

    /// Tries a peer out of reach at once. A ban and a pause stay: who misbehaved waits, who was paused is resumed.
    func dial(_ name: String, _ desk: Desk) async throws(APIFault) -> SyncReply {
        guard let site = SiteID(name), site != self.ownSite, desk.membership.head.site(site) != nil else {
            throw APIFault(.noSuchPeer, "There is no such peer.", "Name a site that sync lists.")
        }
        await self.driver.dialNow(site)
        return try await self.sync(desk)
    }

    func compare(_ name: String, _ desk: Desk) async throws(APIFault) -> ComparisonReply {
        guard let site = SiteID(name), site != self.ownSite, desk.membership.head.site(site) != nil else {
            throw APIFault(.noSuchPeer, "There is no such peer.", "Name a site that sync lists.")
        }
        let result = await self.driver.compare(with: site)
        func ranges(_ list: [DeltaRange]) -> [LogRange] {
            list.prefix(Self.rangesMax).map {
                LogRange(
                    author: $0.author.description, first: Int64(clamping: $0.first),
                    last: Int64(clamping: $0.last))
            }
        }
        return ComparisonReply(
            asOf: await self.freshness(), site: name,
            result: result.end != .done ? "incomplete" : result.isEqual ? "equal" : "different",
            equal: Int64(clamping: result.equal), unequal: ranges(result.unequal),
            onlyHere: ranges(result.onlyHere), onlyThere: ranges(result.onlyThere))
    }

    func explain(_ reference: String, _ desk: Desk) async throws(APIFault) -> ExplainReply {
        let id = try await self.resolve(reference, desk)
        let (holdings, handle) = try await self.read(desk) { reader throws(ReplicaFault) in
            (
                try reader.store.holdings(of: id, waitingMax: Self.waitingMax),
                try reader.store.handle(of: id)?.description
            )
        }
        let behind = await self.driver.changesBehind(id)
        let missing = await self.driver.missingThere(holdings.places)
        let peers = await self.driver.snapshot.peers.map { peer in
            ExplainReply.Peer(
                site: peer.site.description, state: peer.state,
                behind: Int64(clamping: behind.first { $0.site == peer.site }?.count ?? 0),
                missingThere: Int64(clamping: missing.first { $0.site == peer.site }?.count ?? 0))
        }
        return ExplainReply(
            asOf: await self.freshness(), ref: handle ?? reference, id: id.description,
            held: Int64(clamping: holdings.held),
            waiting: holdings.waiting.map {
                ExplainReply.Waiting(delta: $0.delta.description, waitsFor: $0.waitsFor.description)
            }, lackingParts: Int64(clamping: holdings.lackingParts), peers: peers)
    }
}
