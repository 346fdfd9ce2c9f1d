import BatonAPI
import BatonDesk
import BatonEngine
import BatonModel
import BatonProtocol
import BatonStore

/// Who is at which desk, and what they are about to do.
extension OperatorService {
    /// Says to the peers in touch what a person is about to do. Nothing is written.
    func announce(_ call: APICall, _ desk: Desk) async throws(APIFault) -> APIReply {
        let wanted = try APIText.strictValue(PresenceCall.self, json: call.body)
        let id = try await self.resolve(wanted.caseRef, desk)
        if let intent = wanted.intent {
            guard let act = PlannedAct.allCases.first(where: { $0.word == intent }) else {
                let words = PlannedAct.allCases.map(\.word).joined(separator: ", ")
                throw APIFault(.badValue, "`intent` is not an act that is announced.", "It takes \(words).")
            }
            await self.driver.note(.plans(act, id), of: desk.person.id)
        } else {
            await self.driver.note(.rests, of: desk.person.id)
        }
        return try await self.reply(PresenceReply(asOf: await self.freshness(of: id)))
    }

    /// Who is at the desks of the peers, by site.
    func peerDesks() async -> [SiteID: [DeskView]] {
        let people = await self.driver.peerPresence
        guard !people.isEmpty else { return [:] }
        let documents = people.compactMap(\.presence.document)
        let handles = await self.handles(of: documents)
        let operators = self.trust.membership.head.operators
        var desks: [SiteID: [DeskView]] = [:]
        for one in people {
            let person = one.presence.person
            let handle = one.presence.document.flatMap { handles[$0] }
            desks[one.site, default: []].append(
                DeskView(
                    by: operators.first { $0.id == person }?.name ?? "op\(person.number)", ref: handle,
                    intent: one.presence.act?.word,
                    secondsLeft: Int64(clamping: (one.presence.remainingMilliseconds + 999) / 1_000)))
        }
        return desks
    }

    /// A case that has not arrived here has no handle yet, and is not named.
    private func handles(of documents: [DocumentID]) async -> [DocumentID: String] {
        guard !documents.isEmpty else { return [:] }
        let result = await self.worker.read { store throws(ReplicaFault) in
            var found: [DocumentID: String] = [:]
            for id in documents where found[id] == nil {
                guard try store.document(id) != nil else { continue }
                found[id] = try store.handle(of: id)?.description
            }
            return found
        }
        do throws(ReplicaFault) { return try result.get() } catch { return [:] }
    }
}
