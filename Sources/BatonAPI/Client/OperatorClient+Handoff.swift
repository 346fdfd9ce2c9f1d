/// The watch handoff and the brief.
extension OperatorClient {
    /// - Parameter rows: How many that have ended; all others are listed.
    package func handoffs(rows: Int? = nil) async throws(APIFault) -> HandoffsReply {
        try await self.get(APIPath.handoffs, [("rows", rows.map { "\($0)" })])
    }

    /// - Parameter terms: `to` and `at`.
    package func openHandoff(
        _ terms: [String: [String]], key: String? = nil
    ) async throws(APIFault) -> HandoffStepReply {
        let call = HandoffCall(step: "terms", arguments: terms)
        return try await self.value(
            APICall("POST", APIPath.handoffs, body: try APIText.json(call), idempotencyKey: key))
    }

    /// - Parameter reference: A label or an id; `-` for the one that `purpose` can only mean.
    package func handoff(
        _ reference: String, purpose: String? = nil
    ) async throws(APIFault) -> HandoffReply {
        try await self.get(APIPath.handoff(reference), [("for", purpose)])
    }

    package func step(
        _ reference: String, _ call: HandoffCall, key: String? = nil
    ) async throws(APIFault) -> HandoffStepReply {
        try await self.value(
            APICall(
                "POST", APIPath.handoff(reference) + "/steps", body: try APIText.json(call),
                idempotencyKey: key))
    }

    package func handoffPage(_ reference: String) async throws(APIFault) -> HandoffPageReply {
        try await self.get(APIPath.handoff(reference) + "/page")
    }

    /// - Parameters:
    ///   - since: Milliseconds since 1970; nil: since this site last had each case in hand.
    ///   - rows: Of the screen.
    package func brief(
        _ reference: String?, since: Int64?, rows: Int
    ) async throws(APIFault) -> BriefReply {
        try await self.get(
            APIPath.brief, [("case", reference), ("since", since.map { "\($0)" }), ("rows", "\(rows)")])
    }
}
