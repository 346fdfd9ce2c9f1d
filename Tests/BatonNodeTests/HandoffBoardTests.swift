import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonSimulator
import BatonStore
import Foundation
import Testing

@testable import BatonNode

/// What is kept of cases from one question to the next never differs from what is worked out anew.
@Suite("What is known of open cases", .timeLimit(.minutes(1)))
struct HandoffBoardTests {
    private static let team = BatonSimulator.SimulatedTeam(table: DeskFieldTable.current)
    private static let documents = (1...4).map {
        DocumentID(kind: .escalation, suffix: [UInt8](repeating: $0, count: 15))
    }

    private static func operation(_ random: inout SeededRandom) -> [BatonModel.Operation] {
        func make(_ kind: OperationKind, _ field: FieldCode, _ body: CBORValue) -> BatonModel.Operation {
            BatonModel.Operation(
                shape: OperationShape(kind: kind, field: field, isMaterial: true), body: body)
        }
        switch random.below(8) {
        case 0: return [make(.set, CaseField.title, .text("title \(random.below(9))"))]
        case 1: return [make(.set, CaseField.severity, .unsigned(UInt64(random.below(4))))]
        case 2: return [make(.set, CaseField.situation, .text("now \(random.below(9))"))]
        case 3: return [make(.close, CaseField.closure, .null)]
        case 4: return [make(.reopen, CaseField.closure, .null)]
        case 5:
            var body = CustodyBody(random.pick([.take, .claim, .reconfirm]))
            body.code = "NIGHT"
            return [make(.custody, CaseField.custody, body.value)]
        default: return [make(.append, CaseField.note, .text("note \(random.below(99))"))]
        }
    }

    @Test("after every change the brief is the one that a node without memory gives", arguments: 1...6)
    func equalsFresh(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let folder = try TestFolder()
        let store = try ReplicaStore(
            path: folder.path + "/replica.sqlite", settings: ReplicaSettings(), hashing: StandInHashing())
        let context = Self.team.context(Self.team.sites[0])
        let peers = [1, 2].map { ReplicaPeer(Self.team.context(Self.team.sites[$0])) }
        let cases = CaseReader(
            store: store, wording: Wording(membership: Self.team.membership), receipts: ReceiptBoard([]),
            ownSite: Self.team.sites[0])
        let board = HandoffBoard(rules: RuleBook())
        var written: [(delta: Delta, by: ReplicaPeer)] = []
        func brief(_ board: HandoffBoard) throws -> [String] {
            let reader = HandoffReader(reader: cases, author: context.author, board: board)
            return try reader.brief(reading: .max, rows: 500).lines
        }
        var seen: Set<[String]> = []
        for _ in 0..<50 {
            let peer = random.pick(peers)
            peer.wall += UInt64(random.below(50_000))
            let delta = peer.author(
                random.pick(Self.documents), Self.operation(&random), by: Self.team.person(at: peer.site))
            written.append((delta, peer))
            // Some arrive late, some against their order.
            for entry in random.shuffled(written) where random.chance(1, in: 6) {
                let keys = entry.by.replica.keys(for: entry.delta).compactMap { scope, key -> BareKey? in
                    guard let bytes = try? entry.by.context.sealing.export(key, scope: scope) else {
                        return nil
                    }
                    return BareKey(scope: scope, id: key.id, bytes: bytes)
                }
                let batch = IncomingBatch(from: entry.by.site, deltas: [entry.delta], keys: keys)
                try store.write { transaction throws(ReplicaFault) in
                    let session = try ReplicaSession(context, in: transaction, wallMilliseconds: 9_000_000)
                    try session.apply(batch)
                    _ = try session.finish()
                }
                if random.chance(1, in: 3), let other = peers.first(where: { $0 !== entry.by }) {
                    other.apply([entry.delta], from: entry.by)
                }
                let now = try brief(board)
                #expect(try now == brief(HandoffBoard(rules: RuleBook())))
                seen.insert(now)
            }
        }
        #expect(seen.count > 15, "the brief hardly changed: \(seen.count)")
    }
}
