/// Typed calls over any `OperatorAPI`: what the desk and the one-shot commands use.
package struct OperatorClient: Sendable {
    package var api: any OperatorAPI
    /// The desk name to act as (`--as`); nil takes the only one that the user may use.
    package var actingAs: String?

    package init(_ api: any OperatorAPI, actingAs: String? = nil) {
        self.api = api
        self.actingAs = actingAs
    }

    // The node.

    package func status() async throws(APIFault) -> StatusReply { try await self.get(APIPath.status) }
    package func agencies() async throws(APIFault) -> AgenciesReply { try await self.get(APIPath.agencies) }
    package func digest() async throws(APIFault) -> DigestReply { try await self.get(APIPath.digest) }
    package func sync() async throws(APIFault) -> SyncReply { try await self.get(APIPath.sync) }
    package func membership() async throws(APIFault) -> MembershipReply {
        try await self.get(APIPath.membership)
    }

    package func audit(limit: Int? = nil) async throws(APIFault) -> AuditReply {
        try await self.get(APIPath.audit, [("limit", limit.map { "\($0)" })])
    }

    package func verify() async throws(APIFault) -> VerifyReply {
        try await self.value(APICall("POST", APIPath.verify))
    }

    package func pause(_ site: String) async throws(APIFault) -> SyncReply {
        try await self.value(APICall("POST", APIPath.peer(site, "pause")))
    }

    package func resume(_ site: String) async throws(APIFault) -> SyncReply {
        try await self.value(APICall("POST", APIPath.peer(site, "resume")))
    }

    /// Dials a peer at once where it is out of reach, without waiting for the next try.
    package func dial(_ site: String) async throws(APIFault) -> SyncReply {
        try await self.value(APICall("POST", APIPath.peer(site, "now")))
    }

    package func compare(with site: String) async throws(APIFault) -> ComparisonReply {
        try await self.value(APICall("POST", APIPath.peer(site, "verify")))
    }

    package func explain(_ reference: String) async throws(APIFault) -> ExplainReply {
        try await self.get(APIPath.peer("explain", reference))
    }

    package func roster(days: Int? = nil) async throws(APIFault) -> RosterReply {
        try await self.get(APIPath.roster, [("days", days.map { "\($0)" })])
    }

    /// - Parameter by: `type`, `site` or `type,site`.
    package func stats(days: Int? = nil, by: String? = nil) async throws(APIFault) -> StatsReply {
        try await self.get(APIPath.stats, [("days", days.map { "\($0)" }), ("by", by)])
    }

    package func changeRoster(_ call: RosterCall, key: String? = nil) async throws(APIFault) -> RosterReply {
        try await self.value(
            APICall("POST", APIPath.roster, body: try APIText.json(call), idempotencyKey: key))
    }

    /// Says what this desk is about to do; nil takes it back.
    package func announce(_ intent: String?, in reference: String) async throws(APIFault) -> PresenceReply {
        let call = PresenceCall(caseRef: reference, intent: intent)
        return try await self.value(APICall("POST", APIPath.presence, body: try APIText.json(call)))
    }

    // Cases.

    /// - Parameter key: Repeat it with the same call after `api.unreachable`; at most 64 bytes.
    package func create(_ new: NewCase, key: String? = nil) async throws(APIFault) -> ChangeReply {
        try await self.value(APICall("POST", APIPath.cases, body: try APIText.json(new), idempotencyKey: key))
    }

    package func change(
        _ reference: String, _ change: ChangeRequest, key: String? = nil
    ) async throws(APIFault) -> ChangeReply {
        try await self.value(
            APICall(
                "POST", APIPath.oneCase(reference) + "/changes", body: try APIText.json(change),
                idempotencyKey: key))
    }

    /// Does an act to a case.
    package func act(
        _ reference: String, _ call: ActCall, key: String? = nil
    ) async throws(APIFault) -> ActReply {
        try await self.value(
            APICall(
                "POST", APIPath.oneCase(reference) + "/acts", body: try APIText.json(call),
                idempotencyKey: key))
    }

    /// - Parameter section: One section's name; nil for all.
    package func file(_ reference: String, section: String? = nil) async throws(APIFault) -> FileReply {
        try await self.get(APIPath.oneCase(reference) + "/file", [("section", section)])
    }

    package func queue(_ query: QueueQuery = QueueQuery()) async throws(APIFault) -> QueueReply {
        try await self.get(
            APIPath.cases,
            [
                ("view", query.view.rawValue), ("type", query.type), ("severity", query.severity),
                ("tag", query.tag),
                ("limit", query.limit.map { "\($0)" }), ("offset", query.offset.map { "\($0)" }),
            ])
    }

    package func show(_ reference: String) async throws(APIFault) -> CaseReply {
        try await self.get(APIPath.oneCase(reference))
    }

    package func timeline(
        _ reference: String, limit: Int? = nil, before: String? = nil
    ) async throws(APIFault) -> TimelineReply {
        try await self.get(
            APIPath.oneCase(reference) + "/timeline", [("limit", limit.map { "\($0)" }), ("before", before)])
    }

    package func log(_ reference: String) async throws(APIFault) -> LogReply {
        try await self.get(APIPath.oneCase(reference) + "/log")
    }

    package func find(_ words: String, limit: Int? = nil) async throws(APIFault) -> FindReply {
        try await self.get(APIPath.find, [("q", words), ("limit", limit.map { "\($0)" })])
    }

    /// - Parameter within: Milliseconds from now.
    package func holds(within: Int64? = nil, limit: Int? = nil) async throws(APIFault) -> HoldsReply {
        try await self.get(
            APIPath.holds, [("within", within.map { "\($0)" }), ("limit", limit.map { "\($0)" })])
    }

    package func clocks(limit: Int? = nil) async throws(APIFault) -> ClocksReply {
        try await self.get(APIPath.clocks, [("limit", limit.map { "\($0)" })])
    }

    /// Cases that share an agency, a reference or a digest with one.
    package func similar(_ reference: String, limit: Int? = nil) async throws(APIFault) -> SimilarReply {
        try await self.get(
            APIPath.oneCase(reference) + "/similar", [("limit", limit.map { "\($0)" })])
    }

    /// A case as one file.
    ///
    /// - Parameter reader: `LE`, `counsel` or `team`.
    package func export(_ reference: String, for reader: String) async throws(APIFault) -> CaseExportReply {
        try await self.get(APIPath.oneCase(reference) + "/export", [("for", reader)])
    }

    package func conflicts() async throws(APIFault) -> ConflictsReply {
        try await self.get(APIPath.conflicts)
    }

    // Sending.

    func get<Value: Decodable>(
        _ path: String, _ query: [(String, String?)] = []
    ) async throws(APIFault) -> Value {
        let parameters = query.compactMap { name, value in value.map { APICall.Parameter(name, $0) } }
        return try await self.value(APICall("GET", path, query: parameters))
    }

    func value<Value: Decodable>(_ request: APICall) async throws(APIFault) -> Value {
        var request = request
        request.actingAs = self.actingAs
        let reply = try await self.api.call(request)
        do {
            return try APIText.value(Value.self, json: reply.body)
        } catch {
            throw APIFault(
                .unreadable, "The node's answer could not be read.",
                "Check that the node and this program are of one version.")
        }
    }
}
