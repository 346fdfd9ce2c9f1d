package import BatonModel
import BatonProtocol

/// What the engine would say of itself.
extension SyncEngine {
    package var snapshot: EngineSnapshot {
        let known = Set(self.peers).union(self.links.values.map(\.site)).union(self.lastHeardWall.keys)
        return EngineSnapshot(
            peers: known.sorted().map(self.peerSnapshot), links: self.linkSnapshots,
            sessionCount: self.sessions.count, deltaCount: self.have.count,
            logDigest: self.have.digest(hashing: self.context.hashing),
            membershipEpoch: self.context.membership.epoch)
    }

    /// How many changes of a document peers have said to hold and have not sent yet; only those that have
    /// some, in order of site.
    package func changesBehind(_ document: DocumentID) -> [(site: SiteID, count: UInt64)] {
        self.behind.keys.sorted().compactMap { site in
            let count = self.behind[site]?.count(of: document) ?? 0
            return count > 0 ? (site, count) : nil
        }
    }

    /// How many deltas at the places peers have not stated to hold, in order of site; only those in touch.
    package func missingThere(_ places: [DeltaRange]) -> [(site: SiteID, count: UInt64)] {
        self.sessionOrder.compactMap { id in
            self.sessions[id].map { ($0.site, Self.count($0.peerHave.lacking(places))) }
        }
    }

    /// What `snapshot` says of a peer's state, without the rest.
    package func state(of site: SiteID) -> String {
        let id = self.sessionOrder.first { self.sessions[$0]?.site == site }
        return self.state(of: site, id.flatMap { self.sessions[$0] })
    }

    private func peerSnapshot(_ site: SiteID) -> EngineSnapshot.Peer {
        let id = self.sessionOrder.first { self.sessions[$0]?.site == site }
        let session = id.flatMap { self.sessions[$0] }
        let flow = (session?.links[.bulk] ?? session?.links[.urgent]).flatMap { self.links[$0]?.flow }
        let lags = session.map(self.lags) ?? []
        let missing = lags.reduce(UInt64(0)) { $0.saturatingAdd($1.count) }
        let banned = self.bannedUntil[site] ?? 0
        let now = self.now.monotonicMilliseconds
        return EngineSnapshot.Peer(
            site: site, state: self.state(of: site, session),
            lastHeardWallMilliseconds: self.lastHeardWall[site],
            clockOffsetMilliseconds: session?.clockOffsetMilliseconds,
            missingThere: session?.missingThere ?? 0, missingHere: missing,
            missingHereAtStart: max(missing, session?.missingAtStart ?? 0), lags: lags,
            documentsBehind: self.behind[site]?.documentCount ?? 0,
            urgentWaiting: session?.urgentDocuments.count ?? 0,
            connections: session?.links.keys.sorted() ?? [], bulkBytesPerSecond: flow?.bytesPerSecond ?? 0,
            roundTripMilliseconds: flow?.roundTripMilliseconds, count: session?.count ?? ExchangeCount(),
            bannedForMilliseconds: banned > now ? banned - now : 0,
            waiting: session.map(self.waiting) ?? [])
    }

    private var linkSnapshots: [EngineSnapshot.Link] {
        self.linkOrder.compactMap { id in
            self.links[id].map {
                EngineSnapshot.Link(
                    link: id, site: $0.site, lane: $0.purpose, isLive: $0.isLive,
                    bytesInFlight: $0.flow.bytesInFlight, chunksInFlight: $0.chunks.count)
            }
        }
    }

    private func waiting(_ session: PeerSession) -> [EngineSnapshot.Waiting] {
        let lanes: [(LinkPurpose, [DeltaRange])] = [
            (.urgent, session.live + (session.delayed[.urgent] ?? [])),
            (.bulk, session.forwarded + session.rest + (session.delayed[.bulk] ?? [])),
        ]
        return lanes.flatMap { lane, ranges in
            var counts: [Author: UInt64] = [:]
            // What is planned may have gone on the other lane meanwhile.
            for range in session.peerHave.lacking(ranges) {
                counts[range.author] = (counts[range.author] ?? 0).saturatingAdd(range.last - range.first + 1)
            }
            return counts.keys.sorted().map {
                EngineSnapshot.Waiting(lane: lane, author: $0, count: counts[$0] ?? 0)
            }
        }
    }

    private func state(of site: SiteID, _ session: PeerSession?) -> String {
        if self.paused.contains(site) { return "paused" }
        if let session { return session.isCatchingUp || session.remaining > 0 ? "catching-up" : "live" }
        return self.links.values.contains { $0.site == site } ? "greeting" : "down"
    }

    private func lags(_ session: PeerSession) -> [EngineSnapshot.Lag] {
        var lags: [EngineSnapshot.Lag] = []
        for range in session.peerHave.missing(at: self.have) {
            let size = range.last - range.first + 1
            if let last = lags.last, last.author == range.author {
                lags[lags.count - 1] = EngineSnapshot.Lag(
                    author: range.author, count: last.count.saturatingAdd(size))
            } else {
                lags.append(EngineSnapshot.Lag(author: range.author, count: size))
            }
        }
        guard let behind = self.behind[session.site] else { return lags }
        for index in lags.indices {
            lags[index].lanes = behind.lanes(of: lags[index].author).map {
                EngineSnapshot.LaneCount(lane: $0.lane, count: $0.count)
            }
        }
        return lags
    }
}
