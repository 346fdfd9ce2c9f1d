import BatonAPI
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore

/// The brief. What is known of the open cases is worked out after the start and after much has come, while nobody
/// waits: a question reads no more cases than it can in the time that a person does not notice.
extension OperatorService {
    /// A case costs some 0.2 ms to read.
    static let readAtOnce = 200
    /// What nobody waits for never keeps the reading thread for long.
    private static let learnAtOnce = 10

    func brief(_ query: inout APIQuery, _ desk: Desk) async throws(APIFault) -> BriefReply {
        let typed = query.text("case")
        let rows = try query.number("rows", usual: 20, in: 3...100_000)
        let since = try query.number("since", usual: -1, in: 0...Int.max)
        try query.finish()
        let past = since < 0 ? nil : UInt64(since)
        if let typed { return try await self.brief(of: typed, since: past, desk) }
        let (author, board) = (self.author, self.handoffBoard)
        let page = try await self.read(desk) { reader throws(ReplicaFault) in
            let reader = HandoffReader(reader: reader, author: author, board: board)
            guard let past else { return try reader.brief(reading: Self.readAtOnce, rows: rows) }
            return try reader.brief(since: past, reading: max(Self.readAtOnce, rows), rows: rows)
        }
        if page.pendingCount > 0 { board.askForMore() }
        return BriefReply(
            asOf: await self.freshness(), page: page.lines, cases: page.shown.map { .init($0) },
            changed: page.changedCount, pending: page.pendingCount > 0 ? page.pendingCount : nil)
    }

    private func brief(
        of reference: String, since: UInt64?, _ desk: Desk
    ) async throws(APIFault) -> BriefReply {
        let id = try await self.resolve(reference, desk)
        let (author, board) = (self.author, self.handoffBoard)
        let brief = try await self.read(desk) { reader throws(ReplicaFault) in
            try HandoffReader(reader: reader, author: author, board: board).brief(of: id, since: since)
        }
        let cases = [brief].compactMap(\.self)
        return BriefReply(
            asOf: await self.freshness(), page: cases.flatMap { BriefPage.lines(of: $0) },
            cases: cases.filter { !$0.isEmpty }.map { .init($0) }, changed: cases.count { !$0.isEmpty },
            pending: nil)
    }

    /// Works out what is not known of the open cases, after the start and whenever a brief had to leave some out,
    /// until it is cancelled.
    func keepBriefsWarm() async {
        for await _ in self.handoffBoard.wanted {
            let author = self.author
            let board = self.handoffBoard
            let membership = self.trust.membership
            do throws(APIFault) {
                var unknown = try await self.read(membership, .bulk) { reader throws(ReplicaFault) in
                    ArraySlice(try HandoffReader(reader: reader, author: author, board: board).unknown())
                }
                while !unknown.isEmpty, !Task.isCancelled {
                    let some = unknown.prefix(Self.learnAtOnce)
                    unknown = unknown.dropFirst(some.count)
                    try await self.read(membership, .bulk) { reader throws(ReplicaFault) in
                        try HandoffReader(reader: reader, author: author, board: board).learn(some)
                    }
                }
            } catch {
                // Where it cannot be read, whoever asks is told so.
                continue
            }
        }
    }
}

extension BriefReply.Case {
    fileprivate init(_ brief: BriefCase) {
        self.init(
            id: brief.document.description, ref: brief.handle, severity: brief.severity?.word,
            title: brief.title, count: brief.count, lines: brief.lines.map(\.text))
    }
}
