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
        let (author, board) = (self.author, self.handoffBoard)
        let (clocks, looked, open) = try await self.read(desk) { reader throws(ReplicaFault) in
            let places = try reader.dues(author, board).inOrder(try reader.store.queuePlaces(QueueFilter()))
            let cases = places.prefix(Self.clockCasesMax)
            var running: [RunningClock] = []
            for open in cases.map(\.document) {
                guard let file = try reader.file(open) else { continue }
                let ref = try reader.store.handle(of: open)?.description ?? open.description
                running += file.clocks(rules).filter { $0.stop == nil }.map {
                    RunningClock($0, of: open, ref, now: now)
                }
            }
            // Words are made of those only that are shown.
            let first = running.sorted(by: <).prefix(limit)
            let shown = try reader.clocks(first, rules, now: now, wording)
            return ((shown, running), cases.count, places.count)
        }
        return ClocksReply(
            asOf: await self.freshness(), clocks: clocks.0, breached: clocks.1.count { $0.isBreached },
            looked: looked, isComplete: open <= looked && clocks.1.count <= limit)
    }

    private static func isBefore(_ left: CaseItemView, _ right: CaseItemView) -> Bool {
        (left.item.due ?? .max, left.summary.ref, left.item.id)
            < (right.item.due ?? .max, right.summary.ref, right.item.id)
    }
}

/// A clock that runs, as far as it takes to put it in order.
private struct RunningClock: Comparable, Sendable {
    let document: DocumentID
    let ref: String
    /// What the case file calls it.
    let id: String
    let due: Int64
    let isBreached: Bool

    init(_ clock: Clock, of document: DocumentID, _ ref: String, now: UInt64) {
        self.document = document
        self.ref = ref
        self.id = clock.key.word
        self.due = clock.dueMilliseconds ?? .max
        self.isBreached = clock.standing(nowMilliseconds: Int64(clamping: now)) == .breached
    }

    static func < (left: RunningClock, right: RunningClock) -> Bool {
        (left.due, left.ref, left.id) < (right.due, right.ref, right.id)
    }
}

extension CaseReader {
    fileprivate func clocks(
        _ clocks: ArraySlice<RunningClock>, _ rules: RuleBook, now: UInt64, _ wording: Wording
    ) throws(ReplicaFault) -> [CaseItemView] {
        var sections: [DocumentID: (row: CaseRow, items: [ItemView])] = [:]
        var shown: [CaseItemView] = []
        for clock in clocks {
            if sections[clock.document] == nil {
                guard let file = try self.file(clock.document), let row = try self.row(clock.document) else {
                    continue
                }
                let section = SectionView(file.clockSection(rules, now: now), wording, now: now)
                sections[clock.document] = (row, section.items)
            }
            guard let kept = sections[clock.document],
                let item = kept.items.first(where: { $0.id == clock.id })
            else { continue }
            shown.append(CaseItemView(summary: kept.row, item: item))
        }
        return shown
    }
}
