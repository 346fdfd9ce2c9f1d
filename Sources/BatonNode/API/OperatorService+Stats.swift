import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// Statistics: every case of a stretch of time is read anew, some at a time, so that an operator's next
/// question need not wait for them all.
extension OperatorService {
    private static let pageRows = 200

    func stats(days: Int, _ desk: Desk) async throws(APIFault) -> StatsReply {
        let now = Int64(clamping: NodeClock.wallMilliseconds)
        let from = now - Int64(days) * 86_400_000
        let rules = self.rules
        let figures = try await self.paged(.escalation, desk) { reader, row throws(ReplicaFault) in
            // A case is changed when it is received or later; whoever dates it back does so when it is made.
            guard Int64(clamping: row.lastStamp.milliseconds) >= from,
                let file = try reader.file(row.document)
            else { return CaseFigures?.none }
            return CaseFigures(file, rules: rules, now: now)
        }
        let handoffs = try await self.paged(.handoff, desk) { reader, row throws(ReplicaFault) in
            try reader.store.document(row.document).flatMap {
                HandoffFigures(HandoffState($0), hashing: Blake2b())
            }
        }
        let team = TeamFigures(
            cases: figures, handoffs: handoffs, fromMilliseconds: from, toMilliseconds: now + 1)
        return StatsReply(
            asOf: await self.freshness(), from: from, to: now, all: .init(team.all),
            groups: team.groups.map { .init($0) },
            days: team.days.map {
                .init(day: "\($0.day)", received: $0.received, clocksMissed: $0.clocksMissed)
            }, handoffs: .init(team.handoffs))
    }

    private func paged<Figure: Sendable>(
        _ kind: DocumentKind, _ desk: Desk,
        _ figure: @escaping @Sendable (CaseReader, QueueRow) throws(ReplicaFault) -> Figure?
    ) async throws(APIFault) -> [Figure] {
        var figures: [Figure] = []
        var offset = 0
        while true {
            let place = offset
            let (some, count) = try await self.read(desk) { reader throws(ReplicaFault) in
                let rows = try reader.store.queue(
                    QueueFilter(kind: kind, includesClosed: true), limit: Self.pageRows, offset: place)
                var some: [Figure] = []
                for row in rows {
                    if let found = try figure(reader, row) { some.append(found) }
                }
                return (some, rows.count)
            }
            figures += some
            guard count == Self.pageRows else { return figures }
            offset += count
        }
    }
}

extension StatsReply.Spread {
    fileprivate init(_ spread: TeamFigures.Spread) {
        self.init(count: spread.count, mean: spread.mean, median: spread.median, p90: spread.p90)
    }
}

extension StatsReply.Group {
    fileprivate init(_ group: TeamFigures.Group) {
        self.init(
            type: group.type?.word, site: group.site?.description, cases: group.cases, open: group.open,
            times: (.init(group.acknowledged), .init(group.decided)),
            clocks: (group.clocksMet, group.clocksMissed))
    }
}

extension StatsReply.Handoffs {
    fileprivate init(_ handoffs: TeamFigures.Handoffs) {
        self.init(
            offered: handoffs.offered, accepted: handoffs.accepted, declined: handoffs.declined,
            acceptedAfter: .init(handoffs.acceptedAfter), cases: handoffs.cases,
            readBacks: (handoffs.readBacks, handoffs.corrections, handoffs.missingParts))
    }
}
