import BatonAPI
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// What is due over all cases.
extension OperatorService {
    /// Cases whose holds one call looks at.
    private static let holdCasesMax = 500
    /// Open cases whose clocks one call works out.
    private static let clockCasesMax = 300

    /// Lists holds that end within a time, and those that have ended and were never released.
    func holds(within: UInt64, limit: Int, _ desk: Desk) async throws(APIFault) -> HoldsReply {
        let now = NodeClock.wallMilliseconds
        let until = now + within
        let (rules, wording) = (self.rules, Wording(membership: desk.membership))
        let (holds, isComplete) = try await self.read(desk) { reader throws(ReplicaFault) in
            let cases = try reader.store.documents(with: .holdEnd, upTo: until, limit: Self.holdCasesMax)
            var holds: [CaseItemView] = []
            for id in cases {
                guard let file = try reader.file(id), let row = try reader.row(id) else { continue }
                let due = Set(file.holds.due(before: until).map(\.label))
                let section = SectionView(file.holds.section(rules, now: now), wording, now: now)
                holds += section.items.filter { due.contains($0.id) }.map {
                    CaseItemView(summary: row, item: $0)
                }
            }
            return (holds, cases.count < Self.holdCasesMax)
        }
        let sorted = holds.sorted { Self.isBefore($0, $1) }
        return HoldsReply(
            asOf: await self.freshness(), until: Int64(clamping: until), holds: Array(sorted.prefix(limit)),
            isComplete: isComplete && sorted.count <= limit)
    }

    /// Works out the clocks of the most urgent open cases.
    func clocks(limit: Int, _ desk: Desk) async throws(APIFault) -> ClocksReply {
        let now = NodeClock.wallMilliseconds
        let (rules, wording) = (self.rules, Wording(membership: desk.membership))
        let (clocks, looked, open) = try await self.read(desk) { reader throws(ReplicaFault) in
            var clocks: [CaseItemView] = []
            let cases = try reader.store.queue(QueueFilter(), limit: Self.clockCasesMax)
            for open in cases {
                guard let file = try reader.file(open.document), let row = try reader.row(open.document)
                else {
                    continue
                }
                let running = Set(file.clocks(rules).filter { $0.stop == nil }.map(\.key.word))
                let section = SectionView(file.clockSection(rules, now: now), wording, now: now)
                clocks += section.items.filter { running.contains($0.id) }.map {
                    CaseItemView(summary: row, item: $0)
                }
            }
            let open = try reader.store.queueCount(QueueFilter(), upTo: Self.clockCasesMax + 1)
            return (clocks, cases.count, open)
        }
        let sorted = clocks.sorted { Self.isBefore($0, $1) }
        return ClocksReply(
            asOf: await self.freshness(), clocks: Array(sorted.prefix(limit)),
            breached: clocks.count { $0.item.state == ClockStanding.breached.word }, looked: looked,
            isComplete: open <= looked && sorted.count <= limit)
    }

    private static func isBefore(_ left: CaseItemView, _ right: CaseItemView) -> Bool {
        (left.item.due ?? .max, left.summary.ref, left.item.id)
            < (right.item.due ?? .max, right.summary.ref, right.item.id)
    }
}
