package import BatonAPI
import BatonDesk
import BatonEngine
package import BatonModel
import BatonProtocol
import BatonStore

extension PeerStatus {
    init(_ peer: EngineSnapshot.Peer, confirmed: UInt64) {
        self.init(
            site: peer.site.description, state: peer.state,
            lastHeardAt: peer.lastHeardWallMilliseconds.map { Int64($0) },
            clockOffset: peer.clockOffsetMilliseconds,
            missingThere: Int64(clamping: peer.missingThere), missingHere: Int64(clamping: peer.missingHere),
            deltasSent: Int64(clamping: peer.count.deltasSent),
            deltasReceived: Int64(clamping: peer.count.deltasReceived),
            bytesSent: Int64(clamping: peer.count.bytesSent),
            bytesReceived: Int64(clamping: peer.count.bytesReceived),
            refusedFor: Int64(clamping: peer.bannedForMilliseconds),
            missingHereAtStart: Int64(clamping: peer.missingHereAtStart),
            documentsBehind: Int64(clamping: peer.documentsBehind),
            urgentWaiting: Int64(clamping: peer.urgentWaiting), connections: peer.connections.map(\.word),
            bulkRate: Int64(clamping: peer.bulkBytesPerSecond),
            roundTrip: peer.roundTripMilliseconds.map { Int64(clamping: $0) },
            confirmed: Int64(clamping: confirmed),
            lags: peer.lags.map { AuthorLag($0) })
    }
}

extension PeerStatus {
    /// The same with another count of what waits to be sent.
    func waiting(_ count: Int64?) -> PeerStatus {
        var status = self
        if let count { status.missingThere = count }
        return status
    }
}

extension AuthorLag {
    fileprivate init(_ lag: EngineSnapshot.Lag) {
        self.init(
            author: lag.author.description, missingHere: Int64(clamping: lag.count),
            lanes: lag.lanes.map { LaneLag(lane: $0.word, missingHere: Int64(clamping: $0.count)) })
    }
}

extension EngineSnapshot.LaneCount {
    /// The lane as people read it.
    var word: String { self.lane.flatMap { Lane(rawValue: $0) }?.word ?? "unknown" }
}

extension MembershipView {
    package init(_ membership: Membership) {
        let head = membership.head
        self.init(
            team: membership.team.description, teamName: head.teamName, epoch: Int64(clamping: head.epoch),
            hash: membership.headHash.description, createdAt: Int64(clamping: head.createdMilliseconds),
            rootThreshold: Int64(clamping: head.rootThreshold), roots: head.roots.map { hexadecimal($0) },
            sites: head.sites.map { site in
                Site(
                    site: site.site.description, region: site.region,
                    signingKey: hexadecimal(site.signingKey),
                    tlsPin: hexadecimal(site.tlsPin), unwrapKey: hexadecimal(site.unwrapKey),
                    clearances: site.clearances.map(\.description))
            },
            operators: head.operators.map { person in
                Person(
                    id: Int64(person.id.number), name: person.name, site: person.site.description,
                    roles: person.roles.map(\.word), userIDs: person.userIDs.map { Int64($0) })
            })
    }
}

extension AuditView {
    init(_ line: AuditLine, _ wording: Wording) {
        let record = line.record
        let kind =
            switch record.kind {
            case .authored: "authored"
            case .merged: "merged"
            case .administered: "administered"
            case .forkProven: "fork-proven"
            case .incarnationOpened: "incarnation-opened"
            case .alarmRaised: "alarm-raised"
            }
        self.init(
            number: line.number, at: Int64(clamping: record.atMilliseconds), kind: kind,
            by: record.actor.map(wording.name), site: record.site?.description,
            range: record.range.map { "\($0.author)#\($0.first)-\($0.last)" }, detail: record.detail)
    }
}
