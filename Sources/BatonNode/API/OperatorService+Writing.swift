import BatonAPI
import BatonCrypto
import BatonDesk
import BatonEncoding
import BatonEngine
import BatonModel
import BatonStore

extension OperatorService {
    func create(_ call: APICall, _ desk: Desk) async throws(APIFault) -> APIReply {
        let new = try APIText.strictValue(NewCase.self, json: call.body)
        let command = try self.command(call, desk)
        let operations = try ChangeReader(wording: Wording(membership: desk.membership)).operations(new)
        let id = try await self.newID(new, isRepeatable: command != nil, desk)
        let made = try await self.write(id, operations, command, desk)
        return try await self.reply(made, status: made.isRepeat ? 200 : 201)
    }

    private func newID(_ new: NewCase, isRepeatable: Bool, _ desk: Desk) async throws(APIFault) -> DocumentID
    {
        guard let text = new.id else { return DocumentID(kind: .escalation, suffix: self.entropy.bytes(15)) }
        guard let id = Self.documentID(text), id.kind == .escalation else {
            throw APIFault(
                .badValue, "That is not the id of a case.",
                "Give 32 hexadecimal digits that begin with 01, or no id.")
        }
        let isHere = try await self.read(desk) { reader throws(ReplicaFault) in
            try reader.store.document(id) != nil
        }
        // With an idempotency key it may be this very command's first try that made the case.
        guard !isHere || isRepeatable else {
            throw APIFault(
                .exists, "There is a case with this id already.", "Change that one, or leave the id out.")
        }
        return id
    }

    func change(_ reference: String, _ call: APICall, _ desk: Desk) async throws(APIFault) -> APIReply {
        let change = try APIText.strictValue(ChangeRequest.self, json: call.body)
        let command = try self.command(call, desk)
        let operations = try ChangeReader(wording: Wording(membership: desk.membership)).operations(change)
        let id: DocumentID
        if change.mayBegin == true, let given = Self.documentID(reference), given.kind == .escalation {
            id = given
        } else {
            id = try await self.resolve(reference, desk)
        }
        try await self.checkLowering(operations, id, desk)
        let isClose = change.operations.contains { $0.action == .close }
        return try await self.deciding { () throws(APIFault) in
            let basis = isClose ? try await self.checkClosing(id, desk) : nil
            let change = try await self.write(id, operations, command, desk, basis: basis)
            await self.driver.note(.rests, of: desk.person.id)
            await self.countOverrun(desk)
            return try await self.reply(change)
        }
    }

    /// A severity is raised by anybody; lowered only by `triage`, with a reason and where the rule asks for it a
    /// second person.
    private func checkLowering(_ operations: [Operation], _ id: DocumentID, _ desk: Desk)
        async throws(APIFault)
    {
        let wanted = operations.filter { $0.shape.field == CaseField.severity }.compactMap {
            $0.body.intValue
        }
        guard let wanted = wanted.max() else { return }
        let current = try await self.read(desk) { reader throws(ReplicaFault) in
            try reader.store.summary(id)?.severity
        }
        guard let current, wanted > current else { return }
        throw APIFault(
            ActRefusal(
                .refused, "edit.lowers-severity", "S\(wanted) is less grave than S\(current).",
                "Lower it by: triage --sev S\(wanted) --why CODE",
                because: ["Lowering takes a reason code, and from S0 the word of a second person."]))
    }

    /// A case is closed when nothing of it is open any more: clocks, steps, holds, people who wait.
    ///
    /// - Returns: The frontier on which that was judged.
    private func checkClosing(_ id: DocumentID, _ desk: Desk) async throws(APIFault) -> [DeltaID] {
        let file = try await self.caseFile(id, desk)
        if let refusal = ClosingCheck(file, rules: self.rules).refusal { throw APIFault(refusal) }
        return file.state.frontier.map(\.id)
    }

    func write(
        _ id: DocumentID, _ operations: [Operation], _ command: [UInt8]?, _ desk: Desk,
        basis: [DeltaID]? = nil
    ) async throws(APIFault) -> ChangeReply {
        let draft = Draft(
            document: id, operations: operations, actor: Actor(person: desk.person.id), basis: basis)
        let outcome: WriteOutcome
        do throws(WriteRefusal) {
            outcome = try await self.driver.lane.write(WriteOrder(draft: draft, command: command)).get()
        } catch {
            throw APIFault(error)
        }
        let references = try await self.read(desk) { reader throws(ReplicaFault) in
            var references: [DeltaReference] = []
            for delta in outcome.deltas {
                if let found = try reader.store.delta(delta) { references.append(found.reference) }
            }
            return references
        }
        return ChangeReply(
            asOf: await self.freshness(), detail: try await self.detail(outcome.document, desk),
            deltas: outcome.deltas.map(\.description), saved: "here",
            safeAt: self.receipts.sites(holding: references).filter { $0 != self.ownSite }.map(\.description),
            isRepeat: outcome.isRepeat)
    }

    /// Binds a caller's key to the operator, so that two people's keys never meet.
    func command(_ call: APICall, _ desk: Desk) throws(APIFault) -> [UInt8]? {
        guard let key = call.idempotencyKey else { return nil }
        guard (1...APIHeader.idempotencyKeyBytesMax).contains(key.utf8.count) else {
            throw APIFault(
                .badKey, "The idempotency key has the wrong length.",
                "Use 1 to \(APIHeader.idempotencyKeyBytesMax) bytes, new for each command.")
        }
        return Blake2b().digest256(
            Array("baton/command/1/\(desk.person.id.number)/".utf8), Array(key.utf8)
        ).bytes
    }
}
