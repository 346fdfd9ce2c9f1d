import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore
import Synchronization

/// Statistics: every case of a stretch of time is read anew, some at a time, so that an operator's next
/// question need not wait for them all.
extension OperatorService {
    private static let pageRows = 200

    func stats(days: Int, by: String?, _ desk: Desk) async throws(APIFault) -> StatsReply {
        let grouping = try Self.grouping(by)
        let now = Int64(clamping: NodeClock.wallMilliseconds)
        let from = now - Int64(days) * 86_400_000
        let figures = try await self.figures(from: from, to: now, desk.membership, .people)
        let handoffs = try await self.paged(.handoff, desk) { reader, row throws(ReplicaFault) in
            try reader.store.document(row.document).flatMap {
                HandoffFigures(HandoffState($0), hashing: Blake2b())
            }
        }
        let team = TeamFigures(
            cases: figures, handoffs: handoffs, fromMilliseconds: from, toMilliseconds: now + 1,
            grouping: grouping)
        return StatsReply(
            asOf: await self.freshness(), from: from, to: now, all: .init(team.all),
            groups: team.groups.map { .init($0) },
            days: team.days.map {
                .init(day: "\($0.day)", received: $0.received, clocksMissed: $0.clocksMissed)
            }, handoffs: .init(team.handoffs))
    }

    /// What the statistics take of each case received in a stretch of time. What is known of a case is kept until
    /// something is written to it or one of its clocks is due.
    private func figures(
        from: Int64, to now: Int64, _ membership: Membership, _ rank: RankedPool.Rank
    ) async throws(APIFault) -> [CaseFigures] {
        let rules = self.rules
        let cases = try await self.read(membership, rank) { reader throws(ReplicaFault) in
            try reader.store.cases(receivedFrom: UInt64(clamping: from), before: UInt64(clamping: now + 1))
        }
        var (figures, missing) = self.figureBoard.known(cases, now: now)
        // What nobody waits for never keeps the reading thread for long.
        let atOnce = rank == .people ? 100 : 10
        while !missing.isEmpty {
            guard !Task.isCancelled else {
                throw APIFault(.stopping, "The figures were not finished.", "Ask again.")
            }
            let some = missing.prefix(atOnce)
            missing.removeFirst(some.count)
            let made = try await self.read(membership, rank) { reader throws(ReplicaFault) in
                var made: [(DocumentVersion, CaseFigures)] = []
                for each in some {
                    guard let file = try reader.file(each.document) else { continue }
                    made.append((each, CaseFigures(file, rules: rules, now: now)))
                }
                return made
            }
            self.figureBoard.keep(made)
            figures += made.map(\.1)
        }
        return figures
    }

    /// Works out the figures of the last month while nobody waits, so that the first question is answered soon.
    func warmFigures() async {
        let now = Int64(clamping: NodeClock.wallMilliseconds)
        // Where it cannot be read, whoever asks is told so.
        _ = try? await self.figures(
            from: now - 31 * 86_400_000, to: now, self.trust.membership, .bulk)
    }

    private static func grouping(_ words: String?) throws(APIFault) -> Set<TeamFigures.Grouping> {
        guard let words else { return Set(TeamFigures.Grouping.allCases) }
        var grouping: Set<TeamFigures.Grouping> = []
        for word in words.split(separator: ",") {
            guard let found = TeamFigures.Grouping(rawValue: String(word)) else {
                throw APIFault(
                    .badQuery, "Statistics are not told apart by that.", "Give by: type, site, or type,site.")
            }
            grouping.insert(found)
        }
        return grouping
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

/// Figures of cases, kept as long as they are true.
final class FigureBoard: Sendable {
    /// Beyond that all are forgotten: a case costs some hundred bytes.
    private static let casesMax = 60_000
    private let known = Mutex<[DocumentID: (version: DocumentVersion, figures: CaseFigures)]>([:])

    /// - Returns: Figures that are true now, and the cases of which there are none.
    func known(_ cases: [DocumentVersion], now: Int64) -> (figures: [CaseFigures], missing: [DocumentVersion])
    {
        self.known.withLock { known in
            var figures: [CaseFigures] = []
            var missing: [DocumentVersion] = []
            for each in cases {
                if let kept = known[each.document], kept.version == each, now < kept.figures.changesAt ?? .max
                {
                    figures.append(kept.figures)
                } else {
                    missing.append(each)
                }
            }
            return (figures, missing)
        }
    }

    func keep(_ made: [(DocumentVersion, CaseFigures)]) {
        self.known.withLock { known in
            if known.count + made.count > Self.casesMax { known = [:] }
            for (version, figures) in made { known[version.document] = (version, figures) }
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
