import BatonAPI
import BatonDesk
import BatonEngine
import BatonModel
import BatonStore
import Synchronization

/// How cases ended on which somebody worked and which somebody else closed: told to them once, at this node.
extension OperatorService {
    /// Changes that are looked at for closed cases, and cases of which the log is read.
    private static let changesLooked = 10_000
    private static let casesRead = 100
    fileprivate static let deltasRead = 1_000

    func outcomes(_ call: APICall, _ desk: Desk) async throws(APIFault) -> APIReply {
        guard call.method == "POST" else {
            try Self.expect("GET", call)
            return try await self.reply(try await self.outcomes(desk))
        }
        let told = try APIText.strictValue(OutcomesCall.self, json: call.body)
        guard told.deltas.count <= OutcomesCall.deltasMax else {
            throw APIFault(
                .badValue, "At most \(OutcomesCall.deltasMax) closes are noted at once.",
                "Send them in parts.")
        }
        var closes: [DeltaID] = []
        for text in told.deltas {
            guard let id = bytes(hexadecimal: text).flatMap({ DeltaID($0) }) else {
                throw APIFault(
                    .badValue, "That is not the id of a change.",
                    "Give those of GET /v1/outcomes.")
            }
            closes.append(id)
        }
        self.outcomeBoard.note(closes, of: desk.person.id)
        self.driver.lane.add(
            .told(ToldNote(person: desk.person.id, closes: closes, at: NodeClock.wallMilliseconds)))
        return try await self.reply(try await self.outcomes(desk))
    }

    private func outcomes(_ desk: Desk) async throws(APIFault) -> OutcomesReply {
        let now = NodeClock.wallMilliseconds
        let oldest = now - min(now, CaseOutcome.oldestDays * 86_400_000)
        let (person, rules, board) = (desk.person.id, self.rules, self.outcomeBoard)
        let found = try await self.read(desk) { reader throws(ReplicaFault) in
            let told = board.told(person).union(try reader.store.toldOutcomes(of: person))
            let cases = try reader.store.closedCases(amongNewest: Self.changesLooked, limit: Self.casesRead)
            var found: [(outcome: CaseOutcome, ref: String)] = []
            for version in board.unlooked(cases.filter { $0.lastStamp.milliseconds >= oldest }, person) {
                let outcome = try reader.outcome(version.document, person, rules)
                guard let outcome, outcome.at >= oldest, !told.contains(outcome.close),
                    let handle = try reader.store.handle(of: version.document)
                else {
                    board.looked(version, person)
                    continue
                }
                found.append((outcome, handle.description))
            }
            return found
        }
        let wording = Wording(membership: desk.membership)
        return OutcomesReply(
            asOf: await self.freshness(), outcomes: found.map { .init($0.outcome, $0.ref, wording) })
    }
}

extension OperatorService {
    private static let agenciesMax = 500

    /// The agencies that cases name.
    func agencies(_ desk: Desk) async throws(APIFault) -> AgenciesReply {
        let names = try await self.read(desk) { reader throws(ReplicaFault) in
            try reader.store.agencies(limit: Self.agenciesMax)
        }
        return AgenciesReply(asOf: await self.freshness(), agencies: names)
    }
}

extension CaseReader {
    /// - Returns: Nil where a person is to be told nothing of how a case ended.
    fileprivate func outcome(
        _ id: DocumentID, _ person: OperatorID, _ rules: RuleBook
    ) throws(ReplicaFault) -> CaseOutcome? {
        guard let file = try self.file(id) else { return nil }
        let actors = try self.store.deltas(of: id, limit: OperatorService.deltasRead)
            .filter { $0.fate == .applied }.map(\.delta.header.actor.person)
        return CaseOutcome(file, actors: actors, person: person, rules: rules)
    }
}

extension OutcomesReply.Outcome {
    fileprivate init(_ outcome: CaseOutcome, _ ref: String, _ wording: Wording) {
        self.init(
            ref, id: outcome.document.description, code: outcome.code.isEmpty ? nil : outcome.code,
            meaning: outcome.meaning, by: (wording.name(outcome.by), outcome.site.description),
            close: (Int64(clamping: outcome.at), outcome.close.description))
    }
}

/// What was told since the start, and closed cases that say nothing to a person as they stand.
final class OutcomeBoard: Sendable {
    private struct Look: Hashable {
        let version: DocumentVersion
        let person: OperatorID
    }

    private struct State {
        var told: [OperatorID: Set<DeltaID>] = [:]
        var looked: Set<Look> = []
    }

    /// Beyond that all are looked at again.
    private static let lookedMax = 50_000
    private let state = Mutex(State())

    func told(_ person: OperatorID) -> Set<DeltaID> { self.state.withLock { $0.told[person] ?? [] } }

    func note(_ closes: [DeltaID], of person: OperatorID) {
        self.state.withLock { $0.told[person, default: []].formUnion(closes) }
    }

    func unlooked(_ cases: [DocumentVersion], _ person: OperatorID) -> [DocumentVersion] {
        self.state.withLock { state in
            cases.filter { !state.looked.contains(Look(version: $0, person: person)) }
        }
    }

    func looked(_ version: DocumentVersion, _ person: OperatorID) {
        self.state.withLock { state in
            if state.looked.count >= Self.lookedMax { state.looked = [] }
            state.looked.insert(Look(version: version, person: person))
        }
    }
}
